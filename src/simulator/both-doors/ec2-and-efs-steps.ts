import type { Step } from "./step.ts";
import { fails, ok } from "./step.ts";

const [ec2, noEc2, efs, noEfs] = [ok("ec2"), fails("ec2"), ok("efs"), fails("efs")];

const nfs = {
  IpProtocol: "tcp",
  FromPort: 2049,
  ToPort: 2049,
  IpRanges: [{ CidrIp: "10.0.0.0/16", Description: "<vpc>" }],
};

export const EC2_STEPS: Step[] = [
  ec2("DescribeAvailabilityZones"),
  ec2("DescribeAccountAttributes"),
  ec2(
    "CreateVpc",
    { CidrBlock: "10.0.0.0/16", TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "a&b" }] }] },
    { vpc: "Vpc.VpcId" },
  ),
  ec2("DescribeVpcs", { Filters: [{ Name: "tag:Name", Values: ["a&b"] }] }),
  ec2("ModifyVpcAttribute", { VpcId: "$vpc", EnableDnsHostnames: { Value: true } }),
  ec2("DescribeVpcAttribute", { VpcId: "$vpc", Attribute: "enableDnsHostnames" }),
  ec2(
    "CreateSubnet",
    { VpcId: "$vpc", CidrBlock: "10.0.1.0/24", AvailabilityZone: "eu-west-1a" },
    { subnet: "Subnet.SubnetId" },
  ),
  ec2("DescribeSubnets", { SubnetIds: ["$subnet"] }),
  ec2("ModifySubnetAttribute", { SubnetId: "$subnet", MapPublicIpOnLaunch: { Value: true } }),
  ec2("CreateSecurityGroup", { VpcId: "$vpc", GroupName: "nfs", Description: "d" }, { group: "GroupId" }),
  ec2(
    "AuthorizeSecurityGroupIngress",
    { GroupId: "$group", IpPermissions: [nfs] },
    { rule: "SecurityGroupRules.0.SecurityGroupRuleId" },
  ),
  ec2("AuthorizeSecurityGroupEgress", { GroupId: "$group", IpPermissions: [nfs] }),
  ec2("DescribeSecurityGroups", { GroupIds: ["$group"] }),
  ec2("GetSecurityGroupsForVpc", { VpcId: "$vpc" }),
  ec2("DescribeSecurityGroupRules", { Filters: [{ Name: "group-id", Values: ["$group"] }] }),
  ec2("ModifySecurityGroupRules", {
    GroupId: "$group",
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: "$rule",
        SecurityGroupRule: { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, CidrIpv4: "10.1.0.0/16" },
      },
    ],
  }),
  ec2("RevokeSecurityGroupIngress", { GroupId: "$group", SecurityGroupRuleIds: ["$rule"] }),
  ec2("RevokeSecurityGroupEgress", { GroupId: "$group", IpPermissions: [nfs] }),
  ec2("CreateRouteTable", { VpcId: "$vpc", ClientToken: "t" }, { table: "RouteTable.RouteTableId" }),
  ec2("CreateInternetGateway", {}, { gateway: "InternetGateway.InternetGatewayId" }),
  ec2("AttachInternetGateway", { InternetGatewayId: "$gateway", VpcId: "$vpc" }),
  ec2("DescribeInternetGateways", { InternetGatewayIds: ["$gateway"] }),
  ec2("CreateRoute", { RouteTableId: "$table", DestinationCidrBlock: "0.0.0.0/0", GatewayId: "$gateway" }),
  ec2("AssociateRouteTable", { RouteTableId: "$table", SubnetId: "$subnet" }, { association: "AssociationId" }),
  ec2("DescribeRouteTables", { RouteTableIds: ["$table"] }),
  ec2("DescribeNetworkAcls"),
  ec2("DescribeNetworkInterfaces"),
  ec2("CreateTags", { Resources: ["$subnet"], Tags: [{ Key: "k", Value: "v" }] }),
  ec2("DescribeTags", { Filters: [{ Name: "resource-id", Values: ["$subnet"] }] }),
  ec2("DeleteTags", { Resources: ["$subnet"], Tags: [{ Key: "k" }] }),
  noEc2("InvalidSubnetID.NotFound", "DescribeSubnets", { SubnetIds: ["subnet-0123456789abcdef0"] }),
  noEc2("MissingParameter", "CreateSubnet", { CidrBlock: "10.0.2.0/24" }),
  noEc2("InvalidSubnet.Conflict", "CreateSubnet", { VpcId: "$vpc", CidrBlock: "10.0.1.0/25" }),
  noEc2("InvalidGroup.Duplicate", "CreateSecurityGroup", { VpcId: "$vpc", GroupName: "nfs", Description: "d" }),
  noEc2("DependencyViolation", "DeleteVpc", { VpcId: "$vpc" }),
  noEc2("DryRunOperation", "CreateVpc", { CidrBlock: "10.9.0.0/16", DryRun: true }),
  noEc2("NotSimulated", "DescribeInstances"),
  noEc2("NotSimulated", "CreateVpc", { CidrBlock: "10.9.0.0/16", Ipv4IpamPoolId: "x" }),
];

