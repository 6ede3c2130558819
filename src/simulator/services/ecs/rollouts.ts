/**
 * Rollouts of a service: how one begins, completes, fails and is rolled back. When tasks are started
 * and stopped on the way is the scheduler's business.
 */
import type { ServiceDeploymentStatus } from "@aws-sdk/client-ecs";
import { emitDeploymentChange, say } from "./events.ts";
import type {
  DeploymentRecord,
  EcsContext,
  RevisionSpec,
  RolloutRecord,
  ServiceRecord,
  ServiceRevisionRecord,
} from "./state.ts";

/** A service keeps so many rollouts and revisions; AWS keeps 90 days. */
const HISTORY_MAX = 100;
/** The circuit breaker's threshold is a share of the desired count, within these (Amazon ECS developer guide). */
const THRESHOLD_MIN = 3;
const THRESHOLD_MAX = 200;
const THRESHOLD_PERCENT = 50;

const OVER: readonly ServiceDeploymentStatus[] = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];

export const isOver = ({ status }: RolloutRecord): boolean => OVER.includes(status);

/** The rollout that goes on, if one does. */
export const currentRollout = ({ rollouts: [newest] }: ServiceRecord): RolloutRecord | undefined =>
  newest && !isOver(newest) ? newest : undefined;

export const revisionOf = (service: ServiceRecord, id: string): ServiceRevisionRecord | undefined =>
  service.revisions.findLast((one) => one.id === id);

/** What new tasks are made from: the PRIMARY deployment's revision, so after a rollback the one before. */
export function specOf(service: ServiceRecord): RevisionSpec {
  const [primary] = service.deployments;
  return (primary ? revisionOf(service, primary.revisionId) : service.revisions.at(-1))?.spec ?? {};
}

/** Nineteen digits, as deployments and revisions have them. */
export function digits({ world }: EcsContext): string {
  return String(Math.floor(1e9 + world.clock.random() * 9e9)) + String(Math.floor(1e8 + world.clock.random() * 9e8));
}

export function addRevision(context: EcsContext, service: ServiceRecord, spec: RevisionSpec): ServiceRevisionRecord {
  const revision = { id: digits(context), createdMs: context.world.clock.nowMs(), spec };
  service.revisions.push(revision);
  const inUse = new Set([service.completedRevisionId, ...service.deployments.map((one) => one.revisionId)]);
  const surplus = service.revisions.length - HISTORY_MAX;
  service.revisions = service.revisions.filter((one, at) => at >= surplus || inUse.has(one.id));
  return revision;
}

