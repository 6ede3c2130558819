import { describe, expect, test } from "vitest";
import type { WorldEvent } from "../../world.ts";
import { CLUSTER, createTestCluster, type TestCluster } from "./test-cluster.ts";

const STEP_MS = 1_000;
const START_MS = 4_000;
const PACED = { deploymentStepMs: STEP_MS, taskStartMs: START_MS };
const BREAKER = { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } };

const rollouts = async ({ world }: TestCluster) => {
  const { serviceDeployments } = await world.call("ecs", "ListServiceDeployments", {
    cluster: CLUSTER,
    service: "web",
  });
  const arns = serviceDeployments.map((one: { serviceDeploymentArn: string }) => one.serviceDeploymentArn);
  return (await world.call("ecs", "DescribeServiceDeployments", { serviceDeploymentArns: arns })).serviceDeployments;
};

describe("a rolling update", () => {
  test("is over at once if nothing takes time", async () => {
    const at = await createTestCluster();
    const first = await at.register();
    const created = await at.createService({ desiredCount: 3 });
    expect(created).toMatchObject({ taskDefinition: first, runningCount: 3, pendingCount: 0, status: "ACTIVE" });
    expect(created.deployments).toMatchObject([{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 3 }]);
    const second = await at.register();
    const updated = await at.update({ taskDefinition: "web" });
    expect(updated).toMatchObject({ taskDefinition: second, runningCount: 3 });
    expect(updated.deployments).toHaveLength(1);
    expect((await rollouts(at)).map((one: { status: string }) => one.status)).toEqual(["SUCCESSFUL", "SUCCESSFUL"]);
  });

  test("keeps the old tasks until the new ones run, step by step", async () => {
    const at = await createTestCluster(PACED);
    const first = await at.register();
    await at.createService({ desiredCount: 2 });
    at.world.clock.advance(60_000);
    const second = await at.register();
    const started = await at.update({ taskDefinition: second });
    expect(started.deployments).toMatchObject([
      { status: "PRIMARY", taskDefinition: second, rolloutState: "IN_PROGRESS", runningCount: 0, desiredCount: 2 },
      { status: "ACTIVE", taskDefinition: first, rolloutState: "COMPLETED", runningCount: 2 },
    ]);
    expect(started.currentServiceDeployment).toContain(":service-deployment/prod/web/");
    at.world.clock.advance(STEP_MS + START_MS - 1);
    expect((await at.service()).deployments).toMatchObject([{ pendingCount: 2 }, { runningCount: 2 }]);
    at.world.clock.advance(1);
    expect(await at.service()).toMatchObject({
      runningCount: 4,
      deployments: [{ runningCount: 2 }, { runningCount: 2 }],
    });
    at.world.clock.advance(STEP_MS);
    expect(await at.service()).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: "IN_PROGRESS" }, {}] });
    at.world.clock.advance(STEP_MS);
    const done = await at.service();
    expect(done.deployments).toMatchObject([{ rolloutState: "COMPLETED", taskDefinition: second }]);
    expect(done).not.toHaveProperty("currentServiceDeployment");
    expect(done.events[0].message).toBe("(service web) has reached a steady state.");
  });

  test("goes on after a restart of the world", async () => {
    const at = await createTestCluster(PACED);
    await at.register();
    await at.createService();
    at.world.restart();
    at.world.clock.advance(STEP_MS + 100);
    at.world.restart();
    expect(await at.service()).toMatchObject({ pendingCount: 1, deployments: [{ rolloutState: "IN_PROGRESS" }] });
    at.world.clock.advance(60_000);
    expect(await at.service()).toMatchObject({ runningCount: 1, deployments: [{ rolloutState: "COMPLETED" }] });
  });

  test("is superseded by the next", async () => {
    const at = await createTestCluster(PACED);
    await at.register();
    await at.createService();
    at.world.clock.advance(60_000);
    await at.update({ taskDefinition: await at.register() });
    at.world.clock.advance(STEP_MS + 1);
    const third = await at.register();
    expect((await at.update({ taskDefinition: third })).deployments).toHaveLength(3);
    at.world.clock.advance(60_000);
    expect((await at.service()).deployments).toMatchObject([{ taskDefinition: third, rolloutState: "COMPLETED" }]);
    expect((await rollouts(at)).map((one: { status: string }) => one.status)).toEqual([
      "SUCCESSFUL",
      "STOPPED",
      "SUCCESSFUL",
    ]);
  });

  test.each([
    ["a new revision", { taskDefinition: "web:2" }, true],
    ["force", { forceNewDeployment: true }, true],
    ["another platform version", { platformVersion: "1.4.0" }, true],
    ["the same revision", { taskDefinition: "web:1" }, false],
    ["another count", { desiredCount: 2 }, false],
    ["another deployment configuration", { deploymentConfiguration: { maximumPercent: 150 } }, false],
    ["other settings", { enableExecuteCommand: true, propagateTags: "SERVICE" }, false],
  ])("%s starts one: %o", async (_what, change, starts) => {
    const at = await createTestCluster();
    await at.register();
    await at.createService();
    await at.register();
    const before = (await at.service()).deployments[0].id;
    const after = (await at.update(change)).deployments[0].id;
    expect(after !== before).toBe(starts);
  });

  test("follows the desired count, and replaces tasks that end", async () => {
    const at = await createTestCluster();
    await at.register();
    await at.createService({ desiredCount: 2 });
    expect(await at.update({ desiredCount: 5 })).toMatchObject({ runningCount: 5 });
    expect(await at.update({ desiredCount: 1 })).toMatchObject({ runningCount: 1 });
    const list = () => at.world.call("ecs", "ListTasks", { cluster: CLUSTER, serviceName: "web" });
    const [task] = (await list()).taskArns;
    await at.world.call("ecs", "StopTask", { cluster: CLUSTER, task });
    const { taskArns } = await list();
    expect(taskArns).toHaveLength(1);
    expect(taskArns[0]).not.toBe(task);
  });
});

