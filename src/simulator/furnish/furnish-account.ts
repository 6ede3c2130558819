/**
 * Fills an empty account with what a team would have before Mooring comes: a network, a shared file
 * system with a policy of its own, functions with roles, a pipeline's user, a foreign access point.
 * The roles have no EFS permissions, so that only the file system's policy decides what they may do.
 */
import type { World } from "../world.ts";
import { type FurnishedContainers, furnishContainers } from "./furnish-containers.ts";
import { FUNCTIONS, FURNISHED, type FurnishedFunction } from "./furnished.ts";
import { type Call, callAsPlatform, makeRole } from "./platform-calls.ts";

/** Ids that differ from world to world. */
export interface FurnishedAccount {
  vpcId: string;
  subnetIds: string[];
  /** Of the functions: lets NFS out. */
  functionGroupId: string;
  /** Of the mount targets: lets NFS in from the functions. */
  storageGroupId: string;
  fileSystemId: string;
  /** Name → ARN. */
  functionArns: Record<string, string>;
  roleArns: Record<string, string>;
  foreignAccessPointId: string;
  /** Absent in a world without ECS. */
  containers?: FurnishedContainers;
}

const NFS_PORT = 2049;
const VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

export const isFurnished = (world: World): boolean =>
  world.service("efs").fileSystem(FURNISHED.fileSystemId) !== undefined;

/** @throws if the account is furnished already. */
export async function furnishAccount(world: World): Promise<FurnishedAccount> {
  if (isFurnished(world)) throw new Error(`The account already has file system ${FURNISHED.fileSystemId}`);
  const call = callAsPlatform(world);
  await call("iam", "CreateUser", { UserName: FURNISHED.pipelineUser });
  const network = await makeNetwork(world, call);
  const roleArns: Record<string, string> = {};
  for (const name of Object.values(FURNISHED.foreignStatements))
    roleArns[name] = await makeRole(call, name, "ec2.amazonaws.com");
  for (const { name } of FUNCTIONS) roleArns[name] = await makeRole(call, name, "lambda.amazonaws.com");
  await makeFileSystem(world, call, network);
  await putForeignPolicy(world, call, roleArns);
  const foreignAccessPointId = await makeForeignAccessPoint(call);
  const functionArns: Record<string, string> = {};
  for (const each of FUNCTIONS)
    functionArns[each.name] = await makeFunction(call, each, network, roleArns[each.name] ?? "");
  const containers = world.find("ecs") ? await furnishContainers(world, call, network) : undefined;
  world.changed();
  return {
    ...network,
    fileSystemId: FURNISHED.fileSystemId,
    functionArns,
    roleArns: { ...roleArns, ...containers?.roleArns },
    foreignAccessPointId,
    ...(containers && { containers }),
  };
}

type Network = Pick<FurnishedAccount, "vpcId" | "subnetIds" | "functionGroupId" | "storageGroupId">;

const named = (ResourceType: string, name: string): object[] => [
  { ResourceType, Tags: [{ Key: "Name", Value: name }] },
];

async function makeNetwork(world: World, call: Call): Promise<Network> {
  const { Vpc } = await call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16", TagSpecifications: named("vpc", "main") });
  const vpcId = Vpc.VpcId as string;
  const subnetIds: string[] = [];
  for (const [index, zone] of FURNISHED.zones.entries()) {
    const { Subnet } = await call("ec2", "CreateSubnet", {
      VpcId: vpcId,
      CidrBlock: `10.0.${index + 1}.0/24`,
      AvailabilityZone: `${world.region}${zone}`,
      TagSpecifications: named("subnet", `private-${zone}`),
    });
    subnetIds.push(Subnet.SubnetId as string);
  }
  const group = async (GroupName: string, Description: string): Promise<string> =>
    (await call("ec2", "CreateSecurityGroup", { GroupName, Description, VpcId: vpcId })).GroupId as string;
  const functionGroupId = await group("functions", "Lambda functions");
  const storageGroupId = await group("shared-storage", "EFS mount targets");
  const nfs = (GroupId: string): object => ({
    IpProtocol: "tcp",
    FromPort: NFS_PORT,
    ToPort: NFS_PORT,
    UserIdGroupPairs: [{ GroupId }],
  });
  await call("ec2", "AuthorizeSecurityGroupIngress", {
    GroupId: storageGroupId,
    IpPermissions: [nfs(functionGroupId)],
  });
  await call("ec2", "AuthorizeSecurityGroupEgress", { GroupId: functionGroupId, IpPermissions: [nfs(storageGroupId)] });
  return { vpcId, subnetIds, functionGroupId, storageGroupId };
}

