import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../model/clock.ts";
import { createEventIndex, type MemoryEventIndex } from "./event-index.ts";
import type { Delivery, Wake, WorkQueue } from "./queue.ts";
import { createSqsQueue, type MalformedMessage } from "./sqs-queue.ts";
import { NO_ANSWER, type StubAws, startStubAws, stubMessage, StubRefusal, stubSent } from "./stub-aws.ts";

const sleepers: { ms: number; wake: () => void }[] = [];
const clock: Clock = {
  nowMs: () => 7_000,
  sleep: (ms, signal) =>
    new Promise((wake) => {
      sleepers.push({ ms, wake });
      signal?.addEventListener("abort", () => wake());
    }),
};
/** Whoever sleeps no longer than this is woken. */
const pass = (passedMs: number) => sleepers.filter(({ ms }) => ms <= passedMs).forEach(({ wake }) => wake());

const never = new AbortController().signal;
const key = (n: number | string) => `filesystem/111122223333/eu-west-1/fs-${n}`;

let aws: StubAws;
let index: MemoryEventIndex;
let malformed: MalformedMessage[];
let onMalformed: (message: MalformedMessage) => void;
let queue: WorkQueue;

beforeEach(async () => {
  aws = await startStubAws();
  index = createEventIndex(clock);
  malformed = [];
  onMalformed = (message) => void malformed.push(message);
  aws.answer("SendMessageBatch", stubSent);
  queue = createSqsQueue({
    client: aws.clients.sqs,
    fastQueueUrl: "http://queues/fast",
    slowQueueUrl: "http://queues/slow",
    clock,
    account: "111122223333",
    region: "eu-west-1",
    index,
    onMalformed: (message) => onMalformed(message),
  });
});

afterEach(() => aws.close());

const received = async (...bodies: string[]): Promise<Delivery[]> => {
  aws.answer("ReceiveMessage", () => ({ Messages: bodies.map((body) => stubMessage(body, 3)) }));
  return queue.receive("fast", 10, 0, never);
};

const deletion = (accessPointId: string, detail = {}) =>
  JSON.stringify({
    source: "aws.elasticfilesystem",
    "detail-type": "AWS API Call via CloudTrail",
    detail: {
      eventSource: "elasticfilesystem.amazonaws.com",
      eventName: "DeleteAccessPoint",
      eventID: "e-1",
      requestParameters: { accessPointId },
      ...detail,
    },
  });

test("wakes go out ten a call, one key a message, each key once with its weightiest cause", async () => {
  const wakes: Wake[] = Array.from({ length: 12 }, (_, n) => ({ key: key(n), cause: "sweep" }));
  await queue.send("slow", [...wakes, { key: key(3), cause: "drift" }]);
  const calls = aws.inputs("SendMessageBatch");
  expect(calls.map(({ Entries }) => Entries.length)).toEqual([10, 2]);
  expect(calls.every(({ QueueUrl }) => QueueUrl === "http://queues/slow")).toBe(true);
  const bodies = calls.flatMap(({ Entries }) =>
    Entries.map(({ MessageBody }: { MessageBody: string }) => JSON.parse(MessageBody)),
  );
  expect(bodies).toContainEqual({ mooring: "wake", keys: [key(3)], cause: "drift" });
  expect(bodies).toHaveLength(12);
});

test("what was sent can be received", async () => {
  await queue.send("fast", [{ key: key(1), cause: "self" }]);
  const [delivery] = await received(aws.inputs("SendMessageBatch")[0].Entries[0].MessageBody);
  expect(delivery).toMatchObject({
    lane: "fast",
    wakes: [{ key: key(1), cause: "self" }],
    noted: null,
    wakeSweep: false,
    attempts: 3,
  });
});

test.each([
  [0, undefined],
  [1, 1],
  [1_500, 2],
  [900_000, 900],
  [5_000_000, 900],
])("a delay of %i ms becomes %s seconds", async (delayMs, seconds) => {
  await queue.send("fast", [{ key: key(1), cause: "self" }], delayMs);
  expect(aws.inputs("SendMessageBatch")[0].Entries[0].DelaySeconds).toBe(seconds);
});

test("a message that SQS refuses out of a batch fails the send", async () => {
  aws.answer("SendMessageBatch", () => ({
    Successful: [],
    Failed: [{ Id: "0", Code: "InternalError", SenderFault: false }],
  }));
  await expect(queue.send("fast", [{ key: key(1), cause: "self" }])).rejects.toMatchObject({
    kind: "Transient",
    code: "InternalError",
  });
});

