import { expect, test } from "vitest";
import { createRealClock } from "../../src/simulator/clocks.ts";
import { createWorld, type World } from "../../src/simulator/world.ts";
import { watchRollouts } from "./rollout-watch.ts";
import { SERVICE_USER } from "./service-under-test.ts";

const FOREIGN = "ecs-svc/1";
const RESOURCE = "arn:aws:ecs:eu-west-1:111122223333:service/bench/web";

const completed = (world: World, deploymentId = FOREIGN, resource = RESOURCE): void =>
  world.emit({
    source: "aws.ecs",
    "detail-type": "ECS Deployment State Change",
    resources: [resource],
    detail: { eventName: "SERVICE_DEPLOYMENT_COMPLETED", deploymentId },
  });

const updated = (world: World, more: object = {}, userName = SERVICE_USER): void =>
  world.emit({
    source: "aws.ecs",
    "detail-type": "AWS API Call via CloudTrail",
    detail: {
      eventName: "UpdateService",
      userIdentity: { userName },
      requestParameters: { cluster: "bench", service: "web" },
      ...more,
    },
  });

async function answer(happens: (world: World) => void, deadlineMs = 5_000) {
  const world = createWorld({ clock: createRealClock() });
  const watch = watchRollouts({ world });
  const begin = async () => {
    happens(world);
    return FOREIGN;
  };
  return watch.answerTo("web", begin, deadlineMs);
}

test("the time runs from the end of the foreign rollout to our accepted call", async () => {
  const { tookMs, tooEarly } = await answer((world) => {
    completed(world);
    updated(world);
  });
  expect(tookMs).toBeGreaterThanOrEqual(0);
  expect(tooEarly).toBe(0);
});

test.each<[string, (world: World) => void]>([
  ["a call that was refused", (world) => updated(world, { errorCode: "ClientException" })],
  ["somebody else's call", (world) => updated(world, {}, "deploy-bot")],
  ["a call for another service", (world) => updated(world, { requestParameters: { service: "api" } })],
])("%s is no answer", async (_what, call) => {
  const { tookMs } = await answer((world) => {
    completed(world);
    call(world);
  }, 20);
  expect(tookMs).toBeNull();
});

test("a call before the rollout has ended is none either, and told", async () => {
  const found = await answer((world) => {
    completed(world, "ecs-svc/0");
    updated(world);
    completed(world);
  }, 20);
  expect(found).toEqual({ tookMs: null, tooEarly: 1 });
});