async function makeFileSystem(world: World, call: Call, network: Network): Promise<void> {
  const FileSystemId = FURNISHED.fileSystemId;
  const Tags = [{ Key: "Name", Value: FURNISHED.fileSystemName }];
  const created = await call("efs", "CreateFileSystem", {
    CreationToken: "shared",
    Encrypted: true,
    ThroughputMode: "elastic",
    Tags,
  });
  world.service("efs").furnish(created.FileSystemId as string, FileSystemId);
  world.service("efs").settle();
  for (const SubnetId of network.subnetIds) {
    await call("efs", "CreateMountTarget", { FileSystemId, SubnetId, SecurityGroups: [network.storageGroupId] });
  }
  // The account is as it has been for long, whatever the world's timings say of new things.
  world.service("efs").settle();
}

/** Two statements that are none of Mooring's business; whoever is not named has no access. */
async function putForeignPolicy(world: World, call: Call, roleArns: Record<string, string>): Promise<void> {
  const Resource = world.service("efs").fileSystemArn(FURNISHED.fileSystemId);
  const Condition = { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } };
  const actions: Record<string, string[]> = {
    "backup-nightly": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess"],
    "audit-read-only": ["elasticfilesystem:ClientMount"],
  };
  const Statement = Object.entries(FURNISHED.foreignStatements).map(([Sid, role]) => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: roleArns[role] },
    Action: actions[Sid],
    Resource,
    Condition,
  }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Id: "shared-storage", Statement });
  await call("efs", "PutFileSystemPolicy", { FileSystemId: FURNISHED.fileSystemId, Policy });
  world.service("efs").settle();
}

async function makeForeignAccessPoint(call: Call): Promise<string> {
  const { clientToken, path, uid, gid } = FURNISHED.foreignAccessPoint;
  const created = await call("efs", "CreateAccessPoint", {
    ClientToken: clientToken,
    FileSystemId: FURNISHED.fileSystemId,
    PosixUser: { Uid: uid, Gid: gid },
    RootDirectory: { Path: path, CreationInfo: { OwnerUid: uid, OwnerGid: gid, Permissions: "0755" } },
    Tags: [
      { Key: "Name", Value: "legacy-ftp" },
      { Key: "team", Value: "legacy" },
    ],
  });
  return created.AccessPointId as string;
}

async function makeFunction(call: Call, each: FurnishedFunction, network: Network, Role: string): Promise<string> {
  const Statement = each.allows.map(({ actions, resource }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resource,
  }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await call("iam", "AttachRolePolicy", { RoleName: each.name, PolicyArn: VPC_ACCESS });
  await call("iam", "PutRolePolicy", { RoleName: each.name, PolicyName: each.name, PolicyDocument });
  const created = await call("lambda", "CreateFunction", {
    FunctionName: each.name,
    Role,
    Runtime: each.runtime,
    Handler: each.handler,
    MemorySize: each.memoryMb,
    Timeout: each.timeoutS,
    Code: { ZipFile: new TextEncoder().encode(each.name) },
    Environment: { Variables: { STAGE: "prod" } },
    VpcConfig: { SubnetIds: network.subnetIds.slice(0, 2), SecurityGroupIds: [network.functionGroupId] },
  });
  return created.FunctionArn as string;
}
