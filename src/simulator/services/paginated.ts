/** For a test: what every paginator of the SDK has to find in an account, as data. */
import type { ServiceName } from "../core.ts";

export interface Paginated {
  input?: object;
  /** Member of a page that holds the items. */
  items: string;
  /** Items on a page; some services refuse small ones. Default 2. */
  pageSize?: number;
  /** Why the account holds no item of this kind, and so one empty page is right. */
  alwaysEmpty?: string;
}

const ofPolicy = { PolicyArn: "arn:aws:iam::111122223333:policy/p0" };
const ofRole = { RoleName: "r0" };
const ofUser = { UserName: "u0" };
/** EC2 refuses pages of less than five. */
const pageSize = 5;

/** Service → operation → its pages. `$name` stands for an id that `paginated-account.ts` remembers. */
export const PAGINATED: Partial<Record<ServiceName, Record<string, Paginated>>> = {
  iam: {
    ListAccessKeys: { input: ofUser, items: "AccessKeyMetadata", pageSize: 1 },
    ListAttachedRolePolicies: { input: ofRole, items: "AttachedPolicies" },
    ListAttachedUserPolicies: { input: ofUser, items: "AttachedPolicies" },
    ListEntitiesForPolicy: { input: ofPolicy, items: "PolicyRoles" },
    ListGroupsForUser: { input: ofUser, items: "Groups", alwaysEmpty: "groups are not simulated" },
    ListInstanceProfilesForRole: {
      input: ofRole,
      items: "InstanceProfiles",
      alwaysEmpty: "instance profiles are not simulated",
    },
    ListPolicies: { input: { Scope: "Local" }, items: "Policies" },
    ListPolicyTags: { input: ofPolicy, items: "Tags" },
    ListPolicyVersions: { input: ofPolicy, items: "Versions" },
    ListRolePolicies: { input: ofRole, items: "PolicyNames" },
    ListRoleTags: { input: ofRole, items: "Tags" },
    ListRoles: { items: "Roles" },
    ListUserPolicies: { input: ofUser, items: "PolicyNames" },
    ListUserTags: { input: ofUser, items: "Tags" },
    ListUsers: { items: "Users" },
  },
  ec2: {
    DescribeInternetGateways: { items: "InternetGateways", pageSize },
    DescribeNetworkAcls: { items: "NetworkAcls", pageSize },
    DescribeNetworkInterfaces: { items: "NetworkInterfaces", pageSize },
    DescribeRouteTables: { items: "RouteTables", pageSize },
    DescribeSecurityGroupRules: { items: "SecurityGroupRules", pageSize },
    DescribeSecurityGroups: { items: "SecurityGroups", pageSize },
    DescribeSubnets: { items: "Subnets", pageSize },
    DescribeTags: { items: "Tags", pageSize },
    DescribeVpcs: { items: "Vpcs", pageSize },
    GetSecurityGroupsForVpc: { input: { VpcId: "$vpc" }, items: "SecurityGroupForVpcs", pageSize },
  },
  efs: {
    DescribeAccessPoints: { items: "AccessPoints" },
    DescribeFileSystems: { items: "FileSystems" },
    DescribeMountTargets: { input: { FileSystemId: "$fs" }, items: "MountTargets" },
    DescribeReplicationConfigurations: { items: "Replications", alwaysEmpty: "replication is not simulated" },
    DescribeTags: { input: { FileSystemId: "$fs" }, items: "Tags" },
    ListTagsForResource: { input: { ResourceId: "$fs" }, items: "Tags" },
  },
  lambda: {
    ListAliases: { input: { FunctionName: "f0" }, items: "Aliases" },
    ListFunctions: { items: "Functions" },
    ListProvisionedConcurrencyConfigs: { input: { FunctionName: "f0" }, items: "ProvisionedConcurrencyConfigs" },
    ListVersionsByFunction: { input: { FunctionName: "f0" }, items: "Versions" },
  },
  ecs: {
    ListAccountSettings: { input: { effectiveSettings: true }, items: "settings" },
    ListClusters: { items: "clusterArns" },
    ListServices: { input: { cluster: "c0" }, items: "serviceArns" },
    ListTaskDefinitionFamilies: { items: "families" },
    ListTaskDefinitions: { items: "taskDefinitionArns" },
    ListTasks: { input: { cluster: "c0" }, items: "taskArns" },
  },
  sqs: {
    ListDeadLetterSourceQueues: { input: { QueueUrl: "$dead" }, items: "queueUrls" },
    ListQueues: { items: "QueueUrls" },
  },
  scheduler: {
    ListScheduleGroups: { items: "ScheduleGroups" },
    ListSchedules: { items: "Schedules" },
  },
};
