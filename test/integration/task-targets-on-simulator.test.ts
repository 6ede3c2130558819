import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsConnection, createAws } from "../../src/aws/create-aws.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import type { ServiceName } from "../../src/simulator/core.ts";
import { createEcsService } from "../../src/simulator/services/ecs/ecs.ts";
import { createEventBridgeService } from "../../src/simulator/services/eventbridge/eventbridge.ts";
import { createSchedulerService } from "../../src/simulator/services/scheduler/scheduler.ts";
import { createSqsService } from "../../src/simulator/services/sqs/sqs.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const PLACE = "eu-west-1:111122223333";
const cluster = (name: string) => `arn:aws:ecs:${PLACE}:cluster/${name}`;
const definition = (name: string) => `arn:aws:ecs:${PLACE}:task-definition/${name}`;
const RoleArn = "arn:aws:iam::111122223333:role/starter";
const FlexibleTimeWindow = { Mode: "OFF" };

let doors: Doors;
let aws: AwsConnection;

beforeEach(async () => {
  doors = await openDoors({
    services: [createEcsService, createSqsService, createEventBridgeService, createSchedulerService],
  });
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
});
afterEach(async () => {
  aws.destroy();
  await doors.close();
});

const call = (service: ServiceName, operation: string, input: object) =>
  doors.simulator.call(service, operation, input, doors.simulator.callerOf("admin"));

const calls = () => doors.simulator.calls.counts().byCaller["mooring"] ?? {};

async function rule(Name: string, Arn: string, taskDefinition: string, EventBusName = "default"): Promise<void> {
  await call("eventbridge", "PutRule", { Name, EventPattern: '{"source":["shop"]}', EventBusName });
  const EcsParameters = { TaskDefinitionArn: definition(taskDefinition) };
  const Targets = [
    { Id: "queue", Arn: `arn:aws:sqs:${PLACE}:jobs` },
    { Id: "tasks", Arn, RoleArn, EcsParameters },
  ];
  await call("eventbridge", "PutTargets", { Rule: Name, EventBusName, Targets });
}

const schedule = (Name: string, Target: object, GroupName = "default") =>
  call("scheduler", "CreateSchedule", {
    Name,
    GroupName,
    ScheduleExpression: "rate(1 day)",
    FlexibleTimeWindow,
    Target: { RoleArn, ...Target },
  });

test("rules of every bus that start tasks in a cluster are found, and what they start", async () => {
  await call("eventbridge", "CreateEventBus", { Name: "side" });
  await rule("nightly", cluster("prod"), "web:3");
  await rule("order", cluster("batch"), "report", "side");
  await rule("elsewhere", cluster("other"), "web:1");
  expect(await aws.events.taskTargets(["prod", "batch", "empty"])).toEqual([
    { name: "EventBridge rule nightly", taskDefinitionArn: definition("web:3") },
    { name: "EventBridge rule side/order", taskDefinitionArn: definition("report") },
  ]);
  expect(await aws.events.taskTargets([])).toEqual([]);
});

test("more than a page of them is read to the end", async () => {
  for (let n = 0; n < 105; n += 1) await rule(`r${n}`, cluster("prod"), `web:${n}`);
  expect(await aws.events.taskTargets(["prod"])).toHaveLength(105);
  for (let n = 0; n < 105; n += 1)
    await schedule(`s${n}`, { Arn: cluster("prod"), EcsParameters: { TaskDefinitionArn: definition("web") } });
  expect(await aws.scheduler.taskTargets()).toHaveLength(105);
});

test("schedules that start tasks are found, in whatever form, and no other is asked for", async () => {
  await call("scheduler", "CreateScheduleGroup", { Name: "night" });
  await schedule("mail", { Arn: `arn:aws:sqs:${PLACE}:jobs` });
  await schedule("scale", { Arn: "arn:aws:scheduler:::aws-sdk:ecs:updateService", Input: "{}" });
  await schedule("report", { Arn: cluster("prod"), EcsParameters: { TaskDefinitionArn: definition("web:3") } });
  const run = (TaskDefinition: string) => ({
    Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask",
    Input: JSON.stringify({ Cluster: "prod", TaskDefinition }),
  });
  await schedule("short", run("web:4"), "night");
  await schedule("whole", run(definition("web:5")), "night");
  await schedule("garbled", { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", Input: "{" });
  expect(await aws.scheduler.taskTargets()).toEqual([
    { name: "schedule default/report", taskDefinitionArn: definition("web:3") },
    { name: "schedule night/short", taskDefinitionArn: definition("web:4") },
    { name: "schedule night/whole", taskDefinitionArn: definition("web:5") },
  ]);
  expect(calls()).toEqual({ "scheduler.ListSchedules": 1, "scheduler.GetSchedule": 4 });
});

test("what is deleted between list and look is left out, and what is refused is an error", async () => {
  await rule("nightly", cluster("prod"), "web:3");
  await schedule("report", { Arn: cluster("prod"), EcsParameters: { TaskDefinitionArn: definition("web:3") } });
  const gone = { kind: "error", code: "ResourceNotFoundException", status: 404 } as const;
  for (const operation of ["ListTargetsByRule", "GetSchedule"]) doors.simulator.faults.add({ ...gone, operation });
  expect(await aws.events.taskTargets(["prod"])).toEqual([]);
  expect(await aws.scheduler.taskTargets()).toEqual([]);
  doors.simulator.faults.clear();
  doors.simulator.faults.add({ kind: "error", caller: "mooring" });
  await expect(aws.events.taskTargets(["prod"])).rejects.toMatchObject({ code: "AccessDeniedException" });
  await expect(aws.scheduler.taskTargets()).rejects.toMatchObject({ code: "AccessDeniedException" });
});
