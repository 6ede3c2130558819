import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { ConnectionLost } from "../../src/simulator/faults.ts";
import { ourAccessPoints } from "../integration/account.ts";
import { aBinding, aFileSystem } from "../integration/manifests.ts";
import { watchMounts } from "../integration/mount-watch.ts";
import { CONSENT, directory, mountedId, onlyOneIsLeft } from "../integration/replacing.ts";
import { ServeProcess } from "../integration/serve-process.ts";
import { World } from "../integration/world.ts";

describe("a replacement that is disturbed", () => {
  let world: World;
  const binding = aBinding("thumbnailer", CONSENT);

  beforeEach(async () => {
    world = await World.start({ quarantineMs: 0 }, { functionUpdateMs: 30, accessPointCreateMs: 20 });
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
  });
  afterEach(() => world.close());

  test.each([
    ["lost-reply", "efs", "CreateAccessPoint"],
    ["lost-reply", "efs", "PutFileSystemPolicy"],
    ["throttle", "efs", "PutFileSystemPolicy"],
    ["lost-reply", "lambda", "UpdateFunctionConfiguration"],
    ["lost-reply", "efs", "TagResource"],
    ["lost-reply", "efs", "DeleteAccessPoint"],
  ] as const)("by %s of %s %s ends without a gap and without a leak", async (kind, service, operation) => {
    const watch = watchMounts(world, "thumbnailer");
    world.simulator.simulator.faults.add({ kind, service, operation, caller: "mooring", times: 4 });
    await world.patch(binding, { spec: directory("/elsewhere") });
    await world.until("the new path is mounted", async () => {
      const mounted = await mountedId(world);
      const path = (await ourAccessPoints(world)).find((one) => one.AccessPointId === mounted)?.RootDirectory.Path;
      return path === "/elsewhere" ? { is: true } : { not: path };
    });
    await world.ready(binding);
    await onlyOneIsLeft(world);
    watch.stop();
    expect(watch.gaps).toEqual([]);
  });
});

describe("a process that is killed in a replacement", () => {
  test.each([
    ["efs.CreateAccessPoint", 2, "after"],
    ["lambda.UpdateFunctionConfiguration", 2, "after"],
  ] as const)(
    "at %s number %i, %s its effect, goes on without a gap",
    async (name, nth, when) => {
      const world = await World.withoutMooring();
      let serving = new ServeProcess(world);
      world.useService(() => serving.url);
      const binding = aBinding("thumbnailer", CONSENT);
      try {
        await serving.url;
        let count = 0;
        const { simulator } = world.simulator;
        const call = simulator.call.bind(simulator);
        simulator.call = async (service: ServiceName, operation: string, input: unknown, caller: Caller, options) => {
          const isHit = caller.userName === "mooring" && `${service}.${operation}` === name && (count += 1) === nth;
          if (!isHit) return call(service, operation, input, caller, options);
          if (when === "after") await call(service, operation, input, caller, options);
          await serving.kill();
          serving = new ServeProcess(world);
          throw new ConnectionLost();
        };
        await world.create(aFileSystem());
        await world.create(binding);
        await world.ready(binding);
        const watch = watchMounts(world, "thumbnailer");
        await world.patch(binding, { spec: directory("/elsewhere") });
        await world.until("the new path is mounted", async () => {
          const mounted = await mountedId(world);
          const path = (await ourAccessPoints(world)).find((one) => one.AccessPointId === mounted)?.RootDirectory.Path;
          return path === "/elsewhere" ? { is: true } : { not: path };
        });
        await world.ready(binding);
        watch.stop();
        expect(watch.gaps).toEqual([]);
        expect(count).toBeGreaterThanOrEqual(nth);
      } finally {
        await serving.kill();
        await world.close();
      }
    },
    60_000,
  );
});
