import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import type { EventBridgeClient, PutRuleCommandInput, Target } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, test } from "vitest";
import type { StandInWorld } from "../../test-support.ts";
import { standInWorld } from "../../test-support.ts";
import { createSqsService } from "../sqs/sqs.ts";
import { createEventBridgeService } from "./eventbridge.ts";

const PREFIX = "arn:aws:events:eu-west-1:111122223333:";
const QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:events";
const ALLOW = JSON.stringify({
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: QUEUE_ARN,
      Condition: { ArnEquals: { "aws:SourceArn": `${PREFIX}rule/mine` } },
    },
  ],
});

let world: StandInWorld;
let events: EventBridgeClient;
let sqs: SQSClient;
let QueueUrl: string | undefined;

beforeEach(async () => {
  world = standInWorld({ services: [createSqsService, createEventBridgeService] });
  events = world.client<EventBridgeClient>("eventbridge");
  sqs = world.client<SQSClient>("sqs");
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "events", Attributes: { Policy: ALLOW } })));
});

const putRule = (more: Partial<PutRuleCommandInput> = {}) =>
  events.send(new PutRuleCommand({ Name: "mine", EventPattern: '{"source":["shop"]}', ...more }));
const putTarget = (target: Partial<Target> = {}) =>
  events.send(new PutTargetsCommand({ Rule: "mine", Targets: [{ Id: "t", Arn: QUEUE_ARN, ...target }] }));
const order = (detail: object = { id: 7 }, Source = "shop") =>
  events.send(
    new PutEventsCommand({
      Entries: [{ Source, DetailType: "Order", Detail: JSON.stringify(detail), Resources: ["arn:x"] }],
    }),
  );
const bodies = async () => {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = "" }) => Body);
};

describe("delivery", () => {
  test("a matching event reaches the queue whole", async () => {
    await putRule();
    await putTarget();
    const { Entries } = await order();
    const received = (await bodies()).map((body) => JSON.parse(body) as object);
    expect(received).toEqual([
      {
        version: "0",
        id: Entries?.[0]?.EventId,
        "detail-type": "Order",
        source: "shop",
        account: "111122223333",
        time: "2026-01-01T00:00:00Z",
        region: "eu-west-1",
        resources: ["arn:x"],
        detail: { id: 7 },
      },
    ]);
  });

  test("another event does not", async () => {
    await putRule();
    await putTarget();
    await order({}, "bank");
    expect(await bodies()).toEqual([]);
  });

  test("events take their time", async () => {
    world.simulator.world.timings.eventDeliveryMs = 500;
    await putRule();
    await putTarget();
    await order();
    world.clock.advance(499);
    expect(await bodies()).toEqual([]);
    world.clock.advance(1);
    expect(await bodies()).toHaveLength(1);
  });

  test.each([
    ["no policy", ""],
    ["a policy for another rule", ALLOW.replace("rule/mine", "rule/other")],
    ["a policy for another service", ALLOW.replace("events.amazonaws.com", "sns.amazonaws.com")],
    [
      "a policy that also denies",
      JSON.stringify({
        Statement: [
          ...(JSON.parse(ALLOW) as { Statement: object[] }).Statement,
          { Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" },
        ],
      }),
    ],
  ])("a queue with %s gets nothing", async (_, Policy) => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await putRule();
    await putTarget();
    await order();
    expect(await bodies()).toEqual([]);
  });

  test("an event that may not be delivered goes to the target's dead-letter queue, with the reason", async () => {
    const dead = await sqs.send(
      new CreateQueueCommand({ QueueName: "dead", Attributes: { Policy: ALLOW.replaceAll(':events"', ':dead"') } }),
    );
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: "" } }));
    await putRule();
    await putTarget({ DeadLetterConfig: { Arn: QUEUE_ARN.replace(":events", ":dead") } });
    await order();
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dead.QueueUrl, MessageAttributeNames: ["All"] }),
    );
    expect(Messages?.[0]?.MessageAttributes?.["ERROR_CODE"]?.StringValue).toBe("NO_PERMISSIONS");
  });

  test.each<[string, Partial<Target>, string]>([
    ["a constant", { Input: '{"fixed":true}' }, '{"fixed":true}'],
    ["a part", { InputPath: "$.detail" }, '{"id":7}'],
    ["a part below a name with a dash", { InputPath: "$['detail-type']" }, '"Order"'],
    [
      "a template of JSON",
      {
        InputTransformer: {
          InputPathsMap: { i: "$.detail.id", s: "$.source", none: "$.nope" },
          InputTemplate: '{"i":<i>,"s":<s>,"t":"<s>/<i>","n":"<none>"}',
        },
      },
      '{"i":7,"s":"shop","t":"shop/7","n":""}',
    ],
    [
      "a template of text",
      {
        InputTransformer: {
          InputPathsMap: { i: "$.detail.id" },
          InputTemplate: '"order <i> by <aws.events.rule-name>"',
        },
      },
      '"order 7 by mine"',
    ],
  ])("a target may receive %s of the event", async (_, target, expected) => {
    await putRule();
    await putTarget(target);
    await order();
    expect(await bodies()).toEqual([expected]);
  });

  test("a disabled rule delivers nothing until it is enabled", async () => {
    await putRule();
    await putTarget();
    await events.send(new DisableRuleCommand({ Name: "mine" }));
    await order();
    expect(await bodies()).toEqual([]);
    await events.send(new EnableRuleCommand({ Name: "mine" }));
    await order();
    expect(await bodies()).toHaveLength(1);
  });

  test("a custom bus has rules of its own", async () => {
    await events.send(new CreateEventBusCommand({ Name: "side" }));
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: ALLOW.replace("rule/mine", "rule/side/mine") } }),
    );
    const { RuleArn } = await putRule({ EventBusName: "side" });
    expect(RuleArn).toBe(`${PREFIX}rule/side/mine`);
    await events.send(
      new PutTargetsCommand({ Rule: "mine", EventBusName: "side", Targets: [{ Id: "t", Arn: QUEUE_ARN }] }),
    );
    await order();
    expect(await bodies()).toEqual([]);
    await events.send(
      new PutEventsCommand({
        Entries: [{ Source: "shop", DetailType: "Order", Detail: "{}", EventBusName: `${PREFIX}event-bus/side` }],
      }),
    );
    expect(await bodies()).toHaveLength(1);
  });
});

