import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectWholeHistory } from "../integration/account.ts";
import { denial, furnishedWorld, healAndTidy, inject, live, subject } from "../integration/fault-life.ts";
import type { World } from "../integration/world.ts";

let world: World;
beforeAll(async () => {
  world = await furnishedWorld({ backoffCapMs: 300 });
  // What SQS handed out in an answer that was lost stays hidden for 30 s.
  world.patienceMs = 45_000;
});
afterEach(() => healAndTidy(world));
afterAll(() => world.close());

test("no wake can be sent: the pending keys are looked at instead, and all is well", async () => {
  inject(world, "sqs.SendMessageBatch", denial);
  await world.create(subject);
  await world.ready(subject);
  await world.delete(subject);
  await world.gone(subject);
});

test.each([1, 2, 3, 4, 5])(
  "every tenth call of all services throttled, all the time (%i): slower, but all is well",
  async () => {
    world.simulator.simulator.faults.add({ kind: "throttle", caller: "mooring", probability: 0.1 });
    await live(world, subject);
  },
);

test.each([1, 2, 3, 4, 5])("SQS answers 500 every other time (%i): slower, but all is well", async () => {
  const error = { kind: "error", code: "InternalServerError", status: 500 } as const;
  world.simulator.simulator.faults.add({ ...error, service: "sqs", caller: "mooring", probability: 0.5 });
  await live(world, subject);
});

test.each(Array.from({ length: 20 }, (_, n) => n))(
  "every sixth call of all services breaks (%i), before or after its effect: all is well",
  async () => {
    // Two rules: together they break every sixth. At every third the SDK's store of retries runs dry, and hardly any
    // run gets its twenty reads.
    for (const kind of ["lost-reply", "no-effect"] as const) {
      world.simulator.simulator.faults.add({ kind, caller: "mooring", probability: 1 / 12 });
    }
    await live(world, subject);
  },
);

test.each(Array.from({ length: 10 }, (_, n) => n))(
  "reads of EFS and Lambda answer as of a moment ago, half of the time (%i): nothing is made twice, nothing of use is deleted",
  async () => {
    for (const service of ["efs", "lambda"] as const) {
      world.simulator.simulator.faults.add({
        kind: "stale-reads",
        service,
        caller: "mooring",
        ms: 40,
        probability: 0.5,
      });
    }
    await world.create(subject);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
  },
);

test("the history of all that is whole", async () => {
  await expectWholeHistory(world);
  expect((await world.mooring.store.audit.verify()).records).toBeGreaterThan(100);
});
