/** Which statements of a policy apply to a request (IAM user guide, "Policy evaluation logic"). */
import { fulfils, type RequestKeys } from "./conditions.ts";
import type { PrincipalEntry, Statement } from "./policy-document.ts";
import { matchesArn, matchesWildcard } from "./wildcards.ts";

/** Who asks. */
export interface Requester {
  arn: string;
  /** AROA… or AIDA…; undefined if nobody has the ARN. */
  id: string | undefined;
  account: string;
}

export interface AccessRequest {
  /** null = a client that shows no credentials. */
  requester: Requester | null;
  action: string;
  resource: string;
  keys: RequestKeys;
}

/** How a policy answers: what its first matching Deny is, else its first matching Allow. */
export interface Answer {
  effect: "Allow" | "Deny";
  sid: string | undefined;
}

export interface EvaluateOptions {
  /** Conditions on keys that this excludes are not enforced: they count as fulfilled. Default: all are enforced. */
  enforces?: (key: string) => boolean;
}

/** @returns null if no statement applies. */
export function evaluate(
  statements: readonly Statement[],
  request: AccessRequest,
  { enforces = () => true }: EvaluateOptions = {},
): Answer | null {
  let deciding: Statement | undefined;
  for (const statement of statements) {
    // After an Allow only a Deny still matters.
    if ((deciding !== undefined && statement.effect === "Allow") || !applies(statement, request, enforces)) continue;
    deciding = statement;
    if (statement.effect === "Deny") break;
  }
  return deciding ? { effect: deciding.effect, sid: deciding.sid } : null;
}

function applies(statement: Statement, request: AccessRequest, enforces: (key: string) => boolean): boolean {
  const { actions, resources, conditions } = statement;
  const action = request.action.toLowerCase();
  if (actions.patterns.some((pattern) => matchesWildcard(action, pattern.toLowerCase())) === actions.negated)
    return false;
  if (resources.patterns.some((pattern) => matchesResource(request.resource, pattern)) === resources.negated)
    return false;
  if (!matchesPrincipal(statement, request.requester)) return false;
  return conditions.every((condition) => !enforces(condition.key) || fulfils(condition, request.keys));
}

function matchesResource(resource: string, pattern: string): boolean {
  return pattern === "*" || matchesArn(resource, pattern);
}

function matchesPrincipal({ principals, effect }: Statement, requester: Requester | null): boolean {
  if (principals === null) return true;
  return (
    principals.entries.some((entry) => isNamed(entry, requester, effect, principals.negated)) !== principals.negated
  );
}

/**
 * An Allow to the account itself lets the account's own identity policies decide, so within the
 * account it admits nobody by itself; a Deny to the account hits everybody in it.
 */
function isNamed(entry: PrincipalEntry, requester: Requester | null, effect: string, negated: boolean): boolean {
  if (entry.type !== "AWS") return false;
  if (entry.value === "*") return true;
  if (requester === null) return false;
  const { arn, id, account } = requester;
  if (entry.value === account || entry.value === rootOf(arn, account)) return effect === "Deny" || negated;
  return entry.value === arn || entry.value === id || isSessionOf(entry.value, requester);
}

function rootOf(arn: string, account: string): string {
  return `arn:${arn.split(":")[1]}:iam::${account}:root`;
}

/** arn:aws:sts::…:assumed-role/NAME/SESSION names one session of a role, whatever its path. */
function isSessionOf(value: string, { arn, account }: Requester): boolean {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  return arn.includes(":role/") && value.includes(`:sts::${account}:assumed-role/${name}/`);
}
