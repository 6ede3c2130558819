import type {
  ObservedAccessPoint,
  ObservedFileSystem,
  ObservedFunction,
  ObservedMountTarget,
  ObservedPolicy,
  ObservedRole,
  ObservedService,
  ObservedTask,
  ObservedTaskDefinition,
  ObservedTaskTarget,
} from "../model/observations.ts";
import type { RegisterInput } from "../model/register-input.ts";

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

/**
 * The ECS calls that Mooring makes; there is none that stops a task or deletes anything.
 * All methods page to the end, obey the call deadline, and throw AwsError only.
 */
export interface Ecs {
  /** Ten names a call, however many are asked for. A MISSING one is left out; null = ClusterNotFoundException. */
  describeServices(cluster: string, services: string[]): Promise<ObservedService[] | null>;
  /** By a revision's ARN, or by family for its latest ACTIVE revision; tags included. null = there is none. */
  describeTaskDefinition(arnOrFamily: string): Promise<ObservedTaskDefinition | null>;
  /** Makes a new revision every time: AWS knows no client token here. */
  registerTaskDefinition(input: {
    register: RegisterInput;
    tags: Record<string, string>;
  }): Promise<Done & { taskDefinition: ObservedTaskDefinition }>;
  /** Sends the task definition only, so nothing else changes. */
  updateService(input: {
    cluster: string;
    service: string;
    taskDefinitionArn: string;
  }): Promise<Done & { service: ObservedService }>;
  /** Names of all clusters. */
  listClusters(): Promise<string[]>;
  /** Names of all task-definition families that have an ACTIVE revision. */
  listFamilies(): Promise<string[]>;
  /** Names of all services of a cluster; null = ClusterNotFoundException. */
  listServices(cluster: string): Promise<string[] | null>;
  /**
   * All tasks of a cluster, or of one service or family in it, that have not stopped: both desired statuses are
   * asked for, and tasks whose lastStatus is STOPPED are left out. null = ClusterNotFoundException.
   */
  listTasks(cluster: string, of?: { service: string } | { family: string }): Promise<ObservedTask[] | null>;
}

/** EventBridge's rules, which Mooring reads and never writes. */
export interface Events {
  /** Targets of rules, on every event bus, that start tasks in one of these clusters, by the clusters' names. */
  taskTargets(clusters: readonly string[]): Promise<ObservedTaskTarget[]>;
}

/** EventBridge Scheduler's schedules, which Mooring reads and never writes. */
export interface Scheduler {
  /** Schedules of every group that start tasks in whatever cluster. */
  taskTargets(): Promise<ObservedTaskTarget[]>;
}

export interface Sts {
  getCallerIdentity(): Promise<{ accountId: string; arn: string }>;
}

/** The AWS of one account and region, as the reconcilers see it. */
export interface Aws {
  efs: Efs;
  lambda: Lambda;
  ecs: Ecs;
  iam: Iam;
  events: Events;
  scheduler: Scheduler;
  sts: Sts;
}
