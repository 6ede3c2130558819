import { describe, expect, test } from "vitest";
import { CLUSTER, createTestCluster, type TestCluster } from "./test-cluster.ts";

const BY_CODE_DEPLOY = { deploymentController: { type: "CODE_DEPLOY" } };

const call = (at: TestCluster, operation: string, more: object) =>
  at.world.call("ecs", operation, { cluster: CLUSTER, service: "web", ...more });

async function createTaskSet(at: TestCluster, taskDefinition: string, more: object = {}) {
  const { networkConfiguration } = (await at.service()).taskSets[0];
  const input = { taskDefinition, launchType: "FARGATE", networkConfiguration, ...more };
  return (await call(at, "CreateTaskSet", input)).taskSet;
}

describe("a service that CodeDeploy deploys", () => {
  test("shows its revision in a PRIMARY task set, and no deployments", async () => {
    const at = await createTestCluster();
    const first = await at.register();
    const { deployments, taskSets } = await at.createService(BY_CODE_DEPLOY);
    expect(deployments).toEqual([]);
    expect(taskSets).toMatchObject([
      { status: "PRIMARY", taskDefinition: first, stabilityStatus: "STEADY_STATE", runningCount: 1 },
    ]);
  });

  test("gets a second task set beside the first, then the traffic, then loses the first and its tasks", async () => {
    const at = await createTestCluster();
    const first = await at.register();
    await at.createService(BY_CODE_DEPLOY);
    const second = await at.register();
    const [blue] = (await at.service()).taskSets;
    const green = await createTaskSet(at, second);
    expect(await at.service()).toMatchObject({
      taskDefinition: first,
      runningCount: 2,
      taskSets: [
        { status: "PRIMARY", runningCount: 1 },
        { status: "ACTIVE", taskDefinition: second, runningCount: 1 },
      ],
    });
    await call(at, "UpdateServicePrimaryTaskSet", { primaryTaskSet: green.id });
    expect((await at.service()).taskSets).toMatchObject([
      { id: green.id, status: "PRIMARY" },
      { id: blue.id, status: "ACTIVE" },
    ]);
    const { taskSet } = await call(at, "DeleteTaskSet", { taskSet: blue.id, force: true });
    expect(taskSet).toMatchObject({ status: "DRAINING" });
    expect(await at.service()).toMatchObject({ taskDefinition: second, runningCount: 1, taskSets: [{ id: green.id }] });
    const { taskArns: tasks } = await at.world.call("ecs", "ListTasks", { cluster: CLUSTER });
    const left = await at.world.call("ecs", "DescribeTasks", { cluster: CLUSTER, tasks });
    expect(left.tasks).toMatchObject([{ taskDefinitionArn: second, startedBy: green.id }]);
  });

  test("says once of each task set that it has all its tasks", async () => {
    const at = await createTestCluster();
    const steady: string[] = [];
    at.world.world.onEvent(({ detail }) => {
      if (detail["eventName"] === "TASKSET_STEADY_STATE") steady.push(String(detail["clusterArn"]));
    });
    await at.register();
    await at.createService(BY_CODE_DEPLOY);
    expect(steady).toHaveLength(1);
    const green = await createTaskSet(at, await at.register());
    expect(steady).toHaveLength(2);
    await call(at, "UpdateServicePrimaryTaskSet", { primaryTaskSet: green.id });
    expect(steady).toHaveLength(2);
  });

  test("starts no more tasks in a set than its share asks for", async () => {
    const at = await createTestCluster();
    await at.register();
    await at.createService({ ...BY_CODE_DEPLOY, desiredCount: 4 });
    const half = await createTaskSet(at, "web", { scale: { value: 50, unit: "PERCENT" } });
    expect((await at.service()).taskSets[1]).toMatchObject({ computedDesiredCount: 2, runningCount: 2 });
    await call(at, "UpdateTaskSet", { taskSet: half.id, scale: { value: 0, unit: "PERCENT" } });
    expect((await at.service()).taskSets[1]).toMatchObject({ runningCount: 0, stabilityStatus: "STEADY_STATE" });
  });
});

test("a service that ECS deploys takes no task sets", async () => {
  const at = await createTestCluster();
  await at.register();
  await at.createService();
  await expect(call(at, "CreateTaskSet", { taskDefinition: "web" })).rejects.toMatchObject({
    code: "InvalidParameterException",
  });
});
