import type { ObservedTaskDefinition, Reading } from "../model/observations.ts";
import { ANNOTATIONS, MOUNT_FINALIZER } from "../model/records.ts";
import { believeAbsent } from "./absence.ts";
import { unread } from "./condition-drafts.ts";
import { revisionName } from "./ecs-input.ts";
import { type EcsDraft, type EcsPass, idsIn, say } from "./ecs-pass.ts";
import { isAtRest, ROLLOUT_POLL_MS } from "./ecs-rollout.ts";

/**
 * A deleted binding: takes its volume and mount points out of the next revision, and only its own, then releases the
 * finalizer once fresh reads prove that no deployment and no task has it any more. `Retain` leaves the mount.
 */
export function planEcsUnmount(pass: EcsPass, draft: EcsDraft): void {
  const { metadata, spec } = draft.binding;
  if (!metadata.finalizers.includes(MOUNT_FINALIZER)) return keepSaying(draft);
  if (spec.deletionPolicy === "Retain") {
    draft.release = true;
    return say(draft, "False", "Retained", "The mount stays as it is: deletionPolicy is Retain.");
  }
  if (spec.suspend)
    return say(draft, "False", "Suspended", "The deletion waits while spec.suspend is true: set it to false.");
  if (isProvenUnmounted(pass, draft)) {
    draft.release = true;
    return say(draft, "False", "Unmounted", "No deployment and no task mounts this binding's access point.");
  }
  if (metadata.annotations[ANNOTATIONS.forceRelease] === metadata.uid) {
    draft.release = true;
    const message = `The unmount could not be proven and was waived by ${ANNOTATIONS.forceRelease}: mount, access point and statements stay as with deletionPolicy Retain.`;
    return say(draft, "False", "ForceReleased", message);
  }
  // Remembered, or the next look would take a base without the volume for proof.
  draft.echo = draft.previous?.echo ?? null;
  if (draft.present.length > 0) draft.edit = { name: draft.volume, present: draft.present, put: null };
}

function keepSaying(draft: EcsDraft): void {
  const said = draft.previous?.conditions.find(({ type }) => type === "MountConfigured");
  const message = said?.message ?? "No deployment and no task mounts this binding's access point.";
  say(draft, "False", said?.reason ?? "Unmounted", message);
}

function isProvenUnmounted(pass: EcsPass, draft: EcsDraft): boolean {
  if (draft.ourIds.size === 0) return true;
  const { service, base } = pass.input.observed;
  if (service !== null && !service.known) return false;
  if (service !== null && pass.service === null) return isEcsTargetGone(pass);
  if (!base.known) return false;
  if (service === null && pass.base === null && !isEcsTargetGone(pass)) return false;
  if (draft.present.length > 0) return false;
  return isOutOfDeployments(pass, draft) && isOutOfTasks(pass, draft);
}

/** A rollout that has not ended may still be taken back to a revision with the mount. */
function isOutOfDeployments(pass: EcsPass, draft: EcsDraft): boolean {
  const { service } = pass;
  if (service === null) return true;
  const named = service.deployments.filter(({ taskDefinitionArn }) => {
    const reading = pass.input.observed.revisions.get(taskDefinitionArn);
    return !reading?.known || idsIn(reading.value, draft).length > 0;
  });
  const wasServed = (draft.previous?.served.length ?? 0) > 0 || (draft.previous?.echo ?? null) !== null;
  if (named.length === 0 && (isAtRest(service) || !wasServed)) return true;
  const revisions = named.map(({ taskDefinitionArn }) => revisionName(taskDefinitionArn));
  const which = revisions.length > 0 ? `; ${revisions.join(", ")} still has it` : "";
  say(draft, "False", "Updating", `The mount is being taken out of ${pass.name}: the rollout has not ended${which}.`);
  pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being rolled out`);
  return false;
}

/** Tasks outlive deployments, and a family's are started by others. */
function isOutOfTasks(pass: EcsPass, draft: EcsDraft): boolean {
  const { tasks, revisions } = pass.input.observed;
  if (tasks === null) {
    pass.needs.add("tasks");
    return false;
  }
  const couldNotRead = (what: string, reading: Reading<unknown> & { known: false }, permission: string) => {
    draft.conditions.put("MountConfigured", unread(what, reading.why, permission));
    if (reading.why.transient) pass.endings.wait(pass.input.settings.backoffBaseMs, `${what} could not be read`);
    else pass.endings.stall(`${what} could not be read: ${reading.why.code}`);
    return false;
  };
  if (!tasks.known)
    return couldNotRead(`the tasks of ${pass.name}`, tasks, "ecs:ListTasks, ecs:DescribeTasks and ecs:ListClusters");
  const named = new Map<string, number>();
  for (const { taskDefinitionArn } of tasks.value) {
    const reading: Reading<ObservedTaskDefinition | null> | undefined = revisions.get(taskDefinitionArn);
    if (reading && !reading.known)
      return couldNotRead(revisionName(taskDefinitionArn), reading, "ecs:DescribeTaskDefinition");
    if (!reading || reading.value === null || idsIn(reading.value, draft).length > 0)
      named.set(taskDefinitionArn, (named.get(taskDefinitionArn) ?? 0) + 1);
  }
  if (named.size === 0) return true;
  const which = [...named]
    .map(([arn, count]) => `${count} of ${revisionName(arn)}`)
    .sort()
    .join(", ");
  const message = `Tasks with the mount have not stopped yet (${which}): they are waited for.`;
  say(draft, "False", "StillServed", message);
  pass.endings.wait(ROLLOUT_POLL_MS, `tasks of ${pass.name} still have the mount`);
  return false;
}

/** That there is no such service (or family) is believed after two reads. */
export function isEcsTargetGone(pass: EcsPass): boolean {
  const { observed, settings, memory } = pass.input;
  const { readAtMs } = observed.service ?? observed.base;
  const absence = believeAbsent(memory.absentSinceMs ?? undefined, readAtMs, settings.absenceGapMs);
  pass.memory.absentSinceMs = absence.sinceMs;
  if (!absence.believed) pass.endings.wait(absence.waitMs, `a second read must confirm that ${pass.name} is gone`);
  return absence.believed;
}
