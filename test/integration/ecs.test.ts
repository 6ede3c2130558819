import { afterEach, describe, expect, test } from "vitest";
import { expectNothingLeaked, expectWholeHistory, ourAccessPoints } from "./account.ts";
import { ConnectionLost } from "../../src/simulator/faults.ts";
import { definitionOf, mount, mountsOfRevision, onService, serviceNow } from "./ecs-account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const fileSystem = aFileSystem();

const service = () => serviceNow(world);
const definition = (name: string) => definitionOf(world, name);
const mounts = (name?: string) => mountsOfRevision(world, name);

const calls = (caller: string, operation: string): number =>
  world.simulator.simulator.calls.counts().byCaller[caller]?.[operation] ?? 0;

describe("bindings of one service", () => {
  test("ten of them are one revision and one rollout, and the tasks really mount", async () => {
    world = await World.start({ gatherQuietMs: 150 });
    await world.create(fileSystem);
    const bindings = Array.from({ length: 10 }, (_, n) =>
      onService(`d${n}`, n === 0 ? [mount("app", "/d0"), mount("log", "/in", true)] : [mount("app", `/d${n}`)]),
    );
    await Promise.all(bindings.map((binding) => world.create(binding)));
    await world.ready(...bindings);
    expect(Object.keys(await mounts())).toHaveLength(11);
    expect(calls("mooring", "ecs.RegisterTaskDefinition")).toBe(1);
    expect(calls("mooring", "ecs.UpdateService")).toBe(1);
    const { tags, taskDefinition } = await definition("web");
    expect(tags).toContainEqual({ key: "team", value: "web" });
    expect(taskDefinition.containerDefinitions[0].environment).toEqual([{ name: "STAGE", value: "prod" }]);
    const tasks = world.simulator.simulator.world.service("ecs").tasksOfService("prod", "web");
    expect(tasks.map(({ mounts: own }) => own.length)).toEqual(tasks.map(() => 10));
    await expectNothingLeaked(world, ...bindings);
    await expectWholeHistory(world);
    expect(JSON.stringify(await world.history())).not.toContain("STAGE");
  });

  test("a steady service costs a tenth of a call per binding and sweep, and the account's rules and schedules a few", async () => {
    world = await World.start({ gatherQuietMs: 150 });
    await world.create(fileSystem);
    const bindings = Array.from({ length: 10 }, (_, n) => onService(`d${n}`, [mount("app", `/d${n}`)]));
    await Promise.all(bindings.map((binding) => world.create(binding)));
    await world.ready(...bindings);
    await world.mooring.service.sweepNow();
    const before = { ...world.simulator.simulator.calls.counts().byCaller["mooring"] };
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    const after = world.simulator.simulator.calls.counts().byCaller["mooring"]!;
    const made = Object.entries(after).filter(
      ([name, count]) => /^(ecs|eventbridge|scheduler)\./.test(name) && count > (before[name] ?? 0),
    );
    expect(Object.fromEntries(made.map(([name, count]) => [name, count - (before[name] ?? 0)]))).toEqual({
      "ecs.DescribeServices": 1,
      "ecs.ListClusters": 1,
      "eventbridge.ListEventBuses": 1,
      "eventbridge.ListRuleNamesByTarget": 1,
      "scheduler.ListSchedules": 1,
    });
  });

  test("a deleted one is taken out, and its access point goes once nothing names it", async () => {
    world = await World.start();
    await world.create(fileSystem);
    const stays = onService("stays", [mount("app", "/stays")]);
    const goes = onService("goes", [mount("app", "/goes"), mount("log", "/goes")]);
    await world.create(stays);
    await world.create(goes);
    await world.ready(stays, goes);
    await world.delete(goes);
    await world.gone(goes);
    expect(Object.keys(await mounts())).toEqual(["app:/stays"]);
    await world.ready(stays);
    await expectNothingLeaked(world, stays);
  });

  test.each(["RegisterTaskDefinition", "UpdateService"])("a lost reply of %s begins nothing twice", async (lost) => {
    world = await World.start();
    const { simulator } = world.simulator;
    const call = simulator.call.bind(simulator);
    let isLost = false;
    simulator.call = async (of, operation, input, caller, options) => {
      const answer = await call(of, operation, input, caller, options);
      if (isLost || operation !== lost || caller.userName !== "mooring") return answer;
      isLost = true;
      throw new ConnectionLost();
    };
    await world.create(fileSystem);
    const binding = onService("data", [mount("app", "/data")]);
    await world.create(binding);
    await world.ready(binding);
    expect(isLost).toBe(true);
    expect((await service()).taskDefinition).toMatch(/:web:2$|\/web:2$/);
    expect((await definition("web")).taskDefinition.revision).toBe(2);
    await expectWholeHistory(world);
  });

  test("two services of one family keep their revisions apart, however AWS reads them back", async () => {
    world = await World.start();
    const { simulator } = world.simulator;
    simulator.world.service("ecs").configure({ noisy: true });
    const web = await service();
    const { networkConfiguration } = web;
    await world.aws("platform-team", "ecs", "CreateService", {
      cluster: "prod",
      serviceName: "api",
      taskDefinition: "web",
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration,
    });
    await world.create(fileSystem);
    const bindings = [onService("web", [mount("app", "/web")]), onService("api", [mount("app", "/api")], {}, "api")];
    await Promise.all(bindings.map((binding) => world.create(binding)));
    await world.ready(...bindings);
    expect(Object.keys(await mounts())).toEqual(["app:/web"]);
    expect(calls("mooring", "ecs.RegisterTaskDefinition")).toBe(2);
    expect(calls("mooring", "ecs.UpdateService")).toBe(2);
    const family = aBinding("late", { workload: { ecs: { family: "web", mounts: [mount("app", "/late")] } } });
    await world.create(family);
    await world.condition(family, "MountConfigured", { status: "False", reason: "FamilyManaged" });
  });

  test("a path change with consent moves the tasks to another access point, and only then the old one goes", async () => {
    world = await World.start({ quarantineMs: 200 }, { taskStartMs: 100, deploymentStepMs: 50 });
    await world.create(fileSystem);
    const binding = onService("data", [mount("app", "/data")], { replacement: "AcceptDataChange" });
    await world.create(binding);
    await world.ready(binding);
    const before = (await mounts())["app:/data"];
    const named = new Set<string | undefined>();
    const rootDirectory = { path: "/elsewhere", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
    await world.patch(binding, { spec: { rootDirectory } });
    await world.until("another access point is mounted", async () => {
      const now = (await mounts())["app:/data"];
      named.add(now);
      return now === before ? { not: now } : { is: true };
    });
    expect(named).not.toContain(undefined);
    await world.ready(binding);
    await world.until("the old access point is gone", async () => {
      const ids = (await ourAccessPoints(world)).map(({ AccessPointId }) => AccessPointId);
      return ids.includes(before!) ? { not: ids } : { is: true };
    });
    expect(world.simulator.simulator.world.service("ecs").tasksOfService("prod", "web")).toHaveLength(2);
  });

  test("a dry-run shows the revision and the rollout, and makes neither", async () => {
    world = await World.start();
    await world.create(fileSystem);
    const binding = onService("data", [mount("app", "/data")]);
    const { body } = await world.request("POST", "/namespaces/media/bindings?dryRun=All", binding);
    expect(body.status.plan?.map(({ operation }) => operation)).toEqual([
      "elasticfilesystem:CreateAccessPoint",
      "elasticfilesystem:PutFileSystemPolicy",
      "ecs:RegisterTaskDefinition",
      "ecs:UpdateService",
    ]);
    expect(calls("mooring", "ecs.RegisterTaskDefinition")).toBe(0);
  });
});

describe("other people's deployments", () => {
  test("a revision without the volume is deployed upon: the pipeline's change stays, and it is named", async () => {
    world = await World.start();
    await world.create(fileSystem);
    const binding = onService("data", [mount("app", "/data")]);
    await world.create(binding);
    await world.ready(binding);
    const { taskDefinition } = await definition("web:1");
    const {
      family,
      taskRoleArn,
      executionRoleArn,
      networkMode,
      requiresCompatibilities,
      containerDefinitions,
      memory,
    } = taskDefinition;
    await world.aws("deploy-bot", "ecs", "RegisterTaskDefinition", {
      family,
      taskRoleArn,
      executionRoleArn,
      networkMode,
      requiresCompatibilities,
      containerDefinitions,
      memory,
      cpu: "256",
    });
    await world.aws("deploy-bot", "ecs", "UpdateService", { cluster: "prod", service: "web", taskDefinition: "web" });
    await world.until("the mount is back on the pipeline's revision", async () => {
      const arn = (await service()).deployments[0].taskDefinition;
      const { cpu } = (await definition(arn)).taskDefinition;
      const there = await mounts(arn);
      return cpu === "256" && there["app:/data"] !== undefined ? { is: true } : { not: { arn, cpu, there } };
    });
    await world.ready(binding);
    // ECS's own event of the rollout may come before CloudTrail's, which alone knows who began it.
    await world.until("the history names who deployed", async () => {
      const entries = await world.history({ binding: "media/data" });
      const named = entries.flatMap((entry) =>
        entry.type === "Drift" || entry.type === "Attributed" ? [entry.actor] : [],
      );
      return named.includes("deploy-bot") ? { is: true } : { not: entries };
    });
  });

  test("a rollback by the circuit breaker is told and not fought", async () => {
    world = await World.start({ backoffBaseMs: 20 });
    const old = onService("old", [mount("app", "/old")]);
    const bad = onService("bad", [mount("app", "/bad")]);
    await world.create(fileSystem);
    await world.create(old);
    await world.ready(old);
    const ecs = world.simulator.simulator.world.service("ecs");
    ecs.setTaskFault("prod", "web", { tasks: "fail", reason: "ResourceInitializationError: mount failed" });
    await world.create(bad);
    const { message } = await world.condition(bad, "MountConfigured", { reason: "RolledBack" });
    expect(message).toContain("rolled service prod/web back");
    await world.condition(old, "Ready", { status: "True" });
    expect(Object.keys(await mounts())).toEqual(["app:/old"]);
    expect(calls("mooring", "ecs.RegisterTaskDefinition")).toBe(2);
    ecs.setTaskFault("prod", "web", null);
    await world.ready(old, bad);
    expect(calls("mooring", "ecs.RegisterTaskDefinition")).toBe(2);
  });
});

test("a service that is deleted and made anew under the same name is mounted again", async () => {
  world = await World.start();
  await world.create(fileSystem);
  const binding = onService("data", [mount("app", "/data")]);
  await world.create(binding);
  await world.ready(binding);
  const { networkConfiguration } = await service();
  await world.aws("platform-team", "ecs", "DeleteService", { cluster: "prod", service: "web", force: true });
  await world.condition(binding, "MountConfigured", { status: "False", reason: "ServiceNotFound" });
  const made = { cluster: "prod", serviceName: "web", taskDefinition: "web:1", desiredCount: 1, launchType: "FARGATE" };
  await world.aws("platform-team", "ecs", "CreateService", { ...made, networkConfiguration });
  await world.ready(binding);
  expect(Object.keys(await mounts())).toEqual(["app:/data"]);
});

test("a rollout whose tasks hang is told, and is waited for", async () => {
  world = await World.start();
  await world.create(fileSystem);
  const { deploymentConfiguration } = await service();
  expect(deploymentConfiguration.deploymentCircuitBreaker.enable).toBe(true);
  const ecs = world.simulator.simulator.world.service("ecs");
  ecs.setTaskFault("prod", "web", { tasks: "hang", reason: "no capacity" });
  const binding = onService("data", [mount("app", "/data")]);
  await world.create(binding);
  const { message } = await world.condition(binding, "MountConfigured", { status: "False", reason: "Updating" });
  expect(message).toMatch(/being (registered|rolled out)/);
  ecs.setTaskFault("prod", "web", null);
  await world.aws("platform-team", "ecs", "UpdateService", {
    cluster: "prod",
    service: "web",
    forceNewDeployment: true,
  });
  await world.ready(binding);
});

test("a task family gets a revision, of which the next task is made", async () => {
  world = await World.start();
  await world.create(fileSystem);
  const binding = aBinding("report", {
    workload: { ecs: { family: "nightly-report", mounts: [mount("report", "/out")] } },
  });
  await world.create(binding);
  await world.ready(binding);
  expect(Object.keys(await mounts("nightly-report"))).toEqual(["report:/out"]);
  await world.delete(binding);
  await world.gone(binding);
  expect(await mounts("nightly-report")).toEqual({});
});

test("a function and a service share one directory", async () => {
  world = await World.start();
  await world.create(fileSystem);
  const rootDirectory = { path: "/shared", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
  const binding = onService("web", [mount("app", "/data")], { rootDirectory });
  const other = aBinding("thumbnailer", { rootDirectory });
  await world.create(binding);
  await world.create(other);
  await world.ready(binding, other);
});

test.each<[string, Manifest, string]>([
  [
    "a cluster",
    aBinding("x", { workload: { ecs: { cluster: "nowhere", service: "web", mounts: [mount("app", "/d")] } } }),
    "ClusterNotFound",
  ],
  ["a service", onService("x", [mount("app", "/d")], {}, "nothing"), "ServiceNotFound"],
  ["a container", onService("x", [mount("sidecar", "/d")]), "ContainerNotFound"],
  [
    "a family",
    aBinding("x", { workload: { ecs: { family: "none", mounts: [mount("app", "/d")] } } }),
    "FamilyNotFound",
  ],
])("%s that does not exist is named, and nothing is made for it", async (_what, binding, reason) => {
  world = await World.start();
  await world.create(fileSystem);
  await world.create(binding);
  await world.condition(binding, "MountConfigured", { status: "False", reason });
  await world.delete(binding);
  await world.gone(binding);
  expect(calls("mooring", "efs.CreateAccessPoint")).toBe(0);
});
