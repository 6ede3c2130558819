import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  mountsOf,
  FUNCTION_MUTATIONS,
  mutationsBy,
  ourAccessPoints,
} from "./account.ts";
import { furnishedWorld, heal, healAndTidy, inject, live, resident, sabotage, subject } from "./fault-life.ts";
import type { World } from "./world.ts";

/**
 * The next call of this operation takes no effect before `land()` is called, long after its caller has
 * given up. `land()` resolves when it has taken effect, or was refused.
 */
function late(world: World, name: string): { land(): Promise<void> } {
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  const held = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  simulator.call = async (service, operation, ...rest) => {
    if (`${service}.${operation}` !== name || rest[1].userName !== "mooring") return call(service, operation, ...rest);
    simulator.call = call;
    await held.promise;
    return call(service, operation, ...rest).finally(over.resolve);
  };
  return {
    async land() {
      held.resolve();
      await over.promise;
    },
  };
}

describe("AWS in trouble", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test("every call throttled for a while: it is said, and all is well afterwards", async () => {
    for (const service of ["efs", "lambda", "iam"] as const)
      world.simulator.simulator.faults.add({ kind: "throttle", service, caller: "mooring" });
    await world.create(subject);
    await world.until("a condition speaks of throttling", async () => {
      const { body } = await world.get(subject);
      const told = body.status.conditions.find(({ message }) => /Rate exceeded|Throttl|TooManyRequests/.test(message));
      return told === undefined ? { not: body.status.conditions } : { is: told };
    });
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    await expectNothingLeaked(world, resident);
  });

  test.each(["efs", "lambda", "iam", "eventbridge"] as const)(
    "%s answers 500 every other time: all is well",
    async (service) => {
      world.simulator.simulator.faults.add({
        kind: "error",
        code: "InternalServerError",
        status: 500,
        service,
        caller: "mooring",
        probability: 0.5,
      });
      await live(world, subject);
    },
  );

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("a call that takes effect after its deadline", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300, callDeadlineMs: 400, runMaxMs: 2_000, leaseMs: 5_000 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test.each(FUNCTION_MUTATIONS)("%s: what it does late is harmless, or put right", async (name) => {
    const call = late(world, name);
    await world.create(subject);
    await world.ready(subject);
    const isOfDeletion = /Tag|Delete/.test(name);
    if (!isOfDeletion) await call.land();
    await sabotage(world, subject);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    if (isOfDeletion) await call.land();
    await world.until("the late call has left nothing", async () => {
      const left = await ourAccessPoints(world);
      const mounts = [...(await mountsOf(world, "thumbnailer")), ...(await mountsOf(world, "indexer"))];
      const settled = left.length === 1 && mounts.length === 1 && (await world.mooring.service.sweepNow()).length === 0;
      return settled ? { is: true } : { not: { left, mounts } };
    });
    // The policy of the resident is what a late Put would have hurt.
    await world.ready(resident);
    await expectMounts(world, "indexer");
  });

  test("an access point that comes when its binding is long gone is removed: its intent is on record", async () => {
    const call = late(world, "efs.CreateAccessPoint");
    await world.create(subject);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    await call.land();
    await world.until("what it made is gone", async () => {
      const paths = (await ourAccessPoints(world)).map(({ RootDirectory }) => RootDirectory.Path);
      return paths.includes("/thumbnailer") ? { not: paths } : { is: true };
    });
    await expectNothingLeaked(world, resident);
  });

  test("reads that take too long are told, and nothing is done on a guess", async () => {
    inject(world, "efs.DescribeAccessPoints", { kind: "latency", ms: 900 });
    const before = mutationsBy(world);
    await world.create(subject);
    const { message } = await world.condition(subject, "AccessPointReady", { reason: "CouldNotRead" });
    expect(message).toMatch(/access points/);
    expect(mutationsBy(world)["efs.CreateAccessPoint"]).toBe(before["efs.CreateAccessPoint"]);
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});
