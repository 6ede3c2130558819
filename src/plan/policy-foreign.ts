import {
  ACCESS_POINT_KEY,
  CLIENT_MOUNT,
  CLIENT_ROOT_ACCESS,
  CLIENT_WRITE,
  conditionValues,
} from "./policy-admissions.ts";
import { awsPrincipals, type RoleNames } from "./policy-canonical.ts";
import { listOf, type Statement } from "./policy-document.ts";

const CLIENT_ACTIONS = [CLIENT_MOUNT, CLIENT_WRITE, CLIENT_ROOT_ACCESS];

/**
 * True if the statement lets anybody in: an Allow of a client action for every principal that does
 * not at least ask for an access point of somebody else's.
 */
export function allowsAnonymous(statement: Statement, ourAccessPoints: ReadonlySet<string>, names: RoleNames): boolean {
  if (statement.Effect !== "Allow" || !awsPrincipals(statement.Principal, names).includes("*")) return false;
  if (!touchesClients(statement)) return false;
  const asked = [
    ...conditionValues(statement, "StringEquals", ACCESS_POINT_KEY),
    ...conditionValues(statement, "ArnEquals", ACCESS_POINT_KEY),
  ];
  return asked.length === 0 || asked.some((arn) => ourAccessPoints.has(arn));
}

/**
 * True if a foreign statement without any condition on the client admits the role to mount: enough
 * to say so in mode Observe; identity policies are not looked at.
 */
export function admitsRole(statement: Statement, roleArn: string, names: RoleNames): boolean {
  if (statement.Effect !== "Allow" || !touchesClients(statement)) return false;
  const account = /^arn:[a-z-]+:iam::(\d{12}):/.exec(roleArn)?.[1];
  const principals = awsPrincipals(statement.Principal, names);
  const named = principals.includes(roleArn) || principals.includes("*") || principals.includes(`account/${account}`);
  return (
    named &&
    statement.Condition === undefined &&
    listOf(statement.Action).some((action) => matches(action, CLIENT_MOUNT))
  );
}

function touchesClients(statement: Statement): boolean {
  return listOf(statement.Action).some((action) => CLIENT_ACTIONS.some((client) => matches(action, client)));
}

/** IAM's wildcards in an action; letters in any case. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(action.toLowerCase());
}
