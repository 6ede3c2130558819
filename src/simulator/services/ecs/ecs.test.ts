import { beforeEach, describe, expect, test } from "vitest";
import { CLUSTER, createTestCluster, type TestCluster } from "./test-cluster.ts";

let at: TestCluster;
beforeEach(async () => {
  at = await createTestCluster();
  await at.register();
});
const call = (operation: string, input: object = {}) => at.world.call("ecs", operation, input);

test("a cluster counts tasks and services by launch type where it is asked to", async () => {
  await at.createService({ launchType: "FARGATE" });
  const clusterWith = async (...include: string[]) =>
    (await call("DescribeClusters", { clusters: [CLUSTER], include })).clusters[0];
  expect(await clusterWith()).toMatchObject({ statistics: [] });
  const { statistics } = await clusterWith("STATISTICS");
  expect(statistics).toContainEqual({ name: "activeFargateServiceCount", value: "1" });
  expect(statistics).toContainEqual({ name: "activeEC2ServiceCount", value: "0" });
});

describe("services", () => {
  test("what does not exist is named as missing, in a good answer", async () => {
    await at.createService();
    const answer = await call("DescribeServices", { cluster: CLUSTER, services: ["web", "none"] });
    expect(answer.services).toHaveLength(1);
    expect(answer.failures).toEqual([
      { arn: "arn:aws:ecs:eu-west-1:111122223333:service/prod/none", reason: "MISSING" },
    ]);
    const eleven = Array.from({ length: 11 }, (_, n) => `s${n}`);
    await expect(call("DescribeServices", { cluster: CLUSTER, services: eleven })).rejects.toMatchObject({
      code: "InvalidParameterException",
    });
    await expect(call("DescribeServices", { cluster: "none", services: ["web"] })).rejects.toMatchObject({
      code: "ClusterNotFoundException",
      message: "Cluster not found.",
    });
  });

  test("are read as ECS shows them: with defaults that nobody wrote", async () => {
    expect(await at.createService()).toMatchObject({
      serviceArn: "arn:aws:ecs:eu-west-1:111122223333:service/prod/web",
      loadBalancers: [],
      serviceRegistries: [],
      placementConstraints: [],
      platformVersion: "LATEST",
      platformFamily: "Linux",
      schedulingStrategy: "REPLICA",
      deploymentController: { type: "ECS" },
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: false, rollback: false },
      },
      propagateTags: "NONE",
      networkConfiguration: { awsvpcConfiguration: { assignPublicIp: "DISABLED" } },
      deployments: [{ platformVersion: "1.4.0" }],
    });
  });

  test("creating one twice is no error only if it is the same", async () => {
    const first = await at.createService();
    expect((await at.createService()).createdAt).toEqual(first.createdAt);
    await expect(at.createService({ desiredCount: 2 })).rejects.toThrow("Creation of service was not idempotent.");
  });

  test("go only when scaled to 0 or forced, and their name is free then", async () => {
    await at.createService();
    const remove = (more: object = {}) => call("DeleteService", { cluster: CLUSTER, service: "web", ...more });
    await expect(remove()).rejects.toThrow("The service cannot be stopped while it is scaled above 0.");
    await expect(call("DeleteCluster", { cluster: CLUSTER })).rejects.toMatchObject({
      code: "ClusterContainsServicesException",
    });
    await remove({ force: true });
    expect(await at.service()).toMatchObject({ status: "INACTIVE", deployments: [], runningCount: 0 });
    expect((await call("ListServices", { cluster: CLUSTER })).serviceArns).toEqual([]);
    await expect(at.update({ desiredCount: 1 })).rejects.toMatchObject({ code: "ServiceNotActiveException" });
    at.world.clock.advance(1_000);
    const again = await at.createService({ desiredCount: 0 });
    expect(again).toMatchObject({ status: "ACTIVE", createdAt: new Date(at.world.clock.nowMs()) });
    await remove();
    await call("DeleteCluster", { cluster: CLUSTER });
    await expect(call("ListServices", { cluster: CLUSTER })).rejects.toThrow("The referenced cluster was inactive.");
  });

  test("drain for as long as their tasks take", async () => {
    at = await createTestCluster({ deploymentStepMs: 1_000 });
    await at.register();
    await at.createService();
    at.world.clock.advance(10_000);
    await call("DeleteService", { cluster: CLUSTER, service: "web", force: true });
    expect(await at.service()).toMatchObject({
      status: "DRAINING",
      runningCount: 1,
      deployments: [{ status: "INACTIVE" }],
    });
    await expect(at.createService()).rejects.toThrow("Unable to Start a service that is still Draining.");
    at.world.clock.advance(1_000);
    expect(await at.service()).toMatchObject({ status: "INACTIVE", runningCount: 0 });
  });

  test.each([
    ["a revision that does not exist", { taskDefinition: "none" }, "ClientException", "TaskDefinition not found."],
    [
      "a container that does not exist",
      { loadBalancers: [{ containerName: "x", containerPort: 1, targetGroupArn: "t" }] },
      "InvalidParameterException",
      "The container x does not exist in the task definition.",
    ],
    [
      "percentages that block",
      { deploymentConfiguration: { maximumPercent: 100 } },
      "InvalidParameterException",
      "block deployments",
    ],
    ["a platform that does not exist", { platformVersion: "9" }, "PlatformUnknownException", "does not exist"],
    ["a bad name", { serviceName: "a b" }, "InvalidParameterException", "up to 255 letters"],
  ])("%s is refused", async (_what, more, code, message) => {
    await expect(at.createService(more)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("a thousand are made and read in no time", async () => {
    const before = performance.now();
    for (let n = 0; n < 1_000; n++) await at.createService({ serviceName: `s${n}` });
    const arns: string[] = [];
    for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
      const page = await call("ListServices", { cluster: CLUSTER, maxResults: 100, nextToken });
      arns.push(...page.serviceArns);
      nextToken = page.nextToken;
    }
    for (let n = 0; n < arns.length; n += 10) {
      await call("DescribeServices", { cluster: CLUSTER, services: arns.slice(n, n + 10) });
    }
    expect(new Set(arns).size).toBe(1_000);
    expect(performance.now() - before).toBeLessThan(8_000);
  });
});

