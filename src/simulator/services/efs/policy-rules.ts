/** What EFS refuses in a file system policy. */
import { operatorOf } from "../../access/conditions.ts";
import { asList, principalEntries, type RawPolicy, type RawStatement } from "../../access/policy-document.ts";
import { type EfsContext, efsError } from "./state.ts";

const VERSIONS = ["2008-10-17", "2012-10-17"];
const POLICY_ELEMENTS = new Set(["Version", "Id", "Statement"]);
const STATEMENT_ELEMENTS = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

export const invalidPolicy = (message: string): Error => efsError("InvalidPolicyException", 400, message);

/**
 * Reads and checks a policy document as PutFileSystemPolicy does.
 *
 * @param fileSystemArn the only resource that a statement may name, besides `*`.
 * @throws ServiceError InvalidPolicyException.
 */
export function readPolicy(context: EfsContext, text: string, fileSystemArn: string): RawPolicy {
  const policy = parsed(text);
  const unknown = Object.keys(policy).find((element) => !POLICY_ELEMENTS.has(element));
  if (unknown !== undefined) throw invalidPolicy(`Policy contains unknown element ${unknown}`);
  if (policy.Version !== undefined && !VERSIONS.includes(policy.Version)) {
    throw invalidPolicy("Policy contains invalid Version block");
  }
  const statements = asList(policy.Statement);
  if (statements.length === 0) throw invalidPolicy("Policy is missing the Statement block");
  for (const statement of statements) checkStatement(context, statement, fileSystemArn);
  const sids = statements.map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
  if (new Set(sids).size < sids.length) throw invalidPolicy("Statement IDs (SID) in a single policy must be unique.");
  return policy;
}

function parsed(text: string): RawPolicy {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === "object" && policy !== null && !Array.isArray(policy)) return policy;
  } catch {
    // Answered below, like every other text that is not a policy.
  }
  throw invalidPolicy("Policy is not a valid JSON document");
}

function checkStatement(context: EfsContext, statement: RawStatement, fileSystemArn: string): void {
  const unknown = Object.keys(statement).find((element) => !STATEMENT_ELEMENTS.has(element));
  if (unknown !== undefined) throw invalidPolicy(`Policy contains unknown element ${unknown}`);
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
    throw invalidPolicy("Policy contains invalid Effect block");
  checkPrincipal(context, statement);
  checkActions(statement);
  const resources = asList(statement.Resource ?? statement.NotResource);
  if (resources.some((resource) => resource !== "*" && resource !== fileSystemArn)) {
    throw invalidPolicy("Policy contains invalid Resource block");
  }
  const operators = Object.keys(statement.Condition ?? {});
  if (operators.some((operator) => operatorOf(operator) === null))
    throw invalidPolicy("Policy contains invalid Condition block");
}

function checkActions(statement: RawStatement): void {
  const actions = asList(statement.Action ?? statement.NotAction);
  const both = statement.Action !== undefined && statement.NotAction !== undefined;
  if (actions.length === 0 || both || !actions.every((action) => /^(\*|elasticfilesystem:[a-z*?]+)$/i.test(action))) {
    throw invalidPolicy("Policy contains invalid Action block");
  }
}

/** A principal that does not exist (yet) gets the text that clients look for when they retry. */
function checkPrincipal(context: EfsContext, statement: RawStatement): void {
  const raw = statement.Principal ?? statement.NotPrincipal;
  const entries = raw === undefined ? [] : principalEntries(raw);
  const both = statement.Principal !== undefined && statement.NotPrincipal !== undefined;
  const types = ["AWS", "Service", "Federated"];
  const sound = entries.every(({ type, value }) => types.includes(type) && (type !== "AWS" || exists(context, value)));
  // "*" as a bare string is fine; any other bare string lacks its "AWS".
  const bare = typeof raw === "string" && raw !== "*";
  if (entries.length === 0 || both || bare || !sound) throw invalidPolicy("Policy contains invalid Principal block");
}

function exists({ world }: EfsContext, value: string): boolean {
  if (value === "*" || /^\d{12}$/.test(value)) return true;
  const iam = world.service("iam");
  if (/^(AROA|AIDA)[A-Z0-9]+$/.test(value)) return iam.arnOf(value) !== undefined;
  const match = /^arn:aws[-a-z]*:(iam|sts)::(\d{12}):(.+)$/.exec(value);
  if (!match) return false;
  const [, , account, resource = ""] = match;
  if (resource === "root") return true;
  // Whether another account's principal exists is not for this world to know.
  if (account !== world.account) return !resource.includes("*");
  if (resource.startsWith("assumed-role/")) return iam.findRole(resource.split("/")[1] ?? "") !== undefined;
  return iam.idOf(value) !== undefined;
}
