/**
 * What the IAM API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `validateInput` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

export const IAM_CONSTRAINTS: OperationConstraints = {
  CreateRole: {
    "Path": { min: 1, max: 512, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" },
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "AssumeRolePolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
    "Description": { max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" },
    "MaxSessionDuration": { min: 3600, max: 43200, number: true },
    "PermissionsBoundary": { min: 20, max: 2048 },
    "Tags": { max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  GetRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
  },
  ListRoles: {
    "PathPrefix": { min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007F]*" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  DeleteRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
  },
  UpdateRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Description": { max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" },
    "MaxSessionDuration": { min: 3600, max: 43200, number: true },
  },
  UpdateRoleDescription: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Description": { required: true, max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" },
  },
  UpdateAssumeRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
  },
  PutRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "PolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
  },
  GetRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  ListRolePolicies: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  DeleteRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  CreatePolicy: {
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Path": { min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" },
    "PolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
    "Description": { max: 1000 },
    "Tags": { max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  GetPolicy: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  ListPolicies: {
    "Scope": { enum: ["All", "AWS", "Local"] },
    "PathPrefix": { min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" },
    "PolicyUsageFilter": { enum: ["PermissionsPolicy", "PermissionsBoundary"] },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  DeletePolicy: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  GetPolicyVersion: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "VersionId": { required: true, pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" },
  },
  ListPolicyVersions: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  CreatePolicyVersion: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "PolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
  },
  DeletePolicyVersion: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "VersionId": { required: true, pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" },
  },
  SetDefaultPolicyVersion: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "VersionId": { required: true, pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" },
  },
  AttachRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  DetachRolePolicy: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  ListAttachedRolePolicies: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PathPrefix": { min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  ListEntitiesForPolicy: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "EntityFilter": { enum: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"] },
    "PathPrefix": { min: 1, max: 512, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" },
    "PolicyUsageFilter": { enum: ["PermissionsPolicy", "PermissionsBoundary"] },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  ListInstanceProfilesForRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  CreateUser: {
    "Path": { min: 1, max: 512, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" },
    "UserName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PermissionsBoundary": { min: 20, max: 2048 },
    "Tags": { max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  GetUser: {
    "UserName": { min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  ListUsers: {
    "PathPrefix": { min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007F]*" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  DeleteUser: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  CreateAccessKey: {
    "UserName": { min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  ListAccessKeys: {
    "UserName": { min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  DeleteAccessKey: {
    "UserName": { min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "AccessKeyId": { required: true, min: 16, max: 128, pattern: "[\\w]+" },
  },
  UpdateAccessKey: {
    "UserName": { min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "AccessKeyId": { required: true, min: 16, max: 128, pattern: "[\\w]+" },
    "Status": { required: true, enum: ["Active", "Inactive", "Expired"] },
  },
  TagRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Tags": { required: true, max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  UntagRole: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "TagKeys": { required: true, max: 50 },
    "TagKeys.*": { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
  },
  ListRoleTags: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  TagUser: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Tags": { required: true, max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  UntagUser: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "TagKeys": { required: true, max: 50 },
    "TagKeys.*": { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
  },
  ListUserTags: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  TagPolicy: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "Tags": { required: true, max: 50 },
    "Tags.*.Key": { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    "Tags.*.Value": { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
  },
  UntagPolicy: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "TagKeys": { required: true, max: 50 },
    "TagKeys.*": { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
  },
  ListPolicyTags: {
    "PolicyArn": { required: true, min: 20, max: 2048 },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  PutUserPolicy: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "PolicyDocument": { required: true, min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
  },
  GetUserPolicy: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  DeleteUserPolicy: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "PolicyName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
  },
  ListUserPolicies: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  AttachUserPolicy: {
    "UserName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  DetachUserPolicy: {
    "UserName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PolicyArn": { required: true, min: 20, max: 2048 },
  },
  ListAttachedUserPolicies: {
    "UserName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PathPrefix": { min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  ListGroupsForUser: {
    "UserName": { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" },
    "Marker": { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" },
    "MaxItems": { min: 1, max: 1000, number: true },
  },
  PutRolePermissionsBoundary: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
    "PermissionsBoundary": { required: true, min: 20, max: 2048 },
  },
  DeleteRolePermissionsBoundary: {
    "RoleName": { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" },
  },
};
