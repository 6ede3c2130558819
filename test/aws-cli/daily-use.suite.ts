/**
 * Goal:   what people do with the aws CLI beyond single calls works here too: pages, waiters, queries, and errors that
 *         scripts look for.
 * Method: commands as somebody would type them, against an account that has several of everything.
 */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator, type RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import type { ServiceName } from "../../src/simulator/core.ts";
import { fillAccount } from "../../src/simulator/services/paginated-account.ts";
import { PAGINATED } from "../../src/simulator/services/paginated.ts";
import { CLI_SERVICES, commandOf, runCommand, type Ran } from "./run-aws.ts";

const HAS_AWS = spawnSync("aws", ["--version"]).status === 0;
/** EC2's `--page-size` and `--max-items` work as everywhere; one list of each other service shows enough. */
const PAGED: readonly [ServiceName, string][] = [
  ["efs", "DescribeAccessPoints"],
  ["efs", "DescribeFileSystems"],
  ["efs", "DescribeMountTargets"],
  ["efs", "DescribeTags"],
  ["lambda", "ListFunctions"],
  ["lambda", "ListVersionsByFunction"],
  ["lambda", "ListAliases"],
  ["ecs", "ListClusters"],
  ["ecs", "ListServices"],
  ["ecs", "ListTaskDefinitions"],
  ["ecs", "ListTasks"],
  ["sqs", "ListQueues"],
  ["iam", "ListRoles"],
  ["iam", "ListUsers"],
  ["ec2", "DescribeSubnets"],
  ["ec2", "DescribeSecurityGroupRules"],
];

let simulator: RunningSimulator;
let ids: Record<string, string>;
const aws = (command: string, ...more: string[]): Promise<Ran> =>
  runCommand(simulator.url, [...command.split(" "), ...more]);

beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
  ids = await fillAccount(simulator.simulator);
  const slow = { functionUpdateMs: 2_000, functionCreateMs: 0, taskStartMs: 700, deploymentStepMs: 100 };
  Object.assign(simulator.simulator.world.timings, slow);
});
afterAll(() => simulator.close());

describe.skipIf(!HAS_AWS)("the aws CLI, used daily", () => {
  test.each(PAGED)("%s %s: pages of the service, and the CLI's own", async (service, operation) => {
    const { items, pageSize = 2, input = {} } = PAGINATED[service]?.[operation] ?? { items: "" };
    const command = `${CLI_SERVICES[service] ?? service} ${commandOf(operation)}`;
    const given = options(input);
    const all = listOf(await aws(command, ...given), items);
    const inPages = listOf(await aws(command, ...given, "--page-size", String(pageSize)), items);
    expect(inPages).toEqual(all);
    const some = Math.min(3, all.length - 1);
    const first = await aws(command, ...given, "--max-items", String(some), "--page-size", String(pageSize));
    expect(listOf(first, items)).toEqual(all.slice(0, some));
    const token = String(first.output["NextToken"]);
    const rest = await aws(command, ...given, "--starting-token", token, "--page-size", String(pageSize));
    expect(listOf(rest, items)).toEqual(all.slice(some));
  });

  test.each([
    ["lambda wait function-exists", () => ["--function-name", "f0"]],
    ["lambda wait function-active-v2", () => ["--function-name", "f0"]],
    ["lambda wait published-version-active", () => ["--function-name", "f0", "--qualifier", "1"]],
    ["ecs wait services-stable", () => ["--cluster", "c0", "--services", "s0"]],
    ["iam wait role-exists", () => ["--role-name", "r0"]],
    ["iam wait user-exists", () => ["--user-name", "u0"]],
    ["iam wait policy-exists", () => ["--policy-arn", "arn:aws:iam::111122223333:policy/p0"]],
    ["ec2 wait vpc-available", () => ["--vpc-ids", ids["vpc"] ?? ""]],
    ["ec2 wait subnet-available", () => ["--subnet-ids", ids["subnet"] ?? ""]],
  ])("%s ends", async (command, given) => {
    expect(await aws(command, ...given())).toMatchObject({ code: 0, stderr: "" });
  });

  test("lambda wait function-updated-v2 waits until the update is done", async () => {
    const update = "lambda update-function-configuration --function-name f1 --memory-size 512";
    expect(await text(`${update} --query LastUpdateStatus`)).toBe("InProgress");
    expect((await aws("lambda wait function-updated-v2 --function-name f1")).code).toBe(0);
    expect(await text("lambda get-function --function-name f1 --query Configuration.LastUpdateStatus")).toBe(
      "Successful",
    );
  });

  test("ecs wait tasks-running and tasks-stopped follow a task through its life", async () => {
    const task = await text("ecs run-task --cluster c1 --task-definition d0 --query tasks[0].taskArn");
    expect((await aws("ecs wait tasks-running --cluster c1 --tasks", task)).code).toBe(0);
    await aws("ecs stop-task --cluster c1 --task", task);
    expect((await aws("ecs wait tasks-stopped --cluster c1 --tasks", task)).code).toBe(0);
  });

  test("--query picks, filters and counts, over all pages", async () => {
    expect(await text("efs describe-access-points --query length(AccessPoints)")).toBe("7");
    expect(await text("lambda list-functions --query Functions[?FunctionName==`f3`].Runtime|[0]")).toBe("nodejs24.x");
    const names = await text("iam list-roles --query sort(Roles[].RoleName)");
    expect(names.split(/\s+/)).toEqual(["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
  });

  test.each([
    ["efs describe-file-systems --file-system-id fs-0123456789abcdef0", "FileSystemNotFound"],
    ["efs describe-access-points --access-point-id fsap-0123456789abcdef0", "AccessPointNotFound"],
    ["efs create-file-system --creation-token t0", "FileSystemAlreadyExists"],
    ["lambda get-function --function-name none", "ResourceNotFoundException"],
    ["lambda create-alias --function-name f0 --name a0 --function-version 1", "ResourceConflictException"],
    ["ecs describe-services --cluster none --services s0", "ClusterNotFoundException"],
    ["ecs update-service --cluster c0 --service none", "ServiceNotFoundException"],
    ["sqs get-queue-url --queue-name none", "AWS.SimpleQueueService.NonExistentQueue"],
    ["events describe-rule --name none", "ResourceNotFoundException"],
    ["iam get-role --role-name none", "NoSuchEntity"],
    ["ec2 describe-subnets --subnet-ids subnet-0123456789abcdef0", "InvalidSubnetID.NotFound"],
    ["sts assume-role --role-arn arn:aws:iam::111122223333:role/none --role-session-name here", "AccessDenied"],
    ["ec2 describe-instances", "NotSimulated"],
  ])("%s ends in %s", async (command, error) => {
    const { code, stderr } = await aws(command);
    expect(code, stderr).toBeGreaterThan(0);
    expect(stderr).toContain(`(${error})`);
  });
});

async function text(command: string): Promise<string> {
  const { stdout, stderr } = await aws(command, "--output", "text");
  expect(stderr).toBe("");
  return stdout.trim();
}

function listOf({ code, output, stderr }: Ran, items: string): unknown[] {
  expect(code, stderr).toBe(0);
  return output[items] as unknown[];
}

/** `{FunctionName: "f0"}` → `--function-name f0`; "$fs" stands for an id. */
function options(input: object): string[] {
  return Object.entries(input).flatMap(([name, value]: [string, unknown]) => {
    const option = `--${commandOf(name.charAt(0).toUpperCase() + name.slice(1))}`;
    if (value === true) return [option];
    const given = String(value);
    return [option, given.startsWith("$") ? (ids[given.slice(1)] ?? "") : given];
  });
}
