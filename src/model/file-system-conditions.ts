import type { Condition, ConditionType } from "./conditions.ts";
import {
  derived,
  heldByRestore,
  latest,
  mergedByType,
  mostTelling,
  thoseThatHold,
  timestampOf,
} from "./derived-condition.ts";
import { isPassing } from "./passing-reasons.ts";
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
  const progress = progressCondition(record, facet, ready);
  return [ready, progress, policy, inUse, ...thoseThatHold(facet, ABNORMAL)].filter(
    (condition) => condition !== undefined,
  );
}

/** kstatus: Stalled if somebody has to act, Reconciling while work is under way, neither when Ready. */
function progressCondition(record: FileSystemRecord, facet: ByType, ready: Condition): Condition | undefined {
  const reported = facet.get("Stalled");
  if (reported?.status === "True") return reported;
  if (ready.status === "True") return undefined;
  const { reason, message, lastTransitionTime: since } = ready;
  const needsHelp = ready.status === "False" && !isPassing(reason);
  return derived(record, { type: needsHelp ? "Stalled" : "Reconciling", status: "True", reason, message, since });
}

function readyCondition(
  record: FileSystemRecord,
  facet: ByType,
  policy: Condition,
  inUse: Condition | undefined,
): Condition {
  const ready = (status: Condition["status"], reason: string, message: string, since?: string) =>
    derived(record, { type: "Ready", status, reason, message, since });
  const { metadata, spec, changedBy } = record;
  if (metadata.deletionTimestamp !== undefined) {
    const message = inUse?.message ?? "Being deleted; the file system itself stays.";
    return ready("False", inUse?.reason ?? "Deleting", message, metadata.deletionTimestamp);
  }
  const answered = record.facets.fileSystem?.observedGeneration ?? 0;
  if (answered < metadata.generation) {
    const message = `Generation ${metadata.generation} has not been looked at yet; nothing is to be done.`;
    return ready("Unknown", "Pending", message, timestampOf(changedBy.atMs));
  }
  const held = heldByRestore(facet);
  if (held !== undefined) return ready("False", held.reason, held.message, held.lastTransitionTime);
  const failing = mostTelling([...thoseThatHold(facet, ["Stalled"]), ...[policy].filter(isWrong)]);
  if (failing !== undefined) return ready("False", failing.reason, failing.message, failing.lastTransitionTime);
  if (policy.status === "Unknown") return ready("Unknown", policy.reason, policy.message, policy.lastTransitionTime);
  return ready("True", "Observed", `${spec.fileSystemId} is as its Bindings need it.`, latest([policy]));
}

/** A file system that does not exist leaves its policy unknown, but that alone is wrong enough. */
function isWrong({ status, reason }: Condition): boolean {
  return status === "False" || reason === "FileSystemNotFound";
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
    reason: "BindingsLeft",
    message: `Its deletion waits while ${names.length === 1 ? "a Binding names" : "Bindings name"} it: ${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}. Delete them, or leave it waiting.`,
    since: record.metadata.deletionTimestamp,
  });
}
