/** What the simulated ECS remembers: plain JSON throughout, times in ms; and the errors that its parts share. */
import type {
  CapacityProviderStrategyItem,
  ClusterConfiguration,
  ClusterSetting,
  DeploymentConfiguration,
  DeploymentControllerType,
  NetworkConfiguration,
  RegisterTaskDefinitionRequest,
  ServiceDeploymentLifecycleStage,
  ServiceDeploymentStatus,
  Tag,
  TaskOverride,
  TaskStopCode,
} from "@aws-sdk/client-ecs";
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import { OrderedIndex, type Page } from "../ordered-index.ts";

export interface ClusterRecord {
  name: string;
  status: "ACTIVE" | "INACTIVE";
  settings: ClusterSetting[];
  configuration: ClusterConfiguration | null;
  serviceConnectDefaults: { namespace: string | undefined } | null;
  capacityProviders: string[];
  defaultStrategy: CapacityProviderStrategyItem[];
  tags: Tag[];
}

/** One revision of a family; `definition` is what was registered, with the defaults that ECS fills in. */
export interface DefinitionRecord {
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  definition: Omit<RegisterTaskDefinitionRequest, "tags">;
  tags: Tag[];
  registeredMs: number;
  registeredBy: string;
  deregisteredMs: number | null;
  deleteRequestedMs: number | null;
}

export interface FamilyRecord {
  name: string;
  nextRevision: number;
  revisions: DefinitionRecord[];
}

/** What tasks of a service are made from; one that is in use never changes, except for its capacity strategy. */
export interface RevisionSpec {
  /** ARN of the task definition; absent in services of the EXTERNAL controller. */
  taskDefinition?: string;
  launchType?: string;
  capacityProviderStrategy?: CapacityProviderStrategyItem[];
  platformVersion?: string;
  networkConfiguration?: NetworkConfiguration;
  loadBalancers?: unknown[];
  serviceRegistries?: unknown[];
  serviceConnectConfiguration?: unknown;
  volumeConfigurations?: unknown[];
  vpcLatticeConfigurations?: unknown[];
}

export interface ServiceRevisionRecord {
  id: string;
  createdMs: number;
  spec: RevisionSpec;
}

/** An entry of `deployments[]`. */
export interface DeploymentRecord {
  /** ecs-svc/… */
  id: string;
  status: "PRIMARY" | "ACTIVE" | "INACTIVE";
  revisionId: string;
  createdMs: number;
  updatedMs: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  reason: string;
  /** Shown as failedTasks. */
  failedTasks: number;
  /** Failures since a task last became healthy: what the circuit breaker and the back-off count. */
  failures: number;
  /** No task is started before this time, ms. */
  retryAtMs: number;
  /** Of a task set: its share of the service's desired count. */
  scalePercent?: number;
  externalId?: string;
  /** Of a task set: it has all its tasks, and ECS has said so. */
  steady?: boolean;
}

/** A ServiceDeployment: one rollout as history keeps it. */
export interface RolloutRecord {
  id: string;
  deploymentId: string;
  status: ServiceDeploymentStatus;
  statusReason: string | null;
  createdMs: number;
  startedMs: number | null;
  finishedMs: number | null;
  stoppedMs: number | null;
  updatedMs: number;
  sourceRevisionIds: string[];
  targetRevisionId: string;
  configuration: DeploymentConfiguration;
  /** BLUE_GREEN, LINEAR and CANARY only. */
  stage: ServiceDeploymentLifecycleStage | null;
  rollback: { reason: string; startedMs: number; revisionId: string } | null;
  breaker: { status: "TRIGGERED" | "MONITORING" | "MONITORING_COMPLETE" | "DISABLED"; failures: number };
}

/** Members that are kept and shown as they were given, without effect on the scheduler. */
export interface ServiceSettings {
  placementConstraints: unknown[];
  placementStrategy: unknown[];
  healthCheckGracePeriodSeconds?: number;
  schedulingStrategy: "REPLICA" | "DAEMON";
  enableECSManagedTags: boolean;
  propagateTags: string;
  enableExecuteCommand: boolean;
  availabilityZoneRebalancing: string;
}

/** A fault set by hand: what new tasks of a service do instead of running. */
export interface TaskFault {
  /** fail: they stop before they run; hang: they stay PENDING for ever. */
  tasks: "fail" | "hang";
  /** Why they stop. */
  reason: string;
}

export interface ServiceRecord {
  cluster: string;
  name: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  createdMs: number;
  createdBy: string;
  /** What CreateService was given, as text: repeating it is no error. */
  given: string;
  roleArn: string | null;
  controller: DeploymentControllerType;
  desiredCount: number;
  configuration: DeploymentConfiguration;
  settings: ServiceSettings;
  tags: Tag[];
  /** Newest first; the first is PRIMARY. */
  deployments: DeploymentRecord[];
  /** Newest first. */
  rollouts: RolloutRecord[];
  revisions: ServiceRevisionRecord[];
  /** Revision of the last rollout that completed: where a rollback goes. */
  completedRevisionId: string | null;
  /** Newest first. */
  events: { id: string; createdMs: number; message: string }[];
  /** When the scheduler looks at it next, ms; null = nothing to do. */
  tickDueMs: number | null;
  /** Counts placements, so that tasks are spread over the subnets. */
  placements: number;
  steady: boolean;
  fault: TaskFault | null;
}