describe("management events", () => {
  const apiCalls = '{"source":["aws.sqs"],"detail-type":["AWS API Call via CloudTrail"]}';

  test("a mutating call is an event with its caller, its parameters and its request id", async () => {
    await putRule({ EventPattern: apiCalls });
    await putTarget();
    const { $metadata } = await world
      .client<SQSClient>("sqs", "deploy-bot")
      .send(new TagQueueCommand({ QueueUrl, Tags: { Team: "a" } }));
    const received = (await bodies()).map((body) => JSON.parse(body) as { source: string; detail: object });
    expect(received).toMatchObject([
      {
        source: "aws.sqs",
        detail: {
          eventSource: "sqs.amazonaws.com",
          eventName: "TagQueue",
          awsRegion: "eu-west-1",
          userIdentity: {
            type: "IAMUser",
            userName: "deploy-bot",
            arn: "arn:aws:iam::111122223333:user/deploy-bot",
            accountId: "111122223333",
          },
          requestParameters: { queueUrl: QueueUrl, tags: { Team: "a" } },
          responseElements: null,
          requestID: $metadata.requestId,
          readOnly: false,
          managementEvent: true,
          recipientAccountId: "111122223333",
        },
      },
    ]);
  });

  test("a failed call is an event too, with its error", async () => {
    await putRule({ EventPattern: '{"detail":{"errorCode":[{"exists":true}]}}' });
    await putTarget();
    await sqs.send(new TagQueueCommand({ QueueUrl: "http://x/111122223333/none", Tags: {} })).catch(() => undefined);
    const [body = "{}"] = await bodies();
    expect(JSON.parse(body)).toMatchObject({
      detail: { eventName: "TagQueue", errorCode: "QueueDoesNotExist", responseElements: null },
    });
  });

  test("messages sent and received are no management events", async () => {
    await putRule({ EventPattern: apiCalls });
    await putTarget();
    await bodies();
    expect(await bodies()).toEqual([]);
  });

  test("read-only calls reach only a rule that asks for all management events", async () => {
    await putRule({ EventPattern: apiCalls });
    await putTarget();
    await sqs.send(new GetQueueUrlCommand({ QueueName: "events" }));
    expect(await bodies()).toEqual([]);
    await putRule({ EventPattern: apiCalls, State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" });
    await bodies();
    await sqs.send(new GetQueueUrlCommand({ QueueName: "events" }));
    const names = (await bodies()).map(
      (body) => (JSON.parse(body) as { detail: { eventName: string } }).detail.eventName,
    );
    expect(names).toContain("GetQueueUrl");
  });
});

describe("rules", () => {
  test("PutRule resets what is not given, and keeps the targets", async () => {
    await putRule({ Description: "first", State: "DISABLED" });
    await putTarget();
    await putRule();
    const rule = await events.send(new DescribeRuleCommand({ Name: "mine" }));
    expect(rule).toMatchObject({ State: "ENABLED", Arn: `${PREFIX}rule/mine`, EventBusName: "default" });
    expect(rule.Description).toBeUndefined();
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: "mine" }))).Targets).toEqual([
      { Id: "t", Arn: QUEUE_ARN },
    ]);
  });

  test("a rule with targets is not deleted; without them it is, and again", async () => {
    await putRule();
    await putTarget();
    await expect(events.send(new DeleteRuleCommand({ Name: "mine" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await events.send(new RemoveTargetsCommand({ Rule: "mine", Ids: ["t"] }));
    await events.send(new DeleteRuleCommand({ Name: "mine" }));
    await events.send(new DeleteRuleCommand({ Name: "mine" }));
    await expect(events.send(new DescribeRuleCommand({ Name: "mine" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("rules are listed in pages", async () => {
    for (const Name of ["c", "a", "b"]) await putRule({ Name });
    const first = await events.send(new ListRulesCommand({ Limit: 2 }));
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(["a", "b"]);
    const second = await events.send(new ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
    expect(second.Rules?.map(({ Name }) => Name)).toEqual(["c"]);
    expect(second.NextToken).toBeUndefined();
  });

  test("a sixth target is one too many", async () => {
    await putRule();
    for (const Id of ["1", "2", "3", "4", "5"]) await putTarget({ Id });
    await expect(putTarget({ Id: "6" })).rejects.toMatchObject({ name: "LimitExceededException" });
    await putTarget({ Id: "5" });
  });

  test.each<[string, Partial<PutRuleCommandInput>, string]>([
    ["a pattern that is not JSON", { EventPattern: "{" }, "InvalidEventPatternException"],
    [
      "a pattern over 2,048 characters",
      { EventPattern: JSON.stringify({ a: ["x".repeat(2_048)] }) },
      "InvalidEventPatternException",
    ],
    ["no pattern", { EventPattern: undefined as never }, "ValidationException"],
    ["a schedule that is none", { ScheduleExpression: "rate(1 days)" }, "ValidationException"],
    ["a bus that is not there", { EventBusName: "none" }, "ResourceNotFoundException"],
    ["a name with a slash", { Name: "a/b" }, "ValidationException"],
  ])("%s is refused", async (_, input, error) => {
    await expect(putRule(input)).rejects.toMatchObject({ name: error });
  });

  test("a target that is no queue is not simulated", async () => {
    await putRule();
    await expect(putTarget({ Arn: "arn:aws:lambda:eu-west-1:111122223333:function:f" })).rejects.toMatchObject({
      name: "NotSimulated",
    });
  });

  test("a bus with rules and the default bus stay", async () => {
    await events.send(new CreateEventBusCommand({ Name: "side" }));
    await putRule({ EventBusName: "side" });
    await expect(events.send(new DeleteEventBusCommand({ Name: "side" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(events.send(new DeleteEventBusCommand({ Name: "default" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("PutEvents", () => {
  test("bad entries fail on their own", async () => {
    const result = await events.send(
      new PutEventsCommand({
        Entries: [
          { Source: "shop", DetailType: "Order", Detail: "{}" },
          { Source: "shop", DetailType: "Order", Detail: "{" },
          { Source: "aws.efs", DetailType: "Order", Detail: "{}" },
          { DetailType: "Order", Detail: "{}" },
        ],
      }),
    );
    expect(result.FailedEntryCount).toBe(3);
    expect(result.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      "MalformedDetail",
      "NotAuthorizedForSource",
      "InvalidArgument",
    ]);
  });

  test.each([
    ["no entries", []],
    ["eleven entries", Array.from({ length: 11 }, () => ({ Source: "s", DetailType: "d", Detail: "{}" }))],
    ["more than 1 MiB", [{ Source: "s", DetailType: "d", Detail: JSON.stringify({ text: "x".repeat(1_048_576) }) }]],
  ])("%s are refused", async (_, Entries) => {
    await expect(events.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({ name: "ValidationException" });
  });
});

test("TestEventPattern says whether an event would match", async () => {
  const Event = JSON.stringify({
    id: "1",
    account: "111122223333",
    source: "shop",
    time: "2026-01-01T00:00:00Z",
    region: "eu-west-1",
    resources: [],
    "detail-type": "Order",
    detail: {},
  });
  const ask = (EventPattern: string) => events.send(new TestEventPatternCommand({ EventPattern, Event }));
  expect((await ask('{"source":["shop"]}')).Result).toBe(true);
  expect((await ask('{"source":["bank"]}')).Result).toBe(false);
  await expect(
    events.send(new TestEventPatternCommand({ EventPattern: '{"source":["x"]}', Event: "{}" })),
  ).rejects.toMatchObject({ name: "ValidationException" });
});

test("rules and their targets survive a restart", async () => {
  await putRule();
  await putTarget();
  const again = standInWorld({ services: [createSqsService, createEventBridgeService], seed: 2 });
  again.simulator.restore(JSON.parse(JSON.stringify(world.simulator.snapshot())));
  [events, sqs] = [again.client<EventBridgeClient>("eventbridge"), again.client<SQSClient>("sqs")];
  await order();
  expect(await bodies()).toHaveLength(1);
});
