import {
  type AccessPointDescription,
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeMountTargetsCommand,
  type EFSClient,
  type FileSystemDescription,
  type MountTargetDescription,
  PutFileSystemPolicyCommand,
  TagResourceCommand,
} from "@aws-sdk/client-efs";
import { AwsError } from "../model/errors.ts";
import type { ObservedAccessPoint, ObservedFileSystem, ObservedMountTarget } from "../model/observations.ts";
import type { Efs } from "./aws.ts";
import type { Call } from "./call.ts";
import { orNullIf, requestIdOf } from "./answers.ts";
import { readAllPages } from "./paging.ts";

/** Most that one page of DescribeAccessPoints holds in practice (the EFS CSI driver's page size). */
const ACCESS_POINTS_PER_PAGE = 1_000;
const FILE_SYSTEMS_PER_PAGE = 100;
/** EFS's text says both 10 and 100; the pages are followed whatever their size. */
const MOUNT_TARGETS_PER_PAGE = 100;

type Client = Pick<EFSClient, "send">;

/** EFS of one account and region. */
export function createEfs(client: Client, call: Call): Efs {
  return {
    ...fileSystemReads(client, call),
    ...accessPointReads(client, call),
    ...writes(client, call),
  };
}

function fileSystemReads(
  client: Client,
  call: Call,
): Pick<Efs, "describeFileSystem" | "describeFileSystems" | "describeMountTargets" | "describePolicy"> {
  return {
    async describeFileSystem(fileSystemId) {
      const command = new DescribeFileSystemsCommand({ FileSystemId: fileSystemId });
      const page = await orNullIf(
        "FileSystemNotFound",
        call("DescribeFileSystems", command, (c, o) => client.send(c, o)),
      );
      const found = page?.FileSystems?.[0];
      return found === undefined ? null : observedFileSystem(found);
    },

    async describeFileSystems() {
      const all = await readAllPages("elasticfilesystem:DescribeFileSystems", async (marker) => {
        const input = {
          MaxItems: FILE_SYSTEMS_PER_PAGE,
          ...(marker === undefined ? {} : { Marker: marker }),
        };
        const page = await call("DescribeFileSystems", new DescribeFileSystemsCommand(input), (c, o) =>
          client.send(c, o),
        );
        return { items: page.FileSystems, next: page.NextMarker };
      });
      return all.map(observedFileSystem);
    },

    async describeMountTargets(fileSystemId) {
      const all = await readAllPages("elasticfilesystem:DescribeMountTargets", async (marker) => {
        const input = {
          FileSystemId: fileSystemId,
          MaxItems: MOUNT_TARGETS_PER_PAGE,
          ...(marker === undefined ? {} : { Marker: marker }),
        };
        const page = await call("DescribeMountTargets", new DescribeMountTargetsCommand(input), (c, o) =>
          client.send(c, o),
        );
        return { items: page.MountTargets, next: page.NextMarker };
      });
      return all.map(observedMountTarget);
    },

    async describePolicy(fileSystemId) {
      const command = new DescribeFileSystemPolicyCommand({ FileSystemId: fileSystemId });
      const answer = await orNullIf(
        "PolicyNotFound",
        call("DescribeFileSystemPolicy", command, (c, o) => client.send(c, o)),
      );
      return answer?.Policy ?? null;
    },
  };
}

function accessPointReads(client: Client, call: Call): Pick<Efs, "describeAccessPoints" | "describeAccessPoint"> {
  const accessPoints = (filter: { FileSystemId?: string }) =>
    readAllPages("elasticfilesystem:DescribeAccessPoints", async (token) => {
      const input = {
        ...filter,
        MaxResults: ACCESS_POINTS_PER_PAGE,
        ...(token === undefined ? {} : { NextToken: token }),
      };
      const page = await call("DescribeAccessPoints", new DescribeAccessPointsCommand(input), (c, o) =>
        client.send(c, o),
      );
      return { items: page.AccessPoints, next: page.NextToken };
    });

  return {
    async describeAccessPoints(fileSystemId) {
      const all = await accessPoints(fileSystemId === undefined ? {} : { FileSystemId: fileSystemId });
      return all.map(observedAccessPoint);
    },

    async describeAccessPoint(accessPointId) {
      const command = new DescribeAccessPointsCommand({ AccessPointId: accessPointId });
      const page = await orNullIf(
        "AccessPointNotFound",
        call("DescribeAccessPoints", command, (c, o) => client.send(c, o)),
      );
      const found = page?.AccessPoints?.[0];
      return found === undefined ? null : observedAccessPoint(found);
    },
  };
}

