/**
 * What the EFS API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `inputValidator` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

const THE_CLIENT_TOKEN = { required: true, min: 1, max: 64, pattern: ".+" } as const;
const THE_KEY = {
  required: true,
  min: 1,
  max: 128,
  pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$",
} as const;
const THE_VALUE = { required: true, max: 256, pattern: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" } as const;
const THE_FILE_SYSTEM_ID = {
  required: true,
  max: 128,
  pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$",
} as const;
const THE_UID = { required: true, min: 0, max: 4294967295, number: true } as const;
const THROUGHPUT_MODE = { enum: ["bursting", "provisioned", "elastic"] } as const;
const SECURITY_GROUPS = { min: 11, max: 43, pattern: "^sg-[0-9a-f]{8,40}" } as const;
const THE_MOUNT_TARGET_ID = { required: true, min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" } as const;
const TAG_KEYS = {
  min: 1,
  max: 128,
  pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$",
} as const;
const ACCESS_POINT_ID = {
  max: 128,
  pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-[0-9a-f]{8,40})$",
} as const;
const FILE_SYSTEM_ID = {
  max: 128,
  pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$",
} as const;
const THE_RESOURCE_ID = {
  required: true,
  max: 128,
  pattern:
    "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:(access-point/fsap|file-system/fs)-[0-9a-f]{8,40}|fs(ap)?-[0-9a-f]{8,40})$",
} as const;

export const EFS_CONSTRAINTS: OperationConstraints = {
  CreateAccessPoint: {
    ClientToken: THE_CLIENT_TOKEN,
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
    FileSystemId: THE_FILE_SYSTEM_ID,
    "PosixUser.Uid": THE_UID,
    "PosixUser.Gid": THE_UID,
    "PosixUser.SecondaryGids": { min: 0, max: 16 },
    "PosixUser.SecondaryGids.*": { min: 0, max: 4294967295, number: true },
    "RootDirectory.Path": { min: 1, max: 100, pattern: "^(\\/|(\\/(?!\\.)+[^$#<>;`|&?{}^*/\\n]+){1,4})$" },
    "RootDirectory.CreationInfo.OwnerUid": THE_UID,
    "RootDirectory.CreationInfo.OwnerGid": THE_UID,
    "RootDirectory.CreationInfo.Permissions": { required: true, min: 3, max: 4, pattern: "^[0-7]{3,4}$" },
  },
  CreateFileSystem: {
    CreationToken: THE_CLIENT_TOKEN,
    PerformanceMode: { enum: ["generalPurpose", "maxIO"] },
    KmsKeyId: {
      max: 2048,
      pattern:
        "^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|alias/[a-zA-Z0-9/_-]+|(arn:aws[-a-z]*:kms:[a-z0-9-]+:\\d{12}:((key/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(key/mrk-[0-9a-f]{32})|(alias/[a-zA-Z0-9/_-]+))))$",
    },
    ThroughputMode: THROUGHPUT_MODE,
    ProvisionedThroughputInMibps: { min: 1.0, number: true },
    AvailabilityZoneName: { min: 1, max: 64, pattern: ".+" },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  CreateMountTarget: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    SubnetId: { required: true, min: 15, max: 47, pattern: "^subnet-[0-9a-f]{8,40}$" },
    IpAddress: { min: 7, max: 15, pattern: "^[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}$" },
    IpAddressType: { enum: ["IPV4_ONLY", "IPV6_ONLY", "DUAL_STACK"] },
    SecurityGroups: { max: 100 },
    "SecurityGroups.*": SECURITY_GROUPS,
  },
  CreateTags: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    Tags: { required: true },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  DeleteAccessPoint: {
    AccessPointId: {
      required: true,
      max: 128,
      pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-[0-9a-f]{8,40})$",
    },
  },
  DeleteFileSystem: {
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  DeleteFileSystemPolicy: {
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  DeleteMountTarget: {
    MountTargetId: THE_MOUNT_TARGET_ID,
  },
  DeleteReplicationConfiguration: {
    SourceFileSystemId: THE_FILE_SYSTEM_ID,
    DeletionMode: { enum: ["ALL_CONFIGURATIONS", "LOCAL_CONFIGURATION_ONLY"] },
  },
  DeleteTags: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    TagKeys: { required: true, min: 1, max: 50 },
    "TagKeys.*": TAG_KEYS,
  },
  DescribeAccessPoints: {
    MaxResults: { min: 1, number: true },
    NextToken: { min: 1, max: 128, pattern: ".+" },
    AccessPointId: ACCESS_POINT_ID,
    FileSystemId: FILE_SYSTEM_ID,
  },
  DescribeAccountPreferences: {
    NextToken: { min: 1, max: 128, pattern: ".+" },
    MaxResults: { min: 1, number: true },
  },
  DescribeBackupPolicy: {
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  DescribeFileSystemPolicy: {
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  DescribeFileSystems: {
    MaxItems: { min: 1, number: true },
    Marker: { min: 1, max: 128, pattern: ".+" },
    CreationToken: { min: 1, max: 64, pattern: ".+" },
    FileSystemId: FILE_SYSTEM_ID,
  },
  DescribeLifecycleConfiguration: {
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  DescribeMountTargetSecurityGroups: {
    MountTargetId: THE_MOUNT_TARGET_ID,
  },
  DescribeMountTargets: {
    MaxItems: { min: 1, number: true },
    Marker: { min: 1, max: 128, pattern: ".+" },
    FileSystemId: FILE_SYSTEM_ID,
    MountTargetId: { min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" },
    AccessPointId: ACCESS_POINT_ID,
  },
  DescribeReplicationConfigurations: {
    FileSystemId: FILE_SYSTEM_ID,
    NextToken: { min: 1, max: 128, pattern: ".+" },
    MaxResults: { min: 1, number: true },
  },
  DescribeTags: {
    MaxItems: { min: 1, number: true },
    Marker: { min: 1, max: 128, pattern: ".+" },
    FileSystemId: THE_FILE_SYSTEM_ID,
  },
  ListTagsForResource: {
    ResourceId: THE_RESOURCE_ID,
    MaxResults: { min: 1, number: true },
    NextToken: { min: 1, max: 128, pattern: ".+" },
  },
  ModifyMountTargetSecurityGroups: {
    MountTargetId: THE_MOUNT_TARGET_ID,
    SecurityGroups: { max: 100 },
    "SecurityGroups.*": SECURITY_GROUPS,
  },
  PutAccountPreferences: {
    ResourceIdType: { required: true, enum: ["LONG_ID", "SHORT_ID"] },
  },
  PutBackupPolicy: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    BackupPolicy: { required: true },
    "BackupPolicy.Status": { required: true, enum: ["ENABLED", "ENABLING", "DISABLED", "DISABLING"] },
  },
  PutFileSystemPolicy: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    Policy: { required: true, min: 1, max: 20000, pattern: "[\\s\\S]+" },
  },
  PutLifecycleConfiguration: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    LifecyclePolicies: { required: true, max: 3 },
    "LifecyclePolicies.*.TransitionToIA": {
      enum: [
        "AFTER_7_DAYS",
        "AFTER_14_DAYS",
        "AFTER_30_DAYS",
        "AFTER_60_DAYS",
        "AFTER_90_DAYS",
        "AFTER_1_DAY",
        "AFTER_180_DAYS",
        "AFTER_270_DAYS",
        "AFTER_365_DAYS",
      ],
    },
    "LifecyclePolicies.*.TransitionToPrimaryStorageClass": { enum: ["AFTER_1_ACCESS"] },
    "LifecyclePolicies.*.TransitionToArchive": {
      enum: [
        "AFTER_1_DAY",
        "AFTER_7_DAYS",
        "AFTER_14_DAYS",
        "AFTER_30_DAYS",
        "AFTER_60_DAYS",
        "AFTER_90_DAYS",
        "AFTER_180_DAYS",
        "AFTER_270_DAYS",
        "AFTER_365_DAYS",
      ],
    },
  },
  TagResource: {
    ResourceId: THE_RESOURCE_ID,
    Tags: { required: true },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  UntagResource: {
    ResourceId: THE_RESOURCE_ID,
    TagKeys: { required: true, min: 1, max: 50 },
    "TagKeys.*": TAG_KEYS,
  },
  UpdateFileSystem: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    ThroughputMode: THROUGHPUT_MODE,
    ProvisionedThroughputInMibps: { min: 1.0, number: true },
  },
  UpdateFileSystemProtection: {
    FileSystemId: THE_FILE_SYSTEM_ID,
    ReplicationOverwriteProtection: { enum: ["ENABLED", "DISABLED", "REPLICATING"] },
  },
};
