import { CreateClusterCommand, CreateServiceCommand, DeleteServiceCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsConnection, createAws } from "../../src/aws/create-aws.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { createEc2Service } from "../../src/simulator/services/ec2/ec2.ts";
import { createEcsService } from "../../src/simulator/services/ecs/ecs.ts";
import { createEfsService } from "../../src/simulator/services/efs/efs.ts";
import { createIamService } from "../../src/simulator/services/iam/iam.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const ARN = "arn:aws:ecs:eu-west-1:111122223333";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
/** Much of what a revision can hold, none of which is ours. */
const WEB: RegisterTaskDefinitionCommandInput = {
  family: "web",
  taskRoleArn: "arn:aws:iam::111122223333:role/web",
  networkMode: "bridge",
  requiresCompatibilities: ["EC2"],
  pidMode: "task",
  placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.os-type == linux" }],
  containerDefinitions: [
    {
      name: "app",
      image: "app:1",
      memory: 256,
      portMappings: [{ containerPort: 80, protocol: "tcp" }],
      environment: [{ name: "PASSWORD", value: "secret-value" }],
      healthCheck: { command: ["CMD", "true"] },
      ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 2 }],
      dockerLabels: { a: "b" },
    },
    {
      name: "log",
      image: "log:1",
      memory: 64,
      essential: false,
      dependsOn: [{ containerName: "app", condition: "START" }],
    },
  ],
  volumes: [{ name: "scratch", host: { sourcePath: "/tmp" } }],
  tags: [{ key: "team", value: "media" }],
};

let doors: Doors;
let aws: AwsConnection;
let admin: ECSClient;

beforeEach(async () => {
  doors = await openDoors({ services: [createIamService, createEc2Service, createEfsService, createEcsService] });
  aws = createAws({
    account: "111122223333",
    region: "eu-west-1",
    credentials: { accessKeyId: "mooring", secretAccessKey: "not-checked" },
    endpoint: doors.url,
    callDeadlineMs: 8_000,
    quotaShare: Infinity,
    clock: realClock,
    chance: realChance,
    customUserAgent: "mooring/0.1 (test)",
  });
  await doors
    .socketClient<IAMClient>("iam", "admin")
    .send(new CreateRoleCommand({ RoleName: "web", AssumeRolePolicyDocument: TRUST }));
  admin = doors.socketClient("ecs", "admin");
  await admin.send(new CreateClusterCommand({ clusterName: "prod" }));
  await admin.send(new RegisterTaskDefinitionCommand(WEB));
});
afterEach(async () => {
  aws.destroy();
  await doors.close();
});

const makeService = (serviceName: string) =>
  admin.send(new CreateServiceCommand({ cluster: "prod", serviceName, taskDefinition: "web", desiredCount: 1 }));

test("a revision read and registered again is the same revision, tags and all", async () => {
  const first = await aws.ecs.describeTaskDefinition("web");
  expect(first).toMatchObject({
    taskDefinitionArn: `${ARN}:task-definition/web:1`,
    status: "ACTIVE",
    taskRoleArn: "arn:aws:iam::111122223333:role/web",
    tags: { team: "media" },
    volumes: [{ name: "scratch", efs: null }],
  });
  const { taskDefinition: second, requestId } = await aws.ecs.registerTaskDefinition({
    register: first!.register,
    tags: first!.tags,
  });
  expect(requestId).not.toBe("");
  expect(second.revision).toBe(2);
  const readBack = await aws.ecs.describeTaskDefinition(second.taskDefinitionArn);
  expect(readBack?.register.reveal()).toEqual(first!.register.reveal());
  expect(readBack?.tags).toEqual({ team: "media" });
  expect(JSON.stringify(readBack)).not.toContain("secret-value");
});

test("what is not there is null, not an error: family, revision, service, cluster", async () => {
  expect(await aws.ecs.describeTaskDefinition("none")).toBeNull();
  expect(await aws.ecs.describeTaskDefinition(`${ARN}:task-definition/web:9`)).toBeNull();
  expect(await aws.ecs.describeServices("prod", ["none"])).toEqual([]);
  expect(await aws.ecs.describeServices("none", ["web"])).toBeNull();
  expect(await aws.ecs.listServices("none")).toBeNull();
  expect(await aws.ecs.listTasks("none")).toBeNull();
  expect(await aws.ecs.listTasks("prod", { service: "none" })).toEqual([]);
});

test("a service rolls out what it is given, and nothing else of it changes", async () => {
  await makeService("web");
  const { taskDefinition } = await aws.ecs.registerTaskDefinition({
    register: (await aws.ecs.describeTaskDefinition("web"))!.register,
    tags: {},
  });
  const before = (await aws.ecs.describeServices("prod", ["web"]))![0]!;
  const { service } = await aws.ecs.updateService({
    cluster: "prod",
    service: "web",
    taskDefinitionArn: taskDefinition.taskDefinitionArn,
  });
  expect(service.deployments[0]).toMatchObject({
    status: "PRIMARY",
    taskDefinitionArn: `${ARN}:task-definition/web:2`,
  });
  await expect
    .poll(async () => (await aws.ecs.describeServices("prod", ["web"]))![0]!.deployments)
    .toMatchObject([{ rolloutState: "COMPLETED", runningCount: 1 }]);
  const after = (await aws.ecs.describeServices("prod", ["web"]))![0]!;
  const { taskDefinitionArn: _a, deployments: _b, ...kept } = after;
  expect(before).toMatchObject({ ...kept, runningCount: before.runningCount, pendingCount: before.pendingCount });
  const tasks = await aws.ecs.listTasks("prod", { service: "web" });
  expect(tasks).toMatchObject([
    { cluster: "prod", group: "service:web", taskDefinitionArn: `${ARN}:task-definition/web:2` },
  ]);
  expect(await aws.ecs.listTasks("prod", { family: "web" })).toEqual(tasks);
});

test("more services than fit into a call or a page are all there", async () => {
  const names = Array.from({ length: 12 }, (_, n) => `web-${n}`);
  for (const name of names) await makeService(name);
  expect((await aws.ecs.listServices("prod"))?.toSorted()).toEqual(names.toSorted());
  expect((await aws.ecs.describeServices("prod", names))?.map(({ serviceName }) => serviceName)).toEqual(names);
  expect(await aws.ecs.listClusters()).toContain("prod");
});

test("a deleted service is there as INACTIVE, and an update of it is a conflict", async () => {
  await makeService("web");
  await admin.send(new DeleteServiceCommand({ cluster: "prod", service: "web", force: true }));
  await expect.poll(async () => (await aws.ecs.describeServices("prod", ["web"]))![0]?.status).toBe("INACTIVE");
  const update = aws.ecs.updateService({
    cluster: "prod",
    service: "web",
    taskDefinitionArn: `${ARN}:task-definition/web:1`,
  });
  await expect(update).rejects.toMatchObject({ kind: "Conflict", code: "ServiceNotActiveException" });
});
