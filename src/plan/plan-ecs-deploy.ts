import type { Action } from "../model/actions.ts";
import type { ObservedTaskDefinition } from "../model/observations.ts";
import { ANNOTATIONS, TASK_DEFINITION_TAGS } from "../model/records.ts";
import { type Change, registerAction, rollOut, tagsFor, whyOf } from "./ecs-actions.ts";
import { blastRadius } from "./blast-radius.ts";
import { unread } from "./condition-drafts.ts";
import { isLeftToController } from "./ecs-controller.ts";
import { revisionName } from "./ecs-input.ts";
import { type EcsDraft, type EcsPass, say } from "./ecs-pass.ts";
import {
  contentOf,
  type Edited,
  editRevision,
  editsDigest,
  REVISION_BYTES_MAX,
  type RevisionEdit,
} from "./ecs-revision.ts";
import { isHeld, mustWaitForRollout, workloadTag } from "./ecs-rollout.ts";
import type { Plan } from "./plan.ts";

/** AWS's limit of tags on one resource. */
const TAGS_MAX = 50;
/** How often the same content is registered without being found again, before nothing more is registered. */
const REGISTERED_MAX = 3;
/** After a call of ours, ECS may show for a while what was before. */
const CONSISTENT_POLL_MS = 1_000;

export type Deployment = Pick<Plan<unknown>, "actions" | "heldBack" | "withheld">;

/** One revision with everything that is due and permitted, and one rollout of it; or why not yet. */
export function deploy(pass: EcsPass, base: ObservedTaskDefinition): Deployment {
  const none: Deployment = { actions: [], heldBack: [], withheld: null };
  if (isLeftToController(pass, base)) return none;
  const wanted = pass.drafts.filter(({ edit }) => edit !== null);
  const { drafts: fitting, withheld } = withinBounds(
    pass,
    base,
    wanted.filter(({ mayAct }) => mayAct),
  );
  const edited = editRevision(base.register, editsOf(fitting));
  const heldBack = holdBack(
    pass,
    base,
    wanted.filter(({ mayAct }) => !mayAct),
  );
  const due = fitting.filter(({ edit }) => editRevision(base.register, [edit!]).changed);
  if (!edited.changed) return { actions: [], heldBack, withheld };
  return { actions: actionsFor(pass, base, { fitting, due, edited }), heldBack, withheld };
}

function editsOf(drafts: readonly EcsDraft[]): RevisionEdit[] {
  return drafts.map(({ edit }) => edit!);
}

function withinBounds(pass: EcsPass, base: ObservedTaskDefinition, permitted: EcsDraft[]) {
  const { drafts, withheld } = withoutMassRemoval(pass, base, permitted);
  return { drafts: withinSize(pass, base, drafts), withheld };
}

/** Mount points that a change of spec takes out count for the blast radius; deletions do not. */
function withoutMassRemoval(pass: EcsPass, base: ObservedTaskDefinition, permitted: EcsDraft[]) {
  const { dropped } = editRevision(base.register, editsOf(permitted));
  const own = new Set(pass.drafts.flatMap(({ present }) => present));
  const total = base.containers
    .flatMap((c) => c.mountPoints)
    .filter(({ sourceVolume }) => own.has(sourceVolume)).length;
  const confirmed = permitted.map(({ binding }) => binding.metadata.annotations[ANNOTATIONS.confirmRemoval]);
  const radius = blastRadius(
    dropped,
    pass.input.removalsLastHour,
    total,
    confirmed.find((one) => one !== undefined),
  );
  if (!radius.withheld) return { drafts: permitted, withheld: null };
  const drops = (draft: EcsDraft) => editRevision(base.register, [draft.edit!]).dropped.length > 0;
  for (const draft of permitted.filter(drops)) {
    const message = `${dropped.length} mount points would be taken out of ${pass.name} (${dropped.slice(0, 5).join(", ")}), which is many at once: confirm with the annotation ${ANNOTATIONS.confirmRemoval}: ${radius.planHash}, or put them back into the spec.`;
    say(draft, "False", "RemovalWithheld", message);
  }
  pass.endings.stall(`${dropped.length} removals wait for confirmation`);
  return {
    drafts: permitted.filter((draft) => !drops(draft)),
    withheld: { count: dropped.length, planHash: radius.planHash },
  };
}

/** What does not fit is left out by itself: the newest that is not there yet first, and nobody else with it. */
function withinSize(pass: EcsPass, base: ObservedTaskDefinition, drafts: EcsDraft[]): EcsDraft[] {
  const tooLarge = (some: EcsDraft[]) => editRevision(base.register, editsOf(some)).register.bytes > REVISION_BYTES_MAX;
  if (!tooLarge(drafts)) return drafts;
  const fitting = drafts.filter(({ present }) => present.length > 0);
  for (const draft of drafts) {
    if (fitting.includes(draft)) continue;
    if (!tooLarge([...fitting, draft])) {
      fitting.push(draft);
      continue;
    }
    const needed = editRevision(base.register, editsOf([...fitting, draft])).register.bytes;
    const message = `With this mount a revision of ${pass.name} would have ${needed} bytes, of which ECS allows ${REVISION_BYTES_MAX}: shorten the task definition (${base.bytes} bytes now), for example its environment variables.`;
    say(draft, "False", "TaskDefinitionTooLarge", message);
    pass.endings.stall(`${draft.name}: TaskDefinitionTooLarge`);
  }
  return fitting;
}

