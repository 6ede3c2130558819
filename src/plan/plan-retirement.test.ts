import { describe, expect, test } from "vitest";
import { needsConsumers } from "./plan-file-system.ts";
import { aFunction } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

const QUARANTINE_MS = 60_000;
const GAP_MS = 5_000;

/** A bound function that was moved to another path; the access point before it is retired, and not yet read about. */
function moved(): { world: PlanningWorld; old: string } {
  const world = new PlanningWorld();
  world.settings = { ...world.settings, quarantineMs: QUARANTINE_MS };
  world.add("thumb");
  world.settle();
  world.settings = { ...world.settings, absenceGapMs: GAP_MS };
  const old = world.accessPoints[0]!.accessPointId;
  const rootDirectory = { path: "/new", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
  world.change("thumb", { rootDirectory, replacement: "AcceptDataChange" });
  passUntil(world, () => world.get("thumb").facets.accessPoint!.retiring.length > 0);
  return { world, old };
}

function passUntil(world: PlanningWorld, isReached: () => boolean): void {
  for (let pass = 0; pass < 40; pass += 1) {
    if (isReached()) return;
    world.passLambda("thumb");
    const { ending } = world.passFileSystem();
    world.nowMs += ending.kind === "waiting" ? ending.afterMs : 1;
  }
  throw new Error("not reached in 40 passes");
}

/** Somebody's function names the access point, and one list of the account does not show it yet. */
function nameBehindOneRead(world: PlanningWorld, id: string): void {
  const arn = world.accessPoints.find(({ accessPointId }) => accessPointId === id)!.accessPointArn;
  passUntil(world, () => needsConsumers(world.fileSystemInput()));
  world.staleConsumers = [...world.functions.values()];
  world.functions.set(
    "legacy",
    aFunction("legacy", "legacy", { fileSystemConfigs: [{ arn, localMountPath: "/mnt/x" }] }),
  );
  world.passFileSystem();
  world.staleConsumers = null;
  world.nowMs += GAP_MS;
  world.passFileSystem();
}

describe("what a replacement left behind", () => {
  test("leaves the policy after two clean reads, the absence gap apart, and not before", () => {
    const { world, old } = moved();
    passUntil(world, () => needsConsumers(world.fileSystemInput()));
    const readAtMs = world.nowMs;
    world.passFileSystem();
    expect(world.policy).toContain(old);
    passUntil(world, () => !world.policy!.includes(old));
    expect(world.nowMs - readAtMs).toBeGreaterThanOrEqual(GAP_MS);
  });

  test("stays admitted if only the second read shows who names it", () => {
    const { world, old } = moved();
    nameBehindOneRead(world, old);
    expect(world.policy).toContain(old);
    expect(world.get("thumb").facets.accessPoint!.retiring[0]!.withdrawnAtMs).toBeUndefined();
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("still named by legacy:$LATEST");
  });

  test("is deleted, its quarantine over, after two clean reads and not before", () => {
    const { world, old } = moved();
    passUntil(world, () => !world.policy!.includes(old));
    const [entry] = world.get("thumb").facets.accessPoint!.retiring;
    world.passFileSystem();
    world.nowMs = entry!.retiredAtMs + QUARANTINE_MS;
    const first = world.passFileSystem();
    expect(first.actions).toEqual([]);
    expect(first.ending).toMatchObject({ kind: "waiting", afterMs: GAP_MS });
    world.nowMs += GAP_MS;
    expect(world.passFileSystem().actions).toMatchObject([{ type: "DeleteAccessPoint", accessPointId: old }]);
  });

  test("is not deleted if only the second read shows who names it", () => {
    const { world, old } = moved();
    passUntil(world, () => !world.policy!.includes(old));
    world.passFileSystem();
    world.nowMs += QUARANTINE_MS;
    nameBehindOneRead(world, old);
    expect(world.done.some(({ type }) => type === "DeleteAccessPoint")).toBe(false);
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("still named by legacy:$LATEST");
  });
});
