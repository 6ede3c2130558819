/**
 * What the EFS API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `validateInput` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

export const EFS_CONSTRAINTS: OperationConstraints = {
  CreateAccessPoint: {
    "ClientToken": { required: true, min: 1, max: 64, pattern: ".+" },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
    "Tags.*.Value": { required: true, max: 256, pattern: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" },
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "PosixUser.Uid": { required: true, min: 0, max: 4294967295, number: true },
    "PosixUser.Gid": { required: true, min: 0, max: 4294967295, number: true },
    "PosixUser.SecondaryGids": { min: 0, max: 16 },
    "PosixUser.SecondaryGids.*": { min: 0, max: 4294967295, number: true },
    "RootDirectory.Path": { min: 1, max: 100, pattern: "^(\\/|(\\/(?!\\.)+[^$#<>;`|&?{}^*/\\n]+){1,4})$" },
    "RootDirectory.CreationInfo.OwnerUid": { required: true, min: 0, max: 4294967295, number: true },
    "RootDirectory.CreationInfo.OwnerGid": { required: true, min: 0, max: 4294967295, number: true },
    "RootDirectory.CreationInfo.Permissions": { required: true, min: 3, max: 4, pattern: "^[0-7]{3,4}$" },
  },
  CreateFileSystem: {
    "CreationToken": { required: true, min: 1, max: 64, pattern: ".+" },
    "PerformanceMode": { enum: ["generalPurpose", "maxIO"] },
    "KmsKeyId": { max: 2048, pattern: "^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|alias/[a-zA-Z0-9/_-]+|(arn:aws[-a-z]*:kms:[a-z0-9-]+:\\d{12}:((key/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(key/mrk-[0-9a-f]{32})|(alias/[a-zA-Z0-9/_-]+))))$" },
    "ThroughputMode": { enum: ["bursting", "provisioned", "elastic"] },
    "ProvisionedThroughputInMibps": { min: 1.0, number: true },
    "AvailabilityZoneName": { min: 1, max: 64, pattern: ".+" },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
    "Tags.*.Value": { required: true, max: 256, pattern: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" },
  },
  CreateMountTarget: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "SubnetId": { required: true, min: 15, max: 47, pattern: "^subnet-[0-9a-f]{8,40}$" },
    "IpAddress": { min: 7, max: 15, pattern: "^[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}$" },
    "Ipv6Address": { min: 3, max: 39 },
    "IpAddressType": { enum: ["IPV4_ONLY", "IPV6_ONLY", "DUAL_STACK"] },
    "SecurityGroups": { max: 100 },
    "SecurityGroups.*": { min: 11, max: 43, pattern: "^sg-[0-9a-f]{8,40}" },
  },
  CreateTags: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "Tags": { required: true },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
    "Tags.*.Value": { required: true, max: 256, pattern: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" },
  },
  DeleteAccessPoint: {
    "AccessPointId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-[0-9a-f]{8,40})$" },
  },
  DeleteFileSystem: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DeleteFileSystemPolicy: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DeleteMountTarget: {
    "MountTargetId": { required: true, min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" },
  },
  DeleteTags: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "TagKeys": { required: true, min: 1, max: 50 },
    "TagKeys.*": { min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
  },
  DescribeAccessPoints: {
    "MaxResults": { min: 1, number: true },
    "NextToken": { min: 1, max: 128, pattern: ".+" },
    "AccessPointId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-[0-9a-f]{8,40})$" },
    "FileSystemId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DescribeAccountPreferences: {
    "NextToken": { min: 1, max: 128, pattern: ".+" },
    "MaxResults": { min: 1, number: true },
  },
  DescribeBackupPolicy: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DescribeFileSystemPolicy: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DescribeFileSystems: {
    "MaxItems": { min: 1, number: true },
    "Marker": { min: 1, max: 128, pattern: ".+" },
    "CreationToken": { min: 1, max: 64, pattern: ".+" },
    "FileSystemId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DescribeLifecycleConfiguration: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  DescribeMountTargetSecurityGroups: {
    "MountTargetId": { required: true, min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" },
  },
  DescribeMountTargets: {
    "MaxItems": { min: 1, number: true },
    "Marker": { min: 1, max: 128, pattern: ".+" },
    "FileSystemId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "MountTargetId": { min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" },
    "AccessPointId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-[0-9a-f]{8,40})$" },
  },
  DescribeReplicationConfigurations: {
    "FileSystemId": { max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "NextToken": { min: 1, max: 128, pattern: ".+" },
    "MaxResults": { min: 1, number: true },
  },
  DescribeTags: {
    "MaxItems": { min: 1, number: true },
    "Marker": { min: 1, max: 128, pattern: ".+" },
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
  },
  ListTagsForResource: {
    "ResourceId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:(access-point/fsap|file-system/fs)-[0-9a-f]{8,40}|fs(ap)?-[0-9a-f]{8,40})$" },
    "MaxResults": { min: 1, number: true },
    "NextToken": { min: 1, max: 128, pattern: ".+" },
  },
  ModifyMountTargetSecurityGroups: {
    "MountTargetId": { required: true, min: 13, max: 45, pattern: "^fsmt-[0-9a-f]{8,40}$" },
    "SecurityGroups": { max: 100 },
    "SecurityGroups.*": { min: 11, max: 43, pattern: "^sg-[0-9a-f]{8,40}" },
  },
  PutAccountPreferences: {
    "ResourceIdType": { required: true, enum: ["LONG_ID", "SHORT_ID"] },
  },
  PutBackupPolicy: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "BackupPolicy": { required: true },
    "BackupPolicy.Status": { required: true, enum: ["ENABLED", "ENABLING", "DISABLED", "DISABLING"] },
  },
  PutFileSystemPolicy: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "Policy": { required: true, min: 1, max: 20000, pattern: "[\\s\\S]+" },
  },
  PutLifecycleConfiguration: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "LifecyclePolicies": { required: true, max: 3 },
    "LifecyclePolicies.*.TransitionToIA": { enum: ["AFTER_7_DAYS", "AFTER_14_DAYS", "AFTER_30_DAYS", "AFTER_60_DAYS", "AFTER_90_DAYS", "AFTER_1_DAY", "AFTER_180_DAYS", "AFTER_270_DAYS", "AFTER_365_DAYS"] },
    "LifecyclePolicies.*.TransitionToPrimaryStorageClass": { enum: ["AFTER_1_ACCESS"] },
    "LifecyclePolicies.*.TransitionToArchive": { enum: ["AFTER_1_DAY", "AFTER_7_DAYS", "AFTER_14_DAYS", "AFTER_30_DAYS", "AFTER_60_DAYS", "AFTER_90_DAYS", "AFTER_180_DAYS", "AFTER_270_DAYS", "AFTER_365_DAYS"] },
  },
  TagResource: {
    "ResourceId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:(access-point/fsap|file-system/fs)-[0-9a-f]{8,40}|fs(ap)?-[0-9a-f]{8,40})$" },
    "Tags": { required: true },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
    "Tags.*.Value": { required: true, max: 256, pattern: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" },
  },
  UntagResource: {
    "ResourceId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:(access-point/fsap|file-system/fs)-[0-9a-f]{8,40}|fs(ap)?-[0-9a-f]{8,40})$" },
    "TagKeys": { required: true, min: 1, max: 50 },
    "TagKeys.*": { min: 1, max: 128, pattern: "^(?![aA]{1}[wW]{1}[sS]{1}:)([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$" },
  },
  UpdateFileSystem: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "ThroughputMode": { enum: ["bursting", "provisioned", "elastic"] },
    "ProvisionedThroughputInMibps": { min: 1.0, number: true },
  },
  UpdateFileSystemProtection: {
    "FileSystemId": { required: true, max: 128, pattern: "^(arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:file-system/fs-[0-9a-f]{8,40}|fs-[0-9a-f]{8,40})$" },
    "ReplicationOverwriteProtection": { enum: ["ENABLED", "DISABLED", "REPLICATING"] },
  },
};