/** Calls that would be due, if they were permitted. */
function holdBack(pass: EcsPass, base: ObservedTaskDefinition, drafts: EcsDraft[]): Action[] {
  const due = drafts.filter(({ edit }) => editRevision(base.register, [edit!]).changed);
  if (due.length === 0) return [];
  const because = pass.input.settings.readOnly ? "Mooring runs with --read-only" : "driftPolicy is Observe";
  for (const draft of due) {
    say(draft, "False", "NotPermitted", `${whyOf(draft, base)}; nothing is changed as ${because}.`);
  }
  return [registerAction(pass, base, { fitting: due, due, edited: editRevision(base.register, editsOf(due)) })];
}

function actionsFor(pass: EcsPass, base: ObservedTaskDefinition, change: Change): Action[] {
  const edits = editsDigest(editsOf(change.fitting));
  if (mustWaitForRollout(pass, change.due, edits) || isOnItsWay(pass, change.due, edits)) return [];
  if (tooManyTags(pass, base, change.due)) return [];
  const { candidates } = pass.input.observed;
  if (candidates === null) {
    pass.needs.add("candidates");
    return [];
  }
  if (!candidates.known) {
    const what = `the task definitions of family ${base.family}`;
    for (const draft of change.due)
      draft.conditions.put("MountConfigured", unread(what, candidates.why, "ecs:DescribeTaskDefinition"));
    if (candidates.why.transient) pass.endings.wait(pass.input.settings.backoffBaseMs, `${what} could not be read`);
    else pass.endings.stall(`${what} could not be read: ${candidates.why.code}`);
    return [];
  }
  const ready = candidates.value.find((one) => isTheRevision(pass, one, change.edited));
  if (ready !== undefined && isHeld(pass, change.due, (one) => one.taskDefinitionArn === ready.taskDefinitionArn))
    return [];
  if (ready !== undefined && pass.service !== null) return [rollOut(pass, base, change, ready, edits)];
  return mayRegister(pass, change) ? [registerAction(pass, base, change)] : [];
}

/** Our own UpdateService was sent, and the service does not show it yet. */
function isOnItsWay(pass: EcsPass, due: EcsDraft[], edits: string): boolean {
  const own = pass.memory.rollout;
  if (own === null || own.seen || own.edits !== edits) return false;
  pass.endings.wait(CONSISTENT_POLL_MS, `${pass.name} does not show its new revision yet`);
  for (const draft of due)
    say(
      draft,
      "False",
      "Updating",
      `Revision ${revisionName(own.taskDefinitionArn)}, which has the mount, is being rolled out in ${pass.name}.`,
    );
  return true;
}

function tooManyTags(pass: EcsPass, base: ObservedTaskDefinition, due: EcsDraft[]): boolean {
  const count = Object.keys(tagsFor(pass, base, "")).length;
  if (count <= TAGS_MAX) return false;
  const message = `Task definition ${revisionName(base.taskDefinitionArn)} has so many tags that Mooring's own would make it ${count}, of which ECS allows ${TAGS_MAX}: take some out and deploy.`;
  for (const draft of due) say(draft, "False", "TooManyTags", message);
  pass.endings.stall(`${pass.name}: TooManyTags`);
  return true;
}

/**
 * Made by us for this very change, and for nothing else: after a crash or a lost reply the revision is there, and a
 * second one would be one too many. The content counts as well, since pipelines copy tags.
 */
function isTheRevision(pass: EcsPass, candidate: ObservedTaskDefinition, { register }: Edited): boolean {
  const content = contentOf(register);
  return (
    candidate.status === "ACTIVE" &&
    candidate.tags[TASK_DEFINITION_TAGS.installation] === pass.input.settings.installation &&
    candidate.tags[TASK_DEFINITION_TAGS.workload] === workloadTag(pass.input.target) &&
    candidate.tags[TASK_DEFINITION_TAGS.content] === content &&
    contentOf(candidate.register) === content
  );
}

/** Registering is not idempotent, and a new revision may not show at once. */
function mayRegister(pass: EcsPass, { due, edited }: Change): boolean {
  const content = contentOf(edited.register);
  const { nowMs, settings } = pass.input;
  const last = pass.memory.registering?.content === content ? pass.memory.registering : null;
  const restMs = last === null ? 0 : last.atMs + settings.absenceGapMs - nowMs;
  if (restMs > 0) {
    pass.endings.wait(Math.min(restMs, CONSISTENT_POLL_MS), "the new revision does not show yet");
    for (const draft of due) say(draft, "False", "Updating", "A new revision was registered and does not show yet.");
    return false;
  }
  if (last !== null && last.times >= REGISTERED_MAX) {
    const message = `${last.times} revisions were registered for ${pass.name}, and ECS shows none of them as it was sent: look at the family's newest revisions; any deployment or change of spec lets Mooring try again.`;
    for (const draft of due) say(draft, "False", "RevisionNotRecognised", message);
    pass.endings.stall(`${pass.name}: RevisionNotRecognised`);
    return false;
  }
  pass.memory.registering = { content, times: (last?.times ?? 0) + 1, atMs: nowMs };
  return true;
}
