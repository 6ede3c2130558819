import type { ObservedTaskDefinition } from "../model/observations.ts";
import { unread } from "./condition-drafts.ts";
import type { EcsFacetDrafts, EcsPlanInput } from "./ecs-input.ts";
import { revisionName } from "./ecs-input.ts";
import { passesEcsChecks } from "./ecs-checks.ts";
import { foreignController } from "./ecs-controller.ts";
import { assembleEcs, type EcsPlan } from "./ecs-facets.ts";
import { beginEcsPass, type EcsDraft, type EcsPass, isLeaving, say, wasMounted } from "./ecs-pass.ts";
import {
  failures,
  followRollout,
  isAtRest,
  isFailed,
  primaryOf,
  ROLLOUT_POLL_MS,
  WHERE_TO_LOOK,
} from "./ecs-rollout.ts";
import { editOf, isAsWanted } from "./ecs-wanted.ts";
import { notePins } from "./pinned-revisions.ts";
import { isEcsTargetGone, planEcsUnmount } from "./plan-ecs-unmount.ts";
import { deploy } from "./plan-ecs-deploy.ts";
import { holdUnconfirmed } from "./workload-held.ts";

export type { EcsFacetDrafts, EcsPlan };

/**
 * What to do about the mounts of one ECS service or task family, for all its bindings at once: one revision and one
 * rollout, however many volumes are new. Pure; the same input in any order gives the same plan.
 *
 * A plan with `needs` is no plan yet: those parts must be read, and it is asked again.
 */
export function planEcs(input: EcsPlanInput): EcsPlan {
  const pass = beginEcsPass(input);
  followRollout(pass);
  if (isRestoreUnconfirmed(pass)) return assembleEcs(pass, null);
  for (const draft of pass.drafts) notePins(pass, draft);
  for (const draft of pass.drafts) if (isLeaving(draft)) planEcsUnmount(pass, draft);
  if (noteUnread(pass) || noteAbsent(pass)) return assembleEcs(pass, null);
  for (const draft of pass.drafts) if (!isLeaving(draft)) planStaying(pass, draft, pass.base!);
  const deployment = deploy(pass, pass.base!);
  for (const draft of pass.drafts) if (!isLeaving(draft)) verify(pass, draft, pass.base!);
  return assembleEcs(pass, deployment);
}

function isRestoreUnconfirmed(pass: EcsPass): boolean {
  if (!holdUnconfirmed(pass.drafts, pass.base !== null)) return false;
  pass.drafts.forEach(keepAsWas);
  pass.endings.stall("the store was restored to an older state; confirm it first");
  return true;
}

function keepAsWas(draft: EcsDraft): void {
  draft.admissible = draft.previous?.admissible ?? false;
  draft.echo = draft.previous?.echo ?? null;
}

/** True if what everything hangs on could not be read. */
function noteUnread(pass: EcsPass): boolean {
  const { service, base, familyServices } = pass.input.observed;
  const parts = [
    { read: service, what: pass.name, permission: "ecs:DescribeServices" },
    {
      read: pass.service === null && service !== null ? null : base,
      what: `the task definition of ${pass.name}`,
      permission: "ecs:DescribeTaskDefinition",
    },
    { read: familyServices, what: `the services that may run ${pass.name}`, permission: "ecs:DescribeServices" },
  ];
  const missing = parts.find(({ read }) => read !== null && !read.known);
  if (missing === undefined || missing.read === null || missing.read.known) return false;
  const { why } = missing.read;
  for (const draft of pass.drafts) {
    if (draft.conditions.get("MountConfigured")) continue;
    draft.conditions.put("MountConfigured", unread(missing.what, why, missing.permission));
    keepAsWas(draft);
  }
  if (why.transient) pass.endings.wait(pass.input.settings.backoffBaseMs, `${missing.what} could not be read`);
  else pass.endings.stall(`${missing.what} could not be read: ${why.code}`);
  return true;
}

