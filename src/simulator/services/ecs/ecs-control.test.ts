import { beforeEach, expect, test } from "vitest";
import { answerControl } from "../../control.ts";
import { createTestCluster, type TestCluster } from "./test-cluster.ts";

let at: TestCluster;
beforeEach(async () => {
  at = await createTestCluster();
  await at.register();
  await at.createService();
});

const put = (path: string, body: object) => {
  const request = { method: "PUT", path: `/_simulator/${path}`, body: Buffer.from(JSON.stringify(body)) };
  const { status, body: text } = answerControl(at.world.simulator, request as never);
  return { status, ...(JSON.parse(String(text)) as object) };
};

test("rollouts of one service can be made to fail, and to work again", async () => {
  const web = { cluster: "prod", service: "web" };
  expect(put("ecs-tasks", { ...web, tasks: "fail" }).status).toBe(200);
  const failing = await at.update({ forceNewDeployment: true });
  expect(failing.deployments[0]).toMatchObject({ failedTasks: 1, rolloutState: "IN_PROGRESS" });
  put("ecs-tasks", { ...web, tasks: "run" });
  at.world.clock.advance(60_000);
  expect((await at.service()).deployments).toMatchObject([{ rolloutState: "COMPLETED" }]);
});

test("what is off by default can be turned on", () => {
  expect(put("ecs", { throttling: true })).toEqual({ status: 200, throttling: true, noisy: false });
});

test.each([
  ["ecs-tasks", { cluster: "prod", service: "web", tasks: "walk" }, "tasks is walk: use run, fail or hang"],
  ["ecs-tasks", { cluster: "prod", service: "none", tasks: "run" }, "Cluster prod has no service none"],
  ["ecs", { loud: true }, "Unknown loud: there are throttling and noisy"],
  ["ecs", { noisy: 1 }, "noisy is 1: use true or false"],
])("PUT %s %o is refused", (path, body, message) => {
  expect(put(path, body)).toEqual({ status: 400, message });
});
