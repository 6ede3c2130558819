import { describe, expect, test } from "vitest";
import { mount, PlanningEcsWorld } from "./planning-ecs-world.ts";

describe("a newcomer is refused with what to do", () => {
  const change = (world: PlanningEcsWorld, register: Record<string, unknown>) => {
    world.deploy(world.register(register));
    world.complete();
  };
  test.each<[string, (world: PlanningEcsWorld) => void, string, RegExp]>([
    ["no cluster", (world) => (world.service = "noCluster"), "ClusterNotFound", /Cluster prod.*create it/],
    ["no service", (world) => (world.service = null), "ServiceNotFound", /Service prod\/web.*create it/],
    [
      "an INACTIVE service",
      (world) => (world.service = { ...world.running, status: "INACTIVE" }),
      "ServiceNotFound",
      /create it/,
    ],
    [
      "no such container",
      (world) => change(world, { containerDefinitions: [{ name: "web" }] }),
      "ContainerNotFound",
      /it has web/,
    ],
    ["no task role", (world) => change(world, { taskRoleArn: undefined }), "TaskRoleMissing", /taskRoleArn/],
    [
      "Windows",
      (world) => (world.service = { ...world.running, platformFamily: "WINDOWS_SERVER_2022_CORE" }),
      "UnsupportedPlatform",
      /WINDOWS_SERVER_2022_CORE/,
    ],
    [
      "a revision for Windows in a service that says nothing of it",
      (world) => change(world, { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
      "UnsupportedPlatform",
      /WINDOWS_SERVER_2022_CORE/,
    ],
    [
      "ECS Anywhere",
      (world) => (world.service = { ...world.running, launchType: "EXTERNAL" }),
      "UnsupportedPlatform",
      /external instances/,
    ],
    [
      "a path that is taken",
      (world) =>
        change(world, {
          containerDefinitions: [{ name: "app", mountPoints: [{ sourceVolume: "x", containerPath: "/data/" }] }],
          volumes: [{ name: "x", host: {} }],
        }),
      "PathTaken",
      /volume x/,
    ],
    [
      "a volume of our name",
      (world) => change(world, { volumes: [{ name: "mooring-uiddata", host: {} }] }),
      "VolumeNameTaken",
      /rename/,
    ],
    [
      "another installation's service",
      (world) => {
        const tags = { "mooring.dev/installation": "staging" };
        world.deploy(world.register({ volumes: [{ name: "mooring-0123456789ab", host: {} }] }, tags));
        world.complete();
      },
      "ManagedElsewhere",
      /installation "staging"/,
    ],
    [
      "no mount targets",
      (world) => (world.mountTargets = { known: true, value: [], readAtMs: 0 }),
      "NoMountTargets",
      /create one in every availability zone/,
    ],
    [
      "a task definition too large",
      (world) =>
        change(world, {
          containerDefinitions: [{ name: "app", environment: [{ name: "A", value: "x".repeat(65_400) }] }],
        }),
      "TaskDefinitionTooLarge",
      /65536/,
    ],
    [
      "too many tags",
      (world) => {
        world.deploy(world.register({}, Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`t${n}`, "1"]))));
        world.complete();
      },
      "TooManyTags",
      /ECS allows 50/,
    ],
  ])("%s", (_what, prepare, reason, message) => {
    const world = new PlanningEcsWorld();
    world.add("data");
    prepare(world);
    expect(world.settle()).toEqual([]);
    expect(world.condition("data")).toMatchObject({ status: "False", reason });
    expect(world.condition("data")?.message).toMatch(message);
  });

  test("and harms no neighbour: the one that does not fit is left out by itself", () => {
    const world = new PlanningEcsWorld();
    const pad = 64 * 1024 - world.revisions[0]!.bytes - 500;
    world.deploy(
      world.register({ containerDefinitions: [{ name: "app", environment: [{ name: "A", value: "x".repeat(pad) }] }] }),
    );
    world.complete();
    world.add("one");
    world.add("two");
    world.settle();
    expect(world.condition("one")?.status).toBe("True");
    expect(world.condition("two")?.reason).toBe("TaskDefinitionTooLarge");
  });

  test("two bindings on one path: the older one has it", () => {
    const world = new PlanningEcsWorld();
    world.add("a", [mount("app", "/data")]);
    world.add("b", [mount("app", "/data/")]);
    world.settle();
    expect(world.condition("a")?.status).toBe("True");
    expect(world.condition("b")).toMatchObject({ reason: "PathTaken" });
    expect(world.condition("b")?.message).toContain("media/a");
  });

  test("what cannot be read is Unknown, or names the missing permission", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.unreadable = { service: "ThrottlingException" };
    expect(world.pass().ending.kind).toBe("waiting");
    expect(world.condition("data")?.status).toBe("Unknown");
    world.unreadable = { service: "AccessDeniedException" };
    expect(world.pass().ending.kind).toBe("stalled");
    expect(world.condition("data")?.message).toContain("ecs:DescribeServices");
  });
});
