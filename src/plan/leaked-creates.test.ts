import { describe, expect, test } from "vitest";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { ANNOTATIONS, TAGS } from "../model/records.ts";
import { aFunction } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

/** A Binding whose create was sent and not answered, and that was deleted and released before it took effect. */
function leaked(change: (late: ObservedAccessPoint) => ObservedAccessPoint = (late) => late): PlanningWorld {
  const world = new PlanningWorld();
  world.add("other");
  world.settle();
  world.add("thumb");
  world.passLambda("thumb");
  world.passFileSystem();
  const late = world.accessPoints.pop()!;
  world.delete("thumb");
  world.settle();
  expect([...world.bindings.keys()]).toEqual(["other"]);
  world.accessPoints.push(change(late));
  return world;
}

const orphaned = (world: PlanningWorld) =>
  world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "Orphaned");

const paths = (world: PlanningWorld) => world.accessPoints.map(({ path }) => path);

describe("a create that takes effect after its Binding was deleted and released", () => {
  test("is removed, since the Binding's release and the client token prove whose it was", () => {
    const world = leaked();
    expect(world.settle().map(({ type }) => type)).toEqual(["DeleteAccessPoint"]);
    expect(paths(world)).toEqual(["/other"]);
    expect(orphaned(world)).toBeUndefined();
  });

  test("is removed after two clean reads, the absence gap apart, and says so meanwhile", () => {
    const world = leaked();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 5_000 } });
    expect(orphaned(world)).toMatchObject({ reason: "LeakedCreate", message: expect.stringContaining("media/thumb") });
    world.nowMs += 5_000;
    expect(world.passFileSystem().actions).toMatchObject([{ type: "DeleteAccessPoint", bindings: ["media/thumb"] }]);
  });

  test("stays while anything names it, and while that cannot be read", () => {
    const world = leaked();
    const arn = world.accessPoints.at(-1)!.accessPointArn;
    world.functions.set("x", aFunction("x", "x", { fileSystemConfigs: [{ arn, localMountPath: "/mnt/x" }] }));
    expect(world.settle()).toEqual([]);
    expect(orphaned(world)?.message).toContain("x:$LATEST");
    world.functions.delete("x");
    world.unreadable["ecsConsumers"] = "AccessDeniedException";
    expect(world.settle()).toEqual([]);
    expect(orphaned(world)?.message).toContain("ecs:ListClusters");
  });

  test.each<[string, (late: ObservedAccessPoint) => ObservedAccessPoint]>([
    ["another client token", (late) => ({ ...late, clientToken: "somebody-elses" })],
    ["another Binding's tag", (late) => ({ ...late, tags: { ...late.tags, [TAGS.binding]: "uid-of-nobody" } })],
    ["the tag of Retain", (late) => ({ ...late, tags: { ...late.tags, [TAGS.retained]: "true" } })],
  ])("is only reported if it carries %s", (_what, change) => {
    const world = leaked(change);
    expect(world.settle()).toEqual([]);
    expect(orphaned(world)).toMatchObject({ reason: "NoRecord" });
  });

  test("is only reported if it was made at a later slot than its Binding's release", () => {
    const world = leaked((late) => ({ ...late, tags: { ...late.tags, [TAGS.slot]: "101" } }));
    world.head = 102;
    expect(world.settle()).toEqual([]);
    expect(orphaned(world)).toMatchObject({ reason: "NoRecord" });
  });

  test("is only reported once a day has passed, and if no release is on record", () => {
    const world = leaked();
    world.nowMs += 86_400_001;
    expect(world.settle().filter(({ type }) => type === "DeleteAccessPoint")).toEqual([]);
    expect(orphaned(world)).toMatchObject({ reason: "NoRecord" });
  });

  test("is left to a Binding that asks to adopt it", () => {
    const world = leaked();
    world.add("heir");
    world.annotate("heir", { [ANNOTATIONS.adopt]: world.accessPoints.at(-1)!.accessPointId });
    world.settle();
    expect(paths(world)).toContain("/thumb");
  });

  test("is not removed with many others at once unless that is confirmed", () => {
    const world = leaked();
    const late = world.accessPoints.at(-1)!;
    const names = ["a", "b", "c", "d"];
    const copies = names.map((name) => ({
      ...late,
      accessPointId: `fsap-${name}`,
      accessPointArn: `arn:fsap-${name}`,
    }));
    world.accessPoints.push(...copies);
    expect(world.settle()).toEqual([]);
    const hash = /confirm-removal: (\w+)/.exec(orphaned(world)!.message)![1]!;
    world.fileSystem.metadata.annotations[ANNOTATIONS.confirmRemoval] = hash;
    world.settle();
    expect(paths(world)).toEqual(["/other"]);
  });

  test("is listed and left under --read-only", () => {
    const world = leaked();
    world.settings = { ...world.settings, readOnly: true };
    expect(world.settle()).toEqual([]);
    expect(orphaned(world)?.message).toContain("--read-only");
  });
});
