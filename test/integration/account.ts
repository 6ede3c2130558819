import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { FS_ID } from "./manifests.ts";
import type { Manifest, World } from "./world.ts";

/** What Mooring may do to AWS; everything else that it calls only reads, or moves its own messages. */
export const MUTATIONS = [
  "efs.CreateAccessPoint",
  "efs.TagResource",
  "efs.DeleteAccessPoint",
  "efs.PutFileSystemPolicy",
  "lambda.UpdateFunctionConfiguration",
  "ecs.RegisterTaskDefinition",
  "ecs.UpdateService",
] as const;

/** Those that a function's binding leads to in the course of its life. */
export const FUNCTION_MUTATIONS = MUTATIONS.filter((name) => !name.startsWith("ecs."));

interface AccessPoint {
  AccessPointId: string;
  AccessPointArn: string;
  LifeCycleState: string;
  RootDirectory: { Path: string };
  Tags: { Key: string; Value: string }[];
}

export interface Statement {
  Sid: string;
  Effect: string;
  Principal: { AWS: string | string[] };
}

const tagOf = ({ Tags }: AccessPoint, key: string) => Tags.find((tag) => tag.Key === key)?.Value;

export async function accessPoints(world: World): Promise<AccessPoint[]> {
  const { AccessPoints } = await world.aws("auditor", "efs", "DescribeAccessPoints", { FileSystemId: FS_ID });
  return AccessPoints as AccessPoint[];
}

/** Those that this installation made. */
export async function ourAccessPoints(world: World, installation = "test"): Promise<AccessPoint[]> {
  return (await accessPoints(world)).filter((ap) => tagOf(ap, "mooring.dev/installation") === installation);
}

/** Null = the file system has no policy. */
export async function policyText(world: World): Promise<string | null> {
  try {
    return (await world.aws("auditor", "efs", "DescribeFileSystemPolicy", { FileSystemId: FS_ID })).Policy as string;
  } catch (error) {
    if ((error as { code?: string }).code === "PolicyNotFound") return null;
    throw error;
  }
}

export async function statements(world: World): Promise<Statement[]> {
  const text = await policyText(world);
  return text === null ? [] : (JSON.parse(text) as { Statement: Statement[] }).Statement;
}

export async function putStatements(world: World, person: string, all: object[]): Promise<void> {
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: all });
  await world.aws(person, "efs", "PutFileSystemPolicy", { FileSystemId: FS_ID, Policy });
}

export async function mountsOf(world: World, functionName: string): Promise<{ Arn: string; LocalMountPath: string }[]> {
  const { FileSystemConfigs } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", {
    FunctionName: functionName,
  });
  return FileSystemConfigs ?? [];
}

/** Makes a function like the furnished ones, with a role of its own name unless told otherwise. */
export async function makeFunction(world: World, name: string, changes: Record<string, unknown> = {}): Promise<void> {
  const model = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "reporter" });
  const { SubnetIds, SecurityGroupIds } = model.VpcConfig;
  await world.aws("platform-team", "lambda", "CreateFunction", {
    FunctionName: name,
    Role: changes["Role"] ?? (await makeRole(world, name)),
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: new TextEncoder().encode(name) },
    VpcConfig: { SubnetIds, SecurityGroupIds },
    ...changes,
  });
}

export async function makeRole(world: World, name: string): Promise<string> {
  const Statement = [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const { Role } = await world.aws("platform-team", "iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument });
  await world.aws("platform-team", "iam", "AttachRolePolicy", {
    RoleName: name,
    PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
  });
  return Role.Arn as string;
}

/** How many mutating calls `caller` made, by operation. */
export function mutationsBy(world: World, caller = "mooring"): Record<string, number> {
  const made = world.simulator.simulator.calls.counts().byCaller[caller] ?? {};
  return Object.fromEntries(MUTATIONS.filter((name) => made[name] !== undefined).map((name) => [name, made[name]!]));
}

/** Exactly one access point of ours for each of these bindings, and none besides. */
export async function expectNothingLeaked(world: World, ...bindings: Manifest[]): Promise<void> {
  const uids = await Promise.all(bindings.map(async (binding) => (await world.get(binding)).body.metadata.uid));
  const owners = (await ourAccessPoints(world)).map((ap) => tagOf(ap, "mooring.dev/binding") ?? "nobody");
  expect(owners.toSorted()).toEqual(uids.toSorted());
}

/** Every chain of the history is whole, and every intent has exactly one outcome. */
export async function expectWholeHistory(world: World): Promise<void> {
  await world.until("every intent has its outcome", async () => {
    const entries = await world.history();
    const intents = entries.filter((e) => e.type === "Intent").map((e) => e.intentId);
    const outcomes = entries.filter((e) => e.type === "Outcome").map((e) => e.intentId);
    return isDeepStrictEqual(outcomes.toSorted(), intents.toSorted()) ? { is: true } : { not: { intents, outcomes } };
  });
  const { faults } = await world.mooring.store.audit.verify();
  expect(faults).toEqual([]);
}

/** The function starts an environment that really mounts. */
export async function expectMounts(world: World, functionName: string): Promise<void> {
  const answer = await world.aws("auditor", "lambda", "Invoke", { FunctionName: functionName });
  expect({ status: answer.StatusCode, error: answer.FunctionError }).toEqual({ status: 200, error: undefined });
}

/** The condition of a binding that cannot go on: Ready says the same, and kubectl's clients see Stalled. */
export async function stalledWith(world: World, binding: Manifest, reason: string): Promise<string> {
  const { message } = await world.condition(binding, "Ready", { status: "False", reason });
  await world.condition(binding, "Stalled", { status: "True", reason });
  return message;
}
