import type { Condition, ConditionStatus, ConditionType } from "./conditions.ts";
import { isWaiting } from "./passing-reasons.ts";
import type { StoredRecord } from "./records.ts";

/** RFC 3339 in UTC, whole seconds, as Kubernetes writes times. */
export function timestampOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A condition that is computed on read: nothing of it is stored, so its time comes from what it follows from. */
export function derived(
  record: StoredRecord,
  fields: { type: ConditionType; status: ConditionStatus; reason: string; message: string; since?: string | undefined },
): Condition {
  const { type, status, reason, message, since = record.metadata.creationTimestamp } = fields;
  return { type, status, reason, message, observedGeneration: record.metadata.generation, lastTransitionTime: since };
}

/** The latest of some RFC 3339 times in UTC, which compare as text; undefined if there is none. */
export function latest(conditions: readonly Condition[]): string | undefined {
  return conditions
    .map(({ lastTransitionTime }) => lastTransitionTime)
    .sort()
    .at(-1);
}

/**
 * The conditions of several facets as one map: both reconcilers may report Drifted, and what holds in either
 * one holds. Their messages are joined, so that neither hides the other.
 */
export function mergedByType(conditions: readonly Condition[]): Map<ConditionType, Condition> {
  const merged = new Map<ConditionType, Condition>();
  for (const condition of conditions) {
    const former = merged.get(condition.type);
    merged.set(condition.type, former === undefined ? condition : mergedPair(former, condition));
  }
  return merged;
}

function mergedPair(one: Condition, other: Condition): Condition {
  if (one.status === "True" && other.status === "True" && one.message !== other.message)
    return { ...one, message: `${one.message} ${other.message}` };
  const order: readonly ConditionStatus[] = ["True", "Unknown", "False"];
  return order.indexOf(one.status) <= order.indexOf(other.status) ? one : other;
}

/** Conditions that are shown only while they hold. */
export function thoseThatHold(
  conditions: ReadonlyMap<ConditionType, Condition>,
  types: readonly ConditionType[],
): Condition[] {
  return types.map((type) => conditions.get(type)).filter((condition) => condition?.status === "True") as Condition[];
}

/**
 * The condition that says best why something is not ready: one that reports a cause before one that merely
 * waits for another.
 */
export function mostTelling(failing: readonly Condition[]): Condition | undefined {
  return failing.find(({ reason }) => !isWaiting(reason)) ?? failing[0];
}

/**
 * While a store that is older than AWS waits for confirmation, nothing that its records say is known to be so: what
 * they showed as mounted may be long gone, and nothing is put right. undefined = no facet says so.
 */
export function heldByRestore(facets: ReadonlyMap<ConditionType, Condition>): Condition | undefined {
  const [held] = thoseThatHold(facets, ["StoreRestored"]);
  return held && { ...held, status: "False", reason: "StoreRestored" };
}
