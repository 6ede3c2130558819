import type { ObservedTaskDefinition } from "../model/observations.ts";
import { TASK_DEFINITION_TAGS } from "../model/records.ts";
import { unread } from "./condition-drafts.ts";
import { isToAdopt, refuseVolume } from "./ecs-adoption.ts";
import { revisionName } from "./ecs-input.ts";
import { VOLUME_PREFIX } from "./ecs-revision.ts";
import { type EcsDraft, type EcsPass, isLeaving, say } from "./ecs-pass.ts";

const MOUNT_TARGET_POLL_MS = 15_000;

export interface Refusal {
  reason: string;
  message: string;
}

/**
 * True if tasks made from a copy of the base could mount the binding's file system. Otherwise the condition says why
 * not and what to do. Only facts that a read showed refuse; what cannot be seen from here (routes, security groups)
 * shows when tasks start.
 */
export function passesEcsChecks(pass: EcsPass, draft: EcsDraft, base: ObservedTaskDefinition): boolean {
  const refusal =
    refuseTarget(pass, base) ??
    refuseContainers(draft, base) ??
    refuseVolume(draft, base) ??
    refusePaths(pass, draft, base) ??
    refuseName(draft, base);
  if (refusal === null) return hasMountTargets(pass, draft);
  say(draft, "False", refusal.reason, refusal.message);
  pass.endings.stall(`${draft.name}: ${refusal.reason}`);
  return false;
}

/** What speaks against the whole service or family, whatever the binding. */
export function refuseTarget(pass: EcsPass, base: ObservedTaskDefinition): Refusal | null {
  return refusePlatform(pass, base) ?? refuseFamily(pass) ?? refuseOtherInstallation(pass, base) ?? refuseRole(base);
}

/** AWS-FACTS 3.1: EFS volumes need Linux, and Fargate's platform version 1.4.0; ECS Anywhere has none. */
export function refusePlatform(
  { service, name }: Pick<EcsPass, "service" | "name">,
  base: ObservedTaskDefinition,
): Refusal | null {
  const refuse = (what: string): Refusal => ({
    reason: "UnsupportedPlatform",
    message: `${what}, where ECS mounts no EFS volumes: use Linux tasks on Fargate (platform version 1.4.0 or later), EC2 or managed instances.`,
  });
  // The revision decides; the service may still show the platform of what it ran before.
  const windows = [base.operatingSystemFamily, service?.platformFamily].find((one) => /^windows/i.test(one ?? ""));
  if (windows) return refuse(`${name} runs on ${windows}`);
  const { requiresCompatibilities } = base;
  const isExternal = requiresCompatibilities.length === 1 && requiresCompatibilities[0] === "EXTERNAL";
  if (service?.launchType === "EXTERNAL" || isExternal) return refuse(`${name} runs on external instances`);
  return null;
}

function refuseFamily({ input, name }: EcsPass): Refusal | null {
  const { familyServices } = input.observed;
  const services = "family" in input.target && familyServices.known ? familyServices.value : [];
  if (services.length === 0) return null;
  const message = `${name} is run by ${services.join(", ")}, which has Bindings of its own: bind the directory to that service instead (spec.workload.ecs: {cluster, service, mounts}).`;
  return { reason: "FamilyManaged", message };
}

/** Two installations on one service would deploy in turn. A tag alone may be a copy; volumes show that it is meant. */
function refuseOtherInstallation(
  pass: EcsPass,
  { tags, volumes, taskDefinitionArn }: ObservedTaskDefinition,
): Refusal | null {
  const other = tags[TASK_DEFINITION_TAGS.installation];
  if (other === undefined || other === pass.input.settings.installation) return null;
  const ours = new Set(pass.drafts.flatMap(({ present }) => present));
  const theirs = volumes.map(({ name }) => name).filter((name) => name.startsWith(VOLUME_PREFIX) && !ours.has(name));
  if (theirs.length === 0) return null;
  const message = `${pass.name} is looked after by Mooring's installation "${other}": revision ${revisionName(taskDefinitionArn)} has its volumes ${theirs.join(", ")}. Bind the directory there, or delete its bindings first.`;
  return { reason: "ManagedElsewhere", message };
}

/** ECS volumes use IAM, and IAM's principal is the task role (DESIGN 5). */
export function refuseRole({ taskRoleArn, taskDefinitionArn }: ObservedTaskDefinition): Refusal | null {
  if (taskRoleArn !== null) return null;
  const message = `Task definition ${revisionName(taskDefinitionArn)} has no task role, by which the file system knows its clients: give it a taskRoleArn (the execution role does not count) and deploy it.`;
  return { reason: "TaskRoleMissing", message };
}

