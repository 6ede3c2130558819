/** What the simulated EFS remembers, and the errors that all of its parts share. */
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import { OrderedIndex, type Page } from "../ordered-index.ts";
import type { TagMap } from "../tags.ts";
import type { RawPolicy } from "../../access/policy-document.ts";

export type LifeCycleState = "creating" | "available" | "updating" | "deleting";

/** A policy, or its absence (null), with the time from which clients feel it. */
export interface PolicyMoment {
  effectiveAtMs: number;
  document: RawPolicy | null;
  /** ARN of each role or user named → its unique id at the time of the Put. */
  ids: Record<string, string>;
}

export interface FileSystemRecord {
  id: string;
  creationToken: string;
  createdMs: number;
  state: LifeCycleState;
  /** When the state changes by itself, ms; null = it stays. */
  dueMs: number | null;
  performanceMode: "generalPurpose" | "maxIO";
  throughputMode: "bursting" | "provisioned" | "elastic";
  provisionedMibps: number | null;
  /** Last change of mode or decrease, ms: another one must wait 24 hours. */
  throughputChangedMs: number | null;
  encrypted: boolean;
  kmsKeyId: string | null;
  /** One Zone file systems only. */
  zone: { name: string; id: string } | null;
  tags: TagMap;
  overwriteProtection: "ENABLED" | "DISABLED";
  backup: "ENABLED" | "DISABLED" | null;
  lifecycle: Record<string, string>[];
  /** Newest last; at most those that some client may still feel. Empty = never had a policy. */
  policies: PolicyMoment[];
}

export interface MountTargetRecord {
  id: string;
  fileSystemId: string;
  subnetId: string;
  vpcId: string;
  zone: { name: string; id: string };
  address: string;
  interfaceId: string;
  state: LifeCycleState;
  dueMs: number | null;
}

export interface PosixUserRecord {
  Uid: number;
  Gid: number;
  SecondaryGids?: number[];
}

export interface AccessPointRecord {
  id: string;
  fileSystemId: string;
  clientToken: string;
  posixUser: PosixUserRecord | null;
  path: string;
  creationInfo: { OwnerUid: number; OwnerGid: number; Permissions: string } | null;
  tags: TagMap;
  state: LifeCycleState;
  dueMs: number | null;
}

export interface EfsState {
  fileSystems: OrderedIndex<FileSystemRecord>;
  mountTargets: OrderedIndex<MountTargetRecord>;
  accessPoints: OrderedIndex<AccessPointRecord>;
  /** File system id → its access points. */
  accessPointsOf: Map<string, OrderedIndex<AccessPointRecord>>;
  mountTargetsOf: Map<string, Map<string, MountTargetRecord>>;
  /** Tokens are unique in the account and region, whatever the file system. */
  accessPointByToken: Map<string, AccessPointRecord>;
  fileSystemByToken: Map<string, FileSystemRecord>;
  resourceIdType: "LONG_ID" | "SHORT_ID";
}

export function emptyState(): EfsState {
  return {
    fileSystems: new OrderedIndex(),
    mountTargets: new OrderedIndex(),
    accessPoints: new OrderedIndex(),
    accessPointsOf: new Map(),
    mountTargetsOf: new Map(),
    accessPointByToken: new Map(),
    fileSystemByToken: new Map(),
    resourceIdType: "LONG_ID",
  };
}

export interface EfsContext {
  state: EfsState;
  world: World;
}

/** An EFS error; its shape repeats the code as ErrorCode. */
export function efsError(
  code: string,
  status: number,
  message: string,
  fields: Record<string, unknown> = {},
): ServiceError {
  return new ServiceError(code, status, message, { ErrorCode: code, ...fields });
}

export const badRequest = (message: string): ServiceError => efsError("BadRequest", 400, message);

/** Most inputs take a bare id or an ARN. An ARN of another account or region names nothing here, and so stays whole. */
export function bareId({ world }: EfsContext, idOrArn: string): string {
  const here = `arn:${world.partition}:elasticfilesystem:${world.region}:${world.account}:`;
  if (idOrArn.startsWith("arn:") && !idOrArn.startsWith(here)) return idOrArn;
  return idOrArn.slice(idOrArn.lastIndexOf("/") + 1);
}

/** @throws FileSystemNotFound, also while it is being deleted. */
export function fileSystemOf(context: EfsContext, idOrArn: string): FileSystemRecord {
  const id = bareId(context, idOrArn);
  const found = context.state.fileSystems.get(id);
  if (found) return found;
  throw efsError("FileSystemNotFound", 404, `File system '${id}' does not exist.`);
}

/** @throws IncorrectFileSystemLifeCycleState unless it is available. */
export function availableFileSystem(context: EfsContext, idOrArn: string): FileSystemRecord {
  const found = fileSystemOf(context, idOrArn);
  if (found.state === "available" || found.state === "updating") return found;
  const text = `File system '${found.id}' is in state '${found.state}'; it must be 'available'.`;
  throw efsError("IncorrectFileSystemLifeCycleState", 409, text);
}

export function accessPointOf(context: EfsContext, idOrArn: string): AccessPointRecord {
  const id = bareId(context, idOrArn);
  const found = context.state.accessPoints.get(id);
  if (found) return found;
  throw efsError("AccessPointNotFound", 404, `Access point '${id}' does not exist.`);
}

export function mountTargetOf({ state }: EfsContext, id: string): MountTargetRecord {
  const found = state.mountTargets.get(id);
  if (found) return found;
  throw efsError("MountTargetNotFound", 404, `Mount target '${id}' does not exist.`);
}

export function arnOf({ world }: EfsContext, resource: "file-system" | "access-point", id: string): string {
  return `arn:${world.partition}:elasticfilesystem:${world.region}:${world.account}:${resource}/${id}`;
}

/** @throws BadRequest for a token that this service did not hand out. */
export function checkedPage<T>(page: Page<T> | null): Page<T> {
  if (page) return page;
  throw badRequest("The pagination token is not valid.");
}

export function nameTag(tags: TagMap): { Name: string } | undefined {
  const Name = tags.get("Name");
  return Name === undefined ? undefined : { Name };
}
