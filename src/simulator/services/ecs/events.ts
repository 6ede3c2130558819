/**
 * ECS's own events on the default bus; unlike CloudTrail's they need no trail (Amazon ECS developer
 * guide, "Amazon ECS events").
 */
import type { WorldEvent } from "../../world.ts";
import { ecsArn, serviceArn, taskArn } from "./names.ts";
import type { DeploymentRecord, EcsContext, ServiceRecord, TaskRecord } from "./state.ts";
import { shownTask } from "./task-form.ts";

const SOURCE = "aws.ecs";
/** A service shows its last so many messages. */
const MESSAGES_MAX = 100;

/** The task as DescribeTasks shows it, with times as text. Its `version` tells older events from newer ones. */
export function emitTaskChange(context: EcsContext, task: TaskRecord): void {
  const { clock } = context.world;
  const { tags: _, ...shown } = shownTask(context, task, false);
  const detail = { ...(withTextTimes(shown) as object), updatedAt: new Date(clock.nowMs()).toISOString() };
  emit(context, "ECS Task State Change", taskArn(context.world, task), detail);
}

type DeploymentEvent = "SERVICE_DEPLOYMENT_IN_PROGRESS" | "SERVICE_DEPLOYMENT_COMPLETED" | "SERVICE_DEPLOYMENT_FAILED";

/** Its detail names neither cluster nor service; they are in `resources`. */
export function emitDeploymentChange(
  context: EcsContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  eventName: DeploymentEvent,
): void {
  emit(context, "ECS Deployment State Change", serviceArn(context.world, service), {
    eventType: eventName === "SERVICE_DEPLOYMENT_FAILED" ? "ERROR" : "INFO",
    eventName,
    deploymentId: deployment.id,
    updatedAt: new Date(context.world.clock.nowMs()).toISOString(),
    reason: deployment.reason,
  });
}

const ACTION_TYPES = {
  SERVICE_STEADY_STATE: "INFO",
  TASKSET_STEADY_STATE: "INFO",
  SERVICE_DESIRED_COUNT_UPDATED: "INFO",
  SERVICE_TASK_START_IMPAIRED: "WARN",
  SERVICE_TASK_CONFIGURATION_FAILURE: "ERROR",
} as const;

export function emitServiceAction(
  context: EcsContext,
  service: ServiceRecord,
  eventName: keyof typeof ACTION_TYPES,
  more: Record<string, unknown> = {},
): void {
  const { world } = context;
  emit(context, "ECS Service Action", serviceArn(world, service), {
    eventType: ACTION_TYPES[eventName],
    eventName,
    clusterArn: ecsArn(world, "cluster", service.cluster),
    createdAt: new Date(world.clock.nowMs()).toISOString(),
    ...more,
  });
}

/** Once, when a task set comes to have all its tasks. */
export function tellSteady(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: DeploymentRecord,
  isSteady: boolean,
): void {
  if (isSteady && taskSet.steady !== true) emitServiceAction(context, service, "TASKSET_STEADY_STATE");
  taskSet.steady = isSteady;
}

/** A line in the service's own `events`, the newest first. */
export function say({ world }: EcsContext, service: ServiceRecord, message: string): void {
  const event = {
    id: world.clock.uuid(),
    createdMs: world.clock.nowMs(),
    message: `(service ${service.name}) ${message}`,
  };
  service.events.unshift(event);
  if (service.events.length > MESSAGES_MAX) service.events.length = MESSAGES_MAX;
}

function emit({ world }: EcsContext, detailType: string, resource: string, detail: object): void {
  const event: WorldEvent = { source: SOURCE, "detail-type": detailType, resources: [resource], detail: { ...detail } };
  world.emit(event);
}

function withTextTimes(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(withTextTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTextTimes(each)]));
}
