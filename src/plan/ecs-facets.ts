import type { WorkloadFacet } from "../model/facets.ts";
import type { ObservedTaskDefinition } from "../model/observations.ts";
import { isPassing } from "../model/passing-reasons.ts";
import { type EcsFacetDrafts, revisionName } from "./ecs-input.ts";
import { type EcsDraft, type EcsPass, idsIn, isLeaving, mountedAt } from "./ecs-pass.ts";
import type { Deployment } from "./plan-ecs-deploy.ts";
import type { Plan } from "./plan.ts";
import { sortedSet } from "./policy-canonical.ts";

/** A plan, unless `needs` says that something must be read first. */
export interface EcsPlan extends Plan<EcsFacetDrafts> {
  needs: ("candidates" | "tasks")[];
}

export function assembleEcs(pass: EcsPass, deployment: Deployment | null): EcsPlan {
  const { actions, heldBack, withheld } = deployment ?? { actions: [], heldBack: [], withheld: null };
  if (heldBack.length > 0) pass.endings.stall(`${heldBack.length} calls are due but not permitted`);
  if (pass.input.observed.tasks === null && pass.drafts.some((draft) => mayBeServedByOldTasks(pass, draft)))
    pass.needs.add("tasks");
  const drifted = pass.drafts.filter((draft) => noteDrift(pass, draft, actions.length > 0)).length > 0;
  return {
    actions,
    heldBack,
    facets: {
      workloads: new Map(pass.drafts.map((draft) => [draft.binding.metadata.uid, facetOf(pass, draft)])),
      release: pass.drafts.filter(({ release }) => release).map(({ binding }) => ({ uid: binding.metadata.uid })),
      memory: pass.memory,
    },
    ending: pass.endings.ending(),
    withheld,
    drifted,
    needs: [...pass.needs],
  };
}

/** Tasks keep the mount that they started with: who retires an access point must know of them. */
function mayBeServedByOldTasks(pass: EcsPass, draft: EcsDraft): boolean {
  if (pass.base === null) return false;
  const now = new Set(currentRevisions(pass).flatMap((revision) => idsIn(revision, draft)));
  const leaving = leavingIds(draft);
  return [...leaving].some((id) => !now.has(id)) || (draft.previous?.served ?? []).some((id) => !now.has(id));
}

function leavingIds({ binding }: EcsDraft): Set<string> {
  const { retiring = [], predecessor } = binding.facets.accessPoint ?? {};
  return new Set([...retiring.map(({ accessPointId }) => accessPointId), ...(predecessor ? [predecessor.id] : [])]);
}

/** Marks drift until it is put right, so that a repair over several passes and a whole rollout stays one repair. */
function noteDrift(pass: EcsPass, draft: EcsDraft, acts: boolean): boolean {
  const { previous, binding } = draft;
  const marked =
    previous?.observedGeneration === binding.metadata.generation &&
    previous.conditions.some(({ type, status }) => type === "Drifted" && status === "True");
  const unfinished = draft.conditions.get("MountConfigured")?.status !== "True";
  if (isLeaving(draft) || (!draft.drifted && !(marked && unfinished))) return false;
  const due = acts && draft.mayAct ? " Due: RegisterTaskDefinition, UpdateService." : "";
  const mount = draft.conditions.get("MountConfigured");
  if (!draft.mayAct) {
    const message = `The mount is not as the spec says, and nothing is changed for it.${due}`;
    draft.conditions.set("Drifted", "True", "HeldBack", message);
  } else if (!acts && mount?.status === "False" && !isPassing(mount.reason)) {
    const message = `The mount was changed by others; it is put right once this is out of the way: ${mount.message}`;
    draft.conditions.set("Drifted", "True", "Obstructed", message);
  } else {
    const message = `The mount was changed by others and is being put right in ${pass.name}.${due}`;
    draft.conditions.set("Drifted", "True", "Repairing", message);
  }
  return true;
}

