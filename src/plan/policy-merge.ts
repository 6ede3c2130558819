import { canonicalStatement, NO_ROLE_NAMES } from "./policy-canonical.ts";
import { digest } from "./digest.ts";
import { isOurs, parsePolicy, type Statement } from "./policy-document.ts";

/**
 * One Put of ours, as far as it matters for what it may have replaced unseen: a policy has no revision to lock on,
 * so whatever others wrote between the read that the Put was computed from and its effect is gone.
 */
export interface PolicyPut {
  /** When the document that it was computed from was read, ms. */
  basisReadAtMs: number;
  /** When it was planned, ms. */
  putAtMs: number;
  /** Begin of the first read after it, ms: it had its effect before that. Absent = not read since. */
  seenAtMs?: number;
  /** Short digests of the foreign statements in what it was computed from. */
  foreign: string[];
  /** Short digest of what our statements in it mean; see `untilRecentMs`. Absent = put before this was remembered. */
  ours?: string;
}

export interface MergeInput {
  installation: string;
  foreign: readonly Statement[];
  /** Policy texts that others Put, oldest first. CloudTrail's times are whole seconds. */
  edits: readonly { atMs: number; policy: string }[];
  /** Our newest Puts, oldest first. */
  puts: readonly PolicyPut[];
  /** Statements that earlier runs found lost and could not put back yet; their events are forgotten. */
  waiting: readonly Statement[];
  /** How long after its plan a Put may have taken effect, ms. */
  callDeadlineMs: number;
  /** How old an answer of AWS's may be, ms. */
  staleMs: number;
}

/** Resolution of CloudTrail's eventTime. */
const EVENT_TIME_STEP_MS = 1_000;
/** Events come within minutes; a burst of Puts must not push out the one that an event belongs to. */
const PUTS_KEPT_MAX = 12;
const DIGEST_CHARACTERS = 12;

/**
 * The foreign statements as they should be: what stands in the policy, plus what foreign edits wrote that Puts of
 * ours replaced unseen. Only additions and edits are merged back: whether a statement that is there now was removed
 * in that instant cannot be told from one added since.
 */
export function mergeForeign(input: MergeInput): Statement[] {
  let merged = withAll([...input.foreign], input.waiting);
  for (const put of input.puts) for (const edit of editsWithin(put, input)) merged = withLost(merged, edit, put, input);
  return merged;
}

function withAll(foreign: Statement[], waiting: readonly Statement[]): Statement[] {
  const known = new Set(foreign.map(identity));
  return [...foreign, ...waiting.filter((one) => !known.has(identity(one)) && !foreign.some((s) => sameSid(one, s)))];
}

/** Far more than a race ever drops, far less than what a key may remember. */
const WAITING_CHARACTERS_MAX = 4_000;

/** What is merged and does not stand in the policy yet: to be remembered until it does. */
export function stillLost(merged: readonly Statement[], foreign: readonly Statement[]): Statement[] {
  const known = new Set(foreign.map(identity));
  const lost = merged.filter((statement) => !known.has(identity(statement)));
  return JSON.stringify(lost).length <= WAITING_CHARACTERS_MAX ? lost : [];
}

/** A Put is remembered from its plan on, with what it was computed from. */
export function rememberPut(
  puts: readonly PolicyPut[],
  put: Omit<PolicyPut, "foreign"> & { foreign: readonly Statement[] },
): PolicyPut[] {
  return [...puts, { ...put, foreign: put.foreign.map(identity) }].slice(-PUTS_KEPT_MAX);
}

/** The policy was read: whatever was put before has had its effect. */
export function seenPuts(puts: readonly PolicyPut[], readAtMs: number): PolicyPut[] {
  return puts.map((put) =>
    put.seenAtMs === undefined && readAtMs > put.putAtMs ? { ...put, seenAtMs: readAtMs } : put,
  );
}

/** The last edit within a Put's time, as it was made on top of the others; those of one second cannot be told apart. */
function editsWithin({ basisReadAtMs, putAtMs, seenAtMs = Infinity }: PolicyPut, input: MergeInput): string[] {
  const from = Math.floor((basisReadAtMs - input.staleMs) / EVENT_TIME_STEP_MS) * EVENT_TIME_STEP_MS;
  const until = Math.min(putAtMs + input.callDeadlineMs, seenAtMs);
  const within = input.edits.filter(({ atMs }) => atMs >= from && atMs <= until);
  const lastMs = within.at(-1)?.atMs;
  return within.filter(({ atMs }) => atMs === lastMs).map(({ policy }) => policy);
}

function withLost(foreign: Statement[], edit: string, put: PolicyPut, { installation }: MergeInput): Statement[] {
  const document = parsePolicy(edit);
  if (document === null || document === "unreadable") return foreign;
  // What the Put was computed from was seen, so it is not this edit's doing if it is gone now.
  const known = new Set([...put.foreign, ...foreign.map(identity)]);
  const lost = document.statements.filter((one) => !isOurs(one, installation) && !known.has(identity(one)));
  const replaced = foreign.map((statement) => lost.find((one) => sameSid(one, statement)) ?? statement);
  return [...replaced, ...lost.filter((one) => !foreign.some((statement) => sameSid(one, statement)))];
}

/** A Sid may stand once in a document: an edited statement takes the place of its older form. */
function sameSid(a: Statement, b: Statement): boolean {
  return a.Sid !== undefined && a.Sid === b.Sid;
}

/** A statement by its meaning. EFS adds a generated Sid to those without. */
function identity(statement: Statement): string {
  return digest([canonicalStatement(statement, NO_ROLE_NAMES)]).slice(0, DIGEST_CHARACTERS);
}
