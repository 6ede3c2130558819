import type { TestWorld } from "./test-world.ts";

/** A VPC with a subnet in each of three zones, a group for clients and one that admits them on 2049. */
export interface TestNetwork {
  vpcId: string;
  /** One in each zone: eu-west-1a, b, c. */
  subnets: [string, string, string];
  clientGroup: string;
  storageGroup: string;
}

export async function makeNetwork(world: TestWorld): Promise<TestNetwork> {
  const vpcId = (await world.call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" })).Vpc.VpcId as string;
  const subnet = async (letter: string, at: number): Promise<string> => {
    const input = { VpcId: vpcId, CidrBlock: `10.0.${at}.0/24`, AvailabilityZone: `eu-west-1${letter}` };
    return (await world.call("ec2", "CreateSubnet", input)).Subnet.SubnetId as string;
  };
  const group = async (GroupName: string): Promise<string> =>
    (await world.call("ec2", "CreateSecurityGroup", { GroupName, Description: GroupName, VpcId: vpcId }))
      .GroupId as string;
  const clientGroup = await group("clients");
  const storageGroup = await group("storage");
  const nfs = { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, UserIdGroupPairs: [{ GroupId: clientGroup }] };
  await world.call("ec2", "AuthorizeSecurityGroupIngress", { GroupId: storageGroup, IpPermissions: [nfs] });
  return {
    vpcId,
    subnets: [await subnet("a", 1), await subnet("b", 2), await subnet("c", 3)],
    clientGroup,
    storageGroup,
  };
}

/** A file system with a mount target in every given subnet. */
export async function makeFileSystem(world: TestWorld, subnets: readonly string[], group: string): Promise<string> {
  const created = await world.call("efs", "CreateFileSystem", { CreationToken: `t-${world.clock.random()}` });
  const id = created.FileSystemId as string;
  for (const SubnetId of subnets) {
    await world.call("efs", "CreateMountTarget", { FileSystemId: id, SubnetId, SecurityGroups: [group] });
  }
  return id;
}

/** A role that Lambda may assume; returns its ARN. */
export async function makeRole(world: TestWorld, RoleName: string): Promise<string> {
  const Statement = [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  return (await world.call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument })).Role.Arn as string;
}
