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
import { mountPaths, workloadName } from "./workload.ts";

type ByType = ReadonlyMap<ConditionType, Condition>;

/** Shown always: what a Binding is made of. */
const PARTS = ["AccessPointReady", "OwnershipReady", "PolicyReady", "MountConfigured"] as const;
/** Shown while they hold. */
const ABNORMAL = ["Drifted", "Contended", "AdoptionMismatch", "Orphaned", "StoreRestored"] as const;

/** All conditions of a Binding, Ready first, each type once. */
export function bindingConditions(
  record: BindingRecord,
  fileSystem: FileSystemRecord | undefined,
  answered: number,
): Condition[] {
  const facets = facetConditions(record);
  const ready = fileSystem === undefined ? fileSystemNotFound(record) : currentBindingReady(record, answered);
  const stalled = stalledCondition(record, facets, ready);
  const reconciling = stalled === undefined ? reconcilingCondition(record, ready) : undefined;
  return [
    ready,
    reconciling,
    stalled,
    ...PARTS.map((type) => facets.get(type)),
    ...thoseThatHold(facets, ABNORMAL),
    ...[facets.get("RevisionPinned")].filter((condition) => condition?.status !== "False"),
  ].filter((condition) => condition !== undefined);
}

/**
 * Ready as it follows from the record alone: True only if both facets answer the current generation, the
 * access point and the mount are there, the mount is of that access point, and neither policy nor ownership is
 * known to be wrong.
 */
export function currentBindingReady(record: BindingRecord, answered: number): Condition {
  const facets = facetConditions(record);
  const { status, reason, message, since } =
    withoutLooking(record, facets, answered) ??
    asRead(record, facets) ??
    beingRepointed(record, facets) ??
    mounted(record, facets);
  return derived(record, { type: "Ready", status, reason, message, since });
}

interface Verdict {
  status: Condition["status"];
  reason: string;
  message: string;
  since: string | undefined;
}

/** What decides before any condition of AWS is looked at. */
function withoutLooking(record: BindingRecord, facets: ByType, answered: number): Verdict | null {
  const { metadata, spec, changedBy } = record;
  if (metadata.deletionTimestamp !== undefined) {
    const failing = heldByRestore(facets) ?? mostTelling(failingParts(facets));
    const message = `Being deleted; waits for ${waitsFor(metadata.finalizers)}.${failing === undefined ? "" : ` ${failing.message}`}`;
    return { status: "False", reason: "Deleting", message, since: metadata.deletionTimestamp };
  }
  const held = heldByRestore(facets);
  if (held !== undefined) return { ...held, since: held.lastTransitionTime };
  const since = timestampOf(changedBy.atMs);
  if (spec.suspend) {
    const message =
      "Mooring changes nothing for this Binding while spec.suspend is true, so it may not be as it should be. Set spec.suspend to false to go on.";
    return { status: "Unknown", reason: "Suspended", message, since };
  }
  if (answered < metadata.generation) {
    const message = `Generation ${metadata.generation} has not been looked at by all reconcilers yet (${answered} has); nothing is to be done.`;
    return { status: "Unknown", reason: "Pending", message, since };
  }
  return null;
}

/** Not ready, by what was read; null = nothing speaks against it. */
function asRead(record: BindingRecord, facets: ByType): Verdict | null {
  const unknown = [facets.get("AccessPointReady")!, facets.get("MountConfigured")!].filter(
    ({ status }) => status === "Unknown",
  );
  const telling = mostTelling(failingParts(facets)) ?? mostTelling([...unknown, ...unknownPolicy(record, facets)]);
  return telling === undefined ? null : { ...telling, since: telling.lastTransitionTime };
}

/** A policy that cannot be read speaks against a mount only if no earlier read showed that it admits it. */
function unknownPolicy({ facets: { accessPoint } }: BindingRecord, facets: ByType): Condition[] {
  const policy = facets.get("PolicyReady")!;
  return policy.status === "Unknown" && accessPoint?.policyUsableAtMs === null ? [policy] : [];
}

/** The two reconcilers speak of different access points: the mount that was verified is not the one in force. */
function beingRepointed({ facets: { accessPoint, workload }, spec }: BindingRecord, facets: ByType): Verdict | null {
  const inForce = accessPoint?.handover ?? accessPoint?.accessPoint?.id;
  if (inForce === undefined || workload?.echo === inForce) return null;
  const message = `${workloadName(spec.workload)} is being made to mount access point ${inForce}${workload?.echo ? ` instead of ${workload.echo}` : ""}; nothing is to be done.`;
  return { status: "False", reason: "Updating", message, since: facets.get("AccessPointReady")!.lastTransitionTime };
}

function mounted({ spec, facets: { accessPoint } }: BindingRecord, facets: ByType): Verdict {
  const through = accessPoint?.accessPoint?.id ?? "its access point";
  return {
    status: "True",
    reason: "Mounted",
    message: `${workloadName(spec.workload)} mounts ${spec.rootDirectory.path} of ${spec.fileSystemRef.name} at ${mountPaths(spec.workload)} through ${through}.`,
    since: latest([facets.get("AccessPointReady")!, facets.get("MountConfigured")!]),
  };
}

/** In the order in which they are worth telling. */
function failingParts(facets: ByType): Condition[] {
  const order = ["AccessPointReady", "MountConfigured", "PolicyReady", "OwnershipReady"] as const;
  return order.map((type) => facets.get(type)!).filter(({ status }) => status === "False");
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
      message: `EFS has no API that shows who owns a directory, so the owner of ${record.spec.rootDirectory.path} was not checked. It is set when the directory is made at the first mount; if it existed before, look at it from where it is mounted.`,
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

/** kstatus: something that only somebody's action can cure. */
function stalledCondition(record: BindingRecord, facets: ByType, ready: Condition): Condition | undefined {
  const reported = facets.get("Stalled");
  if (reported?.status === "True") return reported;
  const cause = ready.reason === "Deleting" ? (heldByRestore(facets) ?? mostTelling(failingParts(facets))) : ready;
  if (cause === undefined || cause.status !== "False" || isPassing(cause.reason) || isOutcomeOfDeletion(cause))
    return undefined;
  const { reason, message, lastTransitionTime } = cause;
  return derived(record, { type: "Stalled", status: "True", reason, message, since: lastTransitionTime });
}

/** A part that is gone because the Binding is being deleted is no trouble. */
function isOutcomeOfDeletion({ reason }: Condition): boolean {
  return ["Unmounted", "Deleted", "Retained", "ForceReleased"].includes(reason);
}

/** kstatus: work is under way. A suspended Binding is not being worked on. */
function reconcilingCondition(record: BindingRecord, ready: Condition): Condition | undefined {
  if (ready.status === "True" || ready.reason === "Suspended") return undefined;
  const { reason, message, lastTransitionTime } = ready;
  return derived(record, { type: "Reconciling", status: "True", reason, message, since: lastTransitionTime });
}
