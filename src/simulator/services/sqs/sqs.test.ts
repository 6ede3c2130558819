import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  paginateListQueues,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { VirtualClock } from "../../clocks.ts";
import type { Doors, StandInWorld } from "../../test-support.ts";
import { openDoors, standInWorld } from "../../test-support.ts";
import { createSqsService } from "./sqs.ts";

describe("on virtual time", () => {
  let world: StandInWorld;
  let sqs: SQSClient;
  let clock: VirtualClock;
  let QueueUrl: string;

  beforeEach(async () => {
    world = standInWorld({ services: [createSqsService] });
    ({ clock } = world);
    sqs = world.client<SQSClient>("sqs");
    QueueUrl = await create("jobs");
  });

  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
  const send = (MessageBody: string, more: object = {}) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (more: object = {}) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"], ...more }))).Messages ??
    [];
  const count = async (
    name:
      | "ApproximateNumberOfMessages"
      | "ApproximateNumberOfMessagesNotVisible"
      | "ApproximateNumberOfMessagesDelayed",
  ) => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];

  test("a received message is hidden until its visibility timeout, and its receive count grows", async () => {
    await send("hello");
    const [first] = await receive({ VisibilityTimeout: 10 });
    expect(first?.Attributes?.ApproximateReceiveCount).toBe("1");
    expect(await receive()).toEqual([]);
    expect(await count("ApproximateNumberOfMessagesNotVisible")).toBe("1");
    clock.advance(10_000);
    const [second] = await receive();
    expect(second?.Attributes?.ApproximateReceiveCount).toBe("2");
    expect(second?.MessageId).toBe(first?.MessageId);
  });

  test("a deleted message does not come back", async () => {
    await send("hello");
    const [message] = await receive({ VisibilityTimeout: 10 });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  test("the handle of an earlier receive no longer deletes", async () => {
    await send("hello");
    const [first] = await receive({ VisibilityTimeout: 1 });
    clock.advance(1_000);
    await receive({ VisibilityTimeout: 1 });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    clock.advance(1_000);
    expect(await receive()).toHaveLength(1);
  });

  test("a delayed message shows when its delay is over", async () => {
    await send("later", { DelaySeconds: 5 });
    expect(await count("ApproximateNumberOfMessagesDelayed")).toBe("1");
    clock.advance(4_999);
    expect(await receive()).toEqual([]);
    clock.advance(1);
    expect(await receive()).toHaveLength(1);
  });

  test("a long poll ends at once with a send", async () => {
    const polling = receive({ WaitTimeSeconds: 20 });
    await send("now");
    expect(await polling).toMatchObject([{ Body: "now" }]);
  });

  test("a long poll ends empty after its time", async () => {
    const polling = receive({ WaitTimeSeconds: 20 });
    await Promise.resolve();
    clock.advance(20_000);
    expect(await polling).toEqual([]);
  });

  test("a long poll is woken when a delay ends", async () => {
    await send("later", { DelaySeconds: 3 });
    const polling = receive({ WaitTimeSeconds: 20 });
    await Promise.resolve();
    clock.advance(3_000);
    expect(await polling).toHaveLength(1);
  });

  test("one message wakes two long polls but goes to one", async () => {
    const polls = [receive({ WaitTimeSeconds: 20 }), receive({ WaitTimeSeconds: 20 })];
    await send("one");
    await polls[0];
    clock.advance(20_000);
    expect((await Promise.all(polls)).flat()).toHaveLength(1);
  });

  test("visibility set to 0 shows the message again at once", async () => {
    await send("retry");
    const [message] = await receive();
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive()).toHaveLength(1);
  });

  test("visibility of a message that is not in flight cannot be changed", async () => {
    await send("x");
    const [message] = await receive({ VisibilityTimeout: 1 });
    clock.advance(1_000);
    const change = sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 5 }),
    );
    await expect(change).rejects.toMatchObject({
      name: "MessageNotInflight",
      Code: "AWS.SimpleQueueService.MessageNotInflight",
    });
  });

  test("messages are taken oldest first, at most ten", async () => {
    for (let at = 0; at < 12; at++) await send(`m${at}`);
    const bodies = (await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body);
    expect(bodies).toEqual(Array.from({ length: 10 }, (_, at) => `m${at}`));
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
  });

  test("a message received too often goes to the dead-letter queue", async () => {
    const dead = await create("dead");
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
      maxReceiveCount: "2",
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    await send("poison");
    for (let at = 0; at < 2; at++) {
      expect(await receive({ VisibilityTimeout: 1 })).toHaveLength(1);
      clock.advance(1_000);
    }
    expect(await receive()).toEqual([]);
    const [letter] = await receive({ QueueUrl: dead });
    expect(letter).toMatchObject({
      Body: "poison",
      Attributes: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-west-1:111122223333:jobs" },
    });
  });

  test("a message older than the retention period is gone", async () => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { MessageRetentionPeriod: "60" } }));
    await send("old");
    clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  test("creating again with the same attributes is fine, with others it is not", async () => {
    expect(await create("jobs", { VisibilityTimeout: "30" })).toBe(QueueUrl);
    await expect(create("jobs", { VisibilityTimeout: "31" })).rejects.toMatchObject({
      name: "QueueNameExists",
      message: expect.stringContaining("VisibilityTimeout"),
    });
  });

  test("a deleted queue's name is free again after 60 s", async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(send("x")).rejects.toMatchObject({ name: "QueueDoesNotExist" });
    await expect(create("jobs")).rejects.toMatchObject({ name: "QueueDeletedRecently" });
    clock.advance(60_000);
    await create("jobs");
    expect(await receive()).toEqual([]);
  });

  test("a purge empties the queue, and a second one must wait", async () => {
    await send("x");
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive()).toEqual([]);
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
  });

  test.each([
    ["a FIFO queue", "x.fifo", {}, "NotSimulated"],
    ["a name with a space", "a b", {}, "InvalidParameterValue"],
    ["an attribute that does not exist", "y", { Colour: "red" }, "InvalidAttributeName"],
    ["a timeout over 12 hours", "y", { VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    ["a policy that is not JSON", "y", { Policy: "{" }, "InvalidAttributeValue"],
    [
      "a dead-letter queue that is not there",
      "y",
      { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:no","maxReceiveCount":1}' },
      "InvalidParameterValue",
    ],
  ])("%s is refused", async (_, name, attributes, error) => {
    await expect(create(name, attributes)).rejects.toMatchObject({ name: error });
  });

  test("a message may be 1 MiB and not a byte more", async () => {
    await send("x".repeat(1_048_576));
    await expect(send("x".repeat(1_048_577))).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });

  test("entries of a batch fail on their own", async () => {
    const Entries = [
      { Id: "a", MessageBody: "good" },
      { Id: "b", MessageBody: "late", DelaySeconds: 901 },
    ];
    const result = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful).toMatchObject([{ Id: "a" }]);
    expect(result.Failed).toMatchObject([{ Id: "b", SenderFault: true, Code: "InvalidParameterValue" }]);
  });

  test.each([
    ["no entries", [], "EmptyBatchRequest"],
    [
      "eleven entries",
      Array.from({ length: 11 }, (_, at) => ({ Id: `e${at}`, MessageBody: "x" })),
      "TooManyEntriesInBatchRequest",
    ],
    [
      "the same id twice",
      [
        { Id: "a", MessageBody: "x" },
        { Id: "a", MessageBody: "y" },
      ],
      "BatchEntryIdsNotDistinct",
    ],
    ["an id with a dot", [{ Id: "a.b", MessageBody: "x" }], "InvalidBatchEntryId"],
    [
      "more than 1 MiB together",
      [
        { Id: "a", MessageBody: "x".repeat(600_000) },
        { Id: "b", MessageBody: "x".repeat(600_000) },
      ],
      "BatchRequestTooLong",
    ],
  ])("a batch with %s is refused", async (_, Entries, error) => {
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name: error });
  });

  test("queues are listed in pages, which the SDK's paginator follows", async () => {
    for (const name of ["b", "a", "c"]) await create(`page-${name}`);
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2 }));
    expect(first.QueueUrls).toHaveLength(2);
    const urls: string[] = [];
    for await (const page of paginateListQueues({ client: sqs, pageSize: 1 }, { QueueNamePrefix: "page-" }))
      urls.push(...(page.QueueUrls ?? []));
    expect(urls.map((url) => url.split("/").at(-1))).toEqual(["page-a", "page-b", "page-c"]);
  });

  test("messages, those in flight included, survive a restart", async () => {
    await send("seen", { MessageAttributes: { bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) } } });
    await send("unseen");
    await receive({ VisibilityTimeout: 10 });
    const again = standInWorld({ services: [createSqsService] });
    again.simulator.restore(JSON.parse(JSON.stringify(world.simulator.snapshot())));
    sqs = again.client<SQSClient>("sqs");
    expect(await receive()).toMatchObject([{ Body: "unseen" }]);
    again.clock.advance(10_000);
    const [message] = await receive({ MessageAttributeNames: ["All"] });
    expect(message?.MessageAttributes?.["bytes"]?.BinaryValue).toEqual(Uint8Array.of(1, 2));
  });
});

