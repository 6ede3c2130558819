import type { ObservedDeployment, ObservedService } from "../model/observations.ts";
import { ANNOTATIONS, TASK_DEFINITION_TAGS } from "../model/records.ts";
import { digest } from "./digest.ts";
import { revisionName, type OwnRollout, type RolledBack } from "./ecs-input.ts";
import { type EcsPass, type EcsDraft, say } from "./ecs-pass.ts";

/** ECS tells by its events when a rollout has ended; this is for those that get lost. */
export const ROLLOUT_POLL_MS = 15_000;
/** ECS is eventually consistent: so long a service may show what was before our UpdateService. */
const LOST_AFTER_MS = 10_000;
/** How the wait after a rollback grows, in back-off steps: a minute at first and an hour at most, by default. */
const HOLD_FACTOR = 60;
const HOLD_CAP_FACTOR = 12;
/** Rollouts that were taken back before the newest, and are remembered with it. */
const BEFORE_MAX = 3;

export function primaryOf({ deployments }: ObservedService): ObservedDeployment | null {
  return deployments.find(({ status }) => status === "PRIMARY") ?? null;
}

/** Only one deployment is left, and it has all its tasks. */
export function isAtRest(service: ObservedService): boolean {
  const primary = primaryOf(service);
  if (primary === null || service.deployments.length > 1) return false;
  if (primary.rolloutState !== null) return primary.rolloutState === "COMPLETED";
  // Behind a Classic load balancer ECS tells no state (AWS-FACTS 3.3).
  return primary.runningCount === primary.desiredCount && primary.pendingCount === 0;
}

export function isFailed(service: ObservedService): boolean {
  return primaryOf(service)?.rolloutState === "FAILED";
}

/** Learns from a fresh look what became of our last rollout, and whether somebody else's is on its way. */
export function followRollout(pass: EcsPass): void {
  const { service, memory } = pass;
  if (service === null) return;
  memory.absentSinceMs = null;
  if (memory.createdAtMs !== null && memory.createdAtMs !== service.createdAtMs) {
    memory.rollout = null;
    memory.rolledBack = null;
    memory.registering = null;
    memory.foreignUpdateAtMs = null;
  }
  memory.createdAtMs = service.createdAtMs;
  const primary = primaryOf(service);
  if (primary === null) return;
  if (memory.rollout !== null) followOwn(pass, service, primary, memory.rollout);
  if (!isAtRest(service) && !isFailed(service) && !isOurs(pass, primary)) memory.foreignUpdateAtMs = pass.input.nowMs;
}

function followOwn(pass: EcsPass, service: ObservedService, primary: ObservedDeployment, own: OwnRollout): void {
  const { memory } = pass;
  if (primary.taskDefinitionArn === own.taskDefinitionArn) {
    own.seen = true;
    if (!isAtRest(service)) return;
    memory.rollout = null;
    memory.rolledBack = null;
    return;
  }
  if (wasTakenBack(service, primary, own)) {
    memory.rollout = null;
    memory.rolledBack = takenBack(pass, service, primary, own);
  } else if (own.seen || pass.input.nowMs - own.sinceMs >= LOST_AFTER_MS) memory.rollout = null;
}

/**
 * The circuit breaker makes the last completed deployment PRIMARY again, silently. A deployment that merely still
 * shows what was before our call has neither another id nor a later change.
 */
function wasTakenBack(service: ObservedService, primary: ObservedDeployment, own: OwnRollout): boolean {
  const failed = service.deployments.some(
    ({ taskDefinitionArn, rolloutState }) => taskDefinitionArn === own.taskDefinitionArn && rolloutState === "FAILED",
  );
  const isBack =
    primary.taskDefinitionArn === own.basedOn &&
    (own.seen || primary.id !== own.replaced.id || primary.updatedAtMs > own.replaced.updatedAtMs);
  const isFurtherBack = own.seen && primary.taskDefinitionArn === own.fallback;
  return failed || isBack || isFurtherBack;
}

