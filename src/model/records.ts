import type { Condition } from "./conditions.ts";
import type { BindingFacets, FileSystemFacets } from "./facets.ts";

export const API_GROUP = "mooring.dev";
export const API_VERSION = "mooring.dev/v1";

/** Released by the workload's reconciler once a fresh read proves that nothing is mounted. */
export const MOUNT_FINALIZER = "mooring.dev/mount";
/** Released by the file-system reconciler once statement and access point are gone (or retained). */
export const ACCESS_POINT_FINALIZER = "mooring.dev/access-point";
/** On a FileSystem: released once no Binding names it. */
export const IN_USE_FINALIZER = "mooring.dev/in-use";

export const ANNOTATIONS = {
  adopt: "mooring.dev/adopt",
  confirmRemoval: "mooring.dev/confirm-removal",
  confirmRestore: "mooring.dev/confirm-restore",
  forceRelease: "mooring.dev/force-release",
  reconcileAt: "mooring.dev/reconcile-at",
} as const;

/** kubectl's own note of what it applied last, by which it knows what to take out. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Tags on every access point that Mooring makes. */
export const TAGS = {
  managed: "mooring.dev/managed",
  installation: "mooring.dev/installation",
  /** uid of the Binding. */
  binding: "mooring.dev/binding",
  /** `<namespace>/<name>` of the Binding, for people. */
  bindingName: "mooring.dev/binding-name",
  /** Head of the commit log when the intent was written; above the log's head means a restored store. */
  slot: "mooring.dev/slot",
  retained: "mooring.dev/retained",
  retiredAt: "mooring.dev/retired-at",
} as const;

/** Tags on every task definition revision that Mooring registers, beside those of its base. */
export const TASK_DEFINITION_TAGS = {
  managed: TAGS.managed,
  installation: TAGS.installation,
  /** The reconcile key's own object: `service/<cluster>/<service>` or `family`. */
  workload: "mooring.dev/workload",
  /** ARN of the revision that it was copied from. */
  basedOn: "mooring.dev/based-on",
  /** Digest of the content as we sent it, by which a revision of ours is known again after a lost reply. */
  content: "mooring.dev/content",
} as const;

export type Kind = "Binding" | "FileSystem";

/** Kubernetes' ObjectMeta, as far as Mooring stores it. Times are RFC 3339 in UTC, whole seconds. */
export interface ObjectMeta {
  name: string;
  /** Empty string for cluster-scoped kinds. */
  namespace: string;
  uid: string;
  /** Raised by one with every change of spec, deletionTimestamp included. */
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers: string[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RootDirectory {
  path: string;
  ownerUid: number;
  ownerGid: number;
  /** Octal, 3 or 4 digits. "750" and "0750" mean the same. */
  permissions: string;
}

export interface PosixUser {
  uid: number;
  gid: number;
  secondaryGids: number[];
}

export type Access = "ReadOnly" | "ReadWrite" | "ReadWriteRoot";

export interface LambdaWorkload {
  /** Unqualified function name in the file system's account and region. */
  functionName: string;
  /** `/mnt/<one segment>`. */
  localMountPath: string;
}

/** Where one container sees the directory. */
export interface EcsMount {
  /** Name of a container in the task definition. */
  container: string;
  /** Absolute path in the container. */
  containerPath: string;
  readOnly: boolean;
}

/** An ECS service, or a task-definition family whose tasks somebody else starts. */
export type EcsWorkload =
  | { cluster: string; service: string; mounts: EcsMount[] }
  | { family: string; mounts: EcsMount[] };

/** Exactly one of the two. */
export type Workload = { lambda: LambdaWorkload; ecs?: undefined } | { lambda?: undefined; ecs: EcsWorkload };

export interface BindingSpec {
  fileSystemRef: { name: string };
  rootDirectory: RootDirectory;
  posixUser: PosixUser;
  access: Access;
  workload: Workload;
  driftPolicy: "Correct" | "Observe";
  suspend: boolean;
  deletionPolicy: "Delete" | "Retain";
  /** Consent: another path or identity replaces the access point, and the data stays where it was. */
  replacement?: "AcceptDataChange";
}

export type PolicyMode = "Observe" | "Preserve" | "Enforce";

export interface FileSystemSpec {
  /** Twelve digits. */
  account: string;
  region: string;
  fileSystemId: string;
  policy: {
    mode: PolicyMode;
    /** The file system's own id: consent to the first Put in mode Enforce. */
    confirm?: string;
    /** The file system's own id: consent to take Mooring's Denies out when leaving Enforce. */
    release?: string;
    requireTls: boolean;
  };
}

/** Who made the last change of spec, for the history's "who". */
export interface Provenance {
  actor: string;
  atMs: number;
}

/** One record as the commit log holds it. `Ready` is derived on read, never stored. */
export interface BindingRecord {
  kind: "Binding";
  metadata: ObjectMeta;
  spec: BindingSpec;
  changedBy: Provenance;
  facets: BindingFacets;
  /** Slot of the last commit that changed this record; Kubernetes' resourceVersion. */
  resourceVersion: number;
}

export interface FileSystemRecord {
  kind: "FileSystem";
  metadata: ObjectMeta;
  spec: FileSystemSpec;
  changedBy: Provenance;
  facets: FileSystemFacets;
  resourceVersion: number;
}

export type StoredRecord = BindingRecord | FileSystemRecord;

/** Names one incarnation of a record: the uid keeps a re-created namesake apart. */
export interface RecordRef {
  kind: Kind;
  namespace: string;
  name: string;
  uid: string;
}

export function refOf(record: StoredRecord): RecordRef {
  const { namespace, name, uid } = record.metadata;
  return { kind: record.kind, namespace, name, uid };
}

export type { Condition };
