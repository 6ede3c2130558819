import { beforeEach, expect, test } from "vitest";
import type { StandInWorld } from "../../test-support.ts";
import { standInWorld } from "../../test-support.ts";
import { createEventBridgeService } from "../eventbridge/eventbridge.ts";
import { createSqsService } from "../sqs/sqs.ts";
import { createSchedulerService } from "./scheduler.ts";

const ACCOUNT = "eu-west-1:111122223333:";
const SCHEDULE = {
  Name: "report",
  ScheduleExpression: "rate(5 minutes)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: {
    Arn: `arn:aws:ecs:${ACCOUNT}cluster/prod`,
    RoleArn: "arn:aws:iam::111122223333:role/starter",
    EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${ACCOUNT}task-definition/nightly:3` },
  },
};

let world: StandInWorld;

beforeEach(() => {
  world = standInWorld({ services: [createSqsService, createEventBridgeService, createSchedulerService] });
});

const as = (from: StandInWorld) => from.simulator.callerOf("tester");
// oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect
const call = (operation: string, input: object = {}, from = world): Promise<any> =>
  from.simulator.call("scheduler", operation, input, as(from));

test("a schedule is read back as it was written, with AWS's defaults", async () => {
  const ScheduleArn = `arn:aws:scheduler:${ACCOUNT}schedule/default/report`;
  expect(await call("CreateSchedule", SCHEDULE)).toEqual({ ScheduleArn });
  expect(await call("GetSchedule", { Name: "report" })).toMatchObject({
    ...SCHEDULE,
    Arn: ScheduleArn,
    GroupName: "default",
    State: "ENABLED",
    ScheduleExpressionTimezone: "UTC",
    ActionAfterCompletion: "NONE",
    CreationDate: new Date("2026-01-01T00:00:00Z"),
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
});

test("a list names a target's ARN and nothing more of it, in pages", async () => {
  for (const Name of ["c", "a", "b"]) await call("CreateSchedule", { ...SCHEDULE, Name });
  const first = await call("ListSchedules", { MaxResults: 2 });
  expect(first.Schedules.map(({ Name }: { Name: string }) => Name)).toEqual(["a", "b"]);
  expect(first.Schedules[0].Target).toEqual({ Arn: SCHEDULE.Target.Arn });
  const second = await call("ListSchedules", { MaxResults: 2, NextToken: first.NextToken });
  expect(second.Schedules).toHaveLength(1);
  expect(second.NextToken).toBeUndefined();
});

test("an update resets what is not given, and keeps when the schedule was made", async () => {
  await call("CreateSchedule", { ...SCHEDULE, Description: "d", State: "DISABLED" });
  world.clock.advance(1_000);
  await call("UpdateSchedule", { ...SCHEDULE, ScheduleExpression: "cron(0 3 * * ? *)" });
  const { Description, State, CreationDate, LastModificationDate } = await call("GetSchedule", { Name: "report" });
  expect({ Description, State }).toEqual({ Description: undefined, State: "ENABLED" });
  expect(LastModificationDate.getTime() - CreationDate.getTime()).toBe(1_000);
});

test("the same call with the same token is one schedule; with another, the name is taken", async () => {
  const ClientToken = "t";
  const made = await call("CreateSchedule", { ...SCHEDULE, ClientToken });
  expect(await call("CreateSchedule", { ...SCHEDULE, ClientToken })).toEqual(made);
  await expect(call("CreateSchedule", { ...SCHEDULE, ClientToken: "u" })).rejects.toMatchObject({
    code: "ConflictException",
    status: 409,
  });
});

test.each([
  ["an expression that is none", { ScheduleExpression: "rate(1 minutes)" }],
  ["a zone that is none", { ScheduleExpressionTimezone: "Mars/Olympus" }],
  ["a flexible window without its length", { FlexibleTimeWindow: { Mode: "FLEXIBLE" } }],
  ["an end before its start", { StartDate: new Date(2), EndDate: new Date(1) }],
  ["a cluster without a task definition", { Target: { ...SCHEDULE.Target, EcsParameters: undefined } }],
  ["eleven tasks", { Target: { ...SCHEDULE.Target, EcsParameters: { TaskDefinitionArn: "x", TaskCount: 11 } } }],
])("%s is a ValidationException", async (_, input) => {
  await expect(call("CreateSchedule", { ...SCHEDULE, ...input })).rejects.toMatchObject({
    code: "ValidationException",
    status: 400,
  });
});

test("a group takes its schedules with it, and the default one stays", async () => {
  await call("CreateScheduleGroup", { Name: "night" });
  await call("CreateSchedule", { ...SCHEDULE, GroupName: "night" });
  await call("DeleteScheduleGroup", { Name: "night" });
  expect(await call("ListSchedules")).toEqual({ Schedules: [] });
  await expect(call("DeleteScheduleGroup", { Name: "default" })).rejects.toMatchObject({ code: "ValidationException" });
});

test("schedules and groups survive a restart", async () => {
  await call("CreateScheduleGroup", { Name: "night", Tags: [{ Key: "a", Value: "b" }] });
  await call("CreateSchedule", { ...SCHEDULE, GroupName: "night" });
  const again = standInWorld({ services: [createSchedulerService], seed: 2 });
  again.simulator.restore(JSON.parse(JSON.stringify(world.simulator.snapshot())));
  const key = { Name: "report", GroupName: "night" };
  expect(await call("GetSchedule", key, again)).toEqual(await call("GetSchedule", key));
});

test("CloudTrail names who changed a schedule, and what it starts now", async () => {
  const caller = as(world);
  const pattern = JSON.stringify({ source: ["aws.scheduler"] });
  const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }] });
  const send = (service: "sqs" | "eventbridge", operation: string, input: object) =>
    // oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect
    world.simulator.call(service, operation, input, caller) as Promise<any>;
  const { QueueUrl } = await send("sqs", "CreateQueue", { QueueName: "trail", Attributes: { Policy } });
  await send("eventbridge", "PutRule", { Name: "trail", EventPattern: pattern });
  const Targets = [{ Id: "t", Arn: `arn:aws:sqs:${ACCOUNT}trail` }];
  await send("eventbridge", "PutTargets", { Rule: "trail", Targets });
  await call("CreateSchedule", SCHEDULE);
  const { Messages } = await send("sqs", "ReceiveMessage", { QueueUrl });
  expect(JSON.parse(Messages[0].Body).detail).toMatchObject({
    eventSource: "scheduler.amazonaws.com",
    eventName: "CreateSchedule",
    userIdentity: { userName: "tester" },
    requestParameters: {
      name: "report",
      target: { ecsParameters: { taskDefinitionArn: SCHEDULE.Target.EcsParameters.TaskDefinitionArn } },
    },
  });
});