/** Makes a new deployment PRIMARY. Tasks of the ones before serve on until those of the new one do. */
export function startRollout(context: EcsContext, service: ServiceRecord, spec: RevisionSpec): void {
  const nowMs = context.world.clock.nowMs();
  const running = currentRollout(service);
  if (running) endRollout(context, running, "STOPPED", "Service deployment stopped because a new one was started.");
  const sourceRevisionIds = service.deployments.map((one) => one.revisionId);
  const revision = addRevision(context, service, spec);
  for (const deployment of service.deployments) deployment.status = "ACTIVE";
  const id = `ecs-svc/${digits(context)}`;
  const reason = `ECS deployment ${id} in progress.`;
  const deployment = newDeployment(id, revision.id, nowMs, reason);
  service.deployments.unshift(deployment);
  service.rollouts.unshift({
    id: context.world.clock.hex(21),
    deploymentId: id,
    status: "PENDING",
    statusReason: null,
    createdMs: nowMs,
    startedMs: null,
    finishedMs: null,
    stoppedMs: null,
    updatedMs: nowMs,
    sourceRevisionIds,
    targetRevisionId: revision.id,
    configuration: structuredClone(service.configuration),
    stage: null,
    rollback: null,
    breaker: { status: breakerOf(service).enable ? "MONITORING" : "DISABLED", failures: 0 },
  });
  if (service.rollouts.length > HISTORY_MAX) service.rollouts.length = HISTORY_MAX;
  service.steady = false;
  emitDeploymentChange(context, service, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS");
}

export function newDeployment(id: string, revisionId: string, nowMs: number, reason: string): DeploymentRecord {
  return {
    id,
    status: "PRIMARY",
    revisionId,
    createdMs: nowMs,
    updatedMs: nowMs,
    rolloutState: "IN_PROGRESS",
    reason,
    failedTasks: 0,
    failures: 0,
    retryAtMs: 0,
  };
}

function endRollout(
  { world }: EcsContext,
  rollout: RolloutRecord,
  status: ServiceDeploymentStatus,
  statusReason: string | null,
): void {
  const nowMs = world.clock.nowMs();
  Object.assign(rollout, { status, statusReason, updatedMs: nowMs, stage: null });
  if (status === "STOPPED") rollout.stoppedMs = nowMs;
  rollout.finishedMs = nowMs;
  if (rollout.breaker.status === "MONITORING") rollout.breaker.status = "MONITORING_COMPLETE";
}

/** All tasks are those of the PRIMARY deployment, and all of them run. */
export function completeRollout(context: EcsContext, service: ServiceRecord): void {
  const [primary] = service.deployments;
  if (!primary) return;
  const rollout = currentRollout(service);
  primary.rolloutState = "COMPLETED";
  primary.reason = `ECS deployment ${primary.id} completed.`;
  primary.updatedMs = context.world.clock.nowMs();
  service.deployments = [primary];
  service.completedRevisionId = primary.revisionId;
  if (rollout)
    endRollout(context, rollout, rollout.rollback ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL", rollout.statusReason);
  say(context, service, `(deployment ${primary.id}) deployment completed.`);
  emitDeploymentChange(context, service, primary, "SERVICE_DEPLOYMENT_COMPLETED");
}

export const breakerOf = ({ configuration }: ServiceRecord) => ({
  enable: false,
  rollback: false,
  resetOnHealthyTask: true,
  ...configuration.deploymentCircuitBreaker,
});

/** Failed starts that the circuit breaker tolerates. */
export function thresholdOf(service: ServiceRecord): number {
  const { type = "BOUNDED_PERCENT", value = THRESHOLD_PERCENT } =
    service.configuration.deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (type === "COUNT") return Math.max(1, value);
  const share = Math.max(1, Math.ceil((service.desiredCount * value) / 100));
  return type === "UNBOUNDED_PERCENT" ? share : Math.min(THRESHOLD_MAX, Math.max(THRESHOLD_MIN, share));
}

/** Gives the PRIMARY deployment up and, if asked, makes the last completed one PRIMARY again. */
export function failRollout(
  context: EcsContext,
  service: ServiceRecord,
  why: "breaker" | "stopped",
  rollback: boolean,
): void {
  const [failed] = service.deployments;
  const rollout = currentRollout(service);
  if (!failed || !rollout) return;
  failed.rolloutState = "FAILED";
  failed.reason = REASONS[why];
  failed.updatedMs = context.world.clock.nowMs();
  rollout.breaker.failures = failed.failures;
  if (why === "breaker") rollout.breaker.status = "TRIGGERED";
  say(
    context,
    service,
    `(deployment ${failed.id}) deployment failed: ${why === "breaker" ? "tasks failed to start" : "stopped by a user"}.`,
  );
  emitDeploymentChange(context, service, failed, "SERVICE_DEPLOYMENT_FAILED");
  const target = rollback ? service.completedRevisionId : null;
  if (target !== null) rollBack(context, service, rollout, target, why);
  else endRollout(context, rollout, rollback ? "ROLLBACK_FAILED" : "STOPPED", failed.reason);
}

const REASONS = {
  breaker: "ECS deployment circuit breaker: tasks failed to start.",
  stopped: "Service deployment stopped by a user.",
};

/**
 * The deployment that the rollout was to replace becomes PRIMARY under its old id, since its tasks
 * still run; if it is gone, a new one with its revision does.
 */
function rollBack(
  context: EcsContext,
  service: ServiceRecord,
  rollout: RolloutRecord,
  revisionId: string,
  why: keyof typeof REASONS,
): void {
  const nowMs = context.world.clock.nowMs();
  for (const each of service.deployments) each.status = "ACTIVE";
  const kept = service.deployments.find((one) => one.revisionId === revisionId);
  const target = kept ?? newDeployment(`ecs-svc/${digits(context)}`, revisionId, nowMs, "");
  const cause = why === "breaker" ? "ECS deployment circuit breaker" : "ECS deployment stopped";
  Object.assign(target, {
    status: "PRIMARY",
    rolloutState: "IN_PROGRESS",
    reason: `${cause}: rolling back to deploymentId ${target.id}.`,
    updatedMs: nowMs,
    failures: 0,
    retryAtMs: 0,
  });
  service.deployments = [target, ...service.deployments.filter((one) => one !== target)];
  rollout.status = "ROLLBACK_IN_PROGRESS";
  rollout.statusReason = REASONS[why];
  rollout.rollback = { reason: REASONS[why], startedMs: nowMs, revisionId };
  rollout.updatedMs = nowMs;
  if (rollout.stage !== null) rollout.stage = "CLEAN_UP";
  service.steady = false;
  say(context, service, `rolling back to deployment ${target.id}.`);
  emitDeploymentChange(context, service, target, "SERVICE_DEPLOYMENT_IN_PROGRESS");
}
