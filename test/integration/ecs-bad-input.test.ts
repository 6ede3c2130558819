import { afterEach, describe, expect, test } from "vitest";
import { definitionOf, mount, mountsOfRevision, onService, registerCopy, serviceNow } from "./ecs-account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const data = onService("data", [mount("app", "/data")]);

async function start(): Promise<void> {
  world = await World.start();
  await world.create(aFileSystem());
}

/** Somebody deploys a copy of the service's first revision with these members changed. */
async function deploy(change: Parameters<typeof registerCopy>[2]): Promise<void> {
  const taskDefinition = await registerCopy(world, "web:1", change);
  await world.aws("deploy-bot", "ecs", "UpdateService", { cluster: "prod", service: "web", taskDefinition });
}

const ofFamily = (family: string) =>
  aBinding("job", { workload: { ecs: { family, mounts: [mount("app", "/data")] } } });

const callsOfMooring = (operation: string): number =>
  world.simulator.simulator.calls.counts().byCaller["mooring"]?.[operation] ?? 0;

/** What is wrong and what to do is said, and neither a revision nor a rollout is made of it. */
async function refused(binding: Manifest, reason: string, message: RegExp): Promise<void> {
  await world.create(binding);
  const said = await world.condition(binding, "MountConfigured", { status: "False", reason });
  expect(said.message).toMatch(message);
  await world.condition(binding, "Ready", { status: "False" });
  expect(callsOfMooring("ecs.UpdateService")).toBe(0);
}

/** Once it is put right, the binding needs no push. */
async function putRight(binding: Manifest, change: Parameters<typeof registerCopy>[2] = () => ({})): Promise<void> {
  await deploy(change);
  await world.ready(binding);
}

describe("a service whose task definition does not suit says so, and is mounted once one is deployed that does", () => {
  test("without a task role", async () => {
    await start();
    const { taskRoleArn } = (await definitionOf(world, "web:1")).taskDefinition;
    await deploy(() => ({ taskRoleArn: undefined }));
    await refused(data, "TaskRoleMissing", /give it a taskRoleArn .* and deploy it/);
    await putRight(data, () => ({ taskRoleArn }));
  });

  test("with a foreign volume of the name that Mooring needs", async () => {
    await start();
    const { metadata } = await world.create(onService("data", [mount("app", "/data")], { suspend: true }));
    const name = `mooring-${metadata.uid.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 12)}`;
    await deploy(() => ({ volumes: [{ name, host: {} }] }));
    await world.patch(data, { spec: { suspend: false } });
    const { message } = await world.condition(data, "MountConfigured", { status: "False", reason: "VolumeNameTaken" });
    expect(message).toMatch(/rename that volume/);
    expect(callsOfMooring("ecs.UpdateService")).toBe(0);
    await putRight(data);
  });

  test("with another volume at the path", async () => {
    await start();
    await deploy(({ containerDefinitions: [app, ...others] }) => ({
      volumes: [{ name: "scratch", host: {} }],
      containerDefinitions: [{ ...app, mountPoints: [{ sourceVolume: "scratch", containerPath: "/data" }] }, ...others],
    }));
    await refused(data, "PathTaken", /taken by volume scratch.*choose another containerPath/);
    await putRight(data);
  });

  test("without room for the mount in 64 KiB", async () => {
    await start();
    await deploy((copy) => {
      const [app, ...others] = copy.containerDefinitions;
      const withLong = (value: string) => [{ ...app, environment: [{ name: "LONG", value }] }, ...others];
      const bytes = JSON.stringify({ ...copy, containerDefinitions: withLong("") }).length;
      return { containerDefinitions: withLong("x".repeat(64 * 1024 - 150 - bytes)) };
    });
    await refused(data, "TaskDefinitionTooLarge", /ECS allows 65536: shorten the task definition/);
    await putRight(data);
  });

  test("with the volumes of another installation", async () => {
    await start();
    const taskDefinition = await registerCopy(world, "web:1", () => ({
      volumes: [{ name: "mooring-0123456789ab", host: {} }],
      tags: [{ key: "mooring.dev/installation", value: "staging" }],
    }));
    await world.aws("staging", "ecs", "UpdateService", { cluster: "prod", service: "web", taskDefinition });
    await refused(data, "ManagedElsewhere", /installation "staging".*Bind the directory there/);
    await putRight(data);
  });
});

test.each([
  ["Windows", { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE", cpuArchitecture: "X86_64" } }],
  ["external instances", { requiresCompatibilities: ["EXTERNAL"], networkMode: "bridge" }],
])("a family for %s, where ECS mounts no EFS, is refused with where it would work", async (_what, change) => {
  await start();
  await registerCopy(world, "web:1", () => ({ family: "job", cpu: "1024", memory: "2048", ...change }));
  await refused(ofFamily("job"), "UnsupportedPlatform", /use Linux tasks on Fargate/);
  expect(callsOfMooring("ecs.RegisterTaskDefinition")).toBe(0);
});

test("two mounts on one path: the second binding is refused with who has it, and taken once that one goes", async () => {
  await start();
  await world.create(data);
  await world.ready(data);
  const second = onService("second", [mount("app", "/data")]);
  const { status, body } = await world.request<{ message: string }>("POST", "/namespaces/media/bindings", second);
  expect(status).toBe(422);
  expect(body.message).toMatch(/media\/data mounts there already.*choose another path/);
  await world.delete(data);
  await world.gone(data);
  await world.create(second);
  await world.ready(second);
  expect(Object.keys(await mountsOfRevision(world))).toEqual(["app:/data"]);
});

test("two mounts on one path within one binding are refused at once", async () => {
  await start();
  const twice = onService("twice", [mount("app", "/data"), mount("app", "/data")]);
  const { status, body } = await world.request<{ message: string }>("POST", "/namespaces/media/bindings", twice);
  expect(status).toBe(422);
  expect(body.message).toMatch(/spec\.workload\.ecs\.mounts/);
});

test("a rollout that never stabilises says so while ECS goes on trying, and is neither repeated nor fought", async () => {
  await start();
  const deploymentConfiguration = { deploymentCircuitBreaker: { enable: false, rollback: false } };
  await world.aws("platform-team", "ecs", "UpdateService", {
    cluster: "prod",
    service: "web",
    deploymentConfiguration,
  });
  const ecs = world.simulator.simulator.world.service("ecs");
  ecs.setTaskFault("prod", "web", { tasks: "fail", reason: "ResourceInitializationError: mount failed" });
  await world.create(data);
  const { message } = await world.until("that it does not stabilise", async () => {
    await world.mooring.service.reconcile([`ecs/${(await serviceNow(world)).serviceArn}`]);
    const { conditions } = (await world.get(data)).body.status;
    const found = conditions.find(({ type }) => type === "MountConfigured");
    return found?.reason === "RolloutNotStable" ? { is: found } : { not: found };
  });
  expect(message).toMatch(/with \d+ failed tasks so far/);
  await world.condition(data, "Ready", { status: "False" });
  expect(callsOfMooring("ecs.RegisterTaskDefinition")).toBe(1);
  expect(callsOfMooring("ecs.UpdateService")).toBe(1);
  ecs.setTaskFault("prod", "web", null);
  await world.until("the tasks run", async () => {
    await world.mooring.service.reconcile([`ecs/${(await serviceNow(world)).serviceArn}`]);
    const { conditions } = (await world.get(data)).body.status;
    return conditions.some(({ type, status }) => type === "Ready" && status === "True")
      ? { is: true }
      : { not: conditions };
  });
  expect(callsOfMooring("ecs.UpdateService")).toBe(1);
});
