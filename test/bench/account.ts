import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  type EC2ClientConfig,
} from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { CreateFileSystemCommand, CreateMountTargetCommand, EFSClient } from "@aws-sdk/client-efs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { buildCluster, buildService } from "./account-services.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/** File systems, roles and workloads for a number of bindings; a workload's name says where it belongs. */
export interface Account {
  fileSystems: { fileSystemId: string; functionNames: string[]; services: BenchService[] }[];
}

/** One ECS service, whose family has its name. */
export interface BenchService {
  name: string;
  taskRoleArn: string;
  /** How many volumes it is to get. */
  bindings: number;
}

export interface AccountShape {
  fileSystems: number;
  /** One binding each. */
  functionsPerFileSystem: number;
  /** Of the functions, which take them in turn. */
  rolesPerFileSystem: number;
  /** Each with a role of its own; default 0. */
  servicesPerFileSystem?: number;
  /** Default 1. */
  bindingsPerService?: number;
}

const CONCURRENCY = 24;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
/** The smallest zip file there is: an empty archive. */
const EMPTY_ZIP = Buffer.concat([Buffer.from("PK\u0005\u0006", "latin1"), Buffer.alloc(18)]);

/** Fills the account by plain SDK calls, as a user "builder". */
export async function buildAccount(aws: SimulatedAws, shape: AccountShape): Promise<Account> {
  const config = {
    endpoint: aws.url,
    region: aws.region,
    credentials: { accessKeyId: "builder", secretAccessKey: "not-a-secret" },
  };
  const clients = {
    efs: new EFSClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    ecs: new ECSClient(config),
  };
  const network = await buildNetwork(config);
  if (shape.servicesPerFileSystem !== undefined) await buildCluster(clients.ecs);
  const fileSystems = await eachOf(range(shape.fileSystems), 4, (i) => buildFileSystem(clients, network, shape, i));
  for (const client of Object.values(clients)) client.destroy();
  return { fileSystems };
}

interface Clients {
  efs: EFSClient;
  iam: IAMClient;
  lambda: LambdaClient;
  ecs: ECSClient;
}

/** One subnet, with a group whose members reach each other's NFS. */
export interface Network {
  subnetId: string;
  securityGroupIds: string[];
}

async function buildNetwork(config: EC2ClientConfig): Promise<Network> {
  const ec2 = new EC2Client(config);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.20.0.0/16" }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.20.0.0/20" }));
  const group = { GroupName: "bench", Description: "NFS among its members", VpcId: Vpc?.VpcId };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
  const nfs = { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, UserIdGroupPairs: [{ GroupId }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [nfs] }));
  ec2.destroy();
  return { subnetId: Subnet!.SubnetId!, securityGroupIds: [GroupId!] };
}

async function buildFileSystem(clients: Clients, network: Network, shape: AccountShape, index: number) {
  const { efs } = clients;
  const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: `bench-${index}` }));
  await efs.send(
    new CreateMountTargetCommand({
      FileSystemId,
      SubnetId: network.subnetId,
      SecurityGroups: network.securityGroupIds,
    }),
  );
  const functionNames = await buildFunctions(clients, network, shape, index);
  const { servicesPerFileSystem = 0, bindingsPerService = 1 } = shape;
  const services = await eachOf(range(servicesPerFileSystem), CONCURRENCY, (i) =>
    buildService(clients, network, `bench-${index}-service-${i}`, bindingsPerService),
  );
  return { fileSystemId: FileSystemId!, functionNames, services };
}

async function buildFunctions(
  { iam, lambda }: Clients,
  network: Network,
  { functionsPerFileSystem, rolesPerFileSystem }: AccountShape,
  index: number,
): Promise<string[]> {
  const roles = await eachOf(range(rolesPerFileSystem), CONCURRENCY, async (i) => {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: `bench-${index}-${i}`, AssumeRolePolicyDocument: TRUST }),
    );
    return Role!.Arn!;
  });
  const functionNames = range(functionsPerFileSystem).map((i) => `bench-${index}-${i}`);
  await eachOf(functionNames, CONCURRENCY, (name, i) =>
    lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: roles[i % roles.length],
        Code: { ZipFile: EMPTY_ZIP },
        VpcConfig: { SubnetIds: [network.subnetId], SecurityGroupIds: network.securityGroupIds },
      }),
    ),
  );
  return functionNames;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Runs `task` for each item, at most `limit` at once, and answers the results in the items' order. */
export async function eachOf<T, R>(
  items: readonly T[],
  limit: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