/** True if there is no such service, or no revision that could be copied. */
function noteAbsent(pass: EcsPass): boolean {
  const { service } = pass.input.observed;
  const isThere = service === null || pass.service !== null;
  if (isThere && pass.base !== null) {
    pass.memory.absentSinceMs = null;
    return false;
  }
  const { target, account, region } = pass.input;
  const where = `in account ${account}, region ${region}`;
  const cluster = "cluster" in target ? target.cluster : "";
  const whose = foreignController(pass);
  const absent =
    service?.known && service.value === "noCluster"
      ? {
          reason: "ClusterNotFound",
          message: `Cluster ${cluster} does not exist ${where}: create it, or delete this binding. Mooring waits for it.`,
        }
      : !isThere
        ? {
            reason: "ServiceNotFound",
            message: `${capital(pass.name)} does not exist ${where}: create it, or delete this binding. Mooring waits for it.`,
          }
        : "family" in target
          ? {
              reason: "FamilyNotFound",
              message: `${capital(pass.name)} has no active revision ${where}: register one, or delete this binding. Mooring waits for it.`,
            }
          : whose !== null && pass.service!.deployments.length === 0
            ? {
                reason: "UnsupportedController",
                message: `Deployments of ${pass.name} are made by ${whose}, which has not deployed anything yet: Mooring looks again once it has.`,
              }
            : {
                reason: "TaskDefinitionNotFound",
                message: `The revision that ${pass.name} names is not known to ECS any more: deploy one that is.`,
              };
  const isBelieved = (!isThere || "family" in target) && isEcsTargetGone(pass);
  for (const draft of pass.drafts) {
    if (draft.conditions.get("MountConfigured")) continue;
    say(draft, "False", absent.reason, absent.message);
    if (!isBelieved) draft.echo = draft.previous?.echo ?? null;
    if (!isLeaving(draft)) pass.endings.stall(`${pass.name}: ${absent.reason}`);
  }
  return true;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Decides what the next revision is to have of one binding. First rule that holds wins. */
function planStaying(pass: EcsPass, draft: EcsDraft, base: ObservedTaskDefinition): void {
  draft.admissible = passesEcsChecks(pass, draft, base);
  if (!draft.admissible) {
    draft.drifted = wasMounted(draft) && !isAsWanted(draft, base);
    return;
  }
  if (draft.wantedId === null) return awaitAccessPoint(draft);
  const edit = editOf(draft)!;
  const isThere = isAsWanted(draft, base);
  if (draft.binding.spec.suspend) {
    const message =
      "The mount is not as it should be, and nothing is changed while spec.suspend is true: set it to false.";
    if (!isThere) say(draft, "False", "Suspended", message);
    return;
  }
  if (!isThere) draft.drifted = wasMounted(draft) && draft.previous!.echo === draft.wantedId;
  // A mount that exists is repointed at once: what it names may be gone.
  if (!isThere && draft.present.length === 0 && !isPolicyUsable(pass, draft)) return;
  draft.edit = edit;
}

function awaitAccessPoint(draft: EcsDraft): void {
  const said = draft.binding.facets.accessPoint?.conditions.find(({ type }) => type === "AccessPointReady");
  const why = said && said.status !== "True" ? `: ${said.message}` : ".";
  say(
    draft,
    "False",
    "WaitingForAccessPoint",
    `The task definition is ready for the mount; the access point is not there yet${why}`,
  );
}

function isPolicyUsable(pass: EcsPass, draft: EcsDraft): boolean {
  const usableAtMs = draft.binding.facets.accessPoint?.policyUsableAtMs ?? null;
  if (usableAtMs !== null && usableAtMs <= pass.input.nowMs) return true;
  if (usableAtMs === null) {
    say(
      draft,
      "False",
      "WaitingForPolicy",
      "The mount waits until the file system policy admits it (see PolicyReady).",
    );
    return false;
  }
  const from = new Date(usableAtMs).toISOString();
  say(draft, "False", "WaitingForPolicy", `The policy admits the mount; it is relied upon from ${from}.`);
  pass.endings.wait(usableAtMs - pass.input.nowMs, "the policy must work everywhere before it is relied upon");
  return false;
}

/** The base is as wanted; whether all tasks are made from it is another matter. */
function verify(pass: EcsPass, draft: EcsDraft, base: ObservedTaskDefinition): void {
  if (draft.conditions.get("MountConfigured") || draft.wantedId === null || !isAsWanted(draft, base)) return;
  const { service } = pass;
  const revision = revisionName(base.taskDefinitionArn);
  if (service === null || isAtRest(service)) {
    draft.echo = draft.wantedId;
    draft.verified = true;
    return mounted(pass, draft, revision);
  }
  if (draft.previous?.echo === draft.wantedId && isEverywhere(pass, draft)) {
    // Somebody deploys, and every revision that tasks are made from has the mount.
    draft.echo = draft.wantedId;
    pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being rolled out`);
    return mounted(pass, draft, revision);
  }
  const primary = primaryOf(service)!;
  if (isFailed(service)) {
    const why = primary.rolloutStateReason ?? "ECS gives no reason";
    const message = `The rollout of ${revision}, which has the mount, failed in ${pass.name} (${why}). Look at the service's events and stopped tasks, repair the cause and deploy once.`;
    say(draft, "False", "RolloutFailed", message);
    return pass.endings.stall(`the last rollout of ${pass.name} failed`);
  }
  const message = `Revision ${revision}, which has the mount, is being rolled out in ${pass.name}${failures(primary)}.`;
  if (primary.failedTasks === 0) say(draft, "False", "Updating", message);
  else say(draft, "False", "RolloutNotStable", `${message} ${WHERE_TO_LOOK} ECS goes on trying.`);
  pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being rolled out`);
}

function isEverywhere({ service, input }: EcsPass, draft: EcsDraft): boolean {
  return service!.deployments.every(({ taskDefinitionArn }) => {
    const reading = input.observed.revisions.get(taskDefinitionArn);
    return reading?.known === true && reading.value !== null && isAsWanted(draft, reading.value);
  });
}

function mounted(pass: EcsPass, draft: EcsDraft, revision: string): void {
  const paths = draft.binding.spec.workload.ecs.mounts.map(
    ({ container, containerPath }) => `${container}:${containerPath}`,
  );
  const where = `${capital(pass.name)} mounts access point ${draft.wantedId} at ${paths.join(", ")} (revision ${revision})`;
  if (draft.binding.spec.suspend)
    return say(draft, "True", "Suspended", `${where}; nothing is changed while spec.suspend is true.`);
  say(draft, "True", "Mounted", `${where}.`);
}
