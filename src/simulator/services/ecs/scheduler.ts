/**
 * The service scheduler: starts and stops tasks, one kind of thing at a time, until the tasks are
 * what the PRIMARY deployment asks for. Without a circuit breaker it never gives up.
 */
import type { ServiceDeploymentLifecycleStage } from "@aws-sdk/client-ecs";
import { later } from "../later.ts";
import { emitServiceAction, say, tellSteady } from "./events.ts";
import { breakerOf, completeRollout, currentRollout, failRollout, thresholdOf } from "./rollouts.ts";
import {
  type DeploymentRecord,
  type EcsContext,
  liveTasksOf,
  type RolloutRecord,
  serviceKey,
  type ServiceRecord,
  servicesOf,
  type TaskRecord,
} from "./state.ts";
import { launchTask, stopTask } from "./task-life.ts";
import { orderOf } from "./task-order.ts";

/** Without a circuit breaker, failed starts are repeated ever more slowly (Amazon ECS developer guide, "Service throttle logic"). */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 900_000;
/** A service says that its starts are impaired after so many failures in a row, and each time so many more. */
const IMPAIRED_EVERY = 3;

/** Lets the scheduler look at a service after `delayMs`, or earlier if that is planned already. */
export function plan(context: EcsContext, service: ServiceRecord, delayMs: number): void {
  const { world } = context;
  const busy = context.busy.get(serviceKey(service));
  if (busy && delayMs <= 0) {
    busy.again = true;
    return;
  }
  const dueMs = world.clock.nowMs() + Math.max(0, delayMs);
  if (service.tickDueMs !== null && service.tickDueMs <= dueMs) return;
  service.tickDueMs = dueMs;
  later(world, delayMs, () => {
    if (service.tickDueMs !== dueMs || servicesOf(context, service.cluster).get(service.name) !== service) return;
    service.tickDueMs = null;
    look(context, service);
  });
}

/** The scheduler looks after the time that one of its steps takes. */
export const planStep = (context: EcsContext, service: ServiceRecord): void =>
  plan(context, service, context.world.timings.deploymentStepMs);

function look(context: EcsContext, service: ServiceRecord): void {
  const key = serviceKey(service);
  const turn = { again: false };
  context.busy.set(key, turn);
  try {
    do {
      turn.again = false;
      act(context, service);
    } while (turn.again);
  } finally {
    context.busy.delete(key);
  }
}

/** A service's task runs, or has stopped. */
export function taskChanged(context: EcsContext, task: TaskRecord): void {
  const service = task.service === null ? undefined : servicesOf(context, task.cluster).get(task.service);
  const deployment = service?.deployments.find(({ id }) => id === task.deploymentId);
  if (!service) return;
  if (deployment && task.lastStatus === "RUNNING" && breakerOf(service).resetOnHealthyTask) deployment.failures = 0;
  if (deployment && task.stopCode === "TaskFailedToStart") countFailure(context, service, deployment);
  planStep(context, service);
}

function countFailure(context: EcsContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const { clock, timings } = context.world;
  deployment.failures++;
  if (deployment.rolloutState === "IN_PROGRESS") deployment.failedTasks++;
  deployment.updatedMs = clock.nowMs();
  // Of a deployment that was superseded, no further task is started; task sets stand side by side.
  if (service.deployments[0] !== deployment && service.controller === "ECS") return;
  const rollout = currentRollout(service);
  const guarded =
    breakerOf(service).enable === true &&
    deployment.rolloutState === "IN_PROGRESS" &&
    rollout !== undefined &&
    rollout.rollback === null;
  if (guarded) {
    rollout.breaker.failures = deployment.failures;
    deployment.retryAtMs = clock.nowMs() + timings.deploymentStepMs;
    if (deployment.failures >= thresholdOf(service)) {
      failRollout(context, service, "breaker", breakerOf(service).rollback === true);
    }
    return;
  }
  const doubled = Math.max(RETRY_MIN_MS, timings.deploymentStepMs) * 2 ** Math.min(deployment.failures - 1, 20);
  deployment.retryAtMs = clock.nowMs() + Math.min(RETRY_MAX_MS, doubled);
  if (deployment.failures % IMPAIRED_EVERY !== 0) return;
  say(
    context,
    service,
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.",
  );
  emitServiceAction(context, service, "SERVICE_TASK_START_IMPAIRED");
}

