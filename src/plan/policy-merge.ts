import { canonicalStatement, NO_ROLE_NAMES } from "./policy-canonical.ts";
import { isOurs, parsePolicy, type Statement } from "./policy-document.ts";

export interface MergeInput {
  installation: string;
  foreign: readonly Statement[];
  /** Policy texts that others Put, oldest first. CloudTrail's times are whole seconds. */
  edits: readonly { atMs: number; policy: string }[];
  /** When the document that our last Put was computed from was read, and when that Put was planned; ms. 0 = none. */
  basisReadAtMs: number;
  putAtMs: number;
  /** How long after its plan that Put may have taken effect, ms. */
  callDeadlineMs: number;
}

/** Resolution of CloudTrail's eventTime. */
const EVENT_TIME_STEP_MS = 1_000;

/**
 * The foreign statements as they should be: what stands in the policy, plus what a foreign edit
 * wrote between our read and our Put, which replaced it unseen (a policy has no revision to lock
 * on). Only additions and edits are merged back: whether a statement that is there now was removed in that
 * instant cannot be told from one added since.
 */
export function mergeForeign(input: MergeInput): Statement[] {
  const lost = lostEdit(input);
  if (lost === null) return [...input.foreign];
  const present = new Set(input.foreign.map(identity));
  const missing = lost.filter((statement) => !present.has(identity(statement)));
  const replaced = input.foreign.map((statement) => missing.find((one) => sameSid(one, statement)) ?? statement);
  return [...replaced, ...missing.filter((one) => !input.foreign.some((statement) => sameSid(one, statement)))];
}

/** A Sid may stand once in a document: an edited statement takes the place of its older form. */
function sameSid(a: Statement, b: Statement): boolean {
  return a.Sid !== undefined && a.Sid === b.Sid;
}

function lostEdit(input: MergeInput): Statement[] | null {
  if (input.putAtMs === 0) return null;
  const from = Math.floor(input.basisReadAtMs / EVENT_TIME_STEP_MS) * EVENT_TIME_STEP_MS;
  const until = input.putAtMs + input.callDeadlineMs;
  const edit = input.edits.findLast(({ atMs }) => atMs >= from && atMs <= until);
  const document = edit ? parsePolicy(edit.policy) : null;
  if (document === null || document === "unreadable") return null;
  return document.statements.filter((statement) => !isOurs(statement, input.installation));
}

/** A Sid names a statement; one without is its own name. EFS adds a generated Sid to those without. */
function identity(statement: Statement): string {
  return canonicalStatement(statement, NO_ROLE_NAMES);
}
