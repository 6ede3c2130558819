import type { RegisterTaskDefinitionAction, UpdateServiceAction } from "../model/actions.ts";
import { familyArn, serviceArn } from "../model/keys.ts";
import type { ObservedTaskDefinition } from "../model/observations.ts";
import { TASK_DEFINITION_TAGS } from "../model/records.ts";
import { observedTaskDefinition } from "../model/task-definition.ts";
import { revisionName } from "./ecs-input.ts";
import { type EcsDraft, type EcsPass, say } from "./ecs-pass.ts";
import { contentOf, type Edited, shownVolumes } from "./ecs-revision.ts";
import { primaryOf, workloadTag } from "./ecs-rollout.ts";

/** What one revision is to bring. */
export interface Change {
  fitting: EcsDraft[];
  /** Those of `fitting` that the base does not satisfy. */
  due: EcsDraft[];
  edited: Edited;
}

export function tagsFor(pass: EcsPass, base: ObservedTaskDefinition, content: string): Record<string, string> {
  const kept = Object.entries(base.tags).filter(([key]) => !key.toLowerCase().startsWith("aws:"));
  return {
    ...Object.fromEntries(kept),
    [TASK_DEFINITION_TAGS.managed]: "true",
    [TASK_DEFINITION_TAGS.installation]: pass.input.settings.installation,
    [TASK_DEFINITION_TAGS.workload]: workloadTag(pass.input.target),
    [TASK_DEFINITION_TAGS.basedOn]: base.taskDefinitionArn,
    [TASK_DEFINITION_TAGS.content]: content,
  };
}

export function registerAction(
  pass: EcsPass,
  base: ObservedTaskDefinition,
  change: Change,
): RegisterTaskDefinitionAction {
  const { account, region } = pass.input;
  const { register, dropped } = change.edited;
  const tags = tagsFor(pass, base, contentOf(register));
  const names = volumeNames(change);
  const after = observedTaskDefinition({ ...base, register, tags });
  const waits = change.due.filter(({ mayAct }) => mayAct);
  for (const draft of waits)
    say(draft, "False", "Updating", `${whyOf(draft, base)}; a new revision is being registered.`);
  return {
    type: "RegisterTaskDefinition",
    target: familyArn({ account, region, family: base.family }),
    why: whysOf(change, base),
    bindings: change.due.map(({ name }) => name).sort(),
    before: { revision: revisionName(base.taskDefinitionArn), volumes: shownVolumes(base, names) },
    after: { volumes: shownVolumes(after, names) },
    removes: dropped.length,
    family: base.family,
    basedOn: base.taskDefinitionArn,
    register,
    tags,
  };
}

export function rollOut(
  pass: EcsPass,
  base: ObservedTaskDefinition,
  change: Change,
  ready: ObservedTaskDefinition,
  edits: string,
): UpdateServiceAction {
  const { account, region } = pass.input;
  const { cluster, serviceName: service } = pass.service!;
  const primary = primaryOf(pass.service!)!;
  const completed = pass.service!.deployments.find((one) => one !== primary && one.rolloutState === "COMPLETED");
  pass.memory.registering = null;
  pass.memory.rollout = {
    taskDefinitionArn: ready.taskDefinitionArn,
    basedOn: base.taskDefinitionArn,
    ...(completed === undefined ? {} : { fallback: completed.taskDefinitionArn }),
    edits,
    sinceMs: pass.input.nowMs,
    replaced: { id: primary.id, updatedAtMs: primary.updatedAtMs },
    seen: false,
  };
  const revision = revisionName(ready.taskDefinitionArn);
  for (const draft of change.due)
    say(draft, "False", "Updating", `${whyOf(draft, base)}; revision ${revision} is being rolled out.`);
  return {
    type: "UpdateService",
    target: serviceArn({ account, region, cluster, service }),
    why: whysOf(change, base),
    bindings: change.due.map(({ name }) => name).sort(),
    before: { taskDefinition: revisionName(base.taskDefinitionArn), volumes: shownVolumes(base, volumeNames(change)) },
    after: { taskDefinition: revision, volumes: shownVolumes(ready, volumeNames(change)) },
    removes: 0,
    cluster,
    service,
    taskDefinitionArn: ready.taskDefinitionArn,
    replaces: base.taskDefinitionArn,
  };
}

function volumeNames({ due }: Change): Set<string> {
  return new Set(due.flatMap(({ volume, present }) => [volume, ...present]));
}

function whysOf({ due }: Change, base: ObservedTaskDefinition): string {
  return [...new Set(due.map((draft) => whyOf(draft, base)))].join("; ");
}

/** It was mounted for this very spec, and is not any more; a repair may take several passes. */
function isRepair({ drifted, previous, binding }: EcsDraft): boolean {
  if (drifted) return true;
  if (previous?.observedGeneration !== binding.metadata.generation) return false;
  return previous.conditions.some(({ type, status }) => type === "Drifted" && status === "True");
}

/** In terms of what a person would call it. */
export function whyOf(draft: EcsDraft, base: ObservedTaskDefinition): string {
  const revision = revisionName(base.taskDefinitionArn);
  if (draft.edit?.put === null) return `${draft.name} was deleted`;
  if (draft.present.length === 0)
    return isRepair(draft)
      ? `Somebody deployed ${revision}, without the mount of ${draft.name}`
      : `${draft.name} is to be mounted`;
  const volume = base.volumes.find(({ name }) => name === draft.present[0]);
  const named = volume?.efs?.accessPointId ?? null;
  if (named !== draft.wantedId)
    return `${revision} names access point ${named ?? "(none)"} for ${draft.name} instead of ${draft.wantedId}`;
  return `${revision} does not mount ${draft.name} as its spec says`;
}
