import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DescribeFileSystemsCommand,
  EFSClient,
  PutFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Home } from "../../model/validate.ts";
import { FUNCTIONS, FURNISHED } from "../../simulator/furnish/furnished.ts";
import { zipOf } from "./zip-of.ts";

export interface EmulatorAt extends Home {
  awsUrl: string;
}

interface Clients {
  efs: EFSClient;
  ec2: EC2Client;
  iam: IAMClient;
  lambda: LambdaClient;
  ecs: ECSClient;
}

/**
 * Makes, by AWS's ordinary calls, what the simulated account is furnished with: a file system with two statements of
 * other people, functions with roles, a service in a cluster, a task family. Found again by the file system's token.
 *
 * @returns the id of the file system.
 */
export async function furnishEmulator(emulator: EmulatorAt): Promise<string> {
  const clients = connect(emulator);
  try {
    const found = await findFileSystem(clients.efs);
    if (found !== undefined) return found;
    const network = await makeNetwork(clients.ec2, emulator.region);
    for (const { name } of FUNCTIONS) await makeFunction(clients, name, network);
    await makeContainers(clients, network);
    // Last, since it marks the account as furnished.
    return await makeFileSystem(clients, emulator, network);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

function connect({ awsUrl, region }: EmulatorAt): Clients {
  const credentials = { accessKeyId: "platform-team", secretAccessKey: "not-a-secret" };
  const config = { endpoint: awsUrl, region, credentials };
  return {
    efs: new EFSClient(config),
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    ecs: new ECSClient(config),
  };
}

async function findFileSystem(efs: EFSClient): Promise<string | undefined> {
  const { FileSystems = [] } = await efs.send(new DescribeFileSystemsCommand({}));
  return FileSystems.find(({ CreationToken }) => CreationToken === FURNISHED.fileSystemName)?.FileSystemId;
}

interface Network {
  subnets: string[];
  group: string;
}

async function makeNetwork(ec2: EC2Client, region: string): Promise<Network> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc!.VpcId!;
  const subnets: string[] = [];
  for (const [index, zone] of FURNISHED.zones.entries()) {
    const subnet = { VpcId, CidrBlock: `10.0.${index + 1}.0/24`, AvailabilityZone: `${region}${zone}` };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(subnet));
    subnets.push(Subnet!.SubnetId!);
  }
  const described = { GroupName: "nfs", Description: "Both ends of NFS", VpcId };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(described));
  return { subnets, group: GroupId! };
}

/** A role that is there already is left as it is. @returns its ARN. */
async function makeRole(iam: IAMClient, RoleName: string, service: string): Promise<string> {
  const Statement = [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  try {
    return (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))).Role!.Arn!;
  } catch (error) {
    if (!(error as Error).name.startsWith("EntityAlreadyExists")) throw error;
    return (await iam.send(new GetRoleCommand({ RoleName }))).Role!.Arn!;
  }
}

async function makeFunction({ iam, lambda }: Clients, name: string, network: Network): Promise<void> {
  const create = new CreateFunctionCommand({
    FunctionName: name,
    Role: await makeRole(iam, name, "lambda.amazonaws.com"),
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: zipOf("index.mjs", "export const handler = async () => ({});\n") },
    VpcConfig: { SubnetIds: network.subnets.slice(0, 2), SecurityGroupIds: [network.group] },
  });
  await lambda.send(create).catch(unlessThere("ResourceConflictException"));
}

async function makeContainers({ iam, ecs }: Clients, network: Network): Promise<void> {
  const { cluster, service, taskFamily, containers } = FURNISHED;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  for (const family of [service, taskFamily]) {
    const taskRoleArn = await makeRole(iam, family, "ecs-tasks.amazonaws.com");
    const common = { family, taskRoleArn, networkMode: "awsvpc", cpu: "512", memory: "1024" } as const;
    const containerDefinitions = (family === service ? containers : ["report"]).map((name) => ({
      name,
      image: `example/${name}:1`,
      essential: name !== containers[1],
    }));
    const requiresCompatibilities = ["FARGATE" as const];
    await ecs.send(new RegisterTaskDefinitionCommand({ ...common, requiresCompatibilities, containerDefinitions }));
  }
  const awsvpcConfiguration = { subnets: network.subnets, securityGroups: [network.group] };
  const create = new CreateServiceCommand({
    cluster,
    serviceName: service,
    taskDefinition: service,
    // An emulator may run tasks as real containers, of images that do not exist.
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration },
  });
  await ecs.send(create).catch(unlessThere("InvalidParameterException", "ClientException"));
}

async function makeFileSystem(
  { efs, iam }: Clients,
  { account, region }: EmulatorAt,
  network: Network,
): Promise<string> {
  const token = FURNISHED.fileSystemName;
  const readers: [sid: string, roleArn: string][] = [];
  for (const [sid, role] of Object.entries(FURNISHED.foreignStatements))
    readers.push([sid, await makeRole(iam, role, "ec2.amazonaws.com")]);
  const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: token, Encrypted: true }));
  for (const SubnetId of network.subnets)
    await efs.send(new CreateMountTargetCommand({ FileSystemId, SubnetId, SecurityGroups: [network.group] }));
  const Statement = readers.map(([Sid, AWS]) => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS },
    Action: "elasticfilesystem:ClientMount",
    Resource: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${FileSystemId}`,
    Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
  }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Id: "shared-storage", Statement });
  await efs.send(new PutFileSystemPolicyCommand({ FileSystemId, Policy }));
  return FileSystemId!;
}

/** Passes over an error that says that the thing is there: an earlier start got that far. */
function unlessThere(...names: string[]): (error: Error) => undefined {
  return (error) => {
    if (!names.includes(error.name)) throw error;
    return undefined;
  };
}
