import { join } from "node:path";
import { expect, test } from "vitest";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { fileSystemKey, lambdaKey } from "../../src/model/keys.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import type { Store } from "../../src/store/store.ts";
import { expectNothingLeaked, expectWholeHistory, ourAccessPoints } from "../integration/account.ts";
import { type KillPoint, liveThroughKill } from "../integration/crash-life.ts";
import { aBinding, aFileSystem } from "../integration/manifests.ts";
import { ServeProcess } from "../integration/serve-process.ts";
import { World } from "../integration/world.ts";

const HOME = { account: "111122223333", region: "eu-west-1" };

/** A few of all points; every single one is killed at by `test/endurance`. */
const POINTS: KillPoint[] = [
  { operation: "efs.CreateAccessPoint", nth: 1, when: "after" },
  { operation: "lambda.UpdateFunctionConfiguration", nth: 2, when: "before" },
  { operation: "efs.DeleteAccessPoint", nth: 1, when: "after" },
];

test.each(POINTS)(
  "killed $when call $nth of $operation, it goes on where it was, and nothing is lost or doubled",
  async (point) => {
    expect(await liveThroughKill(point)).toMatchObject({ kills: 1 });
  },
);

test("a second process on the same store file ends with a clear error, and the first goes on", async () => {
  const world = await World.withoutMooring();
  const first = new ServeProcess(world);
  await first.url;
  const second = new ServeProcess(world);
  await expect(second.url).rejects.toThrow(/Cannot open \S+store\.db: another process has it open\. Stop that Mooring/);
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.said).not.toMatch(/unexpected|\n\s+at /);
  world.useService(() => first.url);
  await world.create(aFileSystem());
  await first.stop();
  await world.close();
});

test("told to stop in the middle of a run, it ends the run, hands its leases back, and leaves the rest to the next start", async () => {
  const world = await World.withoutMooring();
  const first = new ServeProcess(world);
  world.useService(() => first.url);
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  const stopped = Promise.withResolvers<Awaited<ReturnType<ServeProcess["stop"]>>>();
  simulator.call = async (service, operation, ...rest) => {
    if (operation === "CreateAccessPoint") {
      simulator.call = call;
      stopped.resolve(first.stop());
    }
    return call(service, operation, ...rest);
  };
  await world.create(aFileSystem());
  for (const binding of [aBinding("thumbnailer"), aBinding("transcoder")]) await world.create(binding);
  expect(await stopped.promise).toEqual({ code: 0, signal: null });
  expect(await ourAccessPoints(world)).not.toEqual([]);

  const store = await openStore({
    engine: openSqliteEngine(join(world.directory, "store.db")),
    clock: realClock,
    chance: realChance,
    installation: "test",
  });
  for (const key of keysOf(store)) {
    const item = await store.keys.get(key);
    expect(item).toMatchObject({ owner: null, openIntents: [] });
  }
  await store.close();

  const second = new ServeProcess(world);
  world.useService(() => second.url);
  await world.ready(aBinding("thumbnailer"), aBinding("transcoder"));
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  await world.startMooring();
  await expectNothingLeaked(world, aBinding("thumbnailer"), aBinding("transcoder"));
  await expectWholeHistory(world);
  await world.close();
});

function keysOf({ records }: Store): string[] {
  const functions = ["thumbnailer", "transcoder"].map((functionName) => lambdaKey({ ...HOME, functionName }));
  return [...functions, ...[...records.view().fileSystems()].map(({ spec }) => fileSystemKey(spec))];
}
