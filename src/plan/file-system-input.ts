import type { AccessPointFacet, FileSystemFacet } from "../model/facets.ts";
import type {
  EcsConsumer,
  ObservedAccessPoint,
  ObservedFileSystem,
  ObservedFunction,
  ObservedMountTarget,
  ObservedPolicy,
  ObservedRole,
  Reading,
} from "../model/observations.ts";
import type { BindingRecord, FileSystemRecord } from "../model/records.ts";
import type { Settings } from "../model/settings.ts";
import type { Statement } from "./policy-document.ts";
import type { PolicyPut } from "./policy-merge.ts";

/** Everything that AWS said about one file system, each part with the time of its read. */
export interface FileSystemObservation {
  /** null = AWS said FileSystemNotFound. */
  fileSystem: Reading<ObservedFileSystem | null>;
  /** All access points of the file system, ours and others', deleted ones left out. */
  accessPoints: Reading<ObservedAccessPoint[]>;
  mountTargets: Reading<ObservedMountTarget[]>;
  policy: Reading<ObservedPolicy>;
  /** By role ARN: the roles that `rolesToRead` named. null = AWS said NoSuchEntity. */
  roles: ReadonlyMap<string, Reading<ObservedRole | null>>;
  /**
   * Every function version of the account and region, read completely after `readAtMs`; only
   * present if `needsConsumers` asked for it. What mounts an access point stands in fileSystemConfigs.
   */
  consumers: Reading<ObservedFunction[]> | null;
  /**
   * The same of ECS, read together with `consumers`: whatever an active deployment or a task that has not stopped
   * names. See `namersOf`.
   */
  ecsConsumers: Reading<EcsConsumer[]> | null;
  /** Who is known to mount it today; only present if `needsClients` asked for it, and maybe a minute old. */
  clients?: Reading<KnownClient[]>;
}

/** The planner's own memory across runs, kept in the key item; plain JSON. */
export interface FileSystemMemory {
  /** Access point id → ms of the first read that did not show it. */
  absentSinceMs: Record<string, number>;
  /** Access point id → ms of the first clean read that showed nobody naming it. */
  cleanSinceMs: Record<string, number>;
  /** When our statements were last put and read back, ms; 0 = never. */
  policyPutAtMs: number;
  /** Hash of the principals/access points that were in force at policyPutAtMs, by binding uid → ms since when usable. */
  admittedSinceMs: Record<string, number>;
  /** Roles that the policy was last seen to admit: they need no GetRole. Absent = nothing is known yet. Sorted. */
  admittedRoles?: string[];
  /** Short digests of the (role, access point) pairs that we last saw in force as we gave them; absent = not known. Sorted. */
  givenPairs?: string[];
  /** Our newest Puts, oldest first, for merging back what they replaced unseen. */
  policyPuts?: PolicyPut[];
  /** Foreign statements that they replaced, until they stand in the policy again: a Put of them may have to wait. */
  lostForeign?: Statement[];
  /** Set by the reconciler when AWS refused a Put for an invalid principal: all roles are read again. */
  checkRoles?: boolean;
}

/** A client of the file system that is known today, for the report before the first Put. */
export interface KnownClient {
  /** For people, e.g. "ECS service prod/web" or "Lambda function legacy". */
  name: string;
  /** Null = mounts without IAM. */
  roleArn: string | null;
  /** Null = mounts through none. */
  accessPointId: string | null;
}

export interface FileSystemPlanInput {
  nowMs: number;
  settings: Settings;
  /** Head of the commit log at `refresh`, for StoreRestored. */
  head: number;
  fileSystem: FileSystemRecord;
  /** All Bindings that name it, those being deleted included, sorted by creation time then uid. */
  bindings: BindingRecord[];
  observed: FileSystemObservation;
  memory: FileSystemMemory;
  /** Removals already carried out on this key in the last hour. */
  removalsLastHour: number;
  /** Policy texts that others Put (from their events), oldest first, for merging back what a race of ours dropped. */
  foreignPolicyEdits: { atMs: number; policy: string }[];
}

export interface FileSystemFacetDrafts {
  /** By Binding uid. fence, key and observedGeneration are filled in by the reconciler. */
  accessPoints: Map<string, Omit<AccessPointFacet, "key" | "fence">>;
  fileSystem: Omit<FileSystemFacet, "key" | "fence">;
  /** Bindings (and the FileSystem itself) whose finalizer of ours is to be released now. */
  release: { uid: string }[];
  memory: FileSystemMemory;
}
