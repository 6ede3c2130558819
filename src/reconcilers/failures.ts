import type { Action } from "../model/actions.ts";
import type { Condition, ConditionType } from "../model/conditions.ts";
import type { AwsErrorKind } from "../model/errors.ts";

/** A call that AWS refused, remembered until the same call succeeds or is no longer due. */
export interface Failure {
  actionId: string;
  kind: AwsErrorKind;
  code: string;
  message: string;
  bindings: string[];
  condition: ConditionType;
}

/** A correction that waits because somebody undoes it again and again; or one that would wait the next time. */
export interface HeldCorrection {
  type: "held";
  actor: string;
  /** What is undone. */
  what: string;
  /** `<namespace>/<name>`; null = all bindings of the key. */
  binding: string | null;
  sinceMs: number;
  undoings: number;
  /** null = in order at the moment. */
  heldUntilMs: number | null;
  nextDelayMs: number;
  /** It ends after so much time without another undoing. */
  quietMs: number;
  /** The condition that is not True while the correction waits. */
  shownAs: ConditionType;
}

export type Trouble = Failure | HeldCorrection;

/** What makes two planned calls the same one: operation, object, and what it serves. */
export function actionId(action: Action): string {
  const detail = action.type === "CreateAccessPoint" ? action.bindingUid : "";
  return `${action.type} ${action.target} ${detail}`;
}

export const CONDITION_OF: Record<Action["type"], ConditionType> = {
  CreateAccessPoint: "AccessPointReady",
  TagResource: "AccessPointReady",
  DeleteAccessPoint: "AccessPointReady",
  PutFileSystemPolicy: "PolicyReady",
  UpdateFunctionConfiguration: "MountConfigured",
  RegisterTaskDefinition: "MountConfigured",
  UpdateService: "MountConfigured",
};

export function failureOf(action: Action, error: { kind: AwsErrorKind; code: string; message: string }): Failure {
  const { kind, code, message } = error;
  return {
    actionId: actionId(action),
    kind,
    code,
    message,
    bindings: action.bindings,
    condition: CONDITION_OF[action.type],
  };
}

const ADVICE: Partial<Record<AwsErrorKind, string>> = {
  AccessDenied: "Grant Mooring's role this permission; it is tried again by itself",
  LimitExceeded: "Raise the quota or remove what is no longer needed; it is tried again by itself",
  Rejected: "Correct the spec as AWS's message says",
  Transient: "AWS is throttling or unavailable; it is tried again by itself",
};

/**
 * Shows refused and held calls in the conditions of the bindings they serve. Without this a binding whose
 * create is denied for ever would look as if it were about to be made.
 */
export function showFailures<Draft extends { conditions: Condition[]; observedGeneration: number }>(
  drafts: Map<string, Draft>,
  nameOfUid: (uid: string) => string,
  troubles: Trouble[],
  nowMs: number,
): Map<string, Draft> {
  if (troubles.length === 0) return drafts;
  const failures = troubles.filter((one): one is Failure => !("type" in one));
  const held = troubles.filter((one): one is HeldCorrection => "type" in one);
  const shown = new Map<string, Draft>();
  for (const [uid, draft] of drafts) {
    const name = nameOfUid(uid);
    const own = failures.filter((f) => f.bindings.includes(name));
    const quarrels = held.filter(({ binding }) => binding === null || binding === name);
    const conditions = draft.conditions
      .map((c) => withFailure(c, own, isoOf(nowMs)))
      .map((c) => withHold(c, quarrels, bindingAdvice(name), isoOf(nowMs)));
    const first = mostPressing(quarrels);
    if (first !== undefined) conditions.push(contendedCondition(first, bindingAdvice(name), draft.observedGeneration));
    shown.set(uid, { ...draft, conditions });
  }
  return shown;
}

function isoOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The file system's own facet, whose conditions show these refused calls, and who fights over its policy. */
export function showOnFileSystem<Draft extends { conditions: Condition[]; observedGeneration: number }>(
  draft: Draft,
  troubles: Trouble[],
  nowMs: number,
): Draft {
  const failures = troubles.filter((one): one is Failure => !("type" in one));
  const quarrels = troubles.filter((one): one is HeldCorrection => "type" in one && one.shownAs === "PolicyReady");
  const conditions = draft.conditions
    .map((c) => withFailure(c, failures, isoOf(nowMs)))
    .map((c) => withHold(c, quarrels, POLICY_ADVICE, isoOf(nowMs)));
  const first = mostPressing(quarrels);
  if (first !== undefined) conditions.push(contendedCondition(first, POLICY_ADVICE, draft.observedGeneration));
  return { ...draft, conditions };
}

function mostPressing(quarrels: readonly HeldCorrection[]): HeldCorrection | undefined {
  return quarrels.toSorted((a, b) => (b.heldUntilMs ?? 0) - (a.heldUntilMs ?? 0) || a.sinceMs - b.sinceMs)[0];
}

type Advice = (quarrel: HeldCorrection) => string;

const POLICY_ADVICE: Advice = ({ actor }) =>
  `let ${actor} leave Mooring's statements in the file system policy as they are, or change policy.mode`;

function bindingAdvice(name: string): Advice {
  return ({ actor }) =>
    `put the snippet that "mooring render ${name}" prints into what ${actor} deploys, or change this binding`;
}

function withFailure(condition: Condition, failures: Failure[], nowIso: string): Condition {
  const failure = failures.find((f) => f.condition === condition.type);
  if (failure === undefined || condition.status === "True") return condition;
  const advice = ADVICE[failure.kind] ?? "It is tried again by itself";
  return {
    ...condition,
    status: "False",
    reason: failure.kind === "AccessDenied" ? "AccessDenied" : failure.code.replace(/[^A-Za-z0-9]/g, ""),
    message: `${failure.message}. ${advice}`,
    lastTransitionTime: condition.status === "False" ? condition.lastTransitionTime : nowIso,
  };
}

/** A call that waits for the end of its hold is not "being made". */
function withHold(condition: Condition, quarrels: HeldCorrection[], advice: Advice, nowIso: string): Condition {
  const held = quarrels.find((one) => one.shownAs === condition.type && one.heldUntilMs !== null);
  if (held === undefined || condition.status === "True") return condition;
  return {
    ...condition,
    status: "False",
    reason: "Contended",
    message: quarrelSentence(held, advice),
    lastTransitionTime: condition.status === "False" ? condition.lastTransitionTime : nowIso,
  };
}

function contendedCondition(quarrel: HeldCorrection, advice: Advice, observedGeneration: number): Condition {
  return {
    type: "Contended",
    status: "True",
    reason: "RepeatedlyUndone",
    message: quarrelSentence(quarrel, advice),
    observedGeneration,
    lastTransitionTime: isoOf(quarrel.sinceMs),
  };
}

function quarrelSentence(quarrel: HeldCorrection, advice: Advice): string {
  const { actor, what, undoings, heldUntilMs, nextDelayMs, quietMs } = quarrel;
  const next =
    heldUntilMs === null
      ? `it is in order now; undone again, its correction would wait ${spoken(nextDelayMs)}`
      : `its next correction waits until ${isoOf(heldUntilMs)}`;
  return (
    `${actor} has undone ${what} ${undoings} times, each time after Mooring had put it right, so corrections of it have slowed down: ${next}. ` +
    `End the quarrel at its source: ${advice(quarrel)}. ` +
    `This condition ends after ${spoken(quietMs)} without another such change.`
  );
}

function spoken(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}
