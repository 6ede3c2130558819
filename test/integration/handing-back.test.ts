import { CreateQueueCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import { type IntakePorts, takeIn } from "../../src/controller/intake.ts";
import { Scheduler } from "../../src/controller/scheduler.ts";
import type { ReconcileKey } from "../../src/model/keys.ts";
import { DEFAULT_SETTINGS } from "../../src/model/settings.ts";
import { createEventIndex } from "../../src/queue/event-index.ts";
import type { Lane, WorkQueue } from "../../src/queue/queue.ts";
import { createSqsQueue } from "../../src/queue/sqs-queue.ts";
import { createSqsService } from "../../src/simulator/services/sqs/sqs.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

/** What SQS hides a received message for, by the queues that Mooring makes; a successor must not have to wait for it. */
const VISIBILITY_SECONDS = 30;
const SOON_MS = 5_000;

const keyOf = (n: number): ReconcileKey => `filesystem/111122223333/eu-west-1/fs-${n}`;
const KEYS = [1, 2, 3, 4, 5].map(keyOf);

let doors: Doors;
let queue: WorkQueue;
let client: SQSClient;
const replicas: Replica[] = [];

beforeEach(async () => {
  doors = await openDoors({ services: [createSqsService] });
  client = doors.socketClient<SQSClient>("sqs");
  const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  const create = async (QueueName: string) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
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
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
  await doors.close();
});

interface Replica {
  /** Keys of runs that began, in order. */
  begun: ReconcileKey[];
  /** Lets the run of a key end. */
  end(key: ReconcileKey): void;
  close(): Promise<void>;
}

/** The intake and the scheduler of one replica, which runs one key at a time; its runs end when they are told to. */
function startReplica(runsEndAtOnce: boolean, lane: Lane = "fast"): Replica {
  const begun: ReconcileKey[] = [];
  const ends = new Map<ReconcileKey, () => void>();
  const stopping = new AbortController();
  const run = (key: ReconcileKey) => {
    begun.push(key);
    const { promise, resolve } = Promise.withResolvers<{ againInMs: null }>();
    ends.set(key, () => resolve({ againInMs: null }));
    if (runsEndAtOnce) ends.get(key)!();
    return promise;
  };
  const scheduler = new Scheduler(run, realClock, { ...DEFAULT_SETTINGS, concurrency: 1 });
  const store = { records: { view: () => ({ fileSystemById: () => ({}) }) } } as unknown as IntakePorts["store"];
  const loop = takeIn(
    lane,
    {
      queue,
      store,
      scheduler,
      concurrency: 1,
      sleep: (ms, signal) => realClock.sleep(ms, signal),
      isOwn: () => false,
      requestSweep: () => {},
      logError: (message, error) => expect.unreachable(`${message}: ${String(error)}`),
    },
    stopping.signal,
  );
  const replica: Replica = {
    begun,
    end: (key) => ends.get(key)?.(),
    async close() {
      stopping.abort();
      await Promise.all([scheduler.stop(), loop]);
    },
  };
  replicas.push(replica);
  return replica;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited ${SOON_MS} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const handedBack = () => doors.simulator.calls.counts().byOperation["sqs.ChangeMessageVisibility"] ?? 0;

test("a replica that closes hands back at once what it received and did not begin; what it began it ends", async () => {
  const closing = startReplica(false);
  await queue.send(
    "fast",
    KEYS.map((key) => ({ key, cause: "drift" as const })),
  );
  await until("one run begun", () => closing.begun.length === 1);
  const successor = startReplica(true);
  const [own] = closing.begun;
  const closed = closing.close();
  await until("the successor runs all others", () => successor.begun.length === KEYS.length - 1);
  // Its last poll may get some of them once more.
  expect(handedBack()).toBeGreaterThanOrEqual(KEYS.length - 1);
  expect(new Set([own, ...successor.begun])).toEqual(new Set(KEYS));
  closing.end(own!);
  await closed;
  expect(closing.begun).toEqual([own]);
  expect(successor.begun).not.toContain(own);
});

test("a replica that is busy leaves the rest of a sweep in the queue, where others find it", async () => {
  const busy = startReplica(false, "slow");
  const [first, ...others] = KEYS.map((key) => ({ key, cause: "sweep" as const }));
  await queue.send("slow", [first!]);
  await until("one run begun", () => busy.begun.length === 1);
  await queue.send("slow", others);
  const idle = startReplica(true, "slow");
  // The busy one holds one more, for the moment in which its run ends.
  await until("the idle one runs the rest", () => idle.begun.length === KEYS.length - 2);
  expect(busy.begun).toEqual([first!.key]);
  busy.end(first!.key);
  await until("the busy one goes on", () => busy.begun.length === 2);
  busy.end(busy.begun[1]!);
  expect(new Set([...busy.begun, ...idle.begun])).toEqual(new Set(KEYS));
});
