/**
 * What happens to a task's EFS volumes when it starts: ECS mounts each over TLS or without, with the
 * task role or as nobody, through an access point or not, in the zone that the task was placed in.
 * If one cannot be mounted, the task never runs, and its stopped reason says what the mount helper said.
 */
import type { EFSVolumeConfiguration, Volume } from "@aws-sdk/client-ecs";
import { evaluateClientAccess } from "../../access/client-access.ts";
import { evaluateNetwork } from "../../access/network.ts";
import type { World } from "../../world.ts";
import type { DefinitionRecord, MountedVolume, TaskRecord } from "./state.ts";

export type MountOutcome = { mounts: MountedVolume[] } | { reason: string; why: string };

/** Mounts every EFS volume that some container has a mount point for. */
export function mountVolumes(
  world: World,
  task: Pick<TaskRecord, "network" | "overrides">,
  definition: DefinitionRecord["definition"],
): MountOutcome {
  const points = (definition.containerDefinitions ?? []).flatMap(({ mountPoints = [] }) => mountPoints);
  const mounts: MountedVolume[] = [];
  for (const volume of definition.volumes ?? []) {
    const used = points.filter(({ sourceVolume }) => sourceVolume === volume.name);
    if (!volume.efsVolumeConfiguration || used.length === 0) continue;
    const roleArn = task.overrides.taskRoleArn ?? definition.taskRoleArn ?? null;
    const outcome = mountVolume(world, task, volume, roleArn);
    if ("reason" in outcome) return outcome;
    const writable = used.some(({ readOnly }) => readOnly !== true);
    mounts.push({ ...outcome.mounted, write: outcome.mounted.write && writable });
  }
  return { mounts };
}

type Attempt = { mounted: MountedVolume } | { reason: string; why: string };

function mountVolume(world: World, task: Pick<TaskRecord, "network">, volume: Volume, roleArn: string | null): Attempt {
  const efs = volume.efsVolumeConfiguration as EFSVolumeConfiguration;
  const { fileSystemId = "", rootDirectory = "/", authorizationConfig, transitEncryption } = efs;
  const unreachable = networkFailure(world, task, fileSystemId);
  if (unreachable) return unreachable;
  const { accessPointId, iam } = authorizationConfig ?? {};
  const may = (action: "ClientMount" | "ClientWrite" | "ClientRootAccess") =>
    evaluateClientAccess(world, {
      // With IAM authorization off, the client shows no credentials, whatever role the task has.
      roleArn: iam === "ENABLED" ? roleArn : null,
      fileSystemId,
      ...(accessPointId !== undefined && { accessPointId }),
      tls: transitEncryption === "ENABLED",
      viaMountTarget: true,
      action,
    });
  const mounting = may("ClientMount");
  if (mounting.decision === "deny") {
    const source = transitEncryption === "ENABLED" ? "127.0.0.1:/" : `${dnsName(world, fileSystemId)}:${rootDirectory}`;
    return failure(`b'mount.nfs4: access denied by server while mounting ${source}'`, 32, mounting.why);
  }
  const path =
    accessPointId === undefined ? rootDirectory : (world.service("efs").accessPoint(accessPointId)?.path ?? "/");
  return {
    mounted: {
      volume: volume.name ?? "",
      fileSystemId,
      accessPointId: accessPointId ?? null,
      path,
      write: may("ClientWrite").decision === "allow",
      root: may("ClientRootAccess").decision === "allow",
    },
  };
}

const dnsName = (world: World, fileSystemId: string): string => `${fileSystemId}.efs.${world.region}.amazonaws.com`;

/** Tasks without an interface of their own use their instance's network, which is not simulated: it reaches everything. */
function networkFailure(world: World, { network }: Pick<TaskRecord, "network">, fileSystemId: string): Attempt | null {
  const targets = world.service("efs").mountTargetsOf(fileSystemId);
  const zone = network?.zone;
  const resolvable = network
    ? targets.some((target) => target.zone.name === zone && target.state !== "deleting")
    : targets.length > 0;
  if (!resolvable || !world.service("efs").fileSystem(fileSystemId)) {
    // What the mount helper says (aws/copilot-cli#5419): names of mount targets resolve zone by zone.
    const text =
      `Failed to resolve "${dnsName(world, fileSystemId)}" - check that your file system ID is correct, and ensure ` +
      "that the VPC has an EFS mount target for this file system ID. " +
      "See https://docs.aws.amazon.com/console/efs/mount-dns-name for more detail.";
    return failure(text, 1, `${fileSystemId} has no mount target ${zone === undefined ? "" : `in ${zone}`}`);
  }
  if (!network) return null;
  const place = { subnetIds: [network.subnetId], securityGroupIds: network.securityGroups };
  const verdict = evaluateNetwork(world, fileSystemId, place);
  if (verdict.reachable) return null;
  // A target that is not ready yet refuses (docker/compose-cli#1490); a security group swallows.
  const said =
    verdict.kind === "timeout" ? "mount.nfs4: Connection reset by peer" : "b'mount.nfs4: Connection timed out'";
  return failure(said, 32, verdict.why);
}

function failure(stderr: string, code: number, why: string): { reason: string; why: string } {
  const text = "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr:";
  return { reason: `${text} ${stderr} : unsuccessful EFS utils command execution; code: ${code}`, why };
}
