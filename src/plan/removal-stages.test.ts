import { describe, expect, test } from "vitest";
import { TAGS } from "../model/records.ts";
import { needsConsumers } from "./plan-file-system.ts";
import { roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

const QUARANTINE_MS = 60_000;

/** A deleted binding whose mount is proven to be out; nothing was done to its access point yet. */
function unmounted(): { world: PlanningWorld; id: string } {
  const world = new PlanningWorld();
  world.add("thumb");
  world.settle();
  world.delete("thumb");
  for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
  return { world, id: world.accessPoints[0]!.accessPointId };
}

/** A binding that was moved: the access point before it is out of the policy, and in quarantine. */
function moved(): { world: PlanningWorld; old: string; serving: string } {
  const world = new PlanningWorld();
  world.settings = { ...world.settings, quarantineMs: QUARANTINE_MS };
  world.add("thumb");
  world.settle();
  const old = world.accessPoints[0]!.accessPointId;
  const rootDirectory = { path: "/new", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
  world.change("thumb", { rootDirectory, replacement: "AcceptDataChange" });
  for (let pass = 0; pass < 20 && (world.accessPoints.length < 2 || world.policy!.includes(old)); pass += 1) {
    world.passLambda("thumb");
    world.passFileSystem();
    world.nowMs += 1;
  }
  const serving = world.get("thumb").facets.accessPoint!.accessPoint!.id;
  expect(world.get("thumb").facets.accessPoint!.retiring).toMatchObject([{ accessPointId: old, why: "Replaced" }]);
  return { world, old, serving };
}

function typesOf(actions: { type: string }[]): string[] {
  return actions.map(({ type }) => type);
}

function setDeleting(world: PlanningWorld, id: string): void {
  world.accessPoints = world.accessPoints.map((one) =>
    one.accessPointId === id ? { ...one, lifeCycleState: "deleting" } : one,
  );
}

describe("the access point of a deleted binding", () => {
  test("that EFS is deleting already is neither deleted, tagged nor looked for in the account; it is waited for", () => {
    const { world, id } = unmounted();
    setDeleting(world, id);
    expect(needsConsumers(world.fileSystemInput())).toBe(false);
    const plan = world.passFileSystem();
    expect(typesOf(plan.actions)).toEqual(["PutFileSystemPolicy"]);
    expect(plan.ending).toMatchObject({ kind: "waiting", afterMs: 200 });
    expect(plan.facets.release).toEqual([]);
    expect(world.policy).not.toContain(id);
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({ status: "False", reason: "Deleting" });
  });

  test("stays while the deletion is suspended after the unmount, and the account is not searched for it", () => {
    const { world } = unmounted();
    world.change("thumb", { suspend: true });
    const policy = world.policy;
    expect(needsConsumers(world.fileSystemInput())).toBe(false);
    for (let pass = 0; pass < 3; pass += 1) expect(world.passFileSystem().actions).toEqual([]);
    expect(world.policy).toBe(policy);
    expect(world.accessPoints[0]!.tags[TAGS.retiredAt]).toBeUndefined();
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({ status: "False", reason: "Suspended" });
  });

  test("is not taken for gone where the access points cannot be read; the missing right is named", () => {
    const { world } = unmounted();
    world.unreadable["accessPoints"] = "AccessDeniedException";
    for (let pass = 0; pass < 3; pass += 1)
      expect(world.passFileSystem()).toMatchObject({ actions: [], facets: { release: [] } });
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("elasticfilesystem:DescribeAccessPoints");
    expect(world.bindings.size).toBe(1);
  });

  test("is deleted by an action that says what is deleted, of whom, and from where", () => {
    const { world, id } = unmounted();
    const arn = world.accessPoints[0]!.accessPointArn;
    const [tag, , deletion] = world.settle();
    expect(tag).toMatchObject({
      type: "TagResource",
      target: arn,
      bindings: ["media/thumb"],
      before: { [TAGS.retiredAt]: null },
    });
    expect(deletion).toMatchObject({
      type: "DeleteAccessPoint",
      target: arn,
      accessPointId: id,
      bindingUid: "uid-thumb",
      bindings: ["media/thumb"],
      before: { accessPointId: id, path: "/thumb" },
      after: null,
    });
  });

  test("is retired before it is deleted even if its tag is there already: only the record counts", () => {
    const { world } = unmounted();
    world.accessPoints = world.accessPoints.map((one) => ({ ...one, tags: { ...one.tags, [TAGS.retiredAt]: "2020" } }));
    expect(typesOf(world.passFileSystem().actions)).toEqual(["PutFileSystemPolicy"]);
    expect(world.get("thumb").facets.accessPoint!.retiring).toHaveLength(1);
    expect(typesOf(world.passFileSystem().actions)).toEqual([]);
    expect(typesOf(world.settle())).toEqual(["DeleteAccessPoint"]);
  });
});

describe("a binding deleted while a replaced access point is in quarantine", () => {
  test("goes with both, the reason of the first retirement kept, and is released only after the last", () => {
    const { world, old, serving } = moved();
    const [before] = world.get("thumb").facets.accessPoint!.retiring;
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    world.passFileSystem();
    const { retiring } = world.get("thumb").facets.accessPoint!;
    expect(retiring).toEqual([before, { accessPointId: serving, retiredAtMs: world.nowMs, why: "BindingDeleted" }]);
    world.settle();
    const deleted = world.done.filter(({ type }) => type === "DeleteAccessPoint");
    // What was in quarantine had its two clean reads before it left the policy.
    expect(deleted).toMatchObject([{ accessPointId: old }, { accessPointId: serving }]);
    expect(world.bindings.size).toBe(0);
    expect(world.policy).not.toContain(roleArn("thumb"));
  });

  test("with deletionPolicy Retain keeps what serves, and deletes what it left behind", () => {
    const { world, old, serving } = moved();
    world.change("thumb", { deletionPolicy: "Retain" });
    world.delete("thumb");
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.accessPoints.map(({ accessPointId }) => accessPointId)).toEqual([serving]);
    expect(world.done).toContainEqual(expect.objectContaining({ type: "DeleteAccessPoint", accessPointId: old }));
    expect(world.fileSystem.facets.fileSystem!.retained).toMatchObject([{ accessPointId: serving }]);
    expect(world.policy).toContain(serving);
  });

  test("is not released while one of the two is only not seen for the moment", () => {
    const { world, old, serving } = moved();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    const hidden = world.accessPoints.find(({ accessPointId }) => accessPointId === old)!;
    world.accessPoints = world.accessPoints.filter(({ accessPointId }) => accessPointId === serving);
    for (let pass = 0; pass < 4; pass += 1) expect(world.passFileSystem().facets.release).toEqual([]);
    world.accessPoints = [...world.accessPoints, hidden];
    world.settle();
    expect(world.accessPoints).toEqual([]);
    expect(world.bindings.size).toBe(0);
  });
});

describe("a replaced access point", () => {
  test("is not deleted while its binding is suspended, however long its quarantine is over", () => {
    const { world, old } = moved();
    world.change("thumb", { suspend: true });
    world.nowMs += 2 * QUARANTINE_MS;
    expect(needsConsumers(world.fileSystemInput())).toBe(false);
    for (let pass = 0; pass < 3; pass += 1) expect(world.passFileSystem().actions).toEqual([]);
    expect(world.accessPoints.map(({ accessPointId }) => accessPointId)).toContain(old);
  });

  test("that EFS is deleting already is waited for, and not deleted twice", () => {
    const { world, old } = moved();
    setDeleting(world, old);
    world.nowMs += 2 * QUARANTINE_MS;
    expect(needsConsumers(world.fileSystemInput())).toBe(false);
    for (let pass = 0; pass < 3; pass += 1)
      expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 200 } });
  });

  test("is forgotten only once it is believed gone, and is then remembered as a former one", () => {
    const { world, old, serving } = moved();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    world.accessPoints = world.accessPoints.filter(({ accessPointId }) => accessPointId === serving);
    world.passFileSystem();
    expect(world.get("thumb").facets.accessPoint!.retiring).toHaveLength(1);
    world.nowMs += 5_000;
    world.passFileSystem();
    const { retiring, former } = world.get("thumb").facets.accessPoint!;
    expect(retiring).toEqual([]);
    expect(former).toEqual([old]);
  });
});
