import type { Access } from "../../model/records.ts";
import {
  ACCESS_POINT_KEY,
  CLIENT_MOUNT,
  CLIENT_ROOT_ACCESS,
  CLIENT_WRITE,
  conditionValues,
} from "../../plan/policy-admissions.ts";
import { awsPrincipals, NO_ROLE_NAMES } from "../../plan/policy-canonical.ts";
import { isObject, listOf, parsePolicy, type Statement } from "../../plan/policy-document.ts";

export interface GrantedAccess {
  access: Access;
  /** What could not be told from the policy alone, for the reader; null = nothing. */
  doubt: string | null;
}

interface Mount {
  roleArn: string;
  accessPointArn: string;
  posixUid: number;
}

const UNREAD = "identity policies, which may grant more, are not looked at";

/** The access that a file system policy grants a role through an access point, as far as the policy alone tells. */
export function grantedAccess(policy: string | null, mount: Mount): GrantedAccess {
  const usual: Access = mount.posixUid === 0 ? "ReadWriteRoot" : "ReadWrite";
  const document = parsePolicy(policy);
  if (document === null) return { access: usual, doubt: "there is no file system policy, so EFS lets everybody write" };
  if (document === "unreadable") return { access: usual, doubt: "the file system policy cannot be understood" };
  const granted = new Set<string>();
  for (const effect of ["Allow", "Deny"] as const) {
    for (const statement of document.statements) {
      if (statement.Effect !== effect || !concerns(statement, mount)) continue;
      for (const action of actionsOf(statement)) {
        if (effect === "Allow") granted.add(action);
        else granted.delete(action);
      }
    }
  }
  if (!granted.has(CLIENT_MOUNT))
    return { access: usual, doubt: `no statement of the file system policy plainly admits its role; ${UNREAD}` };
  if (!granted.has(CLIENT_WRITE)) return { access: "ReadOnly", doubt: UNREAD };
  return { access: granted.has(CLIENT_ROOT_ACCESS) ? "ReadWriteRoot" : "ReadWrite", doubt: null };
}

/** Only what plainly speaks of this role and this access point; what hangs on other conditions is left aside. */
function concerns(statement: Statement, { roleArn, accessPointArn }: Mount): boolean {
  const account = `account/${roleArn.split(":")[4]}`;
  const principals = awsPrincipals(statement.Principal, NO_ROLE_NAMES);
  if (!principals.some((one) => one === "*" || one === account || one === roleArn)) return false;
  if (statement.Condition === undefined) return true;
  if (!isObject(statement.Condition)) return false;
  const named = ["StringEquals", "ArnEquals", "StringLike", "ArnLike"].flatMap((operator) =>
    conditionValues(statement, operator, ACCESS_POINT_KEY),
  );
  if (named.length > 0) return named.includes(accessPointArn);
  const asksForTls = conditionValues(statement, "Bool", "aws:SecureTransport").includes("true");
  return asksForTls && Object.keys(statement.Condition).length === 1;
}

function actionsOf(statement: Statement): string[] {
  const patterns = listOf(statement.Action).map((action) => {
    const escaped = action
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${escaped}$`, "i");
  });
  return [CLIENT_MOUNT, CLIENT_WRITE, CLIENT_ROOT_ACCESS].filter((action) => patterns.some((one) => one.test(action)));
}