function writes(
  client: Client,
  call: Call,
): Pick<Efs, "createAccessPoint" | "deleteAccessPoint" | "tag" | "putPolicy"> {
  return {
    async createAccessPoint(input) {
      const command = new CreateAccessPointCommand({
        ClientToken: input.clientToken,
        FileSystemId: input.fileSystemId,
        PosixUser: {
          Uid: input.posixUser.uid,
          Gid: input.posixUser.gid,
          SecondaryGids: input.posixUser.secondaryGids,
        },
        RootDirectory: {
          Path: input.path,
          CreationInfo: {
            OwnerUid: input.creationInfo.ownerUid,
            OwnerGid: input.creationInfo.ownerGid,
            Permissions: input.creationInfo.permissions,
          },
        },
        Tags: tagList(input.tags),
      });
      const answer = await call("CreateAccessPoint", command, (c, o) => client.send(c, o));
      return { requestId: requestIdOf(answer), accessPoint: observedAccessPoint(answer) };
    },

    async deleteAccessPoint(accessPointId) {
      try {
        const command = new DeleteAccessPointCommand({ AccessPointId: accessPointId });
        return {
          requestId: requestIdOf(await call("DeleteAccessPoint", command, (c, o) => client.send(c, o))),
        };
      } catch (error) {
        if (error instanceof AwsError && error.code === "AccessPointNotFound")
          return { requestId: error.requestId ?? "" };
        throw error;
      }
    },

    async tag(resourceId, tags) {
      const command = new TagResourceCommand({ ResourceId: resourceId, Tags: tagList(tags) });
      return {
        requestId: requestIdOf(await call("TagResource", command, (c, o) => client.send(c, o))),
      };
    },

    async putPolicy(fileSystemId, policy) {
      // The lockout check stays on: a policy that shuts Mooring out must be refused by AWS.
      const command = new PutFileSystemPolicyCommand({
        FileSystemId: fileSystemId,
        Policy: policy,
        BypassPolicyLockoutSafetyCheck: false,
      });
      const answer = await call("PutFileSystemPolicy", command, (c, o) => client.send(c, o));
      return { requestId: requestIdOf(answer), policy: answer.Policy ?? policy };
    },
  };
}

function observedFileSystem(fs: FileSystemDescription): ObservedFileSystem {
  return { fileSystemId: fs.FileSystemId ?? "", lifeCycleState: fs.LifeCycleState ?? "error" };
}

/**
 * Without a root directory AWS shows "/" or nothing, without a POSIX user no member at all
 * (not zeros): both have one form here.
 */
function observedAccessPoint(ap: AccessPointDescription): ObservedAccessPoint {
  const info = ap.RootDirectory?.CreationInfo;
  const user = ap.PosixUser;
  return {
    accessPointId: ap.AccessPointId ?? "",
    accessPointArn: ap.AccessPointArn ?? "",
    fileSystemId: ap.FileSystemId ?? "",
    clientToken: ap.ClientToken ?? "",
    lifeCycleState: ap.LifeCycleState ?? "error",
    path: ap.RootDirectory?.Path ?? "/",
    creationInfo: info
      ? {
          ownerUid: info.OwnerUid ?? 0,
          ownerGid: info.OwnerGid ?? 0,
          permissions: info.Permissions ?? "",
        }
      : null,
    posixUser: user ? { uid: user.Uid ?? 0, gid: user.Gid ?? 0, secondaryGids: user.SecondaryGids ?? [] } : null,
    tags: Object.fromEntries((ap.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
  };
}

function observedMountTarget(target: MountTargetDescription): ObservedMountTarget {
  return {
    mountTargetId: target.MountTargetId ?? "",
    lifeCycleState: target.LifeCycleState ?? "error",
    vpcId: target.VpcId ?? "",
    subnetId: target.SubnetId ?? "",
    availabilityZoneId: target.AvailabilityZoneId ?? "",
  };
}

function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