const policy = (effect: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "s", Effect: effect, Principal: { AWS: "*" }, Action: "elasticfilesystem:ClientMount" }],
  });

export const EFS_STEPS: Step[] = [
  efs(
    "CreateFileSystem",
    { CreationToken: "t", Encrypted: true, Tags: [{ Key: "Name", Value: "shared" }] },
    { fs: "FileSystemId" },
  ),
  efs("DescribeFileSystems", { FileSystemId: "$fs" }),
  efs("DescribeFileSystems", { CreationToken: "t", MaxItems: 1 }),
  efs("UpdateFileSystem", { FileSystemId: "$fs", ThroughputMode: "elastic" }),
  noEfs("TooManyRequests", "UpdateFileSystem", { FileSystemId: "$fs", ThroughputMode: "bursting" }),
  noEfs("BadRequest", "UpdateFileSystem", { FileSystemId: "$fs" }),
  noEfs("ThroughputLimitExceeded", "UpdateFileSystem", {
    FileSystemId: "$fs",
    ThroughputMode: "provisioned",
    ProvisionedThroughputInMibps: 9_999,
  }),
  efs(
    "CreateMountTarget",
    { FileSystemId: "$fs", SubnetId: "$subnet", SecurityGroups: ["$group"] },
    { mt: "MountTargetId", eni: "NetworkInterfaceId" },
  ),
  efs("DescribeMountTargets", { FileSystemId: "$fs" }),
  efs("DescribeMountTargetSecurityGroups", { MountTargetId: "$mt" }),
  efs("ModifyMountTargetSecurityGroups", { MountTargetId: "$mt", SecurityGroups: ["$group"] }),
  efs(
    "CreateAccessPoint",
    {
      ClientToken: "ap",
      FileSystemId: "$fs",
      PosixUser: { Uid: 1001, Gid: 1001, SecondaryGids: [7] },
      RootDirectory: { Path: "/a", CreationInfo: { OwnerUid: 1, OwnerGid: 2, Permissions: "0750" } },
    },
    { ap: "AccessPointId", apArn: "AccessPointArn" },
  ),
  efs("DescribeAccessPoints", { FileSystemId: "$fs", MaxResults: 1 }),
  efs("DescribeAccessPoints", { AccessPointId: "$ap" }),
  efs("TagResource", { ResourceId: "$ap", Tags: [{ Key: "k", Value: "v" }] }),
  efs("TagResource", { ResourceId: "$apArn", Tags: [{ Key: "by/arn", Value: "" }] }),
  efs("ListTagsForResource", { ResourceId: "$ap", MaxResults: 1 }),
  efs("UntagResource", { ResourceId: "$ap", TagKeys: ["k", "by/arn"] }),
  efs("CreateTags", { FileSystemId: "$fs", Tags: [{ Key: "old", Value: "way" }] }),
  efs("DescribeTags", { FileSystemId: "$fs" }),
  efs("DeleteTags", { FileSystemId: "$fs", TagKeys: ["old"] }),
  efs("PutFileSystemPolicy", { FileSystemId: "$fs", Policy: policy("Allow"), BypassPolicyLockoutSafetyCheck: true }),
  efs("DescribeFileSystemPolicy", { FileSystemId: "$fs" }),
  efs("DeleteFileSystemPolicy", { FileSystemId: "$fs" }),
  efs("PutLifecycleConfiguration", { FileSystemId: "$fs", LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS" }] }),
  efs("DescribeLifecycleConfiguration", { FileSystemId: "$fs" }),
  noEfs("BadRequest", "PutLifecycleConfiguration", {
    FileSystemId: "$fs",
    LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS", TransitionToArchive: "AFTER_90_DAYS" }],
  }),
  noEfs("PolicyNotFound", "DescribeBackupPolicy", { FileSystemId: "$fs" }),
  efs("PutBackupPolicy", { FileSystemId: "$fs", BackupPolicy: { Status: "ENABLED" } }),
  efs("DescribeBackupPolicy", { FileSystemId: "$fs" }),
  efs("UpdateFileSystemProtection", { FileSystemId: "$fs", ReplicationOverwriteProtection: "DISABLED" }),
  efs("PutAccountPreferences", { ResourceIdType: "LONG_ID" }),
  efs("DescribeAccountPreferences"),
  ec2("DescribeNetworkInterfaceAttribute", { NetworkInterfaceId: "$eni", Attribute: "groupSet" }),
  ec2("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: "$eni", Groups: ["$group"] }),
  efs("DescribeReplicationConfigurations", {}),
  noEfs("ReplicationNotFound", "DescribeReplicationConfigurations", { FileSystemId: "$fs" }),
  noEfs("ReplicationNotFound", "DeleteReplicationConfiguration", { SourceFileSystemId: "$fs" }),
  noEfs("BadRequest", "UpdateFileSystemProtection", {
    FileSystemId: "$fs",
    ReplicationOverwriteProtection: "REPLICATING",
  }),
  noEfs("FileSystemNotFound", "DescribeFileSystemPolicy", {
    FileSystemId: "arn:aws:elasticfilesystem:eu-west-1:999999999999:file-system/$fs",
  }),
  noEfs("FileSystemNotFound", "DescribeFileSystems", { FileSystemId: "fs-0123456789abcdef0" }),
  noEfs("FileSystemAlreadyExists", "CreateFileSystem", { CreationToken: "t" }),
  noEfs("AccessPointAlreadyExists", "CreateAccessPoint", { ClientToken: "ap", FileSystemId: "$fs" }),
  noEfs("AccessPointNotFound", "DeleteAccessPoint", { AccessPointId: "fsap-0123456789abcdef0" }),
  noEfs("ValidationException", "CreateAccessPoint", {
    ClientToken: "x",
    FileSystemId: "$fs",
    RootDirectory: { Path: "no/slash" },
  }),
  noEfs("ValidationException", "CreateAccessPoint", { ClientToken: "x" }),
  noEfs("PolicyNotFound", "DescribeFileSystemPolicy", { FileSystemId: "$fs" }),
  noEfs("InvalidPolicyException", "PutFileSystemPolicy", { FileSystemId: "$fs", Policy: "{}" }),
  noEfs("MountTargetConflict", "CreateMountTarget", { FileSystemId: "$fs", SubnetId: "$subnet" }),
  noEfs("SubnetNotFound", "CreateMountTarget", { FileSystemId: "$fs", SubnetId: "subnet-0123456789abcdef0" }),
  noEfs("MountTargetNotFound", "DeleteMountTarget", { MountTargetId: "fsmt-0123456789abcdef0" }),
  noEfs("FileSystemInUse", "DeleteFileSystem", { FileSystemId: "$fs" }),
  noEfs("NotSimulated", "CreateReplicationConfiguration", { SourceFileSystemId: "$fs", Destinations: [] }),
  noEfs("MountTargetConflict", "CreateMountTarget", {
    FileSystemId: "$fs",
    SubnetId: "$subnet",
    IpAddressType: "IPV4_ONLY",
  }),
  noEfs("SerializationException", "DescribeAccessPoints", { MaxResults: "many" }),
];

/** Clears away what the steps above have made. */
export const CLEARING_STEPS: Step[] = [
  efs("DeleteAccessPoint", { AccessPointId: "$ap" }),
  efs("DeleteMountTarget", { MountTargetId: "$mt" }),
  efs("DeleteFileSystem", { FileSystemId: "$fs" }),
  noEc2("InvalidNetworkInterfaceID.NotFound", "DeleteNetworkInterface", { NetworkInterfaceId: "$eni" }),
  ec2("DisassociateRouteTable", { AssociationId: "$association" }),
  ec2("DeleteRoute", { RouteTableId: "$table", DestinationCidrBlock: "0.0.0.0/0" }),
  ec2("DeleteRouteTable", { RouteTableId: "$table" }),
  ec2("DetachInternetGateway", { InternetGatewayId: "$gateway", VpcId: "$vpc" }),
  ec2("DeleteInternetGateway", { InternetGatewayId: "$gateway" }),
  ec2("DeleteSecurityGroup", { GroupId: "$group" }),
  ec2("DeleteSubnet", { SubnetId: "$subnet" }),
  ec2("DeleteVpc", { VpcId: "$vpc" }),
];
