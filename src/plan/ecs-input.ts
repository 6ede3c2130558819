import type { WorkloadFacet } from "../model/facets.ts";
import type {
  ObservedMountTarget,
  ObservedService,
  ObservedTask,
  ObservedTaskDefinition,
  ObservedTaskTarget,
  Reading,
} from "../model/observations.ts";
import type { EcsWorkload } from "../model/records.ts";
import type { Settings } from "../model/settings.ts";
import type { EcsBinding } from "../model/workload.ts";

export interface EcsObservation {
  /** Null for a family. Its value is null if AWS said MISSING, "noCluster" if AWS said ClusterNotFoundException. */
  service: Reading<ObservedService | "noCluster" | null> | null;
  /**
   * What a new revision would be a copy of: of a service, the revision that its PRIMARY deployment names; of a
   * family, the latest ACTIVE one. null = AWS knows none.
   */
  base: Reading<ObservedTaskDefinition | null>;
  /** By ARN: what all deployments name, and all tasks as far as these were read. */
  revisions: ReadonlyMap<string, Reading<ObservedTaskDefinition | null>>;
  /** Those that have not stopped; null = not read: nobody's mount is about to end. */
  tasks: Reading<ObservedTask[]> | null;
  /**
   * The family's newest revisions after the base, newest first; null = not read: nothing is to be registered.
   * One of them may be ours, if a reply was lost or the service does not name it yet. `base` is as fresh as these.
   */
  candidates: Reading<ObservedTaskDefinition[]> | null;
  /** Of a family: services with bindings of their own that run it. Names for people, sorted. */
  familyServices: Reading<string[]>;
  /**
   * Rules and schedules that pin a revision of this family, the revisions themselves being among `revisions`; absent
   * = nobody has asked.
   */
  pins?: Reading<ObservedTaskTarget[]>;
  /** By file system id, as the file-system reconciler last saw them; absent = never read. */
  mountTargets: ReadonlyMap<string, Reading<ObservedMountTarget[]>>;
}

/** A rollout of ours from the plan of its UpdateService until it is COMPLETED, superseded or rolled back. */
export interface OwnRollout {
  taskDefinitionArn: string;
  basedOn: string;
  /** What ECS goes back to if it replaced a rollout that had not completed: the last completed one; absent = `basedOn`. */
  fallback?: string;
  /** Digest of what was to be mounted, whatever the base. */
  edits: string;
  /** ms. */
  sinceMs: number;
  /** The PRIMARY deployment that it was to replace. */
  replaced: { id: string; updatedAtMs: number };
  /** True once a read showed it as PRIMARY. */
  seen: boolean;
}

/** A rollout of ours that ECS took back. */
export interface RolledBack {
  taskDefinitionArn: string;
  basedOn: string;
  edits: string;
  /** Rollouts of these edits that were taken back, one after the other. */
  times: number;
  /** ms until which nothing is tried on the same base. */
  untilMs: number;
  reason: string;
  /** Requests to look now (`reconcile-at`) that the bindings carried then; another one lifts the wait once. */
  asked?: string[];
  /** Other changes that ECS took back before this one, newest first, held as long as they would be by themselves. */
  before?: Omit<RolledBack, "before">[];
}

export interface EcsMemory {
  /** ms of the first read that did not show the service or family; null = it exists. */
  absentSinceMs: number | null;
  /** Somebody else's rollout was seen in progress, or ended, at this time (ms); `settle` counts from here. */
  foreignUpdateAtMs: number | null;
  /** When the service that this memory is about was created, ms: a re-created namesake is another one. */
  createdAtMs: number | null;
  rollout: OwnRollout | null;
  rolledBack: RolledBack | null;
  /** The last revision that was to be registered: how often in a row, and when last. */
  registering: { content: string; times: number; atMs: number } | null;
}

export const EMPTY_ECS_MEMORY: EcsMemory = {
  absentSinceMs: null,
  foreignUpdateAtMs: null,
  createdAtMs: null,
  rollout: null,
  rolledBack: null,
  registering: null,
};

/** A service, or a family whose tasks somebody else starts. */
export type EcsTarget = { cluster: string; service: string } | { family: string };

export interface EcsPlanInput {
  nowMs: number;
  settings: Settings;
  account: string;
  region: string;
  target: EcsTarget;
  /** All Bindings of this workload, deleted ones included. */
  bindings: EcsBinding[];
  /** File system id of each Binding, by uid; absent if the FileSystem record does not exist. */
  fileSystemIds: ReadonlyMap<string, string>;
  observed: EcsObservation;
  memory: EcsMemory;
  removalsLastHour: number;
  /** When somebody else last deployed according to an event, ms; null = no such event. */
  lastForeignEventAtMs: number | null;
}

export interface EcsFacetDrafts {
  /** By Binding uid. */
  workloads: Map<string, Omit<WorkloadFacet, "key" | "fence">>;
  /** Bindings whose MOUNT_FINALIZER is to be released now. */
  release: { uid: string }[];
  memory: EcsMemory;
}

/** The AWS object of a binding's workload, without its mounts. */
export function ecsTargetOf(workload: EcsWorkload): EcsTarget {
  return "service" in workload ? { cluster: workload.cluster, service: workload.service } : { family: workload.family };
}

/** "service prod/web" or "task family nightly-report". */
export function targetName(target: EcsTarget): string {
  return "service" in target ? `service ${target.cluster}/${target.service}` : `task family ${target.family}`;
}

/** "web:7" of a revision's ARN. */
export function revisionName(taskDefinitionArn: string): string {
  return taskDefinitionArn.slice(taskDefinitionArn.indexOf("/") + 1);
}
