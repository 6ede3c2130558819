import type {
  AccessPointDescription,
  CreateAccessPointRequest,
  DescribeAccessPointsRequest,
} from "@aws-sdk/client-efs";
import type { Handler } from "../../core.ts";
import { OrderedIndex } from "../ordered-index.ts";
import { type Tag, tagList } from "../tags.ts";
import { newTags } from "./efs-tags.ts";
import {
  type AccessPointRecord,
  accessPointOf,
  arnOf,
  availableFileSystem,
  badRequest,
  bareId,
  checkedPage,
  type EfsContext,
  efsError,
  fileSystemOf,
  nameTag,
} from "./state.ts";
import { endState } from "./transitions.ts";

/** Quota of EFS since 2025: access points of one file system. */
const ACCESS_POINTS_MAX = 10_000;
/** Default page; the model names no largest one, and drivers in the field take 10,000 for it. */
const PAGE_DEFAULT = 100;
const PAGE_MAX = 10_000;

export function accessPointOperations(context: EfsContext): Record<string, Handler> {
  return {
    CreateAccessPoint: (input: CreateAccessPointRequest) =>
      shownAccessPoint(context, createAccessPoint(context, input)),
    DescribeAccessPoints: (input: DescribeAccessPointsRequest) => describe(context, input),
    DeleteAccessPoint({ AccessPointId }: { AccessPointId: string }) {
      const record = accessPointOf(context, AccessPointId);
      record.state = "deleting";
      endState(context, record, context.world.timings.accessPointDeleteMs, () => forgetAccessPoint(context, record));
      return {};
    },
  };
}

/** What is checked first, and that equal parameters do not make it idempotent, follows AWS's own answers. */
function createAccessPoint(context: EfsContext, input: CreateAccessPointRequest): AccessPointRecord {
  const { state, world } = context;
  const fileSystem = availableFileSystem(context, input.FileSystemId ?? "");
  const clientToken = input.ClientToken ?? "";
  const existing = state.accessPointByToken.get(clientToken);
  if (existing) {
    const text = `Access point '${existing.id}' already exists with client token '${clientToken}'`;
    throw efsError("AccessPointAlreadyExists", 409, text, { AccessPointId: existing.id });
  }
  if ((state.accessPointsOf.get(fileSystem.id)?.size ?? 0) >= ACCESS_POINTS_MAX) {
    const text = `You have reached the maximum number of access points (${ACCESS_POINTS_MAX}) for file system '${fileSystem.id}'.`;
    throw efsError("AccessPointLimitExceeded", 403, text);
  }
  const record: AccessPointRecord = {
    id: `fsap-${world.clock.hex(17)}`,
    fileSystemId: fileSystem.id,
    clientToken,
    posixUser: (input.PosixUser as AccessPointRecord["posixUser"] | undefined) ?? null,
    path: input.RootDirectory?.Path ?? "/",
    creationInfo: (input.RootDirectory?.CreationInfo as AccessPointRecord["creationInfo"] | undefined) ?? null,
    tags: newTags(input.Tags as Tag[] | undefined),
    state: "creating",
    dueMs: null,
  };
  addAccessPoint(context, record);
  endState(context, record, world.timings.accessPointCreateMs, () => (record.state = "available"));
  return record;
}

export function addAccessPoint({ state }: EfsContext, record: AccessPointRecord): void {
  const siblings = state.accessPointsOf.get(record.fileSystemId) ?? new OrderedIndex<AccessPointRecord>();
  siblings.set(record.id, record);
  state.accessPointsOf.set(record.fileSystemId, siblings);
  state.accessPoints.set(record.id, record);
  state.accessPointByToken.set(record.clientToken, record);
}

/** From here on its token may be used again, which AWS does not document. */
export function forgetAccessPoint({ state }: EfsContext, record: AccessPointRecord): void {
  state.accessPoints.delete(record.id);
  state.accessPointsOf.get(record.fileSystemId)?.delete(record.id);
  state.accessPointByToken.delete(record.clientToken);
}

function describe(context: EfsContext, input: DescribeAccessPointsRequest): unknown {
  const { AccessPointId, FileSystemId, MaxResults = PAGE_DEFAULT, NextToken } = input;
  if (AccessPointId !== undefined && FileSystemId !== undefined) {
    throw badRequest("Specify either AccessPointId or FileSystemId, not both.");
  }
  if (AccessPointId !== undefined) {
    return { AccessPoints: [shownAccessPoint(context, accessPointOf(context, AccessPointId))] };
  }
  if (FileSystemId !== undefined) fileSystemOf(context, FileSystemId);
  const { state } = context;
  const index =
    FileSystemId === undefined ? state.accessPoints : state.accessPointsOf.get(bareId(context, FileSystemId));
  const page = checkedPage(
    (index ?? new OrderedIndex<AccessPointRecord>()).page(Math.min(MaxResults, PAGE_MAX), NextToken),
  );
  return { AccessPoints: page.items.map((record) => shownAccessPoint(context, record)), NextToken: page.next };
}

/** Without PosixUser or CreationInfo the members are absent; the path is always there. */
function shownAccessPoint(context: EfsContext, record: AccessPointRecord): AccessPointDescription {
  const { posixUser, creationInfo } = record;
  return {
    ClientToken: record.clientToken,
    ...nameTag(record.tags),
    Tags: tagList(record.tags),
    AccessPointId: record.id,
    AccessPointArn: arnOf(context, "access-point", record.id),
    FileSystemId: record.fileSystemId,
    ...(posixUser && { PosixUser: { ...posixUser } }),
    RootDirectory: { Path: record.path, ...(creationInfo && { CreationInfo: { ...creationInfo } }) },
    OwnerId: context.world.account,
    LifeCycleState: record.state,
  };
}

export const ACCESS_POINT_MEMBERS = {
  CreateAccessPoint: ["ClientToken", "Tags", "FileSystemId", "PosixUser", "RootDirectory"],
  DescribeAccessPoints: ["MaxResults", "NextToken", "AccessPointId", "FileSystemId"],
  DeleteAccessPoint: ["AccessPointId"],
} as const;