function act(context: EcsContext, service: ServiceRecord): void {
  if (service.status === "INACTIVE") return;
  if (service.status === "DRAINING") return drain(context, service);
  const [primary] = service.deployments;
  if (!primary) return stopStray(context, service);
  const rollout = currentRollout(service);
  if (rollout?.status === "PENDING") {
    rollout.status = "IN_PROGRESS";
    rollout.startedMs = context.world.clock.nowMs();
  }
  const staged = rollout && isStaged(rollout) && rollout.rollback === null;
  const done =
    service.controller !== "ECS"
      ? actOnTaskSets(context, service)
      : staged
        ? actInStages(context, service, primary, rollout)
        : actRolling(context, service, primary);
  if (done) settle(context, service, primary);
}

/** How many tasks a deployment is to have; of task sets each has a share of its own (API reference, TaskSet). */
export function wantedTasks({ desiredCount }: ServiceRecord, { scalePercent = 100 }: DeploymentRecord): number {
  return Math.ceil((desiredCount * scalePercent) / 100);
}

/** Task sets are filled and emptied side by side; which of them serves is up to whoever deploys. */
function actOnTaskSets(context: EcsContext, service: ServiceRecord): boolean {
  const busy = service.deployments.map(
    (one) => startMissing(context, service, one, Infinity) || stopSurplus(context, service, one),
  );
  stopStray(context, service);
  for (const one of service.deployments)
    tellSteady(context, service, one, runningOf(context, service, one).length === wantedTasks(service, one));
  return service.deployments.length === 1 && !busy.includes(true);
}

/** Tasks of task sets that were deleted. */
function stopStray(context: EcsContext, service: ServiceRecord): void {
  const ids = new Set(service.deployments.map(({ id }) => id));
  for (const task of liveTasksOf(context, service))
    if (!ids.has(task.deploymentId ?? ""))
      stopTask(context, task, "ServiceSchedulerInitiated", `Task set ${task.deploymentId} was deleted`);
}

export const isStaged = ({ configuration }: RolloutRecord): boolean =>
  (configuration.strategy ?? "ROLLING") !== "ROLLING";

/** @returns whether there is nothing to start or stop. */
function actRolling(context: EcsContext, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { maximumPercent = 200, minimumHealthyPercent = 100 } = service.configuration;
  const tasks = [...liveTasksOf(context, service)];
  const most = Math.max(1, Math.floor((service.desiredCount * maximumPercent) / 100));
  const least = Math.ceil((service.desiredCount * minimumHealthyPercent) / 100);
  if (startMissing(context, service, primary, most - tasks.length)) return false;
  if (primary.rolloutState === "FAILED") return false;
  if (stopOthers(context, service, primary, least)) return false;
  return !stopSurplus(context, service, primary);
}

const STAGES: readonly ServiceDeploymentLifecycleStage[] = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];

/**
 * BLUE_GREEN, LINEAR and CANARY: a whole new set of tasks beside the old one, then traffic, then the
 * end of the old one. Each stage takes one step, whatever bake time is configured; hooks are not called.
 */
function actInStages(
  context: EcsContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  rollout: RolloutRecord,
): boolean {
  if (primary.rolloutState === "FAILED") return false;
  const at = rollout.stage === null ? -1 : STAGES.indexOf(rollout.stage);
  if (at >= STAGES.indexOf("SCALE_UP")) {
    if (startMissing(context, service, primary, Infinity)) return false;
    if (runningOf(context, service, primary).length < service.desiredCount) return false;
  }
  if (rollout.stage === "CLEAN_UP") {
    return !stopOthers(context, service, primary, 0) && !stopSurplus(context, service, primary);
  }
  rollout.stage = STAGES[at + 1] ?? "CLEAN_UP";
  rollout.updatedMs = context.world.clock.nowMs();
  planStep(context, service);
  return false;
}

const isRunning = (task: TaskRecord): boolean => task.lastStatus === "RUNNING";