/** What a task mounted when it started; it keeps that until it stops, whatever happens to the access point. */
export interface MountedVolume {
  volume: string;
  fileSystemId: string;
  accessPointId: string | null;
  path: string;
  write: boolean;
  root: boolean;
}

export interface TaskRecord {
  id: string;
  cluster: string;
  /** Name of its service; null for RunTask. */
  service: string | null;
  deploymentId: string | null;
  taskDefinition: string;
  family: string;
  group: string;
  startedBy: string | null;
  launchType: string;
  capacityProvider: string | null;
  platformVersion: string | null;
  lastStatus: "PROVISIONING" | "PENDING" | "RUNNING" | "STOPPED";
  desiredStatus: "RUNNING" | "STOPPED";
  createdMs: number;
  startedMs: number | null;
  stoppedMs: number | null;
  stopCode: TaskStopCode | null;
  stoppedReason: string | null;
  version: number;
  overrides: TaskOverride;
  tags: Tag[];
  enableExecuteCommand: boolean;
  containers: { id: string; name: string; image: string; reason: string | null; exitCode: number | null }[];
  /** awsvpc only. */
  network: {
    subnetId: string;
    securityGroups: string[];
    zone: string;
    interfaceId: string;
    attachmentId: string;
  } | null;
  mounts: MountedVolume[];
  /** When its status changes by itself, ms; null = it stays. */
  dueMs: number | null;
}

export interface EcsState {
  clusters: Map<string, ClusterRecord>;
  families: Map<string, FamilyRecord>;
  /** Cluster → services. */
  services: Map<string, OrderedIndex<ServiceRecord>>;
  /** Cluster → tasks. */
  tasks: Map<string, OrderedIndex<TaskRecord>>;
  /** `cluster/service` → its tasks that have not stopped. */
  liveTasks: Map<string, Set<TaskRecord>>;
  /** In the order in which they stopped. */
  stopped: TaskRecord[];
  /** RunTask: cluster and client token → what was asked and what was started. */
  runTokens: Map<string, { given: string; taskIds: string[] }>;
  /** Principal ("" = the account) → setting → value. */
  accountSettings: Map<string, Record<string, string>>;
  /** Buckets of call rates are off unless somebody wants them. */
  throttling: boolean;
  /** Whether task definitions are read back with every default that AWS may add. */
  noisy: boolean;
}

export function emptyState(): EcsState {
  return {
    clusters: new Map(),
    families: new Map(),
    services: new Map(),
    tasks: new Map(),
    liveTasks: new Map(),
    stopped: [],
    runTokens: new Map(),
    accountSettings: new Map(),
    throttling: false,
    noisy: false,
  };
}

export interface EcsContext {
  state: EcsState;
  world: World;
  /** Services whose scheduler is at work, and whether it must look again. Not kept. */
  busy: Map<string, { again: boolean }>;
  /** Called when a service's task runs or has stopped: its scheduler wants to know. */
  taskChanged: (task: TaskRecord) => void;
}

/** All of ECS's errors are 400, server faults apart. */
export const ecsError = (code: string, message: string, fields: Record<string, unknown> = {}): ServiceError =>
  new ServiceError(code, 400, message, fields);
export const invalidParameter = (message: string): ServiceError => ecsError("InvalidParameterException", message);
export const clientError = (message: string): ServiceError => ecsError("ClientException", message);

export function checkedPage<T>(page: Page<T> | null): Page<T> {
  if (page) return page;
  throw invalidParameter("Invalid token");
}

/** @returns the page size asked for. @throws InvalidParameterException outside of 1 to 100. */
export function pageSize(maxResults: number | undefined, standard = 100): number {
  if (maxResults === undefined) return standard;
  if (maxResults >= 1 && maxResults <= 100) return maxResults;
  throw invalidParameter("MaxResults must be between 1 and 100");
}

export const serviceKey = ({ cluster, name }: { cluster: string; name: string }): string => `${cluster}/${name}`;

export function servicesOf({ state }: EcsContext, cluster: string): OrderedIndex<ServiceRecord> {
  return entry(state.services, cluster, () => new OrderedIndex());
}

export function tasksOf({ state }: EcsContext, cluster: string): OrderedIndex<TaskRecord> {
  return entry(state.tasks, cluster, () => new OrderedIndex());
}

/** Tasks of a service that have not stopped. */
export function liveTasksOf({ state }: EcsContext, service: { cluster: string; name: string }): Set<TaskRecord> {
  return entry(state.liveTasks, serviceKey(service), () => new Set());
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}
