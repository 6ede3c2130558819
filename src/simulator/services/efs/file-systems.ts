import type { CreateFileSystemRequest, FileSystemDescription, UpdateFileSystemRequest } from "@aws-sdk/client-efs";
import type { Handler } from "../../core.ts";
import { type Tag, tagList } from "../tags.ts";
import { newTags } from "./efs-tags.ts";
import {
  arnOf,
  availableFileSystem,
  badRequest,
  checkedPage,
  type EfsContext,
  efsError,
  type FileSystemRecord,
  fileSystemOf,
  nameTag,
} from "./state.ts";
import { forgetAccessPoint } from "./access-points.ts";
import { endState } from "./transitions.ts";

/** Quota of EFS: file systems of one account and region. */
const FILE_SYSTEMS_MAX = 1_000;
/** Pages hold at most 100 file systems whatever MaxItems says (EFS API reference). */
const PAGE_MAX = 100;
/** Throughput that an account may provision by default, MiB/s. */
const PROVISIONED_MAX_MIBPS = 3_414;
const DAY_MS = 86_400_000;

interface Listing {
  FileSystemId?: string;
  CreationToken?: string;
  MaxItems?: number;
  Marker?: string;
}

export function fileSystemOperations(context: EfsContext): Record<string, Handler> {
  const { state } = context;
  return {
    CreateFileSystem: (input: CreateFileSystemRequest) => shownFileSystem(context, createFileSystem(context, input)),
    DescribeFileSystems(input: Listing) {
      const { FileSystemId, CreationToken, MaxItems = PAGE_MAX, Marker } = input;
      if (FileSystemId !== undefined && CreationToken !== undefined) {
        throw badRequest("Specify either FileSystemId or CreationToken, not both.");
      }
      if (FileSystemId !== undefined) {
        return { FileSystems: [shownFileSystem(context, fileSystemOf(context, FileSystemId))] };
      }
      if (CreationToken !== undefined) {
        const found = state.fileSystemByToken.get(CreationToken);
        return { FileSystems: found ? [shownFileSystem(context, found)] : [] };
      }
      const page = checkedPage(state.fileSystems.page(Math.min(MaxItems, PAGE_MAX), Marker));
      return { Marker, FileSystems: page.items.map((one) => shownFileSystem(context, one)), NextMarker: page.next };
    },
    DeleteFileSystem({ FileSystemId }: { FileSystemId: string }) {
      deleteFileSystem(context, fileSystemOf(context, FileSystemId));
      return {};
    },
    UpdateFileSystem(input: UpdateFileSystemRequest & { FileSystemId: string }) {
      const record = availableFileSystem(context, input.FileSystemId);
      updateThroughput(context, record, input);
      return shownFileSystem(context, record);
    },
  };
}

function createFileSystem(context: EfsContext, input: CreateFileSystemRequest): FileSystemRecord {
  const { state, world } = context;
  const creationToken = input.CreationToken ?? "";
  const existing = state.fileSystemByToken.get(creationToken);
  if (existing) {
    const text = `File system '${existing.id}' already exists with creation token '${creationToken}'`;
    throw efsError("FileSystemAlreadyExists", 409, text, { FileSystemId: existing.id });
  }
  if (state.fileSystems.size >= FILE_SYSTEMS_MAX) {
    throw efsError(
      "FileSystemLimitExceeded",
      403,
      `You have reached the maximum number of file systems (${FILE_SYSTEMS_MAX}).`,
    );
  }
  const zone = zoneOf(context, input.AvailabilityZoneName);
  checkModes(input, zone !== null);
  const record: FileSystemRecord = {
    id: `fs-${world.clock.hex(17)}`,
    creationToken,
    createdMs: world.clock.nowMs(),
    state: "creating",
    dueMs: null,
    performanceMode: input.PerformanceMode ?? "generalPurpose",
    throughputMode: input.ThroughputMode ?? "bursting",
    provisionedMibps: input.ProvisionedThroughputInMibps ?? null,
    throughputChangedMs: null,
    encrypted: input.Encrypted ?? false,
    kmsKeyId: kmsKeyOf(context, input),
    zone,
    tags: newTags(input.Tags as Tag[] | undefined),
    overwriteProtection: "ENABLED",
    // Backups are on by default for One Zone file systems only.
    backup: (input.Backup ?? zone !== null) ? "ENABLED" : null,
    lifecycle: [],
    policies: [],
  };
  addFileSystem(context, record);
  endState(context, record, world.timings.fileSystemCreateMs, () => (record.state = "available"));
  return record;
}

export function addFileSystem({ state }: EfsContext, record: FileSystemRecord): void {
  state.fileSystems.set(record.id, record);
  state.fileSystemByToken.set(record.creationToken, record);
}

function zoneOf({ world }: EfsContext, name: string | undefined): FileSystemRecord["zone"] {
  if (name === undefined) return null;
  const id = world.service("ec2").zones().get(name);
  if (id !== undefined) return { name, id };
  throw efsError("UnsupportedAvailabilityZone", 400, `The Availability Zone '${name}' is not supported.`);
}

function checkModes(input: CreateFileSystemRequest, oneZone: boolean): void {
  const { PerformanceMode, ThroughputMode, ProvisionedThroughputInMibps: mibps } = input;
  if (PerformanceMode === "maxIO" && (oneZone || ThroughputMode === "elastic")) {
    throw badRequest("The maxIO performance mode is not supported on One Zone or Elastic throughput file systems.");
  }
  checkProvisioned(ThroughputMode ?? "bursting", mibps);
}

