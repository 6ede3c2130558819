import { isDeepStrictEqual } from "node:util";
import { adoptionOf } from "../model/adoption.ts";
import type { AccessPointFacet, FileSystemFacet, WorkloadFacet } from "../model/facets.ts";
import { fileSystemKey, type ReconcileKey } from "../model/keys.ts";
import {
  ACCESS_POINT_FINALIZER,
  IN_USE_FINALIZER,
  refOf,
  type BindingRecord,
  type FileSystemRecord,
} from "../model/records.ts";
import type { Home } from "../model/validate.ts";
import type { Change, Lease, Proposal, RecordsView } from "../store/store.ts";
import { workloadId, workloadKey } from "../model/workload.ts";

/** A draft differs in meaning if anything but its writer's key and fence differs. */
function sameMeaning(stored: object | undefined, draft: object): boolean {
  if (stored === undefined) return false;
  const { key: _key, fence: _fence, ...meaning } = stored as { key: string; fence: number };
  return isDeepStrictEqual(meaning, draft);
}

/**
 * Must a stored facet be written again? If its meaning changed; and after a takeover also if not,
 * so that its fence rises and a late write of the paused holder is refused.
 */
function mustWrite(stored: (object & { fence: number }) | undefined, draft: object, lease: Lease): boolean {
  return !sameMeaning(stored, draft) || (lease.takenOver && stored !== undefined && stored.fence < lease.fence);
}

export type WorkloadDrafts = {
  workloads: Map<string, Omit<WorkloadFacet, "key" | "fence">>;
  release: { uid: string }[];
};

/** The commit that records what a Lambda run found; empty if nothing changed in meaning. */
export function proposeWorkloadFacets(
  view: RecordsView,
  drafts: WorkloadDrafts,
  finalizer: string,
  lease: Lease,
  home: Home,
): Omit<Proposal, "by"> {
  const changes: Change[] = [];
  const wakes = new Set<ReconcileKey>();
  for (const [uid, draft] of drafts.workloads) {
    const binding = view.bindingByUid(uid);
    if (binding === undefined || !mustWrite(binding.facets.workload, draft, lease)) continue;
    changes.push({
      type: "workloadFacet",
      ref: refOf(binding),
      facet: { ...draft, key: lease.key, fence: lease.fence },
    });
    if (readByFileSystem(binding, draft)) addFileSystemKey(wakes, view, binding);
  }
  for (const { uid } of drafts.release) {
    const binding = view.bindingByUid(uid);
    if (binding === undefined || !binding.metadata.finalizers.includes(finalizer)) continue;
    changes.push({ type: "releaseFinalizer", ref: refOf(binding), finalizer, key: lease.key, fence: lease.fence });
    addFileSystemKey(wakes, view, binding);
    for (const other of view.bindingsOfWorkload(workloadId(binding.spec.workload))) {
      if (other.metadata.uid !== uid) wakes.add(workloadKey(other.spec.workload, home));
    }
  }
  const unmounted = new Set(drafts.release.map(({ uid }) => uid));
  for (const uid of drafts.workloads.keys()) {
    const binding = view.bindingByUid(uid);
    if (binding === undefined || !isBeyondFileSystems(view, binding)) continue;
    if (binding.metadata.finalizers.includes(finalizer) && !unmounted.has(uid)) continue;
    releaseOf(binding, { binding: ACCESS_POINT_FINALIZER, fileSystem: IN_USE_FINALIZER }, lease, changes);
  }
  return { changes, wakes: [...wakes] };
}

/**
 * A deleted Binding that names no FileSystem record, and that none ever served: it has no access
 * point, and no file-system run will ever come that could say so.
 */
function isBeyondFileSystems(view: RecordsView, { metadata, spec, facets }: BindingRecord): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    facets.accessPoint === undefined &&
    view.fileSystem(spec.fileSystemRef.name) === undefined
  );
}

