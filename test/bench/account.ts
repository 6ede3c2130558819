import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  type EC2ClientConfig,
} from "@aws-sdk/client-ec2";
import { CreateFileSystemCommand, CreateMountTargetCommand, EFSClient } from "@aws-sdk/client-efs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { SimulatedAws } from "./simulated-aws.ts";

/** File systems, roles and functions for a number of bindings; a function's name says where it belongs. */
export interface Account {
  fileSystems: { fileSystemId: string; functionNames: string[] }[];
}

export interface AccountShape {
  fileSystems: number;
  /** One binding each. */
  functionsPerFileSystem: number;
  rolesPerFileSystem: number;
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
  const clients = { efs: new EFSClient(config), iam: new IAMClient(config), lambda: new LambdaClient(config) };
  const network = await buildNetwork(config);
  const indices = Array.from({ length: shape.fileSystems }, (_, i) => i);
  const fileSystems = await eachOf(indices, 4, (i) => buildFileSystem(clients, network, shape, i));
  for (const client of Object.values(clients)) client.destroy();
  return { fileSystems };
}

interface Network {
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

async function buildFileSystem(
  { efs, iam, lambda }: { efs: EFSClient; iam: IAMClient; lambda: LambdaClient },
  network: Network,
  { functionsPerFileSystem, rolesPerFileSystem }: AccountShape,
  index: number,
) {
  const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: `bench-${index}` }));
  await efs.send(
    new CreateMountTargetCommand({
      FileSystemId,
      SubnetId: network.subnetId,
      SecurityGroups: network.securityGroupIds,
    }),
  );
  const roles = await eachOf(
    Array.from({ length: rolesPerFileSystem }, (_, i) => i),
    CONCURRENCY,
    async (i) => {
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName: `bench-${index}-${i}`, AssumeRolePolicyDocument: TRUST }),
      );
      return Role!.Arn!;
    },
  );
  const functionNames = Array.from({ length: functionsPerFileSystem }, (_, i) => `bench-${index}-${i}`);
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
  return { fileSystemId: FileSystemId!, functionNames };
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