test("an event becomes a wake with its author", async () => {
  index.accessPointSeen("fs-1", "fsap-1");
  const [delivery] = await received(deletion("fsap-1"));
  expect(delivery).toMatchObject({
    wakes: [{ key: key(1), cause: "drift" }],
    wakeSweep: false,
    noted: { id: "e-1", receivedAtMs: 7_000 },
  });
});

test("an event that cannot be mapped wakes the sweep", async () => {
  expect(await received(deletion("fsap-unknown"))).toMatchObject([
    { wakes: [], wakeSweep: true, noted: { name: "DeleteAccessPoint" } },
  ]);
});

test("ids are learned from the events that tell them", async () => {
  const creation = {
    eventName: "CreateAccessPoint",
    requestParameters: { fileSystemId: "fs-1" },
    responseElements: { accessPointId: "fsap-9" },
  };
  await received(deletion("", creation));
  expect(await received(deletion("fsap-9"))).toMatchObject([
    { wakes: [{ key: key(1), cause: "drift" }], wakeSweep: false },
  ]);
});

test("an event that is nobody's is deleted and not delivered", async () => {
  expect(await received(deletion("fsap-1", { errorCode: "AccessDenied" }))).toEqual([]);
  expect(aws.inputs("DeleteMessageBatch")).toHaveLength(1);
  expect(malformed).toEqual([]);
});

test.each([
  ["not JSON", "{"],
  ["not an object", "7"],
  ["neither wake nor event", '{"hello":"world"}'],
  ["a wake of nothing", '{"mooring":"wake","keys":[],"cause":"spec"}'],
  ["a wake of no key", '{"mooring":"wake","keys":["x"],"cause":"spec"}'],
  ["a wake without cause", `{"mooring":"wake","keys":["${key(1)}"]}`],
])("a message that is %s is reported, then deleted", async (_what, body) => {
  const order: string[] = [];
  onMalformed = (message) => order.push(`reported ${message.excerpt}`);
  aws.answer("DeleteMessageBatch", () => order.push("deleted") && {});
  expect(await received(body)).toEqual([]);
  expect(order).toEqual([`reported ${body}`, "deleted"]);
});

test("a message that cannot even be reported stays in the queue", async () => {
  onMalformed = () => {
    throw new Error("the log is full");
  };
  expect(await received("{")).toEqual([]);
  expect(aws.inputs("DeleteMessageBatch")).toEqual([]);
});

test("acknowledgements go out together, retries set the visibility", async () => {
  const deliveries = await received(
    ...[1, 2, 3].map((n) => JSON.stringify({ mooring: "wake", keys: [key(n)], cause: "spec" })),
  );
  await Promise.all(deliveries.slice(0, 2).map((delivery) => delivery.ack()));
  expect(aws.inputs("DeleteMessageBatch").map(({ Entries }) => Entries.length)).toEqual([2]);
  await deliveries[2]!.retry(2_500);
  expect(aws.inputs("ChangeMessageVisibility")).toMatchObject([{ VisibilityTimeout: 3 }]);
});

test("long polls ask for what SQS allows", async () => {
  await queue.receive("slow", 50, 60_000, never);
  expect(aws.inputs("ReceiveMessage")).toMatchObject([
    { QueueUrl: "http://queues/slow", MaxNumberOfMessages: 10, WaitTimeSeconds: 20 },
  ]);
});

test("an abort ends a long poll soon, empty", async () => {
  aws.answer("ReceiveMessage", () => NO_ANSWER);
  const stop = new AbortController();
  const poll = queue.receive("fast", 10, 20_000, stop.signal);
  await expect.poll(() => aws.calls.length).toBe(1);
  stop.abort();
  pass(100);
  expect(await poll).toEqual([]);
});

test("what is on its way when a long poll is aborted is received, so that it can be put back", async () => {
  const onItsWay = Promise.withResolvers<unknown>();
  aws.answer("ReceiveMessage", () => onItsWay.promise);
  const stop = new AbortController();
  const poll = queue.receive("fast", 10, 20_000, stop.signal);
  await expect.poll(() => aws.calls.length).toBe(1);
  stop.abort();
  onItsWay.resolve({ Messages: [stubMessage(deletion("fsap-1"))] });
  const [delivery] = await poll;
  await delivery!.retry(0);
  expect(aws.inputs("ChangeMessageVisibility")).toMatchObject([{ VisibilityTimeout: 0 }]);
});

test("a queue that is not there is an error, not an empty queue", async () => {
  aws.answer("ReceiveMessage", () => new StubRefusal("com.amazonaws.sqs#QueueDoesNotExist", 400));
  await expect(queue.receive("fast", 10, 0, never)).rejects.toMatchObject({
    kind: "NotFound",
    operation: "sqs:ReceiveMessage",
  });
});
