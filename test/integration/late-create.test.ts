import { afterEach, expect, test } from "vitest";
import type { Caller } from "../../src/simulator/core.ts";
import { ConnectionLost } from "../../src/simulator/faults.ts";
import { expectNothingLeaked, expectWholeHistory, ourAccessPoints } from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const thumbnailer = aBinding("thumbnailer");

/** Keeps back every create of Mooring's, whose replies are lost, until the last of them is let through. */
function delayCreates(): (change?: object) => Promise<unknown> {
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  let late: { input: unknown; caller: Caller } | null = null;
  simulator.call = async (service, operation, input, caller, options) => {
    if (operation !== "CreateAccessPoint" || caller.userName !== "mooring")
      return call(service, operation, input, caller, options);
    late = { input: structuredClone(input), caller };
    throw new ConnectionLost();
  };
  return (change = {}) => call("efs", "CreateAccessPoint", { ...(late!.input as object), ...change }, late!.caller);
}

test("a create that takes effect after its Binding was deleted is removed, and the history says why", async () => {
  world = await World.start();
  await world.create(aFileSystem());
  const letThrough = delayCreates();
  await world.create(thumbnailer);
  await world.until("a create is on its way", async () => {
    const entries = await world.history();
    const lost = entries.some((entry) => entry.type === "Outcome" && entry.outcome === "Unknown");
    return lost ? { is: true } : { not: entries };
  });
  await world.delete(thumbnailer);
  await world.gone(thumbnailer);
  await letThrough();
  expect(await ourAccessPoints(world)).toHaveLength(1);
  await world.until("what it made is gone", async () => {
    const left = await ourAccessPoints(world);
    return left.length === 0 ? { is: true } : { not: left };
  });
  await expectNothingLeaked(world);
  await expectWholeHistory(world);
  const why = (await world.history()).flatMap((entry) => (entry.type === "Intent" ? [entry.why] : [])).at(-1);
  expect(why).toContain("a create of media/thumbnailer took effect after that was deleted");
});

test("one whose marks match no deleted Binding is reported, and stays", async () => {
  world = await World.start();
  await world.create(aFileSystem());
  const letThrough = delayCreates();
  await world.create(thumbnailer);
  await world.until("a create is on its way", async () => {
    const entries = await world.history();
    const lost = entries.some((entry) => entry.type === "Outcome" && entry.outcome === "Unknown");
    return lost ? { is: true } : { not: entries };
  });
  await world.delete(thumbnailer);
  await world.gone(thumbnailer);
  await letThrough({ ClientToken: "somebody-elses" });
  await world.mooring.service.sweepNow();
  await world.condition(aFileSystem(), "Orphaned", { status: "True", reason: "NoRecord" });
  expect(await ourAccessPoints(world)).toHaveLength(1);
});
