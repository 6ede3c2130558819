import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { expectNothingLeaked, expectWholeHistory, FUNCTION_MUTATIONS, ourAccessPoints } from "./account.ts";
import { denial, furnishedWorld, heal, healAndTidy, inject, live, resident, subject } from "./fault-life.ts";
import { FS_ID } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

/** What Mooring reads of AWS, and changes in it, in the course of a binding's life. Checked below against the call log. */
const READS = [
  "efs.DescribeAccessPoints",
  "efs.DescribeFileSystemPolicy",
  "efs.DescribeFileSystems",
  "efs.DescribeMountTargets",
  "iam.GetRole",
  "lambda.GetFunction",
  "lambda.ListFunctions",
  "lambda.ListVersionsByFunction",
  // Before an access point is deleted, whoever may name it is asked: services and tasks, rules and schedules, too.
  "ecs.ListClusters",
  "ecs.ListServices",
  "ecs.DescribeServices",
  "ecs.DescribeTaskDefinition",
  "ecs.ListTasks",
  "ecs.DescribeTasks",
  "eventbridge.ListEventBuses",
  "eventbridge.ListRuleNamesByTarget",
  "eventbridge.ListTargetsByRule",
  "scheduler.ListSchedules",
  "scheduler.GetSchedule",
];
/** Without these, no new binding gets its mount. Mount targets were read for the resident before; versions only widen the policy. */
const NEEDED_TO_MAKE = [
  "efs.DescribeAccessPoints",
  "efs.DescribeFileSystemPolicy",
  "efs.DescribeFileSystems",
  "iam.GetRole",
  "lambda.GetFunction",
  "efs.CreateAccessPoint",
  "efs.PutFileSystemPolicy",
  "lambda.UpdateFunctionConfiguration",
];
/** The fourth, sqs.SendMessageBatch, is left to `test/endurance`: each wake then waits for the pending keys to be looked at. */
const MESSAGING = ["eventbridge.PutEvents", "sqs.DeleteMessageBatch", "sqs.ReceiveMessage"];
const AT_START = [
  "eventbridge.PutRule",
  "eventbridge.PutTargets",
  "sqs.CreateQueue",
  "sqs.GetQueueAttributes",
  "sqs.SetQueueAttributes",
  "sts.GetCallerIdentity",
];

/** Waits until the binding is as hoped, or a condition of it speaks of the operation that is refused. */
function settlesOrSays(
  world: World,
  binding: Manifest,
  operation: string,
  isDone: (status: number, ready: boolean) => boolean,
): Promise<string> {
  return world.until(`${binding.metadata.name} settles, or says that ${operation} is refused`, async () => {
    const { status, body } = await world.get(binding);
    const conditions = body.status?.conditions ?? [];
    if (
      isDone(
        status,
        conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
      )
    )
      return { is: "settled" };
    const told = conditions.find(
      ({ message }) => message.includes(operation) && /not authorized|denied/i.test(message),
    );
    return told === undefined ? { not: conditions } : { is: told.message };
  });
}

/** So that there is a rule and a schedule to look at. */
async function startTasksByClock(world: World): Promise<void> {
  const place = "eu-west-1:111122223333";
  const target = {
    Arn: `arn:aws:ecs:${place}:cluster/prod`,
    RoleArn: "arn:aws:iam::111122223333:role/starter",
    EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${place}:task-definition/nightly-report` },
  };
  const ScheduleExpression = "rate(1 day)";
  await world.aws("platform-team", "eventbridge", "PutRule", { Name: "nightly", ScheduleExpression });
  await world.aws("platform-team", "eventbridge", "PutTargets", { Rule: "nightly", Targets: [{ Id: "t", ...target }] });
  await world.aws("platform-team", "scheduler", "CreateSchedule", {
    Name: "nightly",
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: target,
  });
}

const isReady = (_status: number, ready: boolean) => ready;
const isGone = (status: number) => status === 404;

describe("one operation refused", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
    await startTasksByClock(world);
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test("a life without faults makes exactly the calls that are refused below, one by one", async () => {
    await live(world, subject);
    const called = Object.keys(world.simulator.simulator.calls.counts().byCaller["mooring"]!);
    const listed = [...READS, ...FUNCTION_MUTATIONS, ...MESSAGING, "sqs.SendMessageBatch", ...AT_START];
    expect(called.filter((name) => !listed.includes(name))).toEqual([]);
    expect([...READS, ...FUNCTION_MUTATIONS].filter((name) => !called.includes(name))).toEqual([]);
  });

  test.each([...READS, ...FUNCTION_MUTATIONS])(
    "%s: it is said whose right is missing, and all is well once it is given",
    async (name) => {
      const operation = name.split(".")[1]!;
      inject(world, name, denial);
      await world.create(subject);
      const made = await settlesOrSays(world, subject, operation, isReady);
      if (NEEDED_TO_MAKE.includes(name)) expect(made).toContain(operation);
      heal(world);
      await world.ready(subject);
      await expectNothingLeaked(world, resident, subject);
      inject(world, name, denial);
      await world.delete(subject);
      await settlesOrSays(world, subject, operation, isGone);
      heal(world);
      await world.gone(subject);
      await expectNothingLeaked(world, resident);
      await world.ready(resident);
    },
  );

  test.each(MESSAGING)("%s: the work goes on without it, or as soon as it is permitted", async (name) => {
    inject(world, name, denial);
    await world.create(subject);
    if (name !== "sqs.ReceiveMessage") await world.ready(subject);
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("one operation refused at the start", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.withoutMooring();
  });
  afterAll(() => world.close());

  test.each(AT_START.map((name, n) => [name, `test${n}`] as const))(
    "%s: the start fails and says so, and succeeds once it is permitted",
    async (name, installation) => {
      const fresh = { storeName: installation, settings: { installation } };
      inject(world, name, denial);
      await expect(world.startMooring(fresh)).rejects.toThrow(/not authorized/);
      heal(world);
      await world.startMooring(fresh);
      await world.stopMooring();
    },
  );
});

test("two faults at once, a refused right and lost events, end in a condition and then in peace", async () => {
  const world = await furnishedWorld({ backoffCapMs: 300 });
  inject(world, "lambda.UpdateFunctionConfiguration", denial);
  await world.create(subject);
  await world.condition(subject, "MountConfigured", { status: "False", reason: "AccessDenied" });
  await world.aws("deploy-bot", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
  await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
    FunctionName: "indexer",
    FileSystemConfigs: [],
  });
  await world.condition(resident, "MountConfigured", { status: "False", reason: "AccessDenied" });
  heal(world);
  await world.ready(resident, subject);
  await expectNothingLeaked(world, resident, subject);
  expect(await ourAccessPoints(world)).toHaveLength(2);
  await world.close();
});
