import type { Condition, ConditionType } from "./conditions.ts";
import { derived, latest, mergedByType, mostTelling, thoseThatHold, timestampOf } from "./derived-condition.ts";
import type { BindingRecord, FileSystemRecord } from "./records.ts";

type ByType = ReadonlyMap<ConditionType, Condition>;

/** Shown always: what a Binding is made of. */
const PARTS = ["AccessPointReady", "OwnershipReady", "PolicyReady", "MountConfigured"] as const;
/** Shown while they hold. */
const ABNORMAL = ["Drifted", "Contended", "Orphaned", "StoreRestored"] as const;

/** All conditions of a Binding, Ready first, each type once. */
export function bindingConditions(
  record: BindingRecord,
  fileSystem: FileSystemRecord | undefined,
  answered: number,
): Condition[] {
  const facets = facetConditions(record);
  const ready = fileSystem === undefined ? fileSystemNotFound(record) : currentBindingReady(record, answered);
  const stalled = stalledCondition(record, facets, fileSystem);
  const reconciling = stalled === undefined ? reconcilingCondition(record, ready) : undefined;
  return [
    ready,
    reconciling,
    stalled,
    ...PARTS.map((type) => facets.get(type)),
    ...thoseThatHold(facets, ABNORMAL),
  ].filter((condition) => condition !== undefined);
}

/**
 * Ready as it follows from the record alone: True only if both facets answer the current generation, the
 * access point and the mount are there, and neither policy nor ownership is known to be wrong.
 */
export function currentBindingReady(record: BindingRecord, answered: number): Condition {
  const { metadata, spec } = record;
  const ready = (status: Condition["status"], reason: string, message: string, since?: string) =>
    derived(record, { type: "Ready", status, reason, message, since });

  const facets = facetConditions(record);
  const parts = [
    facets.get("AccessPointReady")!,
    facets.get("MountConfigured")!,
    facets.get("PolicyReady")!,
    facets.get("OwnershipReady")!,
  ];
  const failing = mostTelling(parts.filter(({ status }) => status === "False"));

  if (metadata.deletionTimestamp !== undefined) {
    return ready(
      "False",
      "Deleting",
      `Being deleted; waits for ${waitsFor(metadata.finalizers)}.${failing === undefined ? "" : ` ${failing.message}`}`,
      metadata.deletionTimestamp,
    );
  }
  if (spec.suspend) {
    return ready(
      "Unknown",
      "Suspended",
      "Mooring makes no calls for this Binding while spec.suspend is true, so what the other conditions say may be out of date. Set spec.suspend to false to go on.",
      timestampOf(record.changedBy.atMs),
    );
  }
  if (answered < metadata.generation) {
    return ready(
      "Unknown",
      "Pending",
      `Generation ${metadata.generation} has not been looked at by all reconcilers yet (${answered} has); nothing is to be done.`,
      timestampOf(record.changedBy.atMs),
    );
  }
  if (failing !== undefined) return ready("False", failing.reason, failing.message, failing.lastTransitionTime);
  const open = mostTelling([parts[0]!, parts[1]!].filter(({ status }) => status === "Unknown"));
  if (open !== undefined) return ready("Unknown", open.reason, open.message, open.lastTransitionTime);
  const { functionName, localMountPath } = spec.workload.lambda;
  const accessPointId = record.facets.accessPoint?.accessPoint?.id ?? "its access point";
  return ready(
    "True",
    "Mounted",
    `${functionName} mounts ${spec.rootDirectory.path} of ${spec.fileSystemRef.name} at ${localMountPath} through ${accessPointId}.`,
    latest([parts[0]!, parts[1]!]),
  );
}

const FINALIZER_WORK: Readonly<Record<string, string>> = {
  "mooring.dev/mount": "the unmount to be proven",
  "mooring.dev/access-point": "policy statement and access point to go",
};

function waitsFor(finalizers: readonly string[]): string {
  return finalizers.length === 0
    ? "nothing"
    : finalizers.map((name) => FINALIZER_WORK[name] ?? `the finalizer ${name}`).join(" and ");
}

function facetConditions(record: BindingRecord): ByType {
  const { workload, accessPoint } = record.facets;
  const reported = mergedByType([...(accessPoint?.conditions ?? []), ...(workload?.conditions ?? [])]);
  for (const type of PARTS) {
    if (!reported.has(type)) reported.set(type, notReported(record, type));
  }
  return reported;
}

function notReported(record: BindingRecord, type: (typeof PARTS)[number]): Condition {
  if (type === "OwnershipReady") {
    return derived(record, {
      type,
      status: "Unknown",
      reason: "NotChecked",
      message: `EFS has no API that shows who owns a directory, so the owner of ${record.spec.rootDirectory.path} was not checked. It is set when the directory is made at the first mount; if it existed before, look at it from a function that mounts it.`,
    });
  }
  return derived(record, {
    type,
    status: "Unknown",
    reason: "NotObserved",
    message: "Mooring has not read this from AWS yet; nothing is to be done.",
  });
}

function fileSystemNotFound(record: BindingRecord): Condition {
  if (record.metadata.deletionTimestamp !== undefined) return currentBindingReady(record, record.metadata.generation);
  const { name } = record.spec.fileSystemRef;
  return derived(record, {
    type: "Ready",
    status: "False",
    reason: "FileSystemNotFound",
    message: `There is no FileSystem ${name}. Create it; or, if the name is wrong, delete this Binding and write it anew, since fileSystemRef cannot be changed.`,
  });
}

/** kstatus: something that only a change can cure. */
function stalledCondition(
  record: BindingRecord,
  facets: ByType,
  fileSystem: FileSystemRecord | undefined,
): Condition | undefined {
  const reported = facets.get("Stalled");
  if (reported?.status === "True") return reported;
  if (fileSystem !== undefined || record.metadata.deletionTimestamp !== undefined) return undefined;
  const { reason, message } = fileSystemNotFound(record);
  return derived(record, { type: "Stalled", status: "True", reason, message });
}

/** kstatus: work is under way. A suspended Binding is not being worked on. */
function reconcilingCondition(record: BindingRecord, ready: Condition): Condition | undefined {
  if (ready.status === "True" || ready.reason === "Suspended") return undefined;
  const { reason, message, lastTransitionTime } = ready;
  return derived(record, { type: "Reconciling", status: "True", reason, message, since: lastTransitionTime });
}