function facetOf(pass: EcsPass, draft: EcsDraft): Omit<WorkloadFacet, "key" | "fence"> {
  const { generation } = draft.binding.metadata;
  const { previous } = draft;
  const isKnown = pass.input.observed.base.known && (pass.input.observed.service?.known ?? true);
  const namedBy = namersOfLeaving(pass, draft);
  return {
    // What could not be read has no answer to a new spec.
    observedGeneration: isKnown ? generation : (previous?.observedGeneration ?? 0),
    conditions: draft.conditions.settle(previous?.conditions, generation, pass.input.nowMs),
    roleArns: rolesOf(pass, draft),
    mounted: isKnown ? pass.base && mountedAt(pass.base, draft) : (previous?.mounted ?? null),
    served: servedOf(pass, draft),
    echo: draft.echo ?? keptEcho(pass, draft),
    revisionId: draft.verified ? verifiedRevision(pass) : null,
    ...(Object.keys(namedBy).length > 0 ? { namedBy } : {}),
    admissible: draft.admissible,
  };
}

/** Tells a revision that was found in order from any other, and a service from a later namesake. */
function verifiedRevision({ base, service }: EcsPass): string {
  return verifiedId(base!.taskDefinitionArn, service?.createdAtMs ?? null);
}

export function verifiedId(taskDefinitionArn: string, serviceCreatedAtMs: number | null): string {
  return serviceCreatedAtMs === null ? taskDefinitionArn : `${taskDefinitionArn} @${serviceCreatedAtMs}`;
}

/** What was verified stays said while the base still names it. */
function keptEcho(pass: EcsPass, draft: EcsDraft): string | null {
  const echo = draft.previous?.echo ?? null;
  return echo !== null && idsIn(pass.base, draft).includes(echo) ? echo : null;
}

/** What deployments are made from; of a family, its latest revision. */
function currentRevisions({ service, base, input }: EcsPass): ObservedTaskDefinition[] {
  const deployed = (service?.deployments ?? []).map(({ taskDefinitionArn }) => taskDefinitionArn);
  return [...(base ? [base] : []), ...revisionsOf(input, deployed)];
}

function runningRevisions({ input }: EcsPass): ObservedTaskDefinition[] {
  const { tasks } = input.observed;
  return tasks?.known
    ? revisionsOf(
        input,
        tasks.value.map(({ taskDefinitionArn }) => taskDefinitionArn),
      )
    : [];
}

function revisionsOf({ observed }: EcsPass["input"], arns: string[]): ObservedTaskDefinition[] {
  return [...new Set(arns)].flatMap((arn) => {
    const reading = observed.revisions.get(arn);
    return reading?.known && reading.value !== null ? [reading.value] : [];
  });
}

/** False if a part of what may serve was not read or could not be. */
function isComplete({ service, input }: EcsPass): boolean {
  const { tasks, revisions } = input.observed;
  const named = [...(service?.deployments ?? []), ...(tasks?.known ? tasks.value : [])];
  return (
    (tasks === null || tasks.known) && named.every(({ taskDefinitionArn }) => revisions.get(taskDefinitionArn)?.known)
  );
}

/** Task roles of all active deployments, and of the tasks that mount through us; what was not read stays as it was. */
function rolesOf(pass: EcsPass, draft: EcsDraft): string[] {
  const before = draft.previous?.roleArns ?? [];
  if (pass.base === null) return before;
  const serving = runningRevisions(pass).filter((revision) => idsIn(revision, draft).length > 0);
  const roles = [...currentRevisions(pass), ...serving].flatMap(({ taskRoleArn }) => taskRoleArn ?? []);
  return sortedSet(isComplete(pass) ? roles : [...roles, ...before]);
}

function servedOf(pass: EcsPass, draft: EcsDraft): string[] {
  const before = draft.previous?.served ?? [];
  const isGone = pass.input.observed.service?.known === true && pass.service === null;
  if (pass.base === null) return isGone && draft.release ? [] : before;
  const ids = [...currentRevisions(pass), ...runningRevisions(pass)].flatMap((revision) => idsIn(revision, draft));
  return sortedSet(isComplete(pass) ? ids : [...ids, ...before]);
}

/** Who names an access point that is on its way out. */
function namersOfLeaving(pass: EcsPass, draft: EcsDraft): Record<string, string[]> {
  const leaving = leavingIds(draft);
  const named: Record<string, string[]> = {};
  for (const revision of [...currentRevisions(pass), ...runningRevisions(pass)])
    for (const id of idsIn(revision, draft))
      if (leaving.has(id))
        named[id] = sortedSet([...(named[id] ?? []), `task definition ${revisionName(revision.taskDefinitionArn)}`]);
  return named;
}
