import { describe, expect, test } from "vitest";
import { TAGS } from "../model/records.ts";
import { accessPointArnOf } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

const CONSENT = { replacement: "AcceptDataChange" as const };
const DAY_MS = 86_400_000;

function directory(path: string) {
  return { rootDirectory: { path, ownerUid: 1001, ownerGid: 1001, permissions: "0750" } };
}

/** One bound function, at rest; a short quarantine unless told otherwise. */
function converged(quarantineMs = 1_000): PlanningWorld {
  const world = new PlanningWorld();
  world.settings = { ...world.settings, quarantineMs };
  world.fileSystem.metadata.annotations["mooring.dev/confirm-removal"] = "none";
  world.add("thumb");
  world.settle();
  return world;
}

function mounted(world: PlanningWorld, name = "thumb"): string | undefined {
  return world.functions.get(name)!.fileSystemConfigs[0]?.arn.split("/").at(-1);
}

function livingIds(world: PlanningWorld): string[] {
  return world.accessPoints.map(({ accessPointId }) => accessPointId);
}

describe("a changed path, with consent", () => {
  test("makes, admits, moves, retires and deletes, in this order", () => {
    const world = converged();
    const [old] = livingIds(world);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    const calls = world.settle();
    expect(calls.map(({ type }) => type)).toEqual([
      "CreateAccessPoint",
      "PutFileSystemPolicy",
      "UpdateFunctionConfiguration",
      "TagResource",
      "PutFileSystemPolicy",
      "DeleteAccessPoint",
    ]);
    const [create, admit, move, tag, withdraw, remove] = calls;
    const id = mounted(world)!;
    expect(create).toMatchObject({ path: "/new", tokenGeneration: 1 });
    expect(admit).toMatchObject({ policy: expect.stringContaining(id) });
    expect(admit).toMatchObject({ policy: expect.stringContaining(old!) });
    expect(move).toMatchObject({ fileSystemConfigs: [{ arn: accessPointArnOf(id) }] });
    expect(tag).toMatchObject({ accessPointId: old, tags: { [TAGS.retiredAt]: expect.any(String) } });
    expect(withdraw).not.toMatchObject({ policy: expect.stringContaining(old!) });
    expect(remove).toMatchObject({ accessPointId: old, why: expect.stringContaining("quarantine") });
    expect(livingIds(world)).toEqual([id]);
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({ status: "True" });
    expect(world.get("thumb").facets.accessPoint).toMatchObject({ tokenGeneration: 1, retiring: [], handover: id });
  });

  test("is not named to the workload before the policy may be relied upon", () => {
    const world = converged();
    world.settings = { ...world.settings, propagationMs: 300_000 };
    const before = mounted(world);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    const startMs = world.nowMs;
    let movedAtMs = 0;
    for (let pass = 0; pass < 40 && movedAtMs === 0; pass += 1) {
      world.passLambda("thumb");
      const { ending } = world.passFileSystem();
      if (mounted(world) !== before) movedAtMs = world.nowMs;
      world.nowMs += ending.kind === "waiting" ? ending.afterMs : 1;
    }
    expect(movedAtMs - startMs).toBeGreaterThanOrEqual(300_000);
  });

  test("waits out a long quarantine without keeping its key from resting", () => {
    const world = converged(7 * DAY_MS);
    const [old] = livingIds(world);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.settle();
    expect(livingIds(world)).toContain(old);
    expect(world.policy).not.toContain(old);
    expect(world.passFileSystem().ending).toEqual({ kind: "converged" });
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({
      status: "True",
      message: expect.stringMatching(/is deleted from 2026-11-30T/),
    });
    world.nowMs += 7 * DAY_MS;
    expect(world.settle().map(({ type }) => type)).toEqual(["DeleteAccessPoint"]);
  });

  test("keeps the old one admitted and alive while a published version names it, and says which", () => {
    const world = converged();
    const [old] = livingIds(world);
    const latest = world.functions.get("thumb")!;
    world.versions.set("thumb", [{ ...latest, version: "3" }]);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.settle();
    expect(livingIds(world)).toContain(old);
    expect(world.policy).toContain(old);
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("still named by thumb:3");
    expect(world.condition("thumb", "PolicyReady")?.status).toBe("True");
    world.versions.set("thumb", []);
    world.settle();
    expect(livingIds(world)).not.toContain(old);
    expect(world.policy).not.toContain(old);
  });

  test("admits every role of a version through the old one as well", () => {
    const world = converged();
    const [old] = livingIds(world);
    world.versions.set("thumb", [{ ...world.functions.get("thumb")!, version: "3" }]);
    world.roles.add("arn:aws:iam::111122223333:role/other");
    world.changeFunction("thumb", { roleArn: "arn:aws:iam::111122223333:role/other" });
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.settle();
    expect(world.policy).toContain(old);
    expect(world.policy).toContain("role/thumb");
    expect(world.policy).toContain("role/other");
  });

  test("is refused by nothing when the spec is put back before anything was named: the new one is retired", () => {
    const world = converged();
    const [old] = livingIds(world);
    world.settings = { ...world.settings, propagationMs: 300_000 };
    const { rootDirectory } = world.get("thumb").spec;
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    for (let pass = 0; pass < 4; pass += 1) {
      world.passFileSystem();
      world.passLambda("thumb");
      world.nowMs += 1;
    }
    expect(livingIds(world)).toHaveLength(2);
    world.change("thumb", { rootDirectory });
    world.settle();
    expect(mounted(world)).toBe(old);
    expect(livingIds(world)).toEqual([old]);
  });

  test("never revives what was retired: a spec put back later makes a third one", () => {
    const world = converged(7 * DAY_MS);
    const [first] = livingIds(world);
    const { rootDirectory } = world.get("thumb").spec;
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.settle();
    const second = mounted(world);
    world.change("thumb", { rootDirectory });
    world.settle();
    expect([first, second]).not.toContain(mounted(world));
    expect(world.get("thumb").facets.accessPoint!.retiring.map((one) => one.accessPointId)).toEqual([first, second]);
    expect(world.accessPoints.find((one) => one.accessPointId === mounted(world))!.path).toBe("/thumb");
  });

  test("changed once more on the way: the successor that nobody was told of is retired", () => {
    const world = converged();
    world.settings = { ...world.settings, propagationMs: 300_000 };
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    for (let pass = 0; pass < 4; pass += 1) {
      world.passFileSystem();
      world.nowMs += 1;
    }
    world.change("thumb", { ...directory("/newer"), ...CONSENT });
    world.settle();
    expect(world.accessPoints.map(({ path }) => path)).toEqual(["/newer"]);
    expect(mounted(world)).toBe(livingIds(world)[0]);
  });

  test("does not leak what a lost reply left behind when the spec was put back meanwhile", () => {
    const world = converged();
    const [old] = livingIds(world);
    const { rootDirectory } = world.get("thumb").spec;
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.passFileSystem();
    const late = world.accessPoints.pop()!;
    world.change("thumb", { rootDirectory });
    world.settle();
    world.accessPoints.push(late);
    world.settle();
    expect(livingIds(world)).toEqual([old]);
  });

  test("deleted in the middle: both go, quarantine skipped", () => {
    const world = converged(7 * DAY_MS);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    world.settle();
    expect(livingIds(world)).toHaveLength(2);
    world.delete("thumb");
    world.settle();
    expect(livingIds(world)).toEqual([]);
    expect(world.bindings.size).toBe(0);
  });

  test("deleted with Retain: what serves stays, what nothing names goes", () => {
    const world = converged(7 * DAY_MS);
    world.change("thumb", { ...directory("/new"), ...CONSENT, deletionPolicy: "Retain" });
    world.settle();
    const serving = mounted(world);
    world.delete("thumb");
    world.settle();
    expect(livingIds(world)).toEqual([serving]);
    expect(world.bindings.size).toBe(0);
  });

  test("is held back, and shown, under driftPolicy Observe", () => {
    const world = converged();
    world.change("thumb", { ...directory("/new"), ...CONSENT, driftPolicy: "Observe" });
    expect(world.settle()).toEqual([]);
    expect(world.passFileSystem().heldBack.map(({ type }) => type)).toEqual(["CreateAccessPoint"]);
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("NotPermitted");
  });

  test("goes at once to the successor when others delete the old one meanwhile", () => {
    const world = converged();
    world.settings = { ...world.settings, propagationMs: 300_000 };
    const [old] = livingIds(world);
    world.change("thumb", { ...directory("/new"), ...CONSENT });
    for (let pass = 0; pass < 4; pass += 1) {
      world.passFileSystem();
      world.passLambda("thumb");
      world.nowMs += 1;
    }
    world.accessPoints = world.accessPoints.filter(({ accessPointId }) => accessPointId !== old);
    const startMs = world.nowMs;
    for (let pass = 0; pass < 6 && mounted(world) === old; pass += 1) {
      world.passFileSystem();
      world.passLambda("thumb");
      world.nowMs += 1;
    }
    expect(mounted(world)).not.toBe(old);
    expect(world.nowMs - startMs).toBeLessThan(1_000);
  });

  test("an access point that others deleted is not made anew for other data without consent", () => {
    const world = converged();
    world.change("thumb", directory("/new"));
    world.settle();
    world.accessPoints = [];
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("ReplacementNeedsConsent");
    world.change("thumb", CONSENT);
    world.settle();
    expect(world.accessPoints.map(({ path }) => path)).toEqual(["/new"]);
  });
});

