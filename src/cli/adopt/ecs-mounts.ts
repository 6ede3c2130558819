import type { ObservedService, ObservedTaskDefinition, ObservedVolume } from "../../model/observations.ts";
import type { EcsMount, EcsWorkload } from "../../model/records.ts";
import { refusePlatform, refuseRole } from "../../plan/ecs-checks.ts";
import { revisionName, targetName } from "../../plan/ecs-input.ts";
import { isAtRest } from "../../plan/ecs-rollout.ts";
import type { FoundMount } from "./found-mount.ts";

/** A service with the revision of its PRIMARY deployment; null = it names none that ECS knows. */
export interface FoundService {
  service: ObservedService;
  revision: ObservedTaskDefinition | null;
}

type EfsVolume = ObservedVolume & { efs: NonNullable<ObservedVolume["efs"]> };

/** The EFS volumes of a service: one Binding each, as many as there are. */
export function serviceMounts({ service, revision }: FoundService): FoundMount[] {
  if (revision === null) return [];
  const { cluster, serviceName } = service;
  const notes = isAtRest(service)
    ? []
    : [`a rollout of service ${cluster}/${serviceName} was in progress; what follows is its new revision`];
  return mountsOf(revision, service, (mounts) => ({ cluster, service: serviceName, mounts }), serviceName).map(
    (mount) => ({ ...mount, notes }),
  );
}

/** The EFS volumes of a family's newest revision, whose tasks are started by no service. */
export function familyMounts(revision: ObservedTaskDefinition): FoundMount[] {
  return mountsOf(revision, null, (mounts) => ({ family: revision.family, mounts }), revision.family);
}

function mountsOf(
  revision: ObservedTaskDefinition,
  service: ObservedService | null,
  workload: (mounts: EcsMount[]) => EcsWorkload,
  stem: string,
): FoundMount[] {
  const volumes = revision.volumes.filter((one): one is EfsVolume => one.efs !== null);
  const who = targetName(workload([]));
  return volumes.map((volume) => {
    const mounts = mountPointsOf(revision, volume.name);
    const paths = mounts.map(({ container, containerPath }) => `${container}:${containerPath}`).join(", ");
    const { accessPointId, fileSystemId } = volume.efs;
    const what = accessPointId ?? fileSystemId;
    return {
      who,
      says: `${who} mounts ${what} as volume ${volume.name} at ${paths || "no path"} (revision ${revisionName(revision.taskDefinitionArn)})`,
      stem: volumes.length === 1 ? stem : `${stem}-${volume.name}`,
      workload: { ecs: workload(mounts) },
      roleArn: revision.taskRoleArn,
      accessPoint: accessPointId,
      fileSystemId,
      obstacle: obstacleTo(revision, service, who, volume.efs, mounts),
      notes: [],
    };
  });
}

function mountPointsOf({ containers }: ObservedTaskDefinition, volume: string): EcsMount[] {
  return containers.flatMap(({ name: container, mountPoints }) =>
    mountPoints
      .filter(({ sourceVolume }) => sourceVolume === volume)
      .map(({ containerPath, readOnly }) => ({ container, containerPath, readOnly })),
  );
}

/** Why Mooring's own planner would refuse the volume, or deploy it anew: then the plan would not be empty. */
function obstacleTo(
  revision: ObservedTaskDefinition,
  service: ObservedService | null,
  name: string,
  { accessPointId, iam, transitEncryption }: EfsVolume["efs"],
  mounts: readonly EcsMount[],
): string | null {
  if (service !== null && service.status !== "ACTIVE") return `the service is being deleted (${service.status})`;
  if (service !== null && service.controller !== "ECS")
    return `deployments of the service are made by ${service.controller === "CODE_DEPLOY" ? "CodeDeploy" : "an external controller"}, so Mooring could not keep the mount`;
  const refusal = refusePlatform({ service, name }, revision) ?? refuseRole(revision);
  if (refusal !== null) return refusal.message;
  if (accessPointId === null)
    return "the volume names no access point, and a Binding always has one; make one for that directory, and deploy the volume with it";
  if (!iam || !transitEncryption)
    return `the volume has iam ${iam ? "ENABLED" : "DISABLED"} and transitEncryption ${transitEncryption ? "ENABLED" : "DISABLED"}, and a Binding's has both ENABLED; deploy it so`;
  if (mounts.length === 0) return "no container has a mount point for the volume; add one, or take the volume out";
  return null;
}