describe("a rollout whose tasks do not start", () => {
  test("is rolled back by the circuit breaker to the last completed revision, under its old deployment", async () => {
    const at = await createTestCluster(PACED);
    const good = await at.register();
    const deploymentId = (await at.createService(BREAKER)).deployments[0].id;
    at.world.clock.advance(60_000);
    const bad = await at.registerBroken();
    await at.update({ taskDefinition: bad });
    at.world.clock.advance(3 * (STEP_MS + START_MS));
    const failed = await at.service();
    expect(failed.taskDefinition).toBe(good);
    expect(failed.deployments).toMatchObject([
      {
        id: deploymentId,
        status: "PRIMARY",
        rolloutState: "IN_PROGRESS",
        rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${deploymentId}.`,
        runningCount: 1,
      },
      {
        status: "ACTIVE",
        taskDefinition: bad,
        failedTasks: 3,
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
      },
    ]);
    at.world.clock.advance(STEP_MS);
    expect((await at.service()).deployments).toMatchObject([{ id: deploymentId, rolloutState: "COMPLETED" }]);
    expect((await rollouts(at))[0]).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      rollback: { reason: "ECS deployment circuit breaker: tasks failed to start." },
      deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 },
    });
  });

  test("stays failed where no deployment ever completed, or no rollback is wanted", async () => {
    const at = await createTestCluster();
    await at.registerBroken();
    const created = await at.createService(BREAKER);
    expect(created.deployments).toMatchObject([{ status: "PRIMARY", rolloutState: "FAILED", failedTasks: 3 }]);
    at.world.clock.advance(3_600_000);
    expect((await at.service()).deployments[0].failedTasks).toBe(3);
    expect((await rollouts(at))[0].status).toBe("ROLLBACK_FAILED");
  });

  test("is tried for ever, ever more slowly, without a circuit breaker", async () => {
    const at = await createTestCluster();
    await at.register();
    await at.createService();
    await at.registerBroken();
    await at.update({ taskDefinition: "web:2" });
    const failures: number[] = [];
    for (let minute = 0; minute < 40; minute++) {
      at.world.clock.advance(60_000);
      failures.push((await at.service()).deployments[0].failedTasks);
    }
    expect(failures[0]).toBe(6);
    expect(failures.at(-1)).toBe(12);
    // Every 15 minutes at the least.
    at.world.clock.advance(5 * 3_600_000);
    expect((await at.service()).deployments[0].failedTasks).toBe(32);
    expect(await at.service()).toMatchObject({
      runningCount: 1,
      deployments: [{ rolloutState: "IN_PROGRESS" }, { status: "ACTIVE", runningCount: 1 }],
    });
    await at.update({ taskDefinition: "web:1" });
    expect((await at.service()).deployments).toMatchObject([{ rolloutState: "COMPLETED" }]);
  });

  test.each(["fail", "hang"] as const)("can be had by hand: tasks that %s", async (tasks) => {
    const at = await createTestCluster(PACED);
    await at.register();
    await at.createService();
    at.world.clock.advance(60_000);
    const ecs = at.world.world.service("ecs");
    ecs.setTaskFault(CLUSTER, "web", { tasks, reason: "CannotPullContainerError: no such image" });
    await at.update({ forceNewDeployment: true });
    at.world.clock.advance(600_000);
    const [primary] = (await at.service()).deployments;
    expect(primary).toMatchObject({ rolloutState: "IN_PROGRESS", runningCount: 0 });
    expect(primary.failedTasks > 0).toBe(tasks === "fail");
    ecs.setTaskFault(CLUSTER, "web", null);
    await at.update({ forceNewDeployment: true });
    at.world.clock.advance(60_000);
    expect((await at.service()).deployments).toMatchObject([{ rolloutState: "COMPLETED" }]);
  });

  test("can be stopped: rolled back, or given up", async () => {
    const at = await createTestCluster(PACED);
    const good = await at.register();
    await at.createService();
    at.world.clock.advance(60_000);
    await at.registerBroken();
    for (const [stopType, status, revision] of [
      ["ROLLBACK", "ROLLBACK_SUCCESSFUL", good],
      ["ABORT", "STOPPED", good.replace(/1$/, "2")],
    ]) {
      await at.update({ taskDefinition: "web:2" });
      at.world.clock.advance(STEP_MS);
      const [{ serviceDeploymentArn }] = await rollouts(at);
      await at.world.call("ecs", "StopServiceDeployment", { serviceDeploymentArn, stopType });
      at.world.clock.advance(60_000);
      expect((await rollouts(at))[0].status).toBe(status);
      expect((await at.service()).taskDefinition).toBe(revision);
    }
  });
});

describe("other ways to deploy", () => {
  test("BLUE_GREEN goes through its stages, with all tasks twice in between", async () => {
    const at = await createTestCluster(PACED);
    await at.register();
    await at.createService({ desiredCount: 2, deploymentConfiguration: { strategy: "BLUE_GREEN" } });
    at.world.clock.advance(60_000);
    await at.update({ forceNewDeployment: true });
    const seen = new Set<string>();
    let most = 0;
    for (let second = 0; second < 40; second++) {
      const [rollout] = await rollouts(at);
      if (rollout.lifecycleStage) seen.add(rollout.lifecycleStage);
      const service = await at.service();
      expect(service.deployments[0]).not.toHaveProperty("rolloutState");
      most = Math.max(most, service.runningCount);
      at.world.clock.advance(STEP_MS);
    }
    expect([...seen]).toEqual([
      "RECONCILE_SERVICE",
      "PRE_SCALE_UP",
      "SCALE_UP",
      "POST_SCALE_UP",
      "TEST_TRAFFIC_SHIFT",
      "POST_TEST_TRAFFIC_SHIFT",
      "PRODUCTION_TRAFFIC_SHIFT",
      "POST_PRODUCTION_TRAFFIC_SHIFT",
      "BAKE_TIME",
      "CLEAN_UP",
    ]);
    expect(most).toBe(4);
    expect((await rollouts(at))[0].status).toBe("SUCCESSFUL");
    expect((await at.service()).deployments).toHaveLength(1);
  });

  test("CODE_DEPLOY is taken at creation, and its revision cannot be changed then", async () => {
    const at = await createTestCluster();
    await at.register();
    const created = await at.createService({ deploymentController: { type: "CODE_DEPLOY" } });
    expect(created).toMatchObject({
      deployments: [],
      runningCount: 1,
      taskSets: [{ stabilityStatus: "STEADY_STATE" }],
    });
    await at.register();
    await expect(at.update({ taskDefinition: "web:2" })).rejects.toMatchObject({
      code: "InvalidParameterException",
      status: 400,
      message:
        "Unable to update task definition on services with a CODE_DEPLOY deployment controller. " +
        "Use AWS CodeDeploy to trigger a new deployment.",
    });
    await expect(at.update({ forceNewDeployment: true })).rejects.toThrow("Cannot force a new deployment");
    expect(await at.update({ desiredCount: 2 })).toMatchObject({ runningCount: 2 });
  });

  test("EXTERNAL takes no revision at all", async () => {
    const at = await createTestCluster();
    await at.register();
    await expect(at.createService({ deploymentController: { type: "EXTERNAL" } })).rejects.toThrow("EXTERNAL");
    const input = { cluster: CLUSTER, serviceName: "web", deploymentController: { type: "EXTERNAL" } };
    await at.world.call("ecs", "CreateService", input);
    await expect(at.update({ taskDefinition: "web" })).rejects.toThrow("EXTERNAL deployment controller");
  });
});

describe("events", () => {
  test("say what happens to tasks, deployments and the service", async () => {
    const at = await createTestCluster();
    const events: WorldEvent[] = [];
    at.world.world.onEvent((event) => void (event.detail["eventSource"] === undefined && events.push(event)));
    await at.register();
    const { serviceArn, deployments } = await at.createService(BREAKER);
    expect(events.map((one) => [one["detail-type"], one.detail["eventName"] ?? one.detail["lastStatus"]])).toEqual([
      ["ECS Deployment State Change", "SERVICE_DEPLOYMENT_IN_PROGRESS"],
      ["ECS Task State Change", "PROVISIONING"],
      ["ECS Task State Change", "PENDING"],
      ["ECS Task State Change", "RUNNING"],
      ["ECS Deployment State Change", "SERVICE_DEPLOYMENT_COMPLETED"],
      ["ECS Service Action", "SERVICE_STEADY_STATE"],
    ]);
    expect(events[0]).toMatchObject({
      source: "aws.ecs",
      resources: [serviceArn],
      detail: { eventType: "INFO", deploymentId: deployments[0].id },
    });
    expect(events[0]?.detail).not.toHaveProperty("clusterArn");
    expect(events.slice(1, 4).map((one) => one.detail["version"])).toEqual([1, 2, 3]);
    expect(events[3]?.detail["startedAt"]).toMatch(/^2026-01-01T.*Z$/);
    events.length = 0;
    await at.registerBroken();
    await at.update({ taskDefinition: "web:2" });
    const names = events.map((one) => one.detail["eventName"]).filter((name) => name !== undefined);
    expect(names).toEqual([
      "SERVICE_DEPLOYMENT_IN_PROGRESS",
      "SERVICE_DEPLOYMENT_FAILED",
      "SERVICE_DEPLOYMENT_IN_PROGRESS",
      "SERVICE_DEPLOYMENT_COMPLETED",
      "SERVICE_STEADY_STATE",
    ]);
    const rolledBack = events.findLast((one) => one.detail["eventName"] === "SERVICE_DEPLOYMENT_IN_PROGRESS");
    expect(rolledBack?.detail["reason"]).toContain("rolling back to deploymentId");
  });
});
