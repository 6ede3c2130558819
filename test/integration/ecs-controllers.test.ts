import { afterEach, describe, expect, test } from "vitest";
import { ourAccessPoints } from "./account.ts";
import { mount, onService, registerCopy, serviceNow } from "./ecs-account.ts";
import { aFileSystem, FS_ID } from "./manifests.ts";
import { World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const SERVICE = { cluster: "prod", service: "api" };
const binding = onService("data", [mount("app", "/data")], {}, "api");

/** A service like `web`, whose deployments somebody else makes. */
async function makeService(controller: "CODE_DEPLOY" | "EXTERNAL"): Promise<void> {
  const { networkConfiguration } = await serviceNow(world);
  const common = { cluster: "prod", serviceName: "api", desiredCount: 1, deploymentController: { type: controller } };
  const own =
    controller === "CODE_DEPLOY" ? { taskDefinition: "web:1", launchType: "FARGATE", networkConfiguration } : {};
  await world.aws("platform-team", "ecs", "CreateService", { ...common, ...own });
  if (controller === "EXTERNAL") await startTaskSet("web:1").then(takeOver);
}

async function startTaskSet(taskDefinition: string): Promise<string> {
  const { networkConfiguration } = await serviceNow(world);
  const input = { ...SERVICE, taskDefinition, launchType: "FARGATE", networkConfiguration };
  const { taskSet } = await world.aws("code-deploy", "ecs", "CreateTaskSet", input);
  return taskSet.id;
}

/** The traffic goes to it, and the others end. */
async function takeOver(id: string, others: "delete" | "keep" = "delete"): Promise<void> {
  await world.aws("code-deploy", "ecs", "UpdateServicePrimaryTaskSet", { ...SERVICE, primaryTaskSet: id });
  if (others === "keep") return;
  for (const { id: old } of (await serviceNow(world, "api")).taskSets)
    if (old !== id) await world.aws("code-deploy", "ecs", "DeleteTaskSet", { ...SERVICE, taskSet: old, force: true });
}

const deploy = async (taskDefinition: string) => takeOver(await startTaskSet(taskDefinition));

/** What `mooring render` prints, as somebody puts it into the source. */
function withVolume(accessPointId: string): Promise<string> {
  const authorizationConfig = { accessPointId, iam: "ENABLED" };
  const efsVolumeConfiguration = { fileSystemId: FS_ID, transitEncryption: "ENABLED", authorizationConfig };
  return registerCopy(world, "web:1", ({ containerDefinitions: [app, ...others] }) => ({
    volumes: [{ name: "data", efsVolumeConfiguration }],
    containerDefinitions: [{ ...app, mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }, ...others],
  }));
}

/** The id that a Binding gets although nothing mounts it yet. */
async function accessPointId(): Promise<string> {
  return world.until("the access point", async () => {
    const { status } = (await world.get(binding)).body;
    return status.accessPointId === undefined ? { not: status } : { is: status.accessPointId };
  });
}

const callsOfMooring = (operation: string) =>
  world.simulator.simulator.calls.counts().byCaller["mooring"]?.[operation] ?? 0;

describe.each(["CODE_DEPLOY", "EXTERNAL"] as const)("a service with deployment controller %s", (controller) => {
  test("is told to take the snippet, is Ready once a deployment has it, and is never updated", async () => {
    world = await World.start();
    await makeService(controller);
    await world.create(aFileSystem());
    await world.create(binding);
    const { message } = await world.condition(binding, "MountConfigured", { reason: "UnsupportedController" });
    expect(message).toContain("mooring render media/data -o taskdef");
    await deploy(await withVolume(await accessPointId()));
    await world.ready(binding);
    const tasks = world.simulator.simulator.world.service("ecs").tasksOfService("prod", "api");
    expect(tasks.map(({ mounts }) => mounts.length)).toEqual([1]);
    await deploy("web:1");
    await world.condition(binding, "Drifted", { status: "True", reason: "Obstructed" });
    expect(callsOfMooring("ecs.UpdateService") + callsOfMooring("ecs.RegisterTaskDefinition")).toBe(0);
  });

  test("keeps the access point of a deleted Binding until its last task set without the volume is alone", async () => {
    world = await World.start();
    await makeService(controller);
    await world.create(aFileSystem());
    await world.create(binding);
    const id = await accessPointId();
    await deploy(await withVolume(id));
    await world.ready(binding);
    await world.delete(binding);
    await world.condition(binding, "MountConfigured", { status: "False", reason: "UnsupportedController" });
    const next = await startTaskSet("web:1");
    await takeOver(next, "keep");
    await world.condition(binding, "MountConfigured", { status: "False", reason: "Updating" });
    await world.mooring.service.sweepNow();
    expect((await ourAccessPoints(world)).map(({ AccessPointId }) => AccessPointId)).toEqual([id]);
    await takeOver(next);
    await world.gone(binding);
    expect(await ourAccessPoints(world)).toEqual([]);
  });
});

test("an access point that only a task set of somebody else's service names is not deleted", async () => {
  world = await World.start();
  await makeService("CODE_DEPLOY");
  await world.create(aFileSystem());
  const other = onService("data", [mount("app", "/data")]);
  await world.create(other);
  await world.ready(other);
  const id = (await world.get(other)).body.status.accessPointId!;
  // Scaled to nothing it runs no task that would show.
  await world.aws("platform-team", "ecs", "UpdateService", { ...SERVICE, desiredCount: 0 });
  await startTaskSet(await withVolume(id));
  await world.delete(other);
  const { message } = await world.condition(other, "AccessPointReady", { reason: "StillServed" });
  expect(message).toContain("service prod/api");
  await deploy("web:1");
  await world.mooring.service.sweepNow();
  await world.gone(other);
  expect(await ourAccessPoints(world)).toEqual([]);
});

test("a service with strategy BLUE_GREEN is ECS's to deploy: Ready only once the blue tasks are gone", async () => {
  world = await World.start({}, { taskStartMs: 20, deploymentStepMs: 20 });
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 };
  await world.aws("platform-team", "ecs", "UpdateService", {
    cluster: "prod",
    service: "web",
    deploymentConfiguration,
  });
  await world.create(aFileSystem());
  const onWeb = onService("data", [mount("app", "/data")]);
  await world.create(onWeb);
  const { message } = await world.condition(onWeb, "MountConfigured", { status: "False", reason: "Updating" });
  expect(message).toMatch(/rolled out|registered/);
  await world.until("blue and green stand side by side", async () => {
    const { conditions } = (await world.get(onWeb)).body.status;
    const { deployments } = await serviceNow(world);
    if (deployments.length < 2) return { not: deployments };
    // Read before the two were seen, so it was said of them or of what came before.
    expect(conditions.find(({ type }) => type === "Ready")?.status).toBe("False");
    return { is: true };
  });
  await world.ready(onWeb);
  expect((await serviceNow(world)).deployments).toHaveLength(1);
  expect(callsOfMooring("ecs.UpdateService")).toBe(1);
});
