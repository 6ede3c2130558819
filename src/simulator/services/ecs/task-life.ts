/** A task from PROVISIONING to RUNNING, or to the reason why it does not run; and its end. */
import type { AwsVpcConfiguration, Tag, TaskOverride, TaskStopCode } from "@aws-sdk/client-ecs";
import { later } from "../later.ts";
import { emitTaskChange } from "./events.ts";
import { definitionArn, findDefinition } from "./names.ts";
import type { Placement } from "./placement.ts";
import { type DefinitionRecord, type EcsContext, liveTasksOf, servicesOf, type TaskRecord, tasksOf } from "./state.ts";
import { mountVolumes } from "./task-mounts.ts";

/** How long a stopped task can still be described, ms; AWS promises at least an hour. */
const STOPPED_SHOWN_MS = 3_600_000;

export interface TaskOrder {
  cluster: string;
  definition: DefinitionRecord;
  service: string | null;
  deploymentId: string | null;
  group: string;
  startedBy: string | null;
  placement: Placement;
  network: AwsVpcConfiguration | undefined;
  /** Counts placements: tasks go to the subnets in turn. */
  place: number;
  overrides?: TaskOverride;
  tags?: Tag[];
  enableExecuteCommand: boolean;
}

/** Why ECS cannot act as the roles of a task definition; null if it can. */
export function roleFault(
  { world }: EcsContext,
  definition: DefinitionRecord["definition"],
  overrides: TaskOverride = {},
): string | null {
  const taskRole = overrides.taskRoleArn ?? definition.taskRoleArn;
  const executionRole = overrides.executionRoleArn ?? definition.executionRoleArn;
  const iam = world.service("iam");
  for (const given of [taskRole, executionRole]) {
    if (given === undefined) continue;
    const role = iam.findRole(given.slice(given.lastIndexOf("/") + 1));
    const known = role && (!given.startsWith("arn:") || role.arn === given);
    if (known && role.assumeRolePolicyDocument.includes("ecs-tasks.amazonaws.com")) continue;
    return (
      `ECS was unable to assume the role '${given}' that was provided for this task. Please verify that the role being ` +
      "passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
    );
  }
  return null;
}

/** Starts a task; with no start time it runs, or has failed, when this returns. */
export function launchTask(context: EcsContext, order: TaskOrder): TaskRecord {
  const { world } = context;
  const { clock } = world;
  forgetStopped(context);
  const task: TaskRecord = {
    id: clock.hex(32),
    cluster: order.cluster,
    service: order.service,
    deploymentId: order.deploymentId,
    taskDefinition: definitionArn(world, order.definition),
    family: order.definition.family,
    group: order.group,
    startedBy: order.startedBy,
    ...order.placement,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    createdMs: clock.nowMs(),
    startedMs: null,
    stoppedMs: null,
    stopCode: null,
    stoppedReason: null,
    version: 1,
    overrides: order.overrides ?? {},
    tags: order.tags ?? [],
    enableExecuteCommand: order.enableExecuteCommand,
    containers: (order.definition.definition.containerDefinitions ?? []).map(({ name = "", image = "" }) => ({
      id: clock.uuid(),
      name,
      image,
      reason: null,
      exitCode: null,
    })),
    network: networkOf(context, order),
    mounts: [],
    dueMs: null,
  };
  tasksOf(context, task.cluster).set(task.id, task);
  if (task.service !== null) liveTasksOf(context, { cluster: task.cluster, name: task.service }).add(task);
  emitTaskChange(context, task);
  continueLater(context, task, world.timings.taskStartMs / 2);
  return task;
}

function networkOf({ world }: EcsContext, { network, place }: TaskOrder): TaskRecord["network"] {
  const subnets = network?.subnets ?? [];
  const subnet = subnets.length === 0 ? undefined : world.service("ec2").subnet(subnets[place % subnets.length] ?? "");
  if (!subnet) return null;
  const fallback = world.service("ec2").defaultGroup(subnet.vpcId);
  const given = network?.securityGroups ?? [];
  return {
    subnetId: subnet.id,
    zone: subnet.zone,
    securityGroups: given.length > 0 ? given : fallback === undefined ? [] : [fallback],
    interfaceId: `eni-${world.clock.hex(17)}`,
    attachmentId: world.clock.uuid(),
  };
}

/** Plans a task's next step; after a restart too. */
export function continueLater(context: EcsContext, task: TaskRecord, delayMs: number): void {
  const { world } = context;
  const dueMs = world.clock.nowMs() + delayMs;
  task.dueMs = dueMs;
  later(world, delayMs, () => {
    // A task that was stopped meanwhile, or belongs to a state that was replaced, goes nowhere.
    if (task.dueMs !== dueMs || tasksOf(context, task.cluster).get(task.id) !== task) return;
    task.dueMs = null;
    if (task.lastStatus === "PROVISIONING") {
      become(context, task, "PENDING");
      continueLater(context, task, world.timings.taskStartMs / 2);
    } else if (task.lastStatus === "PENDING") finishStart(context, task);
  });
}

function finishStart(context: EcsContext, task: TaskRecord): void {
  const { world } = context;
  const fault = task.service === null ? null : (servicesOf(context, task.cluster).get(task.service)?.fault ?? null);
  if (fault?.tasks === "hang") return;
  if (fault) return stopTask(context, task, "TaskFailedToStart", fault.reason);
  const definition = findDefinition(context, task.taskDefinition)?.definition;
  const outcome = mountVolumes(world, task, definition ?? { family: task.family, containerDefinitions: [] });
  if ("reason" in outcome) return stopTask(context, task, "TaskFailedToStart", outcome.reason);
  task.mounts = outcome.mounts;
  task.startedMs = world.clock.nowMs();
  become(context, task, "RUNNING");
  context.taskChanged(task);
}

/** Ends a task, whatever it was doing. One that has stopped stays as it is. */
export function stopTask(context: EcsContext, task: TaskRecord, stopCode: TaskStopCode, reason: string): void {
  if (task.lastStatus === "STOPPED") return;
  const { state, world } = context;
  task.desiredStatus = "STOPPED";
  task.stopCode = stopCode;
  task.stoppedReason = reason;
  task.stoppedMs = world.clock.nowMs();
  task.dueMs = null;
  // 143: containers end by the SIGTERM that they are sent.
  if (task.startedMs !== null) for (const container of task.containers) container.exitCode = 143;
  if (task.service !== null) liveTasksOf(context, { cluster: task.cluster, name: task.service }).delete(task);
  state.stopped.push(task);
  become(context, task, "STOPPED");
  context.taskChanged(task);
}

function become(context: EcsContext, task: TaskRecord, status: TaskRecord["lastStatus"]): void {
  task.lastStatus = status;
  task.version++;
  emitTaskChange(context, task);
}

function forgetStopped(context: EcsContext): void {
  const { stopped } = context.state;
  const limitMs = context.world.clock.nowMs() - STOPPED_SHOWN_MS;
  let over = 0;
  while (over < stopped.length && (stopped[over]?.stoppedMs ?? 0) < limitMs) {
    const task = stopped[over++] as TaskRecord;
    tasksOf(context, task.cluster).delete(task.id);
  }
  if (over > 0) stopped.splice(0, over);
}
