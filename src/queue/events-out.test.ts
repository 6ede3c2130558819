import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../model/clock.ts";
import { createEventsOut } from "./events-out.ts";
import type { EventsOut } from "./queue.ts";
import { type StubAws, startStubAws } from "./stub-aws.ts";
import { wakeEvent } from "./wake-message.ts";

/** Retries need not wait; deadlines never come. */
const clock: Clock = {
  nowMs: () => 0,
  sleep: (_ms, signal) =>
    signal === undefined ? Promise.resolve() : new Promise((wake) => signal.addEventListener("abort", () => wake())),
};

let aws: StubAws;
let out: EventsOut;

beforeEach(async () => {
  aws = await startStubAws();
  out = createEventsOut({ client: aws.clients.eventBridge, clock });
});
afterEach(() => aws.close());

const event = (n: number, bytes = 1) => ({
  detailType: "Mooring Repaired",
  resources: [`arn:${n}`],
  detail: { n, text: "x".repeat(bytes) },
});

test("events are published as Mooring's, ten a call", async () => {
  await out.publish(Array.from({ length: 11 }, (_, n) => event(n)));
  const calls = aws.inputs("PutEvents");
  expect(calls.map(({ Entries }) => Entries.length)).toEqual([10, 1]);
  expect(calls[1].Entries[0]).toEqual({
    Source: "mooring",
    DetailType: "Mooring Repaired",
    Resources: ["arn:10"],
    Detail: '{"n":10,"text":"x"}',
  });
});

test("large events share a call only as far as they fit", async () => {
  await out.publish([event(1, 150_000), event(2, 150_000)]);
  expect(aws.inputs("PutEvents")).toHaveLength(2);
});

test("an event that can never fit is refused with its size", async () => {
  await expect(out.publish([event(1, 300_000)])).rejects.toThrow(/has 300\d+ bytes, allowed are 262144/);
});

test("entries that failed, and only those, are sent again", async () => {
  let first = true;
  aws.answer("PutEvents", ({ Entries }: { Entries: unknown[] }) => {
    if (!first) return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: "e" })) };
    first = false;
    return {
      FailedEntryCount: 1,
      Entries: [{ EventId: "e" }, { ErrorCode: "ThrottlingException", ErrorMessage: "slow down" }, { EventId: "e" }],
    };
  });
  await out.publish([event(1), event(2), event(3)]);
  expect(aws.inputs("PutEvents")[1].Entries.map((entry: { Resources: string[] }) => entry.Resources)).toEqual([
    ["arn:2"],
  ]);
});

test("entries that go on failing are an error with EventBridge's reason", async () => {
  aws.answer("PutEvents", () => ({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: "InternalFailure", ErrorMessage: "no" }],
  }));
  await expect(out.publish([event(1)])).rejects.toMatchObject({ kind: "Transient", code: "InternalFailure" });
  expect(aws.inputs("PutEvents")).toHaveLength(3);
});

test("nothing to publish is no call", async () => {
  await out.publish([]);
  expect(aws.calls).toEqual([]);
});

test("a wake names its keys and cause", () => {
  expect(wakeEvent(["k"], "spec")).toEqual({
    detailType: "Mooring Wake",
    resources: [],
    detail: { keys: ["k"], cause: "spec" },
  });
});
