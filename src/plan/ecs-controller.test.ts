import { describe, expect, test } from "vitest";
import { MOUNT_FINALIZER } from "../model/records.ts";
import { mount, PlanningEcsWorld } from "./planning-ecs-world.ts";

/** A service whose only task set runs a revision without any volume of ours. */
function deployedBy(controller: "CODE_DEPLOY" | "EXTERNAL"): PlanningEcsWorld {
  const world = new PlanningEcsWorld();
  world.service = { ...world.running, controller };
  return world;
}

/** What whoever deploys the service takes over from `mooring render`, under a name of their own. */
function withVolume(world: PlanningEcsWorld, accessPointId = "fsap-data"): number {
  const authorizationConfig = { accessPointId, iam: "ENABLED" };
  const efsVolumeConfiguration = {
    fileSystemId: "fs-0123456789abcdef0",
    transitEncryption: "ENABLED",
    authorizationConfig,
  };
  return world.register({
    containerDefinitions: [
      { name: "app", mountPoints: [{ sourceVolume: "theirs", containerPath: "/data", readOnly: false }] },
    ],
    volumes: [{ name: "theirs", efsVolumeConfiguration }],
  });
}

function deployed(world: PlanningEcsWorld, revision: number): void {
  world.deploy(revision);
  world.complete();
}

describe.each(["CODE_DEPLOY", "EXTERNAL"] as const)("a service whose controller is %s", (controller) => {
  test("is told what its source lacks, and nothing is called", () => {
    const world = deployedBy(controller);
    world.add("data");
    expect(world.settle()).toEqual([]);
    expect(world.condition("data")).toMatchObject({ status: "False", reason: "UnsupportedController" });
    expect(world.condition("data")?.message).toMatch(/CodeDeploy|an external controller/);
    expect(world.condition("data")?.message).toContain("mooring render media/data -o taskdef");
  });

  test("has its access point made before the volume is there, or there would be nothing to deploy", () => {
    const world = deployedBy(controller);
    world.add("data");
    world.serve("data", null);
    world.pass();
    expect(world.get("data").facets.workload?.admissible).toBe(true);
    expect(world.condition("data")?.reason).toBe("WaitingForAccessPoint");
  });

  test("is converged once its revision has the volume", () => {
    const world = deployedBy(controller);
    world.add("data");
    world.settle();
    deployed(world, withVolume(world));
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "converged" } });
    expect(world.condition("data")).toMatchObject({ status: "True", reason: "Mounted" });
    expect(world.get("data").facets.workload?.echo).toBe("fsap-data");
  });

  test("is waited for while one of two task sets has the volume", () => {
    const world = deployedBy(controller);
    world.add("data");
    world.settle();
    world.deploy(withVolume(world));
    const [green, blue] = world.running.deployments;
    world.service = {
      ...world.running,
      deployments: [
        { ...blue!, status: "PRIMARY" },
        { ...green!, status: "ACTIVE" },
      ],
    };
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting" } });
    expect(world.condition("data")?.reason).toBe("InTransition");
  });

  test("is drifted, and named so, when a later revision lacks the volume", () => {
    const world = deployedBy(controller);
    world.add("data");
    deployed(world, withVolume(world));
    world.settle();
    deployed(world, world.register({ cpu: "512" }));
    expect(world.pass()).toMatchObject({ actions: [], drifted: true });
    expect(world.condition("data")?.reason).toBe("UnsupportedController");
    expect(world.condition("data", "Drifted")).toMatchObject({ status: "True", reason: "Obstructed" });
  });

  test("names another access point as what is wrong, and keeps saying that the old one serves", () => {
    const world = deployedBy(controller);
    world.add("data");
    deployed(world, withVolume(world));
    world.settle();
    world.serve("data", "fsap-new", { retiring: [{ accessPointId: "fsap-data", retiredAtMs: 1, why: "Replaced" }] });
    world.pass();
    expect(world.condition("data")?.message).toContain("names access point fsap-data");
    expect(world.get("data").facets.workload).toMatchObject({
      served: ["fsap-data"],
      namedBy: { "fsap-data": ["task definition web:2"] },
    });
  });

  test("is unmounted by whoever deploys it, and only then released", () => {
    const world = deployedBy(controller);
    world.add("data");
    deployed(world, withVolume(world));
    world.settle();
    world.delete("data");
    expect(world.settle()).toEqual([]);
    expect(world.condition("data")).toMatchObject({ reason: "UnsupportedController" });
    expect(world.condition("data")?.message).toContain("without its volume theirs");
    deployed(world, 1);
    world.pass();
    expect(world.get("data").metadata.finalizers).not.toContain(MOUNT_FINALIZER);
  });

  test("is refused for what no deployment would mend, too", () => {
    const world = deployedBy(controller);
    world.add("data", [mount("sidecar", "/data")]);
    world.settle();
    expect(world.condition("data")).toMatchObject({ reason: "ContainerNotFound" });
  });
});

test("an external controller that has deployed nothing yet is waited for", () => {
  const world = deployedBy("EXTERNAL");
  world.add("data");
  world.service = { ...world.running, deployments: [], taskDefinitionArn: "" };
  world.pass();
  expect(world.condition("data")).toMatchObject({ status: "False", reason: "UnsupportedController" });
  expect(world.condition("data")?.message).toContain("has not deployed anything yet");
});
