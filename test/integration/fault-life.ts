import { expect } from "vitest";
import type { FaultRule } from "../../src/simulator/faults.ts";
import { expectMounts, expectNothingLeaked, mountsOf } from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

/** Only Mooring is hit; whoever looks, or sabotages, is not. */
export function inject(world: World, name: string, rule: Omit<FaultRule, "service" | "operation" | "caller">): void {
  const [service, operation] = name.split(".") as [FaultRule["service"] & string, string];
  world.simulator.simulator.faults.add({ ...rule, service, operation, caller: "mooring" });
}

export const heal = (world: World) => world.simulator.simulator.faults.clear();

export const denial = { kind: "error", code: "AccessDeniedException", status: 403 } as const;

export async function sabotage(world: World, binding: Manifest): Promise<void> {
  const { body } = await world.get(binding);
  await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: body.status.accessPointId });
  await world.until(`${binding.metadata.name} has another access point`, async () => {
    const now = (await world.get(binding)).body.status.accessPointId;
    return now !== undefined && now !== body.status.accessPointId ? { is: now } : { not: now };
  });
}

/** A whole life: made, mounted, sabotaged, repaired, deleted. */
export async function live(world: World, binding: Manifest): Promise<void> {
  await world.create(binding);
  await world.ready(binding);
  await sabotage(world, binding);
  await world.ready(binding);
  const { functionName } = (binding.spec["workload"] as { lambda: { functionName: string } }).lambda;
  await expectMounts(world, functionName);
  await expectNothingLeaked(world, resident, binding);
  await world.delete(binding);
  await world.gone(binding);
  expect(await mountsOf(world, functionName)).toEqual([]);
  await expectNothingLeaked(world, resident);
}

/** Stays bound all the time: what happens to others must not harm it. */
export const resident = aBinding("indexer");
export const subject = aBinding("thumbnailer");

/** Whatever a failed test left is taken away, so that it fails alone. */
export async function healAndTidy(world: World): Promise<void> {
  heal(world);
  if ((await world.delete(subject)).status !== 404) await world.gone(subject);
}

export async function furnishedWorld(...settings: Parameters<typeof World.start>): Promise<World> {
  const world = await World.start(...settings);
  await world.create(aFileSystem());
  await world.create(resident);
  await world.ready(resident);
  return world;
}
