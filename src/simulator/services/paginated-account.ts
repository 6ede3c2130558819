/** For tests: an account that has several of everything that the SDK's paginators list. */
import type { ServiceName } from "../core.ts";
import type { Simulator } from "../simulator.ts";

const COUNT = 7;
const NUMBERS = Array.from({ length: COUNT }, (_, n) => n);
const ZONES = ["a", "b", "c"];
/** IAM keeps five versions of a policy, and two keys of a user. */
const VERSIONS = [1, 2, 3, 4];
const KEYS = [1, 2];

// As with the SDK's untyped answers, each call knows what it asked for.
// oxlint-disable-next-line typescript/no-explicit-any
type Call = (service: ServiceName, operation: string, input?: object) => Promise<any>;

const TAGS = NUMBERS.map((n) => ({ Key: `k${n}`, Value: "v" }));
const document = (Resource: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sqs:*", Resource }] });
const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: `${service}.amazonaws.com` } }],
  });

/** Makes them. @returns the ids that inputs need, by the names that they have there. */
export async function fillAccount(simulator: Simulator): Promise<Record<string, string>> {
  const call: Call = (service, operation, input = {}) =>
    simulator.call(service, operation, input, simulator.callerOf("tester"));
  await makeIdentities(call);
  const network = await makeNetwork(call);
  const fs = await makeFiles(call, network.subnets);
  await makeFunctions(call);
  await makeContainers(call);
  const dead = await makeQueues(call);
  await makeSchedules(call);
  return { vpc: network.vpc, fs, dead, subnet: network.subnets[0] ?? "" };
}

async function makeIdentities(call: Call): Promise<void> {
  for (const n of NUMBERS) {
    await call("iam", "CreateUser", { UserName: `u${n}`, Tags: n === 0 ? TAGS : [] });
    await call("iam", "CreateRole", {
      RoleName: `r${n}`,
      AssumeRolePolicyDocument: trust(n === 1 ? "scheduler" : "lambda"),
      Tags: n === 0 ? TAGS : [],
    });
    const policy = { PolicyName: `p${n}`, PolicyDocument: document("*"), Tags: n === 0 ? TAGS : [] };
    const { PolicyArn } = { PolicyArn: (await call("iam", "CreatePolicy", policy)).Policy.Arn as string };
    await call("iam", "AttachRolePolicy", { RoleName: "r0", PolicyArn });
    await call("iam", "AttachUserPolicy", { UserName: "u0", PolicyArn });
    await call("iam", "PutRolePolicy", { RoleName: "r0", ...policy, Tags: undefined });
    await call("iam", "PutUserPolicy", { UserName: "u0", ...policy, Tags: undefined });
  }
  const PolicyArn = "arn:aws:iam::111122223333:policy/p0";
  for (const n of VERSIONS) await call("iam", "CreatePolicyVersion", { PolicyArn, PolicyDocument: document(`a${n}`) });
  for (const n of NUMBERS.slice(1)) await call("iam", "AttachRolePolicy", { RoleName: `r${n}`, PolicyArn });
  for (const _ of KEYS) await call("iam", "CreateAccessKey", { UserName: "u0" });
}

async function makeNetwork(call: Call): Promise<{ vpc: string; subnets: string[] }> {
  const vpcs: string[] = [];
  for (const n of NUMBERS) {
    const { Vpc } = await call("ec2", "CreateVpc", { CidrBlock: `10.${n}.0.0/16` });
    vpcs.push(Vpc.VpcId as string);
    await call("ec2", "CreateInternetGateway");
    await call("ec2", "CreateTags", { Resources: [Vpc.VpcId], Tags: [{ Key: "n", Value: String(n) }] });
  }
  const [vpc = ""] = vpcs;
  const subnets: string[] = [];
  for (const n of NUMBERS) {
    const AvailabilityZone = `eu-west-1${ZONES[n % ZONES.length]}`;
    const made = await call("ec2", "CreateSubnet", { VpcId: vpc, CidrBlock: `10.0.${n}.0/24`, AvailabilityZone });
    subnets.push(made.Subnet.SubnetId as string);
    await call("ec2", "CreateSecurityGroup", { VpcId: vpc, GroupName: `g${n}`, Description: "d" });
  }
  return { vpc, subnets };
}

async function makeFiles(call: Call, subnets: readonly string[]): Promise<string> {
  const ids: string[] = [];
  for (const n of NUMBERS) {
    const made = await call("efs", "CreateFileSystem", { CreationToken: `t${n}`, Tags: n === 0 ? TAGS : [] });
    ids.push(made.FileSystemId as string);
    await call("efs", "CreateAccessPoint", { ClientToken: `t${n}`, FileSystemId: ids[0] });
    for (const SubnetId of subnets.slice(0, ZONES.length))
      await call("efs", "CreateMountTarget", { FileSystemId: made.FileSystemId, SubnetId });
  }
  return ids[0] ?? "";
}

async function makeFunctions(call: Call): Promise<void> {
  for (const n of NUMBERS) {
    await call("lambda", "CreateFunction", {
      FunctionName: `f${n}`,
      Role: "arn:aws:iam::111122223333:role/r0",
      Runtime: "nodejs24.x",
      Handler: "a.b",
      Code: { ZipFile: new Uint8Array([n]) },
    });
  }
  for (const n of NUMBERS) {
    await call("lambda", "UpdateFunctionCode", { FunctionName: "f0", ZipFile: new Uint8Array([9, n]) });
    const { Version } = await call("lambda", "PublishVersion", { FunctionName: "f0" });
    await call("lambda", "CreateAlias", { FunctionName: "f0", Name: `a${n}`, FunctionVersion: Version });
    const ofAlias = { FunctionName: "f0", Qualifier: `a${n}`, ProvisionedConcurrentExecutions: 1 };
    await call("lambda", "PutProvisionedConcurrencyConfig", ofAlias);
  }
}

async function makeContainers(call: Call): Promise<void> {
  for (const n of NUMBERS) {
    await call("ecs", "CreateCluster", { clusterName: `c${n}` });
    const containerDefinitions = [{ name: "app", image: "i", memory: 128 }];
    await call("ecs", "RegisterTaskDefinition", { family: `d${n}`, containerDefinitions });
    const service = { cluster: "c0", serviceName: `s${n}`, taskDefinition: `d${n}`, desiredCount: 1 };
    await call("ecs", "CreateService", service);
  }
}

async function makeQueues(call: Call): Promise<string> {
  const dead = (await call("sqs", "CreateQueue", { QueueName: "dead" })).QueueUrl as string;
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
    maxReceiveCount: 3,
  });
  for (const n of NUMBERS) await call("sqs", "CreateQueue", { QueueName: `q${n}`, Attributes: { RedrivePolicy } });
  return dead;
}

async function makeSchedules(call: Call): Promise<void> {
  const Target = { Arn: "arn:aws:sqs:eu-west-1:111122223333:q0", RoleArn: "arn:aws:iam::111122223333:role/r1" };
  for (const n of NUMBERS) {
    await call("scheduler", "CreateScheduleGroup", { Name: `g${n}` });
    const when = { ScheduleExpression: "rate(1 day)", FlexibleTimeWindow: { Mode: "OFF" } };
    await call("scheduler", "CreateSchedule", { Name: `s${n}`, ...when, Target });
  }
}