/** The fields of the workload facet that the file-system planner looks at. */
function readByFileSystem({ metadata, facets }: BindingRecord, draft: Omit<WorkloadFacet, "key" | "fence">): boolean {
  const stored = facets.workload;
  const adopts = adoptionOf({ metadata }) !== null;
  const relevant = (f: Omit<WorkloadFacet, "key" | "fence">) => [
    // An adoption waits for the workload's answer to this very spec.
    adopts && f.observedGeneration,
    f.roleArns,
    f.admissible,
    f.served,
    f.namedBy,
    f.mounted,
    f.echo,
  ];
  return stored === undefined || !isDeepStrictEqual(relevant(stored), relevant(draft));
}

function addFileSystemKey(wakes: Set<ReconcileKey>, view: RecordsView, binding: BindingRecord): void {
  const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
  if (fileSystem !== undefined) wakes.add(fileSystemKey(fileSystem.spec));
}

export interface FileSystemDrafts {
  accessPoints: Map<string, Omit<AccessPointFacet, "key" | "fence">>;
  fileSystem: Omit<FileSystemFacet, "key" | "fence">;
  release: { uid: string }[];
}

/** The commit that records what a file-system run found; empty if nothing changed in meaning. */
export function proposeFileSystemFacets(
  view: RecordsView,
  fileSystemName: string,
  drafts: FileSystemDrafts,
  finalizers: { binding: string; fileSystem: string },
  lease: Lease,
  home: Home,
): Omit<Proposal, "by"> {
  const changes: Change[] = [];
  const wakes = new Set<ReconcileKey>();
  const fileSystem = view.fileSystem(fileSystemName);
  if (fileSystem !== undefined && mustWrite(fileSystem.facets.fileSystem, drafts.fileSystem, lease)) {
    const facet = { ...drafts.fileSystem, key: lease.key, fence: lease.fence };
    changes.push({ type: "fileSystemFacet", ref: refOf(fileSystem), facet });
    if (!isDeepStrictEqual(fileSystem.facets.fileSystem?.mountTargets, drafts.fileSystem.mountTargets)) {
      for (const { spec } of view.bindingsOfFileSystem(fileSystemName)) wakes.add(workloadKey(spec.workload, home));
    }
  }
  for (const [uid, draft] of drafts.accessPoints) {
    const binding = view.bindingByUid(uid);
    if (binding === undefined || !mustWrite(binding.facets.accessPoint, draft, lease)) continue;
    changes.push({
      type: "accessPointFacet",
      ref: refOf(binding),
      facet: { ...draft, key: lease.key, fence: lease.fence },
    });
    if (readByWorkload(binding.facets.accessPoint, draft)) {
      wakes.add(workloadKey(binding.spec.workload, home));
    }
  }
  for (const { uid } of drafts.release) {
    const record = view.bindingByUid(uid) ?? (fileSystem?.metadata.uid === uid ? fileSystem : undefined);
    if (record === undefined) continue;
    releaseOf(record, finalizers, lease, changes);
    // A FileSystem's own deletion waits for its Bindings, and this may be the last of them.
    if (record.kind === "Binding" && fileSystem?.metadata.deletionTimestamp !== undefined)
      addFileSystemKey(wakes, view, record);
  }
  return { changes, wakes: [...wakes] };
}

function releaseOf(
  record: BindingRecord | FileSystemRecord,
  finalizers: { binding: string; fileSystem: string },
  lease: Lease,
  changes: Change[],
): void {
  const finalizer = record.kind === "Binding" ? finalizers.binding : finalizers.fileSystem;
  if (!record.metadata.finalizers.includes(finalizer)) return;
  changes.push({ type: "releaseFinalizer", ref: refOf(record), finalizer, key: lease.key, fence: lease.fence });
}

/** The fields of the access-point facet that the Lambda planner looks at. */
function readByWorkload(stored: AccessPointFacet | undefined, draft: Omit<AccessPointFacet, "key" | "fence">): boolean {
  const relevant = (f: Omit<AccessPointFacet, "key" | "fence">) => [
    f.accessPoint,
    f.policyUsableAtMs,
    f.handover,
    f.predecessor ?? null,
    f.retiring.map(({ accessPointId }) => accessPointId),
    f.former ?? [],
    f.conditions.some(({ type, status }) => type === "StoreRestored" && status === "True"),
  ];
  const nothingYet = [null, null, null, null, [], [], false];
  return !isDeepStrictEqual(stored === undefined ? nothingYet : relevant(stored), relevant(draft));
}
