import { beforeEach, expect, test } from "vitest";
import type { TestCluster } from "../ecs/test-cluster.ts";
import { CLUSTER, createTestCluster } from "../ecs/test-cluster.ts";

const PREFIX = "arn:aws:events:eu-west-1:111122223333:";
const QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:ticks";
const CLUSTER_ARN = `arn:aws:ecs:eu-west-1:111122223333:cluster/${CLUSTER}`;
const RoleArn = "arn:aws:iam::111122223333:role/starter";
const MINUTE_MS = 60_000;
const Policy = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:*", Resource: "*" }],
});

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await createTestCluster();
});

const call = (operation: string, input: object) => cluster.world.call("eventbridge", operation, input);

async function ticks(): Promise<{ source: string; "detail-type": string; time: string; resources: string[] }[]> {
  const { QueueUrl } = await cluster.world.call("sqs", "GetQueueUrl", { QueueName: "ticks" });
  const { Messages = [] } = await cluster.world.call("sqs", "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
  return (Messages as { Body: string }[]).map(({ Body }) => JSON.parse(Body));
}

async function tickEvery(ScheduleExpression: string): Promise<void> {
  await cluster.world.call("sqs", "CreateQueue", { QueueName: "ticks", Attributes: { Policy } });
  await call("PutRule", { Name: "tick", ScheduleExpression });
  await call("PutTargets", { Rule: "tick", Targets: [{ Id: "t", Arn: QUEUE_ARN }] });
}

const startTasks = (TaskDefinitionArn: string) =>
  call("PutTargets", {
    Rule: "nightly",
    Targets: [
      {
        Id: "t",
        Arn: CLUSTER_ARN,
        RoleArn,
        EcsParameters: {
          TaskDefinitionArn,
          TaskCount: 2,
          LaunchType: "FARGATE",
          NetworkConfiguration: {
            awsvpcConfiguration: { Subnets: cluster.subnets.slice(0, 1), SecurityGroups: [cluster.clientGroup] },
          },
        },
      },
    ],
  });

test("a rule with a schedule says so to its own targets, and to nobody else", async () => {
  await tickEvery("rate(5 minutes)");
  await call("PutRule", { Name: "other", EventPattern: '{"detail-type":["Scheduled Event"]}' });
  await call("PutTargets", { Rule: "other", Targets: [{ Id: "t", Arn: QUEUE_ARN }] });
  cluster.world.clock.advance(5 * MINUTE_MS - 1);
  expect(await ticks()).toEqual([]);
  cluster.world.clock.advance(1);
  expect(await ticks()).toMatchObject([
    {
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: "2026-01-01T00:05:00Z",
      resources: [`${PREFIX}rule/tick`],
    },
  ]);
  cluster.world.clock.advance(10 * MINUTE_MS);
  const times = new Set((await ticks()).map(({ time }) => time));
  expect(times).toContain("2026-01-01T00:10:00Z");
  expect(times).toContain("2026-01-01T00:15:00Z");
});

test("a disabled rule stays silent, and one that was put anew keeps to its new schedule only", async () => {
  await tickEvery("rate(5 minutes)");
  await call("DisableRule", { Name: "tick" });
  cluster.world.clock.advance(5 * MINUTE_MS);
  expect(await ticks()).toEqual([]);
  await call("PutRule", { Name: "tick", ScheduleExpression: "cron(0 * * * ? *)" });
  cluster.world.clock.advance(50 * MINUTE_MS);
  expect(await ticks()).toEqual([]);
  cluster.world.clock.advance(5 * MINUTE_MS);
  expect((await ticks()).map(({ time }) => time)).toEqual(["2026-01-01T01:00:00Z"]);
});

test("a schedule goes on after a restart", async () => {
  await tickEvery("rate(5 minutes)");
  cluster.world.restart();
  cluster.world.clock.advance(5 * MINUTE_MS);
  expect(await ticks()).toHaveLength(1);
});

test("only the default bus has schedules", async () => {
  await call("CreateEventBus", { Name: "side" });
  const put = call("PutRule", { Name: "tick", ScheduleExpression: "rate(1 day)", EventBusName: "side" });
  await expect(put).rejects.toMatchObject({ code: "ValidationException" });
});

test("a target that is a cluster starts the tasks that it names, of that very revision", async () => {
  const pinned = await cluster.register();
  await cluster.register();
  await call("PutRule", { Name: "nightly", ScheduleExpression: "cron(0 3 * * ? *)" });
  await startTasks(pinned);
  cluster.world.clock.advance(3 * 60 * MINUTE_MS);
  await expect
    .poll(async () => (await cluster.world.call("ecs", "ListTasks", { cluster: CLUSTER })).taskArns)
    .toHaveLength(2);
  const { taskArns: tasks } = await cluster.world.call("ecs", "ListTasks", { cluster: CLUSTER });
  const described = await cluster.world.call("ecs", "DescribeTasks", { cluster: CLUSTER, tasks });
  expect(described.tasks).toMatchObject([
    { taskDefinitionArn: pinned, startedBy: "events-rule/nightly", group: "family:web" },
    { taskDefinitionArn: pinned },
  ]);
});

test("who targets a cluster can be asked by its ARN", async () => {
  await call("PutRule", { Name: "nightly", ScheduleExpression: "rate(1 day)" });
  await startTasks(await cluster.register());
  expect((await call("ListRuleNamesByTarget", { TargetArn: CLUSTER_ARN })).RuleNames).toEqual(["nightly"]);
  expect((await call("ListRuleNamesByTarget", { TargetArn: `${CLUSTER_ARN}2` })).RuleNames).toEqual([]);
});

test("a cluster as a target needs a role, in AWS's words", async () => {
  await call("PutRule", { Name: "nightly", ScheduleExpression: "rate(1 day)" });
  const TaskDefinitionArn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web";
  const put = call("PutTargets", {
    Rule: "nightly",
    Targets: [{ Id: "t", Arn: CLUSTER_ARN, EcsParameters: { TaskDefinitionArn } }],
  });
  await expect(put).rejects.toMatchObject({
    code: "ValidationException",
    message: `RoleArn is required for target ${CLUSTER_ARN}.`,
  });
});
