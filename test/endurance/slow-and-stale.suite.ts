import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  mountsOf,
  mutationsBy,
} from "../integration/account.ts";
import { furnishedWorld, heal, healAndTidy, inject, live, resident, subject } from "../integration/fault-life.ts";
import { aBinding } from "../integration/manifests.ts";
import type { World } from "../integration/world.ts";

describe("reads that answer as of a moment ago", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ absenceGapMs: 700 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  // Some reads only is the harder case: then what was seen may be gone again.
  test.each([
    ["efs", 1],
    ["lambda", 0.5],
  ] as const)("of %s (share %d): nothing is made twice, nothing of use is deleted", async (service, probability) => {
    world.simulator.simulator.faults.add({ kind: "stale-reads", service, caller: "mooring", ms: 250, probability });
    const before = mutationsBy(world)["efs.CreateAccessPoint"] ?? 0;
    await world.create(subject);
    await world.ready(subject);
    await expectMounts(world, "thumbnailer");
    await expectNothingLeaked(world, resident, subject);
    await world.delete(subject);
    await world.gone(subject);
    await expectNothingLeaked(world, resident);
    expect(await mountsOf(world, "thumbnailer")).toEqual([]);
    heal(world);
    await world.ready(resident);
    await expectMounts(world, "indexer");
    const errors =
      world.simulator.simulator.calls.counts().errors["efs.CreateAccessPoint AccessPointAlreadyExists"] ?? 0;
    expect(mutationsBy(world)["efs.CreateAccessPoint"]! - before).toBeLessThanOrEqual(1 + errors);
  });

  test("that do not show yet what a lost answer left: no second access point is made", async () => {
    world.simulator.simulator.faults.add({ kind: "stale-reads", service: "efs", caller: "mooring", ms: 400 });
    inject(world, "efs.CreateAccessPoint", { kind: "lost-reply", times: 3 });
    await world.create(subject);
    await world.ready(subject);
    await expectNothingLeaked(world, resident, subject);
  });
});

describe("an AWS that takes its time", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld(
      {},
      {
        accessPointCreateMs: 150,
        accessPointDeleteMs: 150,
        functionUpdateMs: 200,
        functionCreateMs: 200,
        eventDeliveryMs: 150,
        callLatencyMs: 5,
      },
    );
  });
  afterAll(() => world.close());

  test("is waited for at each step of a life", () => live(world, subject));

  test("a function that is still being created is mounted once it is there", async () => {
    const made = makeFunction(world, "fresh");
    const binding = aBinding("fresh");
    await world.create(binding);
    await made;
    await world.ready(binding);
    await world.delete(binding);
    await world.gone(binding);
  });

  test("somebody else's update in progress is let through, and ours comes after it", async () => {
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "reporter",
      MemorySize: 1024,
    });
    const binding = aBinding("reporter");
    await world.create(binding);
    await world.ready(binding);
    const { MemorySize } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", {
      FunctionName: "reporter",
    });
    expect(MemorySize).toBe(1024);
    await expectMounts(world, "reporter");
    await world.delete(binding);
    await world.gone(binding);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});
