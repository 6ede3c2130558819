import { DeleteAccessPointCommand } from "@aws-sdk/client-efs";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

describe("a look that comes too early", () => {
  let world: World;
  const binding = aBinding("thumbnailer");
  const other = aBinding("reporter");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(binding);
    await world.create(other);
    await world.ready(binding, other);
  });
  afterAll(() => world.close());

  test("shows the world before the event, so a second one follows and finds the drift without a sweep", async () => {
    const id = (await world.get(binding)).body.status.accessPointId!;
    const { faults } = world.simulator.simulator;
    const lag = faults.add({ kind: "stale-reads", caller: "mooring", ms: 2_000 });
    await world.as("deploy-bot").efs.send(new DeleteAccessPointCommand({ AccessPointId: id }));
    await world.until("the service has looked, and seen nothing", async () => {
      const item = await world.mooring.store.keys.get("filesystem/111122223333/eu-west-1/fs-0123456789abcdef0");
      return item !== null && item.noted.length > 0 && item.dueAtMs !== null ? { is: true } : { not: item };
    });
    faults.remove(lag.id);
    await world.until("the access point is another one", async () => {
      const now = (await world.get(binding)).body.status.accessPointId;
      return now !== undefined && now !== id ? { is: now } : { not: now };
    });
    await world.ready(binding);
    const drift = (await world.history({ binding: "media/thumbnailer" })).filter((entry) => entry.type === "Drift");
    expect(drift.map((entry) => entry.actor)).toEqual(["deploy-bot"]);
  });

  test("what nobody can mend is in the history with its actor all the same", async () => {
    await world.as("mallory").lambda.send(new DeleteFunctionCommand({ FunctionName: "reporter" }));
    await world.condition(other, "MountConfigured", { reason: "FunctionNotFound" });
    const named = await world.until("mallory is named", async () => {
      const entries = (await world.history({ binding: "media/reporter" })).filter((entry) => entry.type === "Drift");
      return entries.length > 0 ? { is: entries.map((entry) => entry.actor) } : { not: entries };
    });
    expect(named).toEqual(["mallory"]);
  });
});