function takenBack(pass: EcsPass, service: ObservedService, primary: ObservedDeployment, own: OwnRollout): RolledBack {
  const { settings, nowMs } = pass.input;
  const earlier = allTakenBack(pass.memory);
  const times = (earlier.find(({ edits }) => edits === own.edits)?.times ?? 0) + 1;
  const holdMs = Math.min(
    settings.backoffCapMs * HOLD_CAP_FACTOR,
    settings.backoffBaseMs * HOLD_FACTOR * 2 ** Math.min(times - 1, 20),
  );
  const failed = service.deployments.find(({ taskDefinitionArn }) => taskDefinitionArn === own.taskDefinitionArn);
  return {
    taskDefinitionArn: own.taskDefinitionArn,
    basedOn: primary.taskDefinitionArn,
    edits: own.edits,
    times,
    untilMs: nowMs + holdMs,
    asked: requestsToLook(pass),
    before: earlier.filter(({ edits, untilMs }) => edits !== own.edits && untilMs > nowMs).slice(0, BEFORE_MAX),
    reason:
      failed?.rolloutStateReason ?? reasonOfTheWayBack(primary) ?? "its tasks failed to start, or somebody stopped it",
  };
}

/** All that ECS took back and that may still be held, newest first: what is wanted may alternate between them. */
function allTakenBack({ rolledBack }: EcsPass["memory"]): Omit<RolledBack, "before">[] {
  if (rolledBack === null) return [];
  const { before = [], ...newest } = rolledBack;
  return [newest, ...before];
}

/** Short, since the memory is: what `mooring.dev/reconcile-at` says of each binding that has it. */
function requestsToLook({ input }: EcsPass): string[] {
  return input.bindings.flatMap(({ metadata: { uid, annotations } }) => {
    const asked = annotations[ANNOTATIONS.reconcileAt];
    return asked === undefined ? [] : [digest([uid, asked]).slice(0, 12)];
  });
}

/** The deployment that goes back says why only as long as it is under way; "completed" would explain nothing. */
function reasonOfTheWayBack({ rolloutState, rolloutStateReason }: ObservedDeployment): string | null {
  return rolloutState === "COMPLETED" ? null : rolloutStateReason;
}

/** A rollout of a revision that this installation made for this service. */
function isOurs({ input, base, memory }: EcsPass, { taskDefinitionArn }: ObservedDeployment): boolean {
  if (memory.rollout?.taskDefinitionArn === taskDefinitionArn) return true;
  return (
    base?.taskDefinitionArn === taskDefinitionArn &&
    base.tags[TASK_DEFINITION_TAGS.installation] === input.settings.installation &&
    base.tags[TASK_DEFINITION_TAGS.workload] === workloadTag(input.target)
  );
}

/** Value of the tag by which a revision is known as made for one service, or for its family. */
export function workloadTag(target: EcsPass["input"]["target"]): string {
  return "service" in target ? `service/${target.cluster}/${target.service}` : "family";
}

/**
 * True if a new rollout has to wait: the service is being deleted, somebody else's is under way or has just ended,
 * ours is, the last one failed, or ECS took this very change back. Says so in the conditions of `waiting`.
 */
export function mustWaitForRollout(pass: EcsPass, waiting: readonly EcsDraft[], edits: string): boolean {
  const { service } = pass;
  if (service === null) return isSettling(pass, waiting);
  const tell = tellOf(waiting);
  if (service.status === "DRAINING") {
    pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being deleted`);
    return tell("ServiceDraining", `${pass.name} is being deleted, so nothing can be deployed to it.`);
  }
  const primary = primaryOf(service);
  if (primary === null) {
    pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} has no deployment yet`);
    return tell("InTransition", `${pass.name} has no primary deployment yet.`);
  }
  if (isHeld(pass, waiting, (one) => one.edits === edits)) return true;
  if (isFailed(service)) return isStuck(pass, primary, tell, edits);
  if (!isAtRest(service)) return isMoving(pass, primary, tell, edits);
  return isSettling(pass, waiting);
}

type Tell = (reason: string, message: string) => true;

function tellOf(waiting: readonly EcsDraft[]): Tell {
  return (reason, message) => {
    for (const draft of waiting) say(draft, "False", reason, message);
    return true;
  };
}