describe("over the socket", () => {
  let doors: Doors;
  let sqs: SQSClient;
  beforeAll(async () => {
    doors = await openDoors({ services: [createSqsService] });
    sqs = doors.socketClient<SQSClient>("sqs");
  });
  afterAll(() => doors.close());

  test("a queue's URL leads to this door", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "here" }));
    expect(QueueUrl).toBe(`${doors.url}/111122223333/here`);
  });

  test("a message for a poll whose client went away is not lost", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "gone" }));
    const abort = new AbortController();
    const polling = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: abort.signal,
    });
    polling.catch(() => undefined);
    await expect.poll(() => doors.simulator.calls.counts().byOperation["sqs.ReceiveMessage"]).toBe(1);
    abort.abort();
    await expect(polling).rejects.toThrow();
    // The abort reaches the server as a closed connection; a second call goes another way, so ask until it is seen.
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "kept", DelaySeconds: 1 }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages).toMatchObject([{ Body: "kept" }]);
  });

  test("the SDK's own MD5 checks pass with attributes of all types", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "md5" }));
    const MessageAttributes = {
      text: { DataType: "String", StringValue: "grüße" },
      number: { DataType: "Number", StringValue: "5" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) },
    };
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "grüße 🙂", MessageAttributes }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }));
    expect(Messages?.[0]).toMatchObject({
      Body: "grüße 🙂",
      MessageAttributes,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    });
  });
});