function tasksOfDeployment(context: EcsContext, service: ServiceRecord, { id }: DeploymentRecord): TaskRecord[] {
  return [...liveTasksOf(context, service)].filter((task) => task.deploymentId === id);
}

function runningOf(context: EcsContext, service: ServiceRecord, deployment: DeploymentRecord): TaskRecord[] {
  return tasksOfDeployment(context, service, deployment).filter(isRunning);
}

/** @returns whether tasks were started, or will be once it is time to try again. */
function startMissing(context: EcsContext, service: ServiceRecord, primary: DeploymentRecord, room: number): boolean {
  const missing = wantedTasks(service, primary) - tasksOfDeployment(context, service, primary).length;
  const count = Math.min(missing, room);
  if (count <= 0 || primary.rolloutState === "FAILED") return false;
  const { clock } = context.world;
  if (primary.retryAtMs > clock.nowMs()) {
    plan(context, service, primary.retryAtMs - clock.nowMs());
    return false;
  }
  const order = orderOf(context, service, primary);
  if (typeof order === "string") {
    say(context, service, `failed to launch a task with (error ${order}).`);
    emitServiceAction(context, service, "SERVICE_TASK_CONFIGURATION_FAILURE", { reason: order });
    countFailure(context, service, primary);
    planStep(context, service);
    return true;
  }
  const started: string[] = [];
  // A start that fails at once may end the rollout that it is part of.
  const goesOn = (): boolean =>
    (service.deployments[0] === primary || service.controller !== "ECS") &&
    primary.rolloutState !== "FAILED" &&
    primary.retryAtMs <= clock.nowMs();
  while (started.length < count && goesOn()) {
    started.push(launchTask(context, { ...order, place: service.placements++ }).id);
  }
  say(context, service, `has started ${started.length} tasks: ${started.map((id) => `(task ${id})`).join(" ")}.`);
  planStep(context, service);
  return true;
}

/** Stops tasks of older deployments, as many as leave `least` running. @returns whether any was stopped. */
function stopOthers(context: EcsContext, service: ServiceRecord, primary: DeploymentRecord, least: number): boolean {
  const tasks = [...liveTasksOf(context, service)];
  const others = tasks.filter((task) => task.deploymentId !== primary.id);
  const enough = runningOf(context, service, primary).length >= service.desiredCount;
  let spare = enough ? Infinity : tasks.filter(isRunning).length - least;
  let stopped = 0;
  for (const task of others) {
    if (isRunning(task) && spare-- <= 0) continue;
    stopped++;
    stopTask(
      context,
      task,
      "ServiceSchedulerInitiated",
      `Scaling activity initiated by (deployment ${task.deploymentId})`,
    );
  }
  if (stopped > 0) say(context, service, `has stopped ${stopped} running tasks.`);
  if (stopped > 0) planStep(context, service);
  return stopped > 0;
}

function stopSurplus(context: EcsContext, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const surplus = tasksOfDeployment(context, service, primary).slice(wantedTasks(service, primary));
  for (const task of surplus) {
    stopTask(context, task, "ServiceSchedulerInitiated", `Scaling activity initiated by (deployment ${primary.id})`);
  }
  if (surplus.length > 0) planStep(context, service);
  return surplus.length > 0;
}

function settle(context: EcsContext, service: ServiceRecord, primary: DeploymentRecord): void {
  const tasks = [...liveTasksOf(context, service)];
  const stable =
    tasks.every((task) => task.deploymentId === primary.id && isRunning(task)) && tasks.length === service.desiredCount;
  if (!stable) {
    service.steady = false;
    return;
  }
  if (primary.rolloutState === "IN_PROGRESS") completeRollout(context, service);
  if (service.steady) return;
  service.steady = true;
  say(context, service, "has reached a steady state.");
  emitServiceAction(context, service, "SERVICE_STEADY_STATE");
}

/** A deleted service is there until its last task has stopped. */
function drain(context: EcsContext, service: ServiceRecord): void {
  for (const task of liveTasksOf(context, service)) {
    stopTask(context, task, "ServiceSchedulerInitiated", "Service deletion initiated by a user");
  }
  service.status = "INACTIVE";
  service.deployments = [];
  service.tickDueMs = null;
}