function checkProvisioned(mode: string, mibps: number | undefined): void {
  if (mode === "provisioned" && mibps === undefined) {
    throw badRequest("ProvisionedThroughputInMibps is required when the throughput mode is provisioned.");
  }
  if (mode !== "provisioned" && mibps !== undefined) {
    throw badRequest(`ProvisionedThroughputInMibps is not allowed when the throughput mode is ${mode}.`);
  }
  if (mibps !== undefined && mibps > PROVISIONED_MAX_MIBPS) {
    throw efsError(
      "ThroughputLimitExceeded",
      400,
      `The maximum provisioned throughput is ${PROVISIONED_MAX_MIBPS} MiB/s.`,
    );
  }
}

function kmsKeyOf({ world }: EfsContext, { Encrypted, KmsKeyId }: CreateFileSystemRequest): string | null {
  if (KmsKeyId !== undefined && !Encrypted) throw badRequest("KmsKeyId requires Encrypted to be true.");
  if (!Encrypted) return null;
  if (KmsKeyId?.startsWith("arn:")) return KmsKeyId;
  const key = KmsKeyId ?? "alias/aws/elasticfilesystem";
  const resource = key.startsWith("alias/") ? key : `key/${key}`;
  return `arn:${world.partition}:kms:${world.region}:${world.account}:${resource}`;
}

function deleteFileSystem(context: EfsContext, record: FileSystemRecord): void {
  const { state } = context;
  if ((state.mountTargetsOf.get(record.id)?.size ?? 0) > 0) {
    const text = `File system '${record.id}' has mount targets. Please delete them first.`;
    throw efsError("FileSystemInUse", 409, text);
  }
  // Access points do not hold a file system; they go with it.
  for (const accessPoint of state.accessPointsOf.get(record.id)?.values() ?? [])
    forgetAccessPoint(context, accessPoint);
  state.accessPointsOf.delete(record.id);
  state.mountTargetsOf.delete(record.id);
  state.fileSystems.delete(record.id);
  state.fileSystemByToken.delete(record.creationToken);
}

/**
 * A change of mode or a decrease must wait 24 hours for the one before it (UpdateFileSystem, EFS
 * API reference; the user guide's milder wording is not followed).
 */
function updateThroughput({ world }: EfsContext, record: FileSystemRecord, input: UpdateFileSystemRequest): void {
  const mode = input.ThroughputMode ?? record.throughputMode;
  const mibps =
    input.ProvisionedThroughputInMibps ?? (mode === "provisioned" ? (record.provisionedMibps ?? undefined) : undefined);
  if (input.ThroughputMode === undefined && input.ProvisionedThroughputInMibps === undefined) {
    throw badRequest("Specify ThroughputMode or ProvisionedThroughputInMibps.");
  }
  checkProvisioned(mode, mibps);
  const nowMs = world.clock.nowMs();
  const decreases = (mibps ?? 0) < (record.provisionedMibps ?? 0);
  if (mode !== record.throughputMode || decreases) {
    if (record.throughputChangedMs !== null && nowMs - record.throughputChangedMs < DAY_MS) {
      const text = `The throughput of file system '${record.id}' was changed less than 24 hours ago.`;
      throw efsError("TooManyRequests", 429, text);
    }
    record.throughputChangedMs = nowMs;
  }
  record.throughputMode = mode;
  record.provisionedMibps = mibps ?? null;
}

export function shownFileSystem(context: EfsContext, record: FileSystemRecord): FileSystemDescription {
  const { state, world } = context;
  return {
    OwnerId: world.account,
    CreationToken: record.creationToken,
    FileSystemId: record.id,
    FileSystemArn: arnOf(context, "file-system", record.id),
    CreationTime: new Date(record.createdMs),
    LifeCycleState: record.state,
    ...nameTag(record.tags),
    NumberOfMountTargets: state.mountTargetsOf.get(record.id)?.size ?? 0,
    // No file is simulated; a new file system measures 6 KiB of metadata.
    SizeInBytes: { Value: 6144, ValueInIA: 0, ValueInStandard: 6144, ValueInArchive: 0 },
    PerformanceMode: record.performanceMode,
    Encrypted: record.encrypted,
    ...(record.kmsKeyId !== null && { KmsKeyId: record.kmsKeyId }),
    ThroughputMode: record.throughputMode,
    ...(record.provisionedMibps !== null && { ProvisionedThroughputInMibps: record.provisionedMibps }),
    ...(record.zone && { AvailabilityZoneName: record.zone.name, AvailabilityZoneId: record.zone.id }),
    Tags: tagList(record.tags),
    FileSystemProtection: { ReplicationOverwriteProtection: record.overwriteProtection },
  };
}

export const FILE_SYSTEM_MEMBERS = {
  CreateFileSystem: [
    "CreationToken",
    "PerformanceMode",
    "Encrypted",
    "KmsKeyId",
    "ThroughputMode",
    "ProvisionedThroughputInMibps",
    "AvailabilityZoneName",
    "Backup",
    "Tags",
  ],
  DescribeFileSystems: ["MaxItems", "Marker", "CreationToken", "FileSystemId"],
  DeleteFileSystem: ["FileSystemId"],
  UpdateFileSystem: ["FileSystemId", "ThroughputMode", "ProvisionedThroughputInMibps"],
} as const;
