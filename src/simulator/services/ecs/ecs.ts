/**
 * The control plane of Amazon ECS: clusters, task definitions, services with their rollouts, tasks.
 * No container is run; a task's start decides what its volumes may do. Container instances are not
 * simulated: tasks of launch type EC2 are placed as if there were room for all.
 */
import type { Handler, Service } from "../../core.ts";
import type { World } from "../../world.ts";
import { inputValidator } from "../input-constraints.ts";
import { ACCOUNT_SETTING_MEMBERS, accountSettingOperations } from "./account-settings.ts";
import { createBuckets } from "./buckets.ts";
import { CLUSTER_MEMBERS, clusterOperations } from "./clusters.ts";
import { ECS_CONSTRAINTS } from "./constraints.ts";
import { DEFINITION_MEMBERS, definitionOperations } from "./definitions.ts";
import { TAG_MEMBERS, tagOperations } from "./ecs-tags.ts";
import { clusterName, findDefinition, findService } from "./names.ts";
import { planStep, taskChanged } from "./scheduler.ts";
import { SERVICE_DEPLOYMENT_MEMBERS, serviceDeploymentOperations } from "./service-deployments.ts";
import { SERVICE_MEMBERS, serviceOperations } from "./services.ts";
import { restoreState, type SavedEcs, snapshotState } from "./snapshot.ts";
import {
  type DefinitionRecord,
  type EcsContext,
  emptyState,
  liveTasksOf,
  type ServiceRecord,
  type TaskFault,
  type TaskRecord,
} from "./state.ts";
import { TASK_SET_MEMBERS, taskSetOperations } from "./task-sets.ts";
import { TASK_MEMBERS, taskOperations } from "./tasks.ts";

declare module "../../world.ts" {
  interface Services {
    ecs: EcsService;
  }
}

export interface EcsService extends Service {
  /** By name or ARN; also one that was deleted, as long as it is remembered. */
  findService(cluster: string, service: string): ServiceRecord | undefined;
  definition(nameOrArn: string): DefinitionRecord | undefined;
  /** Tasks of a service that have not stopped, with what each has mounted. */
  tasksOfService(cluster: string, service: string): readonly TaskRecord[];
  /** Makes new tasks of a service fail or hang, so that its rollouts never stabilise; null ends that. @throws for an unknown service. */
  setTaskFault(cluster: string, service: string, fault: TaskFault | null): void;
  /** Turns on or off what is off by default. */
  configure(settings: Partial<EcsSettings>): EcsSettings;
}

export interface EcsSettings {
  /** Calls are limited as AWS limits them. */
  throttling: boolean;
  /** Task definitions are read back with every default that AWS may add. */
  noisy: boolean;
}

const READ_ONLY = /^(Describe|List)/;

export function createEcsService(world: World): EcsService {
  const context: EcsContext = {
    state: emptyState(),
    world,
    busy: new Map(),
    taskChanged: (task) => taskChanged(context, task),
  };
  const operations = guarded(context, {
    ...clusterOperations(context),
    ...definitionOperations(context),
    ...serviceOperations(context),
    ...serviceDeploymentOperations(context),
    ...taskSetOperations(context),
    ...taskOperations(context),
    ...tagOperations(context),
    ...accountSettingOperations(context),
  });
  const serviceOf = (cluster: string, service: string): ServiceRecord | undefined =>
    findService(context, clusterName(context, cluster), service);
  return {
    name: "ecs",
    operations,
    inputMembers: {
      ...CLUSTER_MEMBERS,
      ...DEFINITION_MEMBERS,
      ...SERVICE_MEMBERS,
      ...SERVICE_DEPLOYMENT_MEMBERS,
      ...TASK_SET_MEMBERS,
      ...TASK_MEMBERS,
      ...TAG_MEMBERS,
      ...ACCOUNT_SETTING_MEMBERS,
    },
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    snapshot: () => snapshotState(context.state),
    restore: (saved) => restoreState(context, saved as SavedEcs),
    findService: serviceOf,
    definition: (name) => findDefinition(context, name),
    tasksOfService(cluster, service) {
      const found = serviceOf(cluster, service);
      return found ? [...liveTasksOf(context, found)] : [];
    },
    setTaskFault(cluster, service, fault) {
      const found = serviceOf(cluster, service);
      if (!found) throw new Error(`Cluster ${cluster} has no service ${service}`);
      found.fault = fault;
      planStep(context, found);
      world.changed();
    },
    configure(settings) {
      Object.assign(context.state, settings);
      world.changed();
      return { throttling: context.state.throttling, noisy: context.state.noisy };
    },
  };
}

/** Checks what the model demands, and takes a token where calls are limited, before an operation sees its input. */
function guarded(context: EcsContext, operations: Record<string, Handler>): Record<string, Handler> {
  const validate = inputValidator(ECS_CONSTRAINTS, "InvalidParameterException");
  const take = createBuckets(context);
  const entries = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, call) => {
      take(name);
      validate(name, input);
      return handler(input, call);
    },
  ]);
  return Object.fromEntries(entries);
}
