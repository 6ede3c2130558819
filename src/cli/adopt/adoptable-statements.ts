import { type Admission, conditionValues, ACCESS_POINT_KEY } from "../../plan/policy-admissions.ts";
import { awsPrincipals, NO_ROLE_NAMES } from "../../plan/policy-canonical.ts";
import { parsePolicy, type Statement } from "../../plan/policy-document.ts";
import { statementsOf, tlsStatement } from "../../plan/policy-statements.ts";
import { statementDifferences } from "../../plan/statement-differences.ts";

export interface AdoptableStatements {
  /** Sids of the statements that grant exactly what the Binding's own would. */
  sids: string[];
  /** Statements that are close, and how they differ. */
  notes: string[];
}

/** A comma ends a word of the annotation, as does a blank. */
const WORD = /^[^\s,]{1,128}$/;
/** Sids of whichever installation: what Mooring has written is nobody's to take over. */
const MOORINGS = /^mooring-[a-z0-9]{1,16}-/;
/** Mooring's statements mean the same under every installation's Sids. */
const ANY_INSTALLATION = "any";

/** Statements of a file system's policy that a Binding can take over, by `sid:` words of its annotation. */
export function adoptableStatements(
  policy: string | null,
  admission: Admission,
  fileSystemArn: string,
): AdoptableStatements {
  const [own] = statementsOf({
    installation: ANY_INSTALLATION,
    fileSystemArn,
    admissions: [admission],
    confine: false,
    requireTls: false,
  });
  const found: AdoptableStatements = { sids: [], notes: [] };
  for (const statement of statementsIn(policy)) {
    if (statement.Effect !== "Allow" || !speaksOf(statement, admission)) continue;
    const differences = statementDifferences(statement, own!, NO_ROLE_NAMES);
    const { Sid: sid } = statement;
    if (differences.length > 0)
      found.notes.push(
        `${nameOf(statement)} is close to the Binding's own, and stays beside it: ${differences.join("; ")}`,
      );
    else if (typeof sid === "string" && WORD.test(sid)) found.sids.push(sid);
    else
      found.notes.push(
        `${nameOf(statement)} grants exactly what the Binding's own will; only one with a Sid (without blanks and commas) can be taken over`,
      );
  }
  return found;
}

/** Statements that a FileSystem would write itself, once it enforces. */
export function fileSystemStatements(policy: string | null, fileSystemArn: string): string[] {
  const own = tlsStatement({ installation: ANY_INSTALLATION, fileSystemArn });
  return statementsIn(policy)
    .filter((one) => one.Effect === "Deny" && statementDifferences(one, own, NO_ROLE_NAMES).length === 0)
    .map((one) => `${nameOf(one)} is exactly what policy.requireTls: true adds in mode Enforce; both may stay`);
}

function statementsIn(policy: string | null): Statement[] {
  const document = parsePolicy(policy);
  if (document === null || document === "unreadable") return [];
  return document.statements.filter(({ Sid: sid }) => typeof sid !== "string" || !MOORINGS.test(sid));
}

/** It names the role itself, and no other access point. */
function speaksOf(statement: Statement, { roleArn, accessPointArn }: Admission): boolean {
  if (!awsPrincipals(statement.Principal, NO_ROLE_NAMES).includes(roleArn)) return false;
  const named = ["StringEquals", "ArnEquals", "StringLike", "ArnLike"].flatMap((operator) =>
    conditionValues(statement, operator, ACCESS_POINT_KEY),
  );
  return named.length === 0 || named.includes(accessPointArn);
}

function nameOf({ Sid: sid }: Statement): string {
  return typeof sid === "string" ? `statement ${sid}` : "a statement without Sid";
}
