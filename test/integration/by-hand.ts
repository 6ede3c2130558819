import { FS_ID } from "./manifests.ts";
import type { World } from "./world.ts";

interface AccessPointByHand {
  id: string;
  arn: string;
}

/** Somebody makes an access point by hand. */
export async function accessPointByHand(
  world: World,
  name: string,
  { path = `/${name}`, uid = 1001 } = {},
): Promise<AccessPointByHand> {
  const made = await world.aws("platform-team", "efs", "CreateAccessPoint", {
    ClientToken: `by-hand-${name}`,
    FileSystemId: FS_ID,
    PosixUser: { Uid: uid, Gid: uid },
    RootDirectory: { Path: path, CreationInfo: { OwnerUid: uid, OwnerGid: uid, Permissions: "0750" } },
    Tags: [{ Key: "team", Value: "media" }],
  });
  await world.until("it is available", async () => {
    const { AccessPoints } = await world.aws("auditor", "efs", "DescribeAccessPoints", {
      AccessPointId: made.AccessPointId,
    });
    return AccessPoints[0].LifeCycleState === "available" ? { is: true } : { not: AccessPoints[0] };
  });
  return { id: made.AccessPointId, arn: made.AccessPointArn };
}

/** Somebody makes an access point by hand, and lets a function mount it. */
export async function mountByHand(
  world: World,
  functionName: string,
  { localMountPath = "/mnt/data", ...directory }: { path?: string; uid?: number; localMountPath?: string } = {},
): Promise<AccessPointByHand> {
  const made = await accessPointByHand(world, functionName, directory);
  await world.aws("platform-team", "lambda", "UpdateFunctionConfiguration", {
    FunctionName: functionName,
    FileSystemConfigs: [{ Arn: made.arn, LocalMountPath: localMountPath }],
  });
  return made;
}

/** A volume as somebody's own pipeline writes it, and where containers mount it: `app:/data`, `log:/in:ro`. */
export interface VolumeByHand {
  name: string;
  /** Null = none: the root of the file system. */
  accessPointId: string | null;
  iam?: "ENABLED" | "DISABLED";
  at: string[];
}

/** Somebody registers another revision of a family, with these volumes. */
export async function registerByHand(
  world: World,
  family: string,
  volumes: VolumeByHand[],
  changes: Record<string, unknown> = {},
): Promise<void> {
  const { taskDefinition: base } = await world.aws("auditor", "ecs", "DescribeTaskDefinition", {
    taskDefinition: family,
  });
  const { taskRoleArn, executionRoleArn, networkMode, requiresCompatibilities, cpu, memory } = base;
  const mountPoints = (container: string) =>
    volumes.flatMap(({ name, at }) =>
      at
        .map((place) => place.split(":"))
        .filter(([where]) => where === container)
        .map(([, containerPath, mode]) => ({ sourceVolume: name, containerPath, readOnly: mode === "ro" })),
    );
  await world.aws("platform-team", "ecs", "RegisterTaskDefinition", {
    family,
    taskRoleArn,
    executionRoleArn,
    networkMode,
    requiresCompatibilities,
    cpu,
    memory,
    containerDefinitions: base.containerDefinitions.map((one: { name: string }) => ({
      ...one,
      mountPoints: mountPoints(one.name),
    })),
    volumes: volumes.map(({ name, accessPointId, iam = "ENABLED" }) => ({
      name,
      efsVolumeConfiguration: {
        fileSystemId: FS_ID,
        transitEncryption: "ENABLED",
        authorizationConfig: { ...(accessPointId === null ? {} : { accessPointId }), iam },
      },
    })),
    ...changes,
  });
}

/** The same, and the service runs it. */
export async function deployByHand(world: World, service: string, volumes: VolumeByHand[]): Promise<void> {
  await registerByHand(world, service, volumes);
  await world.aws("platform-team", "ecs", "UpdateService", { cluster: "prod", service, taskDefinition: service });
}

/** What their own policy grants: exactly what Mooring's would. */
export function allowByHand(functionName: string, accessPointArn: string): object {
  return {
    Sid: `allow-${functionName}`,
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::111122223333:role/${functionName}` },
    Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    Resource: `arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/${FS_ID}`,
    Condition: {
      StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn },
      Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
    },
  };
}
