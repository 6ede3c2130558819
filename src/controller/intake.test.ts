import { expect, test } from "vitest";
import type { NotedEvent } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { Delivery } from "../queue/queue.ts";
import { emptyKeyItem, type KeyItem } from "../store/store.ts";
import { type IntakePorts, takeIn } from "./intake.ts";

const KEY: ReconcileKey = "filesystem/111122223333/eu-west-1/fs-1";
const EVENT = { id: "event", name: "CreateAccessPoint", requestId: "request" } as NotedEvent;
const MADE = { ownCalls: [{ requestId: "request", outcomeAtMs: 10 }] };

/** Takes in one event of our own call, while the key's item is one after the other of `states`; tells what came of it. */
async function takeEcho(states: Partial<KeyItem>[]) {
  const stopping = new AbortController();
  const happened: string[] = [];
  const acknowledged = Promise.withResolvers<void>();
  const delivery = { lane: "fast", wakes: [{ key: KEY, cause: "drift" }], noted: EVENT, wakeSweep: false } as Delivery;
  delivery.ack = async () => acknowledged.resolve();
  const deliveries = [delivery];
  let looks = 0;
  const ports = {
    queue: {
      receive: async () => {
        if (deliveries.length === 0) await acknowledged.promise;
        return deliveries.splice(0);
      },
    },
    store: {
      records: { view: () => ({ fileSystemById: () => ({}) }) },
      keys: {
        get: async () => ({ ...emptyKeyItem(KEY), ...states[Math.min(looks++, states.length - 1)] }),
        note: async () => void happened.push("noted"),
      },
    },
    scheduler: { idle: async () => {}, request: async () => happened.push("run") > 0 },
    concurrency: 1,
    sleep: async () => void happened.push("waited"),
    isOwn: () => true,
    requestSweep: () => {},
    logError: (message: string, error: unknown) => expect.unreachable(`${message}: ${String(error)}`),
  } as unknown as IntakePorts;
  const taking = takeIn("fast", ports, stopping.signal);
  await acknowledged.promise;
  stopping.abort();
  await taking;
  return happened;
}

test("the echo of a call that another replica's run has under way waits for it, and wakes nobody once it has looked", async () => {
  const underWay = { owner: "run-1" };
  const atRest = { ...MADE, convergedReadAtMs: 20 };
  expect(await takeEcho([underWay, { ...underWay, ...MADE }, atRest])).toEqual(["waited", "waited"]);
});

test("does not wait for a run that has looked already, nor for a key that nobody runs", async () => {
  expect(await takeEcho([{ owner: "run-1", ...MADE, convergedReadAtMs: 20 }])).toEqual([]);
  expect(await takeEcho([MADE])).toEqual(["run"]);
});

test("wakes the key after all if the run that has it does not end soon", async () => {
  expect(await takeEcho([{ owner: "run-1" }])).toEqual(["waited", "waited", "waited", "noted", "run"]);
});
