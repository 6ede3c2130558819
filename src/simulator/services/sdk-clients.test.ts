/** The SDK's own paginators and waiters against the simulated services, over the socket. */
import { paginateDescribeAccessPoints, type EFSClient } from "@aws-sdk/client-efs";
import {
  CreateServiceCommand,
  type ECSClient,
  ListTasksCommand,
  paginateListServices,
  paginateListTaskDefinitions,
  RunTaskCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  DeleteServiceCommand,
} from "@aws-sdk/client-ecs";
import { type IAMClient, paginateListRoles } from "@aws-sdk/client-iam";
import {
  type LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRealClock } from "../clocks.ts";
import type { ServiceName } from "../core.ts";
import { type Doors, openDoors } from "../test-support.ts";
import { createEc2Service } from "./ec2/ec2.ts";
import { createEcsService } from "./ecs/ecs.ts";
import { createEfsService } from "./efs/efs.ts";
import { createIamService } from "./iam/iam.ts";
import { createLambdaService } from "./lambda/lambda.ts";

const FUNCTIONS = 60;
const ROLES = 7;
const ACCESS_POINTS = 25;
const ECS_SERVICES = 25;
const TRUST = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
let doors: Doors;

beforeAll(async () => {
  const services = [createIamService, createEc2Service, createEfsService, createLambdaService, createEcsService];
  doors = await openDoors({
    services,
    clock: createRealClock(),
    timings: { functionUpdateMs: 30, functionCreateMs: 30, taskStartMs: 30, deploymentStepMs: 10 },
  });
  const { simulator } = doors;
  const call = (service: ServiceName, operation: string, input: object) =>
    simulator.call(service, operation, input, simulator.callerOf("tester"));
  for (let n = 0; n < ROLES; n++)
    await call("iam", "CreateRole", { RoleName: `r${n}`, AssumeRolePolicyDocument: TRUST });
  const created = (await call("efs", "CreateFileSystem", { CreationToken: "t" })) as { FileSystemId: string };
  const { FileSystemId } = created;
  for (let n = 0; n < ACCESS_POINTS; n++)
    await call("efs", "CreateAccessPoint", { ClientToken: `t${n}`, FileSystemId });
  const Role = `arn:aws:iam::${simulator.world.account}:role/r0`;
  const rest = { Role, Runtime: "nodejs24.x", Handler: "a.b", Code: { ZipFile: new Uint8Array([1]) } };
  for (let n = 0; n < FUNCTIONS; n++) await call("lambda", "CreateFunction", { FunctionName: `f${n}`, ...rest });
  await call("ecs", "CreateCluster", {});
  const containerDefinitions = [{ name: "app", image: "i", memory: 128 }];
  for (let n = 0; n < ECS_SERVICES; n++) {
    await call("ecs", "RegisterTaskDefinition", { family: `f${n % 5}`, containerDefinitions });
    await call("ecs", "CreateService", { serviceName: `s${n}`, taskDefinition: `f${n % 5}`, desiredCount: 0 });
  }
});
afterAll(() => doors.close());

async function countOf<P>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly unknown[] | undefined,
): Promise<number> {
  let count = 0;
  for await (const page of pages) count += itemsOf(page)?.length ?? 0;
  return count;
}

test("paginators go to the end", async () => {
  const [lambda, efs, iam] = [
    doors.socketClient<LambdaClient>("lambda"),
    doors.socketClient<EFSClient>("efs"),
    doors.socketClient<IAMClient>("iam"),
  ];
  expect(await countOf(paginateListFunctions({ client: lambda }, {}), (page) => page.Functions)).toBe(FUNCTIONS);
  expect(
    await countOf(paginateDescribeAccessPoints({ client: efs, pageSize: 10 }, {}), (page) => page.AccessPoints),
  ).toBe(ACCESS_POINTS);
  expect(await countOf(paginateListRoles({ client: iam, pageSize: 3 }, {}), (page) => page.Roles)).toBe(ROLES);
});

test("waiters see creation and update end", async () => {
  const client = doors.socketClient<LambdaClient>("lambda");
  const FunctionName = "f1";
  const config = { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
  expect((await waitUntilFunctionActiveV2(config, { FunctionName })).state).toBe("SUCCESS");
  const updated = await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256 }));
  expect(updated.LastUpdateStatus).toBe("InProgress");
  expect((await waitUntilFunctionUpdatedV2(config, { FunctionName })).state).toBe("SUCCESS");
});

test("ECS's paginators and waiters go to the end", async () => {
  const client = doors.socketClient<ECSClient>("ecs");
  expect(await countOf(paginateListServices({ client }, {}), (page) => page.serviceArns)).toBe(ECS_SERVICES);
  const revisions = paginateListTaskDefinitions({ client, pageSize: 4 }, {});
  expect(await countOf(revisions, (page) => page.taskDefinitionArns)).toBe(ECS_SERVICES);
  const config = { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
  await client.send(new CreateServiceCommand({ serviceName: "new", taskDefinition: "f1", desiredCount: 2 }));
  const stable = await waitUntilServicesStable(config, { services: ["new"] });
  expect(stable.state).toBe("SUCCESS");
  const { taskArns } = await client.send(new ListTasksCommand({ serviceName: "new" }));
  expect(taskArns).toHaveLength(2);
  const ran = await client.send(new RunTaskCommand({ taskDefinition: "f1", count: 3 }));
  const tasks = ran.tasks?.map((task) => task.taskArn ?? "");
  expect((await waitUntilTasksRunning(config, { tasks })).state).toBe("SUCCESS");
  await client.send(new DeleteServiceCommand({ service: "new", force: true }));
  expect((await waitUntilServicesInactive(config, { services: ["new"] })).state).toBe("SUCCESS");
});
