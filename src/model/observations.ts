import type { RegisterInput } from "./register-input.ts";

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
  /** The call that failed, by the name of the permission that it needs, e.g. "ecs:ListClusters"; absent = not one call. */
  operation?: string;
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

export interface ObservedService {
  serviceArn: string;
  /** The cluster's name, not its ARN. */
  cluster: string;
  serviceName: string;
  /** A deleted service is INACTIVE for a while before it is MISSING. */
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  /** ms since the epoch; tells a re-created namesake apart. */
  createdAtMs: number;
  /** The revision that the service names, as a full ARN; empty where only task sets name one. */
  taskDefinitionArn: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  /** EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES; null where capacity providers decide. */
  launchType: string | null;
  /** e.g. "Linux" or "WINDOWS_SERVER_2022_CORE"; null where AWS leaves it out. */
  platformFamily: string | null;
  /** AWS's default, left out in answers, is ECS. */
  controller: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  /** AWS's default is ROLLING. */
  strategy: "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY";
  /** Empty outside network mode awsvpc. */
  subnetIds: string[];
  securityGroupIds: string[];
  /** As AWS orders them; with another controller than ECS, its task sets. */
  deployments: ObservedDeployment[];
}

export interface ObservedDeployment {
  id: string;
  status: "PRIMARY" | "ACTIVE" | "INACTIVE";
  taskDefinitionArn: string;
  /** Null where AWS leaves it out (Classic load balancers). */
  rolloutState: "COMPLETED" | "FAILED" | "IN_PROGRESS" | null;
  /** A rollback by the circuit breaker shows here only. */
  rolloutStateReason: string | null;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  failedTasks: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface ObservedVolume {
  name: string;
  /** Null = a volume of another kind. */
  efs: {
    fileSystemId: string;
    /** Normalised: "/" if left out. */
    rootDirectory: string;
    transitEncryption: boolean;
    accessPointId: string | null;
    iam: boolean;
  } | null;
}

/** One revision of a task definition; immutable but for its status and tags. */
export interface ObservedTaskDefinition {
  taskDefinitionArn: string;
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  taskRoleArn: string | null;
  /** Sorted. */
  requiresCompatibilities: string[];
  /** LINUX, WINDOWS_SERVER_…; null = left out, which AWS reads as LINUX. */
  operatingSystemFamily: string | null;
  volumes: ObservedVolume[];
  containers: { name: string; mountPoints: ObservedMountPoint[] }[];
  /** All of them, `aws:` ones included. */
  tags: Record<string, string>;
  /** What registers this revision again, tags excepted. Never logged, never in the audit. */
  register: RegisterInput;
  /** Of `register` as compact JSON, UTF-8. */
  bytes: number;
}

export interface ObservedMountPoint {
  sourceVolume: string;
  containerPath: string;
  readOnly: boolean;
}

/** An ECS service or task of the account and region whose revision mounts an EFS file system. */
export interface EcsConsumer {
  /** For people: "service prod/web", or "task family nightly-report in cluster prod". */
  name: string;
  taskDefinitionArn: string;
  /** Null = the tasks have no role. */
  roleArn: string | null;
  fileSystemIds: string[];
  /** Access points that its volumes name. */
  accessPointIds: string[];
  /** File systems that a volume mounts without IAM, so as nobody; left out = none. */
  anonymousFileSystemIds?: string[];
}

/** What starts tasks by itself: a target of an EventBridge rule, or a schedule of EventBridge Scheduler. */
export interface ObservedTaskTarget {
  /** For people: "EventBridge rule nightly", or "schedule default/nightly". */
  name: string;
  /** ARN of a task definition: with a revision's number, which it then pins, or without. */
  taskDefinitionArn: string;
}

/** A task that has not stopped yet: whether it is to run or on its way out. */
export interface ObservedTask {
  taskArn: string;
  /** The cluster's name. */
  cluster: string;
  taskDefinitionArn: string;
  /** "service:<name>" or "family:<name>", as a rule. */
  group: string | null;
  lastStatus: string;
  desiredStatus: string;
}