function isMoving(pass: EcsPass, primary: ObservedDeployment, tell: Tell, edits: string): boolean {
  const { taskDefinitionArn, failedTasks } = primary;
  const own = isOurs(pass, primary);
  // A rollout of ours that cannot come to an end must not keep its own correction out.
  if (own && failedTasks > 0 && pass.memory.rollout !== null && pass.memory.rollout.edits !== edits) return false;
  pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being rolled out`);
  const whose = own ? "Mooring's own" : "somebody else's";
  return tell(
    "InTransition",
    `A rollout of ${revisionName(taskDefinitionArn)} (${whose}) is under way in ${pass.name}${failures(primary)}; Mooring deploys once it has ended.`,
  );
}

/** A rollout that failed without a way back is the owner's to repair, unless it is ours and the spec was corrected. */
function isStuck(pass: EcsPass, primary: ObservedDeployment, tell: Tell, edits: string): boolean {
  const own = pass.memory.rollout;
  if (own?.taskDefinitionArn === primary.taskDefinitionArn && own.edits !== edits) return false;
  pass.endings.stall(`the last rollout of ${pass.name} failed`);
  return tell(
    "RolloutFailed",
    `The rollout of ${revisionName(primary.taskDefinitionArn)} in ${pass.name} failed (${primary.rolloutStateReason ?? "ECS gives no reason"}), so another cannot be judged: repair its cause and deploy once.`,
  );
}

/** What ECS took back and is asked for again, as the same edits or, by whichever edits, as the same revision. */
export function isHeld(
  pass: EcsPass,
  waiting: readonly EcsDraft[],
  isAsked: (one: Pick<RolledBack, "edits" | "taskDefinitionArn">) => boolean,
): boolean {
  const rolledBack = allTakenBack(pass.memory).find(isAsked);
  const { nowMs } = pass.input;
  const primary = pass.service === null ? null : primaryOf(pass.service);
  if (rolledBack === undefined || primary === null) return false;
  if (rolledBack.basedOn !== primary.taskDefinitionArn || rolledBack.untilMs <= nowMs) return false;
  // Whoever asks for a look has mended the cause, as far as they know: one more try, which is held again if it fails.
  if (requestsToLook(pass).some((one) => !(rolledBack.asked ?? []).includes(one))) return false;
  pass.endings.wait(rolledBack.untilMs - nowMs, `ECS has rolled ${pass.name} back`);
  const times = rolledBack.times === 1 ? "" : `, ${rolledBack.times} times`;
  const name = waiting[0]?.name ?? "NAMESPACE/NAME";
  const tell = tellOf(waiting);
  return tell(
    "RolledBack",
    `ECS has rolled ${pass.name} back from ${revisionName(rolledBack.taskDefinitionArn)}${times} (${rolledBack.reason}). ${WHERE_TO_LOOK} It is tried again at ${new Date(rolledBack.untilMs).toISOString()}, or as soon as the spec changes, another revision is deployed to the service, or "mooring reconcile ${name}" asks for it.`,
  );
}

/** Others deploy too: their rollout comes to rest, and `settle` passes, before ours. */
function isSettling(pass: EcsPass, waiting: readonly EcsDraft[]): boolean {
  const { nowMs, settings, lastForeignEventAtMs } = pass.input;
  const since = Math.max(pass.memory.foreignUpdateAtMs ?? 0, lastForeignEventAtMs ?? 0);
  const restMs = since + settings.settleMs - nowMs;
  if (since === 0 || restMs <= 0) return false;
  const message = `Somebody else has just deployed ${pass.name}; Mooring lets that settle before it deploys.`;
  for (const draft of waiting) say(draft, "False", "Settling", message);
  pass.endings.wait(restMs, `somebody else has just deployed ${pass.name}`);
  return true;
}

/** What keeps tasks from starting is told by ECS in their stoppedReason, and nowhere else. */
export const WHERE_TO_LOOK =
  "Look at the service's events and stopped tasks: most often the tasks cannot reach the file system (port 2049, mount target in their zone) or their role may not mount it.";

export function failures({ failedTasks, rolloutStateReason }: ObservedDeployment): string {
  if (failedTasks === 0) return "";
  return `, with ${failedTasks} failed tasks so far${rolloutStateReason === null ? "" : ` (${rolloutStateReason})`}`;
}
