import { FS_ID } from "./manifests.ts";
import type { World } from "./world.ts";

/** Somebody makes an access point by hand, and lets a function mount it. */
export async function mountByHand(
  world: World,
  functionName: string,
  { path = `/${functionName}`, uid = 1001, localMountPath = "/mnt/data" } = {},
): Promise<{ id: string; arn: string }> {
  const made = await world.aws("platform-team", "efs", "CreateAccessPoint", {
    ClientToken: `by-hand-${functionName}`,
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
  await world.aws("platform-team", "lambda", "UpdateFunctionConfiguration", {
    FunctionName: functionName,
    FileSystemConfigs: [{ Arn: made.AccessPointArn, LocalMountPath: localMountPath }],
  });
  return { id: made.AccessPointId, arn: made.AccessPointArn };
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
