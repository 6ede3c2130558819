import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type ContainerDefinition,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DescribeFileSystemsCommand,
  PutFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ZIP_FILE } from "../probe/zip-file.ts";
import type { Clients } from "./clients.ts";
import { until } from "./until.ts";
import type { WorldUnderTest } from "./world-under-test.ts";

/** A network that the scenes of a world share. */
interface Network {
  subnetIds: string[];
  groupId: string;
}

/** What a team sets up before Mooring comes, by AWS's ordinary calls. */
export class Team {
  readonly #clients: Clients;
  readonly #world: WorldUnderTest;
  readonly #network: Network;

  private constructor(world: WorldUnderTest, clients: Clients, network: Network) {
    this.#world = world;
    this.#clients = clients;
    this.#network = network;
  }

  static async settleIn(world: WorldUnderTest, clients: Clients): Promise<Team> {
    return new Team(world, clients, await makeNetwork(world, clients.ec2));
  }

  /** A file system with a mount target in each subnet, ready for use. */
  async makeFileSystem(name: string): Promise<string> {
    const { efs } = this.#clients;
    const { FileSystemId } = await efs.send(
      new CreateFileSystemCommand({ CreationToken: name, Encrypted: true, Tags: [{ Key: "Name", Value: name }] }),
    );
    await until("the file system is available", async () => {
      const { FileSystems = [] } = await efs.send(new DescribeFileSystemsCommand({ FileSystemId }));
      return FileSystems[0]?.LifeCycleState === "available" ? { is: true } : { not: FileSystems };
    });
    const { subnetIds, groupId } = this.#network;
    for (const SubnetId of subnetIds)
      await efs.send(new CreateMountTargetCommand({ FileSystemId, SubnetId, SecurityGroups: [groupId] }));
    return FileSystemId!;
  }

  /** Statements of somebody who is not Mooring. */
  async putPolicy(fileSystemId: string, statements: readonly object[]): Promise<void> {
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await this.#clients.efs.send(new PutFileSystemPolicyCommand({ FileSystemId: fileSystemId, Policy }));
  }

  /** A statement that lets a role of this account read. */
  async foreignStatement(sid: string, fileSystemId: string): Promise<object> {
    return {
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: await this.makeRole(sid, "ec2.amazonaws.com") },
      Action: ["elasticfilesystem:ClientMount"],
      Resource: `arn:aws:elasticfilesystem:${this.#world.region}:${this.#world.account}:file-system/${fileSystemId}`,
      Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
    };
  }

  async makeRole(name: string, service: string): Promise<string> {
    const Statement = [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await this.#clients.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    return Role!.Arn!;
  }

  /** A function in the network, with a role of its own name. */
  async makeFunction(name: string): Promise<void> {
    const { lambda } = this.#clients;
    const { subnetIds, groupId } = this.#network;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: await this.makeRole(name, "lambda.amazonaws.com"),
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: ZIP_FILE },
        Environment: { Variables: { STAGE: "prod" } },
        VpcConfig: { SubnetIds: subnetIds, SecurityGroupIds: [groupId] },
      }),
    );
    await until(`function ${name} is active`, async () => {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      return found.State === "Active" && found.LastUpdateStatus !== "InProgress" ? { is: true } : { not: found.State };
    });
  }

  async makeCluster(name: string): Promise<void> {
    await this.#clients.ecs.send(new CreateClusterCommand({ clusterName: name }));
  }

  /** A task family of an application and a sidecar, without volumes; its task role has its name. */
  async makeFamily(family: string): Promise<void> {
    const containerDefinitions: ContainerDefinition[] = [
      { name: "app", image: "example/app:1", essential: true, environment: [{ name: "STAGE", value: "prod" }] },
      { name: "log", image: "example/log:1", essential: false },
    ];
    await this.#clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        taskRoleArn: await this.makeRole(family, "ecs-tasks.amazonaws.com"),
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions,
        tags: [{ key: "team", value: family }],
      }),
    );
  }

  /** A service of a family of its own name. */
  async makeService(cluster: string, name: string): Promise<void> {
    await this.makeFamily(name);
    const { subnetIds, groupId } = this.#network;
    await this.#clients.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: name,
        taskDefinition: name,
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: subnetIds, securityGroups: [groupId] } },
      }),
    );
  }
}

async function makeNetwork({ region }: WorldUnderTest, ec2: Clients["ec2"]): Promise<Network> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc!.VpcId!;
  const subnetIds: string[] = [];
  for (const [index, zone] of ["a", "b"].entries()) {
    const subnet = { VpcId, CidrBlock: `10.0.${index + 1}.0/24`, AvailabilityZone: `${region}${zone}` };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(subnet));
    subnetIds.push(Subnet!.SubnetId!);
  }
  const group = { GroupName: "nfs", Description: "Both ends of NFS", VpcId };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
  const nfs = { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, UserIdGroupPairs: [{ GroupId }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [nfs] }));
  return { subnetIds, groupId: GroupId! };
}
