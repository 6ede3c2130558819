/**
 * What AWS said, and when. "Could not read" is never "absent": whoever consumes a Reading must
 * look at `known` first, and the compiler sees to it.
 */
export type Reading<T> =
  | { known: true; value: T; readAtMs: number }
  | { known: false; why: ReadFailure; readAtMs: number };

export interface ReadFailure {
  /** AWS's error code, e.g. "AccessDeniedException". */
  code: string;
  message: string;
  /** True if asking again soon may help (throttling, 5xx, timeouts). */
  transient: boolean;
}

export type LifeCycleState = "creating" | "available" | "updating" | "deleting" | "deleted" | "error";

export interface ObservedFileSystem {
  fileSystemId: string;
  lifeCycleState: LifeCycleState;
}

export interface ObservedAccessPoint {
  accessPointId: string;
  accessPointArn: string;
  fileSystemId: string;
  clientToken: string;
  lifeCycleState: LifeCycleState;
  /** Normalised: "/" if AWS returned none. */
  path: string;
  creationInfo: { ownerUid: number; ownerGid: number; permissions: string } | null;
  posixUser: { uid: number; gid: number; secondaryGids: number[] } | null;
  tags: Record<string, string>;
}

export interface ObservedMountTarget {
  mountTargetId: string;
  lifeCycleState: LifeCycleState;
  vpcId: string;
  subnetId: string;
  availabilityZoneId: string;
}

/** Raw policy text as AWS returned it; null = no policy (PolicyNotFound). */
export type ObservedPolicy = string | null;

export interface ObservedRole {
  roleArn: string;
  /** AROA…; what a stored policy shows once the role was deleted. */
  roleId: string;
}

export interface ObservedFunction {
  functionName: string;
  functionArn: string;
  /** "$LATEST" or a number. */
  version: string;
  roleArn: string;
  revisionId: string;
  vpcId: string | null;
  subnetIds: string[];
  snapStart: boolean;
  /** S3 Files or EFS access point ARNs, as AWS has them. At most one today. */
  fileSystemConfigs: { arn: string; localMountPath: string }[];
  /** Null where AWS leaves it out (ListFunctions, ListVersionsByFunction). */
  state: string | null;
  lastUpdateStatus: "Successful" | "Failed" | "InProgress" | null;
  lastUpdateStatusReason: string | null;
  lastUpdateStatusReasonCode: string | null;
  /** ms since the epoch. */
  lastModifiedMs: number;
}
