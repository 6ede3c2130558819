import { beforeEach, expect, test } from "vitest";
import { createTestWorld, type TestWorld } from "../test-world.ts";

let world: TestWorld;
let vpcId: string;
beforeEach(async () => {
  world = createTestWorld();
  vpcId = (await world.call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" })).Vpc.VpcId;
});

test("a VPC comes with a main route table, a default group and a default network ACL", async () => {
  const byVpc = { Name: "vpc-id", Values: [vpcId] };
  const main = { Name: "association.main", Values: ["true"] };
  expect((await world.call("ec2", "DescribeRouteTables", { Filters: [byVpc, main] })).RouteTables).toHaveLength(1);
  expect((await world.call("ec2", "DescribeSecurityGroups", { Filters: [byVpc] })).SecurityGroups[0].GroupName).toBe(
    "default",
  );
  expect((await world.call("ec2", "DescribeNetworkAcls", { Filters: [byVpc] })).NetworkAcls).toHaveLength(1);
});

test("a subnet must lie in its VPC, beside its neighbours, in a zone that exists", async () => {
  const subnet = (CidrBlock: string, AvailabilityZone = "eu-west-1a") =>
    world.call("ec2", "CreateSubnet", { VpcId: vpcId, CidrBlock, AvailabilityZone });
  expect((await subnet("10.0.1.0/24")).Subnet).toMatchObject({
    AvailabilityZoneId: "euw1-az1",
    AvailableIpAddressCount: 251,
  });
  await expect(subnet("10.0.1.128/25")).rejects.toMatchObject({ code: "InvalidSubnet.Conflict" });
  await expect(subnet("10.9.0.0/24")).rejects.toMatchObject({ code: "InvalidSubnet.Range" });
  await expect(subnet("10.0.2.0/24", "eu-west-1z")).rejects.toMatchObject({ code: "InvalidParameterValue" });
});

test("rules are gathered by ports, refused twice, and revoked by id or by shape", async () => {
  const { GroupId } = await world.call("ec2", "CreateSecurityGroup", {
    GroupName: "nfs",
    Description: "d",
    VpcId: vpcId,
  });
  const nfs = { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, IpRanges: [{ CidrIp: "10.0.0.0/16" }] };
  const { SecurityGroupRules } = await world.call("ec2", "AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [nfs],
  });
  await expect(world.call("ec2", "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [nfs] })).rejects.toThrow(
    'the specified rule "peer: 10.0.0.0/16, TCP, from port: 2049, to port: 2049, ALLOW" already exists',
  );
  const ids = [SecurityGroupRules[0].SecurityGroupRuleId];
  await world.call("ec2", "RevokeSecurityGroupIngress", { GroupId, SecurityGroupRuleIds: ids });
  const [group] = (await world.call("ec2", "DescribeSecurityGroups", { GroupIds: [GroupId] })).SecurityGroups;
  expect(group.IpPermissions).toEqual([]);
  expect(group.IpPermissionsEgress).toHaveLength(1);
});

test("what others depend on cannot be deleted, and everything survives a restart", async () => {
  await world.call("ec2", "CreateTags", { Resources: [vpcId], Tags: [{ Key: "Name", Value: "main" }] });
  await world.call("ec2", "CreateSubnet", { VpcId: vpcId, CidrBlock: "10.0.1.0/24" });
  await expect(world.call("ec2", "DeleteVpc", { VpcId: vpcId })).rejects.toMatchObject({ code: "DependencyViolation" });
  world.restart();
  const named = await world.call("ec2", "DescribeVpcs", { Filters: [{ Name: "tag:Name", Values: ["ma*"] }] });
  expect(named.Vpcs[0].VpcId).toBe(vpcId);
});

test("an unknown id and an unknown filter are refused", async () => {
  await expect(world.call("ec2", "DescribeVpcs", { VpcIds: ["vpc-0"] })).rejects.toMatchObject({
    code: "InvalidVpcID.NotFound",
  });
  const Filters = [{ Name: "colour", Values: ["red"] }];
  await expect(world.call("ec2", "DescribeVpcs", { Filters })).rejects.toThrow("The filter 'colour' is invalid");
});
