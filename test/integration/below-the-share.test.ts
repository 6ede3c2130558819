import { afterAll, beforeAll, expect, test } from "vitest";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

/** AWS grants this account 1.8 calls of Lambda's control plane a second; Mooring believes that it may make 30. */
const QUOTA_FACTOR = 0.12;
const QUOTA_SHARE = 2;
const BINDINGS = ["thumbnailer", "indexer", "reporter"].map((name) => aBinding(name));

let world: World;
beforeAll(async () => {
  world = await World.start({ quotaShare: QUOTA_SHARE });
  await world.create(aFileSystem());
});
afterAll(() => world.close());

test("throttling below the configured share makes Mooring slower, and nothing fails", async () => {
  const { simulator } = world.simulator;
  simulator.world.service("lambda").setQuotas(QUOTA_FACTOR);
  await Promise.all(BINDINGS.map((binding) => world.create(binding)));
  await Promise.all(BINDINGS.map((binding) => world.ready(binding)));
  const { errors } = simulator.calls.counts();
  const throttled = Object.keys(errors).filter((name) => /^lambda\..* TooManyRequestsException$/.test(name));
  expect(throttled).not.toEqual([]);
});
