/** Lifecycle rules, backups, protection, account preferences, replication: kept and answered, without effect. */
import type { LifecyclePolicy } from "@aws-sdk/client-efs";
import type { Handler } from "../../core.ts";
import {
  availableFileSystem,
  badRequest,
  type EfsContext,
  efsError,
  type FileSystemRecord,
  fileSystemOf,
} from "./state.ts";

type Of = { FileSystemId: string };

export function settingOperations(context: EfsContext): Record<string, Handler> {
  const { state } = context;
  return {
    PutLifecycleConfiguration({ FileSystemId, LifecyclePolicies }: Of & { LifecyclePolicies: LifecyclePolicy[] }) {
      const record = availableFileSystem(context, FileSystemId);
      checkLifecycle(record, LifecyclePolicies);
      record.lifecycle = LifecyclePolicies.map((policy) => ({ ...(policy as Record<string, string>) }));
      return { LifecyclePolicies: record.lifecycle };
    },
    DescribeLifecycleConfiguration: ({ FileSystemId }: Of) => ({
      LifecyclePolicies: fileSystemOf(context, FileSystemId).lifecycle,
    }),
    PutBackupPolicy({ FileSystemId, BackupPolicy }: Of & { BackupPolicy: { Status: string } }) {
      const record = availableFileSystem(context, FileSystemId);
      record.backup = BackupPolicy.Status.startsWith("ENABL") ? "ENABLED" : "DISABLED";
      return { BackupPolicy: { Status: record.backup } };
    },
    DescribeBackupPolicy({ FileSystemId }: Of) {
      const { backup, id } = fileSystemOf(context, FileSystemId);
      if (backup === null) throw efsError("PolicyNotFound", 404, `There is no backup policy for file system '${id}'.`);
      return { BackupPolicy: { Status: backup } };
    },
    UpdateFileSystemProtection(
      input: Of & { ReplicationOverwriteProtection?: "ENABLED" | "DISABLED" | "REPLICATING" },
    ) {
      const record = availableFileSystem(context, input.FileSystemId);
      const { ReplicationOverwriteProtection: wanted = record.overwriteProtection } = input;
      if (wanted === "REPLICATING")
        throw badRequest("ReplicationOverwriteProtection can be set to ENABLED or DISABLED.");
      record.overwriteProtection = wanted;
      return { ReplicationOverwriteProtection: wanted };
    },
    PutAccountPreferences({ ResourceIdType }: { ResourceIdType: "LONG_ID" | "SHORT_ID" }) {
      if (ResourceIdType === "SHORT_ID")
        throw badRequest("Only LONG_ID is supported (short ids ended in October 2021).");
      state.resourceIdType = ResourceIdType;
      return preferences(state.resourceIdType);
    },
    DescribeAccountPreferences: () => preferences(state.resourceIdType),
    DescribeReplicationConfigurations({ FileSystemId }: Partial<Of>) {
      if (FileSystemId === undefined) return { Replications: [] };
      throw noReplication(fileSystemOf(context, FileSystemId));
    },
    DeleteReplicationConfiguration({ SourceFileSystemId }: { SourceFileSystemId: string }) {
      throw noReplication(fileSystemOf(context, SourceFileSystemId));
    },
  };
}

/** Replication is not simulated, so nothing is ever replicated. */
const noReplication = ({ id }: FileSystemRecord): Error =>
  efsError("ReplicationNotFound", 404, `There is no replication configuration for file system '${id}'.`);

const preferences = (ResourceIdType: string): unknown => ({
  ResourceIdPreference: { ResourceIdType, Resources: ["FILE_SYSTEM", "MOUNT_TARGET"] },
});

/** One transition in each object; archiving needs Elastic throughput, and comes later than IA. [b-efs] */
function checkLifecycle(record: FileSystemRecord, policies: readonly LifecyclePolicy[]): void {
  const transitions = policies.map((policy) => Object.values(policy).filter((value) => value !== undefined).length);
  if (transitions.some((count) => count !== 1)) {
    throw badRequest("Each LifecyclePolicy object can have only a single transition.");
  }
  if (policies.some((policy) => policy.TransitionToArchive !== undefined) && record.throughputMode !== "elastic") {
    throw badRequest("TransitionToArchive is supported only with the Elastic throughput mode.");
  }
  const [toIa, toArchive] = [daysOf(policies, "TransitionToIA"), daysOf(policies, "TransitionToArchive")];
  // Whether archiving alone, without IA, is refused is not verified: here it is not.
  if (toIa !== null && toArchive !== null && toArchive <= toIa)
    throw badRequest("TransitionToArchive must be later than TransitionToIA.");
}

/** `AFTER_30_DAYS` → 30; null without such a transition. */
function daysOf(policies: readonly LifecyclePolicy[], transition: "TransitionToIA" | "TransitionToArchive") {
  const rule = policies.map((policy) => policy[transition]).find((value) => value !== undefined);
  return rule === undefined ? null : Number(/\d+/.exec(rule)?.[0]);
}

export const SETTING_MEMBERS = {
  PutLifecycleConfiguration: ["FileSystemId", "LifecyclePolicies"],
  DescribeLifecycleConfiguration: ["FileSystemId"],
  PutBackupPolicy: ["FileSystemId", "BackupPolicy"],
  DescribeBackupPolicy: ["FileSystemId"],
  UpdateFileSystemProtection: ["FileSystemId", "ReplicationOverwriteProtection"],
  PutAccountPreferences: ["ResourceIdType"],
  DescribeAccountPreferences: ["NextToken", "MaxResults"],
  DescribeReplicationConfigurations: ["FileSystemId", "NextToken", "MaxResults"],
  DeleteReplicationConfiguration: ["SourceFileSystemId", "DeletionMode"],
} as const;
