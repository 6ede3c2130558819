/** What Lambda checks before it takes a network and a file system into a function's configuration. */
import type { VpcConfig } from "@aws-sdk/client-lambda";
import {
  type FileSystemConfigRecord,
  invalidValue,
  type LambdaContext,
  type Mountable,
  type VersionRecord,
  type VpcRecord,
} from "./state.ts";

/** @returns null for empty lists, which take a function out of its VPC. */
export function checkedVpc({ world }: LambdaContext, given: VpcConfig, before: VpcRecord | null): VpcRecord | null {
  const SubnetIds = given.SubnetIds ?? before?.SubnetIds ?? [];
  const SecurityGroupIds = given.SecurityGroupIds ?? before?.SecurityGroupIds ?? [];
  if (SubnetIds.length === 0 && SecurityGroupIds.length === 0) return null;
  if (SubnetIds.length === 0 || SecurityGroupIds.length === 0) {
    throw invalidValue("SubnetIds and SecurityIds must coexist or be both empty list.");
  }
  const ec2 = world.service("ec2");
  const vpcs = SubnetIds.map((id) => {
    const subnet = ec2.subnet(id);
    if (subnet) return subnet.vpcId;
    throw ec2Error("DescribeSubnets", "InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
  });
  if (new Set(vpcs).size > 1) throw invalidValue("Subnets must be in the same VPC.");
  for (const id of SecurityGroupIds) {
    const group = ec2.securityGroup(id);
    if (!group)
      throw ec2Error("DescribeSecurityGroups", "InvalidGroup.NotFound", `The security group '${id}' does not exist`);
    if (group.vpcId !== vpcs[0])
      throw invalidValue(`Security group ${id} and the subnets belong to different networks.`);
  }
  const Ipv6AllowedForDualStack = given.Ipv6AllowedForDualStack ?? before?.Ipv6AllowedForDualStack ?? false;
  return {
    SubnetIds: [...SubnetIds],
    SecurityGroupIds: [...SecurityGroupIds],
    VpcId: vpcs[0] ?? "",
    Ipv6AllowedForDualStack,
  };
}

function ec2Error(call: string, code: string, message: string): Error {
  return invalidValue(`Error occurred while ${call}. EC2 Error Code: ${code}. EC2 Error Message: ${message}`);
}

/**
 * Checks the mounts of a configuration as it would be after the call.
 *
 * The texts about the VPC and the life cycle state are Lambda's own (aws/chalice#1453,
 * aws-cdk#8835); those about a missing access point and missing mount targets are worded alike.
 *
 * @throws InvalidParameterValueException
 */
export function checkMounts(
  context: LambdaContext,
  after: Mountable & Pick<VersionRecord, "snapStart">,
  vpcRemoved: boolean,
): void {
  for (const mount of after.fileSystemConfigs) {
    if (after.vpc === null) {
      const removed = `Function VPC configuration cannot be removed with access point ${mount.Arn} referenced`;
      throw invalidValue(
        vpcRemoved ? removed : `Function must be configured to execute in a VPC to reference access point ${mount.Arn}`,
      );
    }
    if (after.snapStart !== "None")
      throw invalidValue("EFS file systems are not supported for SnapStart enabled functions.");
    if (isEfs(mount)) checkMountTargets(context, mount, after.vpc);
    else if (!mount.Arn.includes(":s3files:")) throw invalidValue(`Unsupported file system ${mount.Arn}`);
    if (isEfs(mount) && mount.S3FilesConfig !== undefined) {
      throw invalidValue("S3FilesConfig is supported only for S3 Files access points.");
    }
  }
}

export const isEfs = (mount: FileSystemConfigRecord): boolean => mount.Arn.includes(":elasticfilesystem:");

function checkMountTargets({ world }: LambdaContext, mount: FileSystemConfigRecord, vpc: VpcRecord): void {
  const efs = world.service("efs");
  const accessPoint = efs.accessPoint(mount.Arn.slice(mount.Arn.lastIndexOf("/") + 1));
  if (!accessPoint || efs.accessPointArn(accessPoint.id) !== mount.Arn || accessPoint.state === "deleting") {
    throw invalidValue(
      `The access point ${mount.Arn} does not exist. Please check that your access point reference is correct.`,
    );
  }
  const { fileSystemId } = accessPoint;
  const subject = `EFS file system ${efs.fileSystemArn(fileSystemId)} referenced by access point ${mount.Arn}`;
  const targets = efs.mountTargetsOf(fileSystemId).filter((target) => target.state !== "deleting");
  const zones = new Set(vpc.SubnetIds.map((id) => world.service("ec2").subnet(id)?.zoneId));
  const inZones = [...zones].map((zone) => targets.find((target) => target.zone.id === zone));
  if (inZones.some((target) => target === undefined)) {
    throw invalidValue(
      `${subject} does not have mount targets created in all availability zones the function will execute in. ` +
        "Please create mount targets in these availability zones and try the request again.",
    );
  }
  if (inZones.some((target) => target?.state !== "available")) {
    throw invalidValue(
      `${subject} has mount targets created in all availability zones the function will execute in, but not all are in ` +
        "the available life cycle state yet. Please wait for them to become available and try the request again.",
    );
  }
}
