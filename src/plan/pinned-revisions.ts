import { isDenied, unread } from "./condition-drafts.ts";
import { shortList } from "./consumer-verdict.ts";
import { revisionName } from "./ecs-input.ts";
import { type EcsDraft, type EcsPass, isLeaving } from "./ecs-pass.ts";
import { isAsWanted } from "./ecs-wanted.ts";

/** What must be granted for rules and schedules to be read. */
export const PIN_PERMISSIONS =
  "ecs:ListClusters, events:ListEventBuses, events:ListRuleNamesByTarget, events:ListTargetsByRule, scheduler:ListSchedules and scheduler:GetSchedule";

/**
 * Reports rules and schedules that start tasks from a revision without the binding's mount, while the revision that
 * is deployed, or the family's latest, has it. They are their owners': nothing is planned for them, and the binding's
 * readiness does not hang on them.
 */
export function notePins(pass: EcsPass, draft: EcsDraft): void {
  const { base } = pass;
  const { pins } = pass.input.observed;
  if (isLeaving(draft)) return;
  // Until there is a revision to point to, and while it cannot be read, what was said stands.
  if (pins === undefined || base === null || !isAsWanted(draft, base)) return keep(draft);
  if (!pins.known) {
    if (!isDenied(pins.why)) return keep(draft);
    const { reason, message } = unread("which rules and schedules pin a revision", pins.why, PIN_PERMISSIONS);
    return draft.conditions.set("RevisionPinned", "Unknown", reason, message);
  }
  const isUnread = ({ taskDefinitionArn: arn }: { taskDefinitionArn: string }) =>
    pass.input.observed.revisions.get(arn)?.known !== true;
  if (pins.value.some(isUnread)) return keep(draft);
  const stray = pins.value.filter(({ taskDefinitionArn }) => lacksMount(pass, draft, taskDefinitionArn));
  if (stray.length === 0) return;
  const who = stray.map(({ name, taskDefinitionArn }) => `${name} (${revisionName(taskDefinitionArn)})`).sort();
  draft.conditions.set(
    "RevisionPinned",
    "True",
    "PinnedWithoutMount",
    `Tasks are started from revisions that do not have this mount, as these pin them: ${shortList(who)}. Point them to family ${base.family} without a revision, or to ${revisionName(base.taskDefinitionArn)}; Mooring never edits rules or schedules.`,
  );
}

/** A revision that ECS does not show starts no task, so nothing can be missing in it. */
function lacksMount({ input }: EcsPass, draft: EcsDraft, taskDefinitionArn: string): boolean {
  const read = input.observed.revisions.get(taskDefinitionArn);
  return read?.known === true && read.value !== null && !isAsWanted(draft, read.value);
}

function keep(draft: EcsDraft): void {
  const said = draft.previous?.conditions.find(({ type }) => type === "RevisionPinned");
  if (said) draft.conditions.set(said.type, said.status, said.reason, said.message);
}