describe("clusters", () => {
  test("exist once, show what is asked for, and count what is in them", async () => {
    await call("CreateCluster", { clusterName: CLUSTER, tags: [{ key: "too", value: "late" }] });
    await at.createService({ desiredCount: 3 });
    const { clusters, failures } = await call("DescribeClusters", {
      clusters: [CLUSTER, "none"],
      include: ["SETTINGS"],
    });
    expect(clusters).toMatchObject([
      { status: "ACTIVE", runningTasksCount: 3, activeServicesCount: 1, tags: [], settings: [{ value: "disabled" }] },
    ]);
    expect(failures).toEqual([{ arn: "arn:aws:ecs:eu-west-1:111122223333:cluster/none", reason: "MISSING" }]);
  });

  test("give a service their default capacity strategy", async () => {
    const strategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
    const input = {
      cluster: CLUSTER,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: strategy,
    };
    await call("PutClusterCapacityProviders", input);
    const service = await at.createService({ launchType: undefined });
    expect(service).toMatchObject({
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }],
      runningCount: 1,
    });
    expect(service).not.toHaveProperty("launchType");
  });
});

test("calls are limited as AWS limits them only if that is wanted", async () => {
  for (let n = 0; n < 30; n++) await at.register();
  at.world.world.service("ecs").configure({ throttling: true });
  for (let n = 0; n < 20; n++) await at.register();
  await expect(at.register()).rejects.toMatchObject({ code: "ThrottlingException", status: 400 });
  at.world.clock.advance(1_000);
  await at.register();
  await expect(at.register()).rejects.toThrow("Rate exceeded");
});

test("all of it is there after a restart", async () => {
  await at.createService({ tags: [{ key: "team", value: "web" }] });
  await call("RunTask", {
    cluster: CLUSTER,
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: (await at.service()).networkConfiguration,
  });
  await call("PutAccountSettingDefault", { name: "containerInsights", value: "enabled" });
  const read = async () => [
    await at.service(),
    (await call("ListTasks", { cluster: CLUSTER })).taskArns,
    await call("DescribeTaskDefinition", { taskDefinition: "web" }),
    await call("DescribeClusters", { clusters: [CLUSTER], include: ["SETTINGS"] }),
    await call("ListAccountSettings", { effectiveSettings: true }),
    await call("ListTagsForResource", { resourceArn: "arn:aws:ecs:eu-west-1:111122223333:service/prod/web" }),
    at.world.simulator.snapshot()["ecs"],
  ];
  const before = structuredClone(await read());
  at.world.restart();
  expect(await read()).toEqual(before);
});

test("stale reads show a service as it was", async () => {
  await at.createService();
  at.world.simulator.faults.add({ kind: "stale-reads", service: "ecs", ms: 5_000 });
  at.world.clock.advance(10_000);
  const second = await at.register();
  await at.update({ taskDefinition: second });
  expect((await at.service()).taskDefinition).toContain("web:1");
  at.world.clock.advance(5_000);
  expect((await at.service()).taskDefinition).toBe(second);
});
