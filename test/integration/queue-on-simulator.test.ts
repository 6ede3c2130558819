import { CreateQueueCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import { createEventIndex } from "../../src/queue/event-index.ts";
import type { Delivery, Wake, WorkQueue } from "../../src/queue/queue.ts";
import { createSqsQueue } from "../../src/queue/sqs-queue.ts";
import { createSqsService } from "../../src/simulator/services/sqs/sqs.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const never = new AbortController().signal;
const wake = (n: number): Wake => ({ key: `filesystem/111122223333/eu-west-1/fs-${n}`, cause: "drift" });

let doors: Doors;
let queue: WorkQueue;

beforeEach(async () => {
  doors = await openDoors({ services: [createSqsService] });
  const client = doors.socketClient<SQSClient>("sqs");
  const create = async (QueueName: string) => (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
  queue = createSqsQueue({
    client,
    fastQueueUrl: await create("fast"),
    slowQueueUrl: await create("slow"),
    clock: realClock,
    account: "111122223333",
    region: "eu-west-1",
    index: createEventIndex(realClock),
    onMalformed: (message) => expect.unreachable(message.why),
  });
});
afterEach(() => doors.close());

async function drain(lane: "fast" | "slow"): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (;;) {
    const some = await queue.receive(lane, 10, 0, never);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

test("what is sent on a lane arrives there, and there only, and is gone once acknowledged", async () => {
  const wakes = Array.from({ length: 25 }, (_, n) => wake(n));
  await queue.send("fast", wakes);
  expect(await drain("slow")).toEqual([]);
  const deliveries = await drain("fast");
  expect(deliveries.flatMap((delivery) => delivery.wakes)).toHaveLength(25);
  expect(deliveries[0]).toMatchObject({ attempts: 1, noted: null, wakeSweep: false });
  await Promise.all(deliveries.map((delivery) => delivery.ack()));
  expect(await drain("fast")).toEqual([]);
});

test("a message that is put back comes again, counted", async () => {
  await queue.send("fast", [wake(1)]);
  const [first] = await drain("fast");
  expect(await drain("fast")).toEqual([]);
  await first!.retry(0);
  expect(await drain("fast")).toMatchObject([{ attempts: 2, wakes: [wake(1)] }]);
});

test("a long poll ends with the first message", async () => {
  const poll = queue.receive("slow", 10, 20_000, never);
  await queue.send("slow", [wake(1)]);
  expect(await poll).toHaveLength(1);
});