describe("a policy without room for a successor", () => {
  test("asks somebody to make room, if no replacement of others is to end that would", () => {
    const world = converged();
    const document = JSON.parse(world.policy!) as { Statement: object[] };
    const pad = (length: number) => ({ Sid: "x".repeat(length), Effect: "Deny", Principal: "*", Action: "ec2:*" });
    const room = 20_000 - 10 - world.policy!.length - JSON.stringify(pad(0)).length - 1;
    world.policy = JSON.stringify({ ...document, Statement: [pad(room), ...document.Statement] });
    world.change("thumb", { ...directory("/other"), ...CONSENT });
    world.settle();
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({ status: "False", reason: "PolicyCapacity" });
  });

  test("lets replacements wait for each other, and each ends", () => {
    const world = new PlanningWorld();
    world.settings = { ...world.settings, quarantineMs: 1_000 };
    for (let i = 0; i < 30; i += 1) world.add(`function-with-a-rather-long-name-${String(i).padStart(2, "0")}`);
    world.settle();
    const ready = [...world.bindings.keys()].filter((name) => world.condition(name, "PolicyReady")?.status === "True");
    const chosen = ready.slice(0, 3);
    // Foreign statements grow as well: nothing but the reserve is left.
    const document = JSON.parse(world.policy!) as { Statement: object[] };
    const pad = (length: number) => ({ Sid: "x".repeat(length), Effect: "Deny", Principal: "*", Action: "ec2:*" });
    const room = 20_000 - 500 - world.policy!.length - JSON.stringify(pad(0)).length - 1;
    world.policy = JSON.stringify({ ...document, Statement: [pad(room), ...document.Statement] });
    for (const name of chosen) world.change(name, { ...directory(`/other-${name.slice(-2)}`), ...CONSENT });
    const queued = new Set<string>();
    for (let pass = 0; pass < 60; pass += 1) {
      for (const name of chosen) world.passLambda(name);
      const { ending } = world.passFileSystem();
      expect(world.policy!.length).toBeLessThanOrEqual(20_000);
      for (const name of chosen)
        if (world.condition(name, "AccessPointReady")?.reason === "ReplacementQueued") queued.add(name);
      world.nowMs += ending.kind === "waiting" ? ending.afterMs : 1;
    }
    expect(queued.size).toBeGreaterThan(0);
    for (const name of chosen) {
      expect(world.condition(name, "AccessPointReady")).toMatchObject({ status: "True" });
      expect(world.accessPoints.find((one) => one.accessPointId === mounted(world, name))!.path).toMatch(/^\/other/);
    }
  });
});
