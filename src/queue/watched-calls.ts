/** Calls that change what Mooring keeps of EFS, or what it depends on. */
export const EFS_CALLS: readonly string[] = [
  "CreateAccessPoint",
  "DeleteAccessPoint",
  "PutFileSystemPolicy",
  "DeleteFileSystemPolicy",
  "CreateMountTarget",
  "DeleteMountTarget",
  "ModifyMountTargetSecurityGroups",
  "CreateFileSystem",
  "DeleteFileSystem",
  "UpdateFileSystem",
  "UpdateFileSystemProtection",
  "PutLifecycleConfiguration",
  "PutBackupPolicy",
  "CreateReplicationConfiguration",
  "DeleteReplicationConfiguration",
  "TagResource",
  "UntagResource",
  "CreateTags",
  "DeleteTags",
];

/** Calls that change where a function mounts what, and which of its versions serve. Prefixes: the names of Lambda's
 * events carry API versions. */
export const LAMBDA_CALLS: readonly string[] = [
  "CreateFunction",
  "DeleteFunction",
  "UpdateFunctionConfiguration",
  "UpdateFunctionCode",
  "PublishVersion",
  "CreateAlias",
  "UpdateAlias",
  "DeleteAlias",
  "PutProvisionedConcurrencyConfig",
  "DeleteProvisionedConcurrencyConfig",
  "TagResource",
  "UntagResource",
];

/** Calls that make or end a role, or change what its own policies admit. */
export const IAM_ROLE_CALLS: readonly string[] = [
  "CreateRole",
  "DeleteRole",
  "PutRolePolicy",
  "DeleteRolePolicy",
  "AttachRolePolicy",
  "DetachRolePolicy",
];
