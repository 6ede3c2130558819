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

/** What makes two planned calls the same one: operation, object, and what it serves. */
export function actionId(action: Action): string {
  const detail = action.type === "CreateAccessPoint" ? action.bindingUid : "";
  return `${action.type} ${action.target} ${detail}`;
}

const CONDITION_OF: Record<Action["type"], ConditionType> = {
  CreateAccessPoint: "AccessPointReady",
  TagResource: "AccessPointReady",
  DeleteAccessPoint: "AccessPointReady",
  PutFileSystemPolicy: "PolicyReady",
  UpdateFunctionConfiguration: "MountConfigured",
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
 * Shows refused calls in the conditions of the bindings they serve. Without this a binding whose
 * create is denied for ever would look as if it were about to be made.
 */
export function showFailures<Draft extends { conditions: Condition[] }>(
  drafts: Map<string, Draft>,
  nameOfUid: (uid: string) => string,
  failures: Failure[],
  nowMs: number,
): Map<string, Draft> {
  if (failures.length === 0) return drafts;
  const shown = new Map<string, Draft>();
  for (const [uid, draft] of drafts) {
    const own = failures.filter((f) => f.bindings.includes(nameOfUid(uid)));
    shown.set(uid, withFailures(draft, own, nowMs));
  }
  return shown;
}

/** A facet whose conditions show these refused calls. */
export function withFailures<Draft extends { conditions: Condition[] }>(
  draft: Draft,
  failures: Failure[],
  nowMs: number,
): Draft {
  const nowIso = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return { ...draft, conditions: draft.conditions.map((c) => withFailure(c, failures, nowIso)) };
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
