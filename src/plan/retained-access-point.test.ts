import { describe, expect, test } from "vitest";
import { type BindingSpec, TAGS } from "../model/records.ts";
import { roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

/** The record of `thumb` is gone; its function still mounts the access point. */
function leftBehind(): { world: PlanningWorld; id: string; spec: BindingSpec } {
  const world = new PlanningWorld();
  world.add("thumb");
  world.settle();
  world.change("thumb", { deletionPolicy: "Retain" });
  const { spec, facets } = world.get("thumb");
  world.delete("thumb");
  world.settle();
  expect(world.bindings.size).toBe(0);
  return { world, id: facets.accessPoint!.accessPoint!.id, spec };
}

function adopt(world: PlanningWorld, id: string, spec: Partial<BindingSpec>): void {
  world.add("heir", { ...spec, deletionPolicy: "Delete" });
  world.annotate("heir", { "mooring.dev/adopt": `${id},mount` });
}

describe("an access point that a deleted binding left behind", () => {
  test("is taken over by a later one by its tags alone; policy and mount stay as they are", () => {
    const { world, id, spec } = leftBehind();
    const [policy, mounted] = [world.policy, world.functions.get("thumb")!.fileSystemConfigs];
    adopt(world, id, spec);
    expect(world.settle().map(({ type }) => type)).toEqual(["TagResource"]);
    expect(world.condition("heir", "AccessPointReady")?.status).toBe("True");
    expect(world.condition("heir", "MountConfigured")?.status).toBe("True");
    expect(world.condition("heir", "PolicyReady")?.status).toBe("True");
    expect(world.policy).toBe(policy);
    expect(world.functions.get("thumb")!.fileSystemConfigs).toEqual(mounted);
    expect(world.accessPoints[0]!.tags).toMatchObject({
      [TAGS.binding]: "uid-heir",
      [TAGS.bindingName]: "media/heir",
      [TAGS.retained]: "false",
    });
    expect(world.fileSystem.facets.fileSystem!.retained).toEqual([]);
  });

  test("is the later one's from then on: its deletion takes access point and statements along", () => {
    const { world, id, spec } = leftBehind();
    adopt(world, id, spec);
    world.settle();
    world.delete("heir");
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.accessPoints).toEqual([]);
    expect(world.policy).not.toContain(roleArn("thumb"));
  });

  test("can be left behind a second time", () => {
    const { world, id, spec } = leftBehind();
    adopt(world, id, spec);
    world.settle();
    const { policy } = world;
    world.change("heir", { deletionPolicy: "Retain" });
    world.delete("heir");
    world.settle();
    expect(world.fileSystem.facets.fileSystem!.retained).toMatchObject([
      { accessPointId: id, bindingName: "media/heir" },
    ]);
    expect(world.policy).toBe(policy);
  });

  test("stays as it is, tags and all, under driftPolicy Observe", () => {
    const { world, id, spec } = leftBehind();
    adopt(world, id, { ...spec, driftPolicy: "Observe" });
    expect(world.settle()).toEqual([]);
    expect(world.condition("heir", "AccessPointReady")?.status).toBe("True");
    expect(world.fileSystem.facets.fileSystem!.retained).toHaveLength(1);
  });

  test("goes on admitting the role that it was left to, if the function has another one now; both go with the heir", () => {
    const { world, id, spec } = leftBehind();
    world.roles.add(roleArn("other"));
    world.changeFunction("thumb", { roleArn: roleArn("other") });
    adopt(world, id, spec);
    world.settle();
    expect(world.policy).toContain(roleArn("thumb"));
    expect(world.policy).toContain(roleArn("other"));
    expect(world.fileSystem.facets.fileSystem!.retained).toMatchObject([{ roleArns: [roleArn("thumb")] }]);
    world.delete("heir");
    world.settle();
    expect(world.accessPoints).toEqual([]);
    expect(world.policy).not.toContain(roleArn("thumb"));
    expect(world.fileSystem.facets.fileSystem!.retained).toEqual([]);
  });

  test("of another installation is refused", () => {
    const { world, id, spec } = leftBehind();
    world.accessPoints[0]!.tags[TAGS.installation] = "elsewhere";
    adopt(world, id, spec);
    world.settle();
    expect(world.condition("heir", "AdoptionMismatch")?.message).toContain('installation "elsewhere"');
  });

  test("without the annotation keeps the function's slot, and the message says how to take it over", () => {
    const { world, spec } = leftBehind();
    world.add("heir", spec);
    expect(world.settle()).toEqual([]);
    expect(world.condition("heir", "MountConfigured")).toMatchObject({ reason: "MountOccupied" });
    expect(world.condition("heir", "MountConfigured")?.message).toContain("mooring.dev/adopt");
  });
});
