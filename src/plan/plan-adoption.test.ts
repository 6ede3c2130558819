import { expect, test } from "vitest";
import { ANNOTATIONS } from "../model/records.ts";
import { PlanningWorld } from "./planning-world.ts";

/** A binding's access point and its mount, as somebody else would have made them; the binding has seen neither. */
function mountedByOthers(): { world: PlanningWorld; id: string } {
  const world = new PlanningWorld();
  world.add("thumb");
  world.settle();
  const [made] = world.accessPoints;
  world.accessPoints = [{ ...made!, tags: {}, clientToken: "theirs" }];
  const before = world.get("thumb");
  world.bindings.set("thumb", { ...before, facets: {} });
  world.lambdaMemories.clear();
  world.policy = null;
  world.done.length = 0;
  world.annotate("thumb", { [ANNOTATIONS.adopt]: `${made!.accessPointId},mount` });
  return { world, id: made!.accessPointId };
}

test("an access point and its mount that fit are taken over by tags alone", () => {
  const { world, id } = mountedByOthers();
  world.settle();
  expect(world.done.map(({ type }) => type)).toEqual(["TagResource", "PutFileSystemPolicy"]);
  expect(world.get("thumb").facets.accessPoint?.accessPoint?.id).toBe(id);
});

test("what the workload said of an earlier spec admits no adoption: it may not fit the mount of this one", () => {
  const { world } = mountedByOthers();
  const { spec } = world.get("thumb");
  world.change("thumb", { posixUser: { uid: 4242, gid: 4242, secondaryGids: [] } });
  world.settle();
  expect(world.condition("thumb", "AdoptionMismatch")?.reason).toBe("AccessPointDiffers");
  world.change("thumb", {
    posixUser: spec.posixUser,
    workload: { lambda: { ...spec.workload.lambda!, localMountPath: "/mnt/elsewhere" } },
  });
  world.passFileSystem();
  expect(world.condition("thumb", "AccessPointReady")).toMatchObject({
    status: "Unknown",
    reason: "WaitingForWorkload",
  });
  world.settle();
  expect(world.condition("thumb", "MountConfigured")?.reason).toBe("AdoptionMismatch");
  expect(world.done).toEqual([]);
});

test("a function that cannot be read says nothing of a changed spec either", () => {
  const { world } = mountedByOthers();
  world.change("thumb", { posixUser: { uid: 4242, gid: 4242, secondaryGids: [] } });
  world.settle();
  const { spec, metadata } = world.get("thumb");
  world.change("thumb", { workload: { lambda: { ...spec.workload.lambda!, localMountPath: "/mnt/elsewhere" } } });
  world.unreadable["function thumb"] = "TooManyRequestsException";
  world.passLambda("thumb");
  expect(world.get("thumb").facets.workload?.observedGeneration).toBe(metadata.generation);
  world.passFileSystem();
  expect(world.condition("thumb", "AccessPointReady")).toMatchObject({
    status: "Unknown",
    reason: "WaitingForWorkload",
  });
});
