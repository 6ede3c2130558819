import { beforeEach, describe, expect, test } from "vitest";
import { mount, PlanningEcsWorld } from "./planning-ecs-world.ts";

let world: PlanningEcsWorld;

const told = (name = "data") => world.condition(name, "RevisionPinned");

describe.each([
  ["a service", () => new PlanningEcsWorld()],
  ["a family", () => new PlanningEcsWorld().asFamily()],
])("of %s", (_what, make) => {
  beforeEach(() => {
    world = make();
    world.add("data", [mount("app", "/data")]);
  });

  test("a pin on a revision from before the mount is told with what to do, and changes nothing else", () => {
    world.pins = { "schedule default/hourly": 1, "EventBridge rule nightly": 1 };
    world.settle();
    expect(told()).toMatchObject({ status: "True", reason: "PinnedWithoutMount" });
    expect(told()?.message).toContain("EventBridge rule nightly (web:1), schedule default/hourly (web:1)");
    expect(told()?.message).toContain("family web without a revision, or to web:2");
    expect(world.condition("data")).toMatchObject({ status: "True", reason: "Mounted" });
    expect(world.settle()).toEqual([]);
  });

  test("a pin on a revision that has the mount is none of our business, even where there is a younger one", () => {
    world.settle();
    const copy = world.register({ ...world.revisions[1]!.register.reveal(), cpu: "1024" });
    if ("service" in world.target) {
      world.deploy(copy);
      world.complete();
    }
    world.pins = { "EventBridge rule nightly": 2, "EventBridge rule noon": copy };
    world.settle();
    expect(world.condition("data")?.message).toContain(`web:${copy}`);
    expect(told()).toBeUndefined();
  });

  test("what was told goes when the rule is pointed elsewhere", () => {
    world.pins = { "EventBridge rule nightly": 1 };
    world.settle();
    world.pins = { "EventBridge rule nightly": 2 };
    world.settle();
    expect(told()).toBeUndefined();
  });

  test("nothing is told before there is a revision to point to", () => {
    world.serve("data", null);
    world.pins = { "EventBridge rule nightly": 1 };
    world.settle();
    expect(told()).toBeUndefined();
  });

  test("a pin on a revision that names a former access point is told", () => {
    world.settle();
    world.pins = { "EventBridge rule nightly": 2 };
    world.serve("data", "fsap-other", { former: ["fsap-data"] });
    world.settle();
    expect(told()?.message).toMatch(/nightly \(web:2\).*or to web:3/);
  });

  test("a revision that ECS does not show starts nothing, so nothing is told", () => {
    world.pins = { "EventBridge rule nightly": 99 };
    world.settle();
    expect(told()).toBeUndefined();
  });

  test("a missing permission is told as not known, with what to grant, and mounts all the same", () => {
    world.pins = {};
    world.unreadable = { pins: "AccessDeniedException" };
    world.settle();
    expect(told()).toMatchObject({ status: "Unknown", reason: "AccessDenied" });
    expect(told()?.message).toContain("scheduler:ListSchedules");
    expect(world.condition("data")).toMatchObject({ status: "True" });
  });

  test("a passing failure, or no look at all, leaves standing what was told", () => {
    world.pins = { "EventBridge rule nightly": 1 };
    world.settle();
    const before = told();
    world.unreadable = { pins: "ThrottlingException" };
    world.settle();
    expect(told()).toEqual(before);
    world.unreadable = { revisions: "ThrottlingException" };
    world.settle();
    expect(told()).toEqual(before);
    world.unreadable = {};
    world.pins = null;
    world.settle();
    expect(told()).toEqual(before);
  });
});

test("each binding of a service is told of its own mount only", () => {
  world = new PlanningEcsWorld();
  world.add("data", [mount("app", "/data")]);
  world.settle();
  world.add("logs", [mount("logs", "/logs")]);
  world.pins = { "EventBridge rule nightly": 2 };
  world.settle();
  expect(told("data")).toBeUndefined();
  expect(told("logs")?.message).toContain("nightly (web:2)");
});
