/**
 * What the IAM API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `inputValidator` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

const PATH = { min: 1, max: 512, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" } as const;
const THE_ROLE_NAME = { required: true, min: 1, max: 64, pattern: "[\\w+=,.@-]+" } as const;
const THE_ASSUME_ROLE_POLICY_DOCUMENT = {
  required: true,
  min: 1,
  max: 131072,
  pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
} as const;
const DESCRIPTION = { max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" } as const;
const THE_KEY = { required: true, min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" } as const;
const THE_VALUE = { required: true, min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" } as const;
const PATH_PREFIX = { min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007F]*" } as const;
const MARKER = { min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" } as const;
const THE_POLICY_NAME = { required: true, min: 1, max: 128, pattern: "[\\w+=,.@-]+" } as const;
const PATH_2 = { min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" } as const;
const THE_VERSION_ID = { required: true, pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" } as const;
const USER_NAME = { min: 1, max: 128, pattern: "[\\w+=,.@-]+" } as const;
const THE_ACCESS_KEY_ID = { required: true, min: 16, max: 128, pattern: "[\\w]+" } as const;
const TAG_KEYS = { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" } as const;

export const IAM_CONSTRAINTS: OperationConstraints = {
  CreateRole: {
    Path: PATH,
    RoleName: THE_ROLE_NAME,
    AssumeRolePolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
    Description: DESCRIPTION,
    MaxSessionDuration: { min: 3600, max: 43200, number: true },
    PermissionsBoundary: { min: 20, max: 2048 },
    Tags: { max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  GetRole: {
    RoleName: THE_ROLE_NAME,
  },
  ListRoles: {
    PathPrefix: PATH_PREFIX,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  DeleteRole: {
    RoleName: THE_ROLE_NAME,
  },
  UpdateRole: {
    RoleName: THE_ROLE_NAME,
    Description: DESCRIPTION,
    MaxSessionDuration: { min: 3600, max: 43200, number: true },
  },
  UpdateRoleDescription: {
    RoleName: THE_ROLE_NAME,
    Description: { required: true, max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" },
  },
  UpdateAssumeRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
  },
  PutRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyName: THE_POLICY_NAME,
    PolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
  },
  GetRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyName: THE_POLICY_NAME,
  },
  ListRolePolicies: {
    RoleName: THE_ROLE_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  DeleteRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyName: THE_POLICY_NAME,
  },
  CreatePolicy: {
    PolicyName: THE_POLICY_NAME,
    Path: PATH_2,
    PolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
    Description: { max: 1000 },
    Tags: { max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  GetPolicy: {
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  ListPolicies: {
    Scope: { enum: ["All", "AWS", "Local"] },
    PathPrefix: PATH_2,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  DeletePolicy: {
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  GetPolicyVersion: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    VersionId: THE_VERSION_ID,
  },
  ListPolicyVersions: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  CreatePolicyVersion: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    PolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
  },
  DeletePolicyVersion: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    VersionId: THE_VERSION_ID,
  },
  SetDefaultPolicyVersion: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    VersionId: THE_VERSION_ID,
  },
  AttachRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  DetachRolePolicy: {
    RoleName: THE_ROLE_NAME,
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  ListAttachedRolePolicies: {
    RoleName: THE_ROLE_NAME,
    PathPrefix: PATH_2,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  ListEntitiesForPolicy: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    PathPrefix: PATH,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  ListInstanceProfilesForRole: {
    RoleName: THE_ROLE_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  CreateUser: {
    Path: PATH,
    UserName: THE_ROLE_NAME,
    PermissionsBoundary: { min: 20, max: 2048 },
    Tags: { max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  GetUser: {
    UserName: USER_NAME,
  },
  ListUsers: {
    PathPrefix: PATH_PREFIX,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  DeleteUser: {
    UserName: THE_POLICY_NAME,
  },
  CreateAccessKey: {
    UserName: USER_NAME,
  },
  ListAccessKeys: {
    UserName: USER_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  DeleteAccessKey: {
    UserName: USER_NAME,
    AccessKeyId: THE_ACCESS_KEY_ID,
  },
  UpdateAccessKey: {
    UserName: USER_NAME,
    AccessKeyId: THE_ACCESS_KEY_ID,
    Status: { required: true, enum: ["Active", "Inactive", "Expired"] },
  },
  TagRole: {
    RoleName: THE_ROLE_NAME,
    Tags: { required: true, max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  UntagRole: {
    RoleName: THE_ROLE_NAME,
    TagKeys: { required: true, max: 50 },
    "TagKeys.*": TAG_KEYS,
  },
  ListRoleTags: {
    RoleName: THE_ROLE_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  TagUser: {
    UserName: THE_POLICY_NAME,
    Tags: { required: true, max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  UntagUser: {
    UserName: THE_POLICY_NAME,
    TagKeys: { required: true, max: 50 },
    "TagKeys.*": TAG_KEYS,
  },
  ListUserTags: {
    UserName: THE_POLICY_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  TagPolicy: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    Tags: { required: true, max: 50 },
    "Tags.*.Key": THE_KEY,
    "Tags.*.Value": THE_VALUE,
  },
  UntagPolicy: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    TagKeys: { required: true, max: 50 },
    "TagKeys.*": TAG_KEYS,
  },
  ListPolicyTags: {
    PolicyArn: { required: true, min: 20, max: 2048 },
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  PutUserPolicy: {
    UserName: THE_POLICY_NAME,
    PolicyName: THE_POLICY_NAME,
    PolicyDocument: THE_ASSUME_ROLE_POLICY_DOCUMENT,
  },
  GetUserPolicy: {
    UserName: THE_POLICY_NAME,
    PolicyName: THE_POLICY_NAME,
  },
  DeleteUserPolicy: {
    UserName: THE_POLICY_NAME,
    PolicyName: THE_POLICY_NAME,
  },
  ListUserPolicies: {
    UserName: THE_POLICY_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  AttachUserPolicy: {
    UserName: THE_ROLE_NAME,
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  DetachUserPolicy: {
    UserName: THE_ROLE_NAME,
    PolicyArn: { required: true, min: 20, max: 2048 },
  },
  ListAttachedUserPolicies: {
    UserName: THE_ROLE_NAME,
    PathPrefix: PATH_2,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  ListGroupsForUser: {
    UserName: THE_POLICY_NAME,
    Marker: MARKER,
    MaxItems: { min: 1, max: 1000, number: true },
  },
  PutRolePermissionsBoundary: {
    RoleName: THE_ROLE_NAME,
    PermissionsBoundary: { required: true, min: 20, max: 2048 },
  },
  DeleteRolePermissionsBoundary: {
    RoleName: THE_ROLE_NAME,
  },
};
