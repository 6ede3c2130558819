import type { WorkloadFacet } from "../model/facets.ts";
import type { ObservedFunction, ObservedMountTarget, Reading } from "../model/observations.ts";
import type { LambdaBinding } from "../model/workload.ts";
import type { Settings } from "../model/settings.ts";

export interface LambdaObservation {
  /** $LATEST; null = AWS said ResourceNotFoundException. */
  latest: Reading<ObservedFunction | null>;
  /** Published versions, without $LATEST; null = not read (nothing of ours can be in them yet). */
  versions: Reading<ObservedFunction[]> | null;
  /** Of the file system(s) that the bindings name, by file system id, as the file-system reconciler last saw them; absent = never read. */
  mountTargets: ReadonlyMap<string, Reading<ObservedMountTarget[]>>;
}

export interface LambdaMemory {
  /** ms of the first read that answered "no such function"; null = it exists. */
  absentSinceMs: number | null;
  /** Somebody else's update was seen in progress, or ended, at this time (ms); `settle` counts from here. */
  foreignUpdateAtMs: number | null;
  /** True from the plan of an update of ours until the function was seen at rest: that update is not foreign. */
  ownUpdatePending?: boolean;
  /** By binding uid: ms of the first read that did not show the mount of a deleted binding, though none of ours took it out. */
  unmountedSinceMs?: Record<string, number>;
}

export interface LambdaPlanInput {
  nowMs: number;
  settings: Settings;
  account: string;
  region: string;
  functionName: string;
  /** All Bindings of this function (one, unless the API's uniqueness was circumvented), deleted ones included. */
  bindings: LambdaBinding[];
  /** File system id of each Binding, by uid; absent if the FileSystem record does not exist. */
  fileSystemIds: ReadonlyMap<string, string>;
  observed: LambdaObservation;
  memory: LambdaMemory;
  removalsLastHour: number;
  /** When somebody else last updated this function according to an event, ms; null = no such event. */
  lastForeignEventAtMs: number | null;
}

export interface LambdaFacetDrafts {
  /** By Binding uid. */
  workloads: Map<string, Omit<WorkloadFacet, "key" | "fence">>;
  /** Bindings whose MOUNT_FINALIZER is to be released now. */
  release: { uid: string }[];
  memory: LambdaMemory;
}
