import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, test } from "vitest";
import type { FaultRule } from "./faults.ts";
import { createSqsService } from "./services/sqs/sqs.ts";
import type { StandInWorld } from "./test-support.ts";
import { standInWorld } from "./test-support.ts";

let world: StandInWorld;
let sqs: SQSClient;

beforeEach(() => {
  world = standInWorld({ services: [createSqsService] });
  sqs = world.client<SQSClient>("sqs");
});

const create = (QueueName: string, client = sqs) => client.send(new CreateQueueCommand({ QueueName }));
const list = async () => (await sqs.send(new ListQueuesCommand())).QueueUrls ?? [];
const fault = (rule: FaultRule) => world.simulator.faults.add(rule);

describe("calls", () => {
  test("are counted by operation, caller and error", async () => {
    await create("a");
    await create("b", world.client<SQSClient>("sqs", "deploy-bot"));
    await sqs.send(new GetQueueUrlCommand({ QueueName: "none" })).catch(() => undefined);
    expect(world.simulator.calls.counts()).toEqual({
      total: 3,
      byOperation: { "sqs.CreateQueue": 2, "sqs.GetQueueUrl": 1 },
      byCaller: { tester: { "sqs.CreateQueue": 1, "sqs.GetQueueUrl": 1 }, "deploy-bot": { "sqs.CreateQueue": 1 } },
      errors: { "sqs.GetQueueUrl QueueDoesNotExist": 1 },
    });
    world.simulator.calls.clear();
    expect(world.simulator.calls.counts().total).toBe(0);
  });

  test("name an input member that is not understood, however deep it lies", async () => {
    const caller = world.simulator.callerOf("tester");
    const call = (input: object) => world.simulator.call("sqs", "SendMessage", input, caller);
    await expect(call({ QueueUrl: "x", MessageBody: "x", Surprise: 1 })).rejects.toMatchObject({
      code: "NotSimulated",
      status: 501,
      message: expect.stringContaining("Surprise"),
    });
    const deep = { QueueUrl: "x", MessageBody: "x", MessageAttributes: { a: { DataType: "String", Kind: "x" } } };
    await expect(call(deep)).rejects.toMatchObject({
      code: "NotSimulated",
      message: expect.stringContaining("MessageAttributes.a.Kind"),
    });
  });

  test("refuse values of the wrong type", async () => {
    const call = world.simulator.call(
      "sqs",
      "SendMessage",
      { QueueUrl: "x", MessageBody: 5 },
      world.simulator.callerOf("tester"),
    );
    await expect(call).rejects.toMatchObject({ code: "SerializationException", status: 400 });
  });

  test("share nothing with the caller", async () => {
    const Attributes: Record<string, string> = { DelaySeconds: "1" };
    await sqs.send(new CreateQueueCommand({ QueueName: "own", Attributes }));
    Attributes["DelaySeconds"] = "2";
    await expect(
      sqs.send(new CreateQueueCommand({ QueueName: "own", Attributes: { DelaySeconds: "1" } })),
    ).resolves.toBeDefined();
  });

  test("take their latency", async () => {
    world.simulator.world.timings.callLatencyMs = 30;
    let isDone = false;
    const call = create("slow").then(() => (isDone = true));
    await Promise.resolve();
    world.clock.advance(29);
    await Promise.resolve();
    expect(isDone).toBe(false);
    world.clock.advance(1);
    await call;
  });
});

describe("faults", () => {
  test("throttling speaks as the service does, has no effect and ends after its times", async () => {
    fault({ kind: "throttle", service: "sqs", operation: "CreateQueue", times: 1 });
    await expect(create("a")).rejects.toMatchObject({ name: "RequestThrottled", $metadata: { httpStatusCode: 403 } });
    expect(await list()).toEqual([]);
    await create("a");
  });

  test("an error may be for one caller only", async () => {
    fault({ kind: "error", code: "AccessDenied", service: "sqs", caller: "deploy-bot" });
    await create("a");
    const denied = create("b", world.client<SQSClient>("sqs", "deploy-bot"));
    await expect(denied).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
      message: expect.stringContaining("user/deploy-bot"),
    });
  });

  test("a lost reply has its effect", async () => {
    fault({ kind: "lost-reply", operation: "CreateQueue", times: 1 });
    await expect(create("a")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await list()).toHaveLength(1);
  });

  test("a failure before the effect has none", async () => {
    fault({ kind: "no-effect", operation: "CreateQueue", times: 1 });
    await expect(create("a")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await list()).toEqual([]);
  });

  test("may begin after some calls and hit only a share of them", async () => {
    fault({ kind: "throttle", operation: "CreateQueue", after: 2, times: 1 });
    await create("a");
    await create("b");
    await expect(create("c")).rejects.toThrow();
    fault({ kind: "throttle", operation: "ListQueues", probability: 0.5 });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        list().then(
          () => "ok",
          () => "hit",
        ),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(["ok", "hit"]));
  });

  test("stale reads answer as of some time ago, and catch up", async () => {
    await create("old");
    fault({ kind: "stale-reads", service: "sqs", operation: "ListQueues", ms: 1_000 });
    await create("new");
    expect(await list()).toHaveLength(1);
    world.clock.advance(999);
    expect(await list()).toHaveLength(1);
    world.clock.advance(1);
    expect(await list()).toHaveLength(2);
  });

  test("stale reads are never older than asked for, whatever an earlier fault had kept", async () => {
    const rule = { kind: "stale-reads", service: "sqs", operation: "ListQueues", ms: 1_000 } as const;
    fault(rule);
    await list();
    world.simulator.faults.clear();
    await create("between");
    world.clock.advance(5_000);
    fault(rule);
    expect(await list()).toHaveLength(1);
  });

  test("stale reads leave other operations and the true state alone", async () => {
    fault({ kind: "stale-reads", service: "sqs", operation: "ListQueues", ms: 1_000 });
    const { QueueUrl } = await create("a");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: "b" } }));
    expect(await list()).toEqual([]);
    world.simulator.faults.clear();
    expect(await list()).toHaveLength(1);
  });
});

test("the same seed gives the same world", async () => {
  const run = async () => {
    const each = standInWorld({ services: [createSqsService], seed: 7 });
    const client = each.client<SQSClient>("sqs");
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "q" }));
    return client.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
  };
  expect(await run()).toEqual(await run());
});
