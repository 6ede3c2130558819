import type {
  ObservedAccessPoint,
  ObservedFileSystem,
  ObservedFunction,
  ObservedMountTarget,
  ObservedPolicy,
  ObservedRole,
} from "../model/observations.ts";

/** What a mutating call answers besides its own result: AWS's request id, for the history. */
export interface Done {
  requestId: string;
}

/**
 * The EFS calls that Mooring makes; there is none that deletes a file system, a mount target or data.
 * All methods page to the end, obey the call deadline, and throw AwsError only.
 */
export interface Efs {
  /** null = FileSystemNotFound. */
  describeFileSystem(fileSystemId: string): Promise<ObservedFileSystem | null>;
  describeFileSystems(): Promise<ObservedFileSystem[]>;
  /** All of one file system, or of the account and region. */
  describeAccessPoints(fileSystemId?: string): Promise<ObservedAccessPoint[]>;
  /** null = AccessPointNotFound. */
  describeAccessPoint(accessPointId: string): Promise<ObservedAccessPoint | null>;
  describeMountTargets(fileSystemId: string): Promise<ObservedMountTarget[]>;
  /** null = PolicyNotFound. */
  describePolicy(fileSystemId: string): Promise<ObservedPolicy>;
  createAccessPoint(input: {
    clientToken: string;
    fileSystemId: string;
    path: string;
    creationInfo: { ownerUid: number; ownerGid: number; permissions: string };
    posixUser: { uid: number; gid: number; secondaryGids: number[] };
    tags: Record<string, string>;
  }): Promise<Done & { accessPoint: ObservedAccessPoint }>;
  /** AccessPointNotFound counts as done. */
  deleteAccessPoint(accessPointId: string): Promise<Done>;
  tag(resourceId: string, tags: Record<string, string>): Promise<Done>;
  putPolicy(fileSystemId: string, policy: string): Promise<Done & { policy: string }>;
}

export interface Lambda {
  /** By GetFunction, which has its own 100 rps quota; null = ResourceNotFoundException. The code URL is dropped. */
  getFunction(functionName: string): Promise<ObservedFunction | null>;
  /** Published versions, without $LATEST. */
  listVersions(functionName: string): Promise<ObservedFunction[]>;
  /** $LATEST of every function; state and lastUpdateStatus are null. */
  listFunctions(): Promise<ObservedFunction[]>;
  /** Every version of every function (FunctionVersion=ALL). */
  listAllVersions(): Promise<ObservedFunction[]>;
  /** PreconditionFailed and ResourceConflict come as kind "Conflict". */
  updateMounts(input: {
    functionName: string;
    revisionId: string;
    fileSystemConfigs: { arn: string; localMountPath: string }[];
  }): Promise<Done & { function: ObservedFunction }>;
}

export interface Iam {
  /** null = NoSuchEntity. */
  getRole(roleArn: string): Promise<ObservedRole | null>;
}

export interface Sts {
  getCallerIdentity(): Promise<{ accountId: string; arn: string }>;
}

/** The AWS of one account and region, as the reconcilers see it. */
export interface Aws {
  efs: Efs;
  lambda: Lambda;
  iam: Iam;
  sts: Sts;
}