function refuseContainers(
  { binding }: EcsDraft,
  { containers, taskDefinitionArn }: ObservedTaskDefinition,
): Refusal | null {
  const names = containers.map(({ name }) => name);
  const missing = [
    ...new Set(
      binding.spec.workload.ecs.mounts.map(({ container }) => container).filter((one) => !names.includes(one)),
    ),
  ];
  if (missing.length === 0) return null;
  const message = `Task definition ${revisionName(taskDefinitionArn)} has no container ${missing.join(", ")}: it has ${names.join(", ")}. Correct spec.workload.ecs.mounts, or add the container.`;
  return { reason: "ContainerNotFound", message };
}

/** One path of a container has room for one mount: those that are there come first, then the older binding. */
function refusePaths(pass: EcsPass, draft: EcsDraft, base: ObservedTaskDefinition): Refusal | null {
  const ours = new Set(
    pass.drafts.filter((one) => one === draft || isYounger(pass, one, draft)).flatMap((one) => one.present),
  );
  const seen = new Set<string>();
  for (const { container, containerPath } of draft.binding.spec.workload.ecs.mounts) {
    const path = pathIn(containerPath);
    const taken = base.containers
      .find(({ name }) => name === container)!
      .mountPoints.find(
        ({ containerPath: at, sourceVolume }) =>
          pathIn(at) === path && !ours.has(sourceVolume) && !isToAdopt(draft, base, sourceVolume),
      );
    const older = pass.drafts.find(
      (one) =>
        isOlder(pass, one, draft) &&
        one.binding.spec.workload.ecs.mounts.some(
          (mount) => mount.container === container && pathIn(mount.containerPath) === path,
        ),
    );
    const holder = older && !isLeaving(older) ? older.name : taken ? `volume ${taken.sourceVolume}` : null;
    const where = `${containerPath} in container ${container}`;
    if (holder !== null)
      return {
        reason: "PathTaken",
        message: `${where} is taken by ${holder}, and one path has room for one mount: choose another containerPath, or take that mount out.`,
      };
    if (seen.has(`${container}:${path}`))
      return { reason: "PathTaken", message: `spec.workload.ecs.mounts names ${where} twice: take one of them out.` };
    seen.add(`${container}:${path}`);
  }
  return null;
}

function isOlder(pass: EcsPass, one: EcsDraft, than: EcsDraft): boolean {
  return pass.drafts.indexOf(one) < pass.drafts.indexOf(than);
}

function isYounger(pass: EcsPass, one: EcsDraft, than: EcsDraft): boolean {
  return pass.drafts.indexOf(one) > pass.drafts.indexOf(than) || isLeaving(one);
}

/** "/data/" and "/data" are one place. */
function pathIn(containerPath: string): string {
  return containerPath.replace(/\/+$/, "") || "/";
}

function refuseName(
  { volume, present }: EcsDraft,
  { volumes, taskDefinitionArn }: ObservedTaskDefinition,
): Refusal | null {
  if (present.length > 0 || !volumes.some(({ name }) => name === volume)) return null;
  const message = `Task definition ${revisionName(taskDefinitionArn)} has a volume ${volume} that is not Mooring's, and Mooring needs that name: rename that volume, or take it out.`;
  return { reason: "VolumeNameTaken", message };
}

function hasMountTargets(pass: EcsPass, draft: EcsDraft): boolean {
  const { fileSystemId } = draft;
  if (fileSystemId === undefined) {
    const { name } = draft.binding.spec.fileSystemRef;
    say(
      draft,
      "False",
      "FileSystemUnknown",
      `There is no FileSystem named "${name}": create it, or correct spec.fileSystemRef.`,
    );
    return false;
  }
  const reading = pass.input.observed.mountTargets.get(fileSystemId);
  // Not yet read by the file system's side; tasks that mount it have proven the network.
  if (!reading && draft.present.length > 0) return true;
  const what = `the mount targets of ${fileSystemId}`;
  if (!reading || !reading.known) {
    const backoffMs = pass.input.settings.backoffBaseMs;
    if (!reading) say(draft, "Unknown", "CouldNotRead", `The mount targets of ${fileSystemId} have not been read.`);
    else draft.conditions.put("MountConfigured", unread(what, reading.why, "elasticfilesystem:DescribeMountTargets"));
    if (reading && !reading.why.transient) pass.endings.stall(`${what} could not be read: ${reading.why.code}`);
    // Never read: once the file system's side has done so, it wakes this key.
    else pass.endings.wait(reading ? backoffMs : MOUNT_TARGET_POLL_MS, `${what} have not been read`);
    return false;
  }
  if (reading.value.length === 0) {
    const message = `File system ${fileSystemId} has no mount targets: create one in every availability zone of the tasks' subnets (Mooring never makes mount targets).`;
    say(draft, "False", "NoMountTargets", message);
    pass.endings.stall(`${draft.name}: NoMountTargets`);
    return false;
  }
  if (reading.value.some(({ lifeCycleState }) => lifeCycleState === "available")) return true;
  say(draft, "False", "MountTargetNotAvailable", `None of ${what} is available yet.`);
  pass.endings.wait(MOUNT_TARGET_POLL_MS, `none of ${what} is available`);
  return false;
}
