import type { Condition, ConditionType } from "./conditions.ts";
import { derived, latest, mergedByType, mostTelling, thoseThatHold, timestampOf } from "./derived-condition.ts";
import type { BindingRecord, FileSystemRecord } from "./records.ts";

type ByType = ReadonlyMap<ConditionType, Condition>;

const ABNORMAL = ["Drifted", "Contended", "Orphaned", "StoreRestored"] as const;
const NAMES_SHOWN_MAX = 3;

/** All conditions of a FileSystem, Ready first, each type once. */
export function fileSystemConditions(record: FileSystemRecord, naming: readonly BindingRecord[]): Condition[] {
  const facet = mergedByType(record.facets.fileSystem?.conditions ?? []);
  const policy = facet.get("PolicyReady") ?? notObserved(record);
  const inUse = inUseCondition(record, naming);
  const ready = readyCondition(record, facet, policy, inUse);
  const stalled = facet.get("Stalled")?.status === "True" ? facet.get("Stalled") : undefined;
  const reconciling =
    stalled === undefined && ready.status !== "True"
      ? derived(record, { ...ready, type: "Reconciling", status: "True", since: ready.lastTransitionTime })
      : undefined;
  return [ready, reconciling, stalled, policy, inUse, ...thoseThatHold(facet, ABNORMAL)].filter(
    (condition) => condition !== undefined,
  );
}

function readyCondition(
  record: FileSystemRecord,
  facet: ByType,
  policy: Condition,
  inUse: Condition | undefined,
): Condition {
  const ready = (status: Condition["status"], reason: string, message: string, since?: string) =>
    derived(record, { type: "Ready", status, reason, message, since });
  const { metadata, spec } = record;
  if (metadata.deletionTimestamp !== undefined) {
    return ready(
      "False",
      inUse?.reason ?? "Deleting",
      inUse?.message ?? "Being deleted; the file system itself stays.",
      metadata.deletionTimestamp,
    );
  }
  const answered = record.facets.fileSystem?.observedGeneration ?? 0;
  if (answered < metadata.generation) {
    return ready(
      "Unknown",
      "Pending",
      `Generation ${metadata.generation} has not been looked at yet; nothing is to be done.`,
      timestampOf(record.changedBy.atMs),
    );
  }
  const reported = facet.get("Ready");
  const held = ["StoreRestored", "Stalled"] as const;
  const failing = mostTelling([
    ...thoseThatHold(facet, held),
    ...[reported, policy].filter((condition) => condition?.status === "False"),
  ] as Condition[]);
  if (failing !== undefined) return ready("False", failing.reason, failing.message, failing.lastTransitionTime);
  return ready("True", "Observed", `${spec.fileSystemId} is as its Bindings need it.`, latest([policy]));
}

function notObserved(record: FileSystemRecord): Condition {
  return derived(record, {
    type: "PolicyReady",
    status: "Unknown",
    reason: "NotObserved",
    message: "Mooring has not read the policy yet; nothing is to be done.",
  });
}

/** Its deletion waits while a Binding names it. */
function inUseCondition(record: FileSystemRecord, naming: readonly BindingRecord[]): Condition | undefined {
  if (record.metadata.deletionTimestamp === undefined || naming.length === 0) return undefined;
  const names = naming.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort();
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : "";
  return derived(record, {
    type: "InUse",
    status: "True",
    reason: "InUse",
    message: `Its deletion waits while ${names.length === 1 ? "a Binding names" : "Bindings name"} it: ${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}. Delete them, or leave it waiting.`,
    since: record.metadata.deletionTimestamp,
  });
}
