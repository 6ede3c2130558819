import {
  CreateClusterCommand,
  CreateServiceCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import { createEventIndex } from "../../src/queue/event-index.ts";
import { provisionQueues } from "../../src/queue/provision.ts";
import type { Delivery, WorkQueue } from "../../src/queue/queue.ts";
import { createSqsQueue } from "../../src/queue/sqs-queue.ts";
import { createEc2Service } from "../../src/simulator/services/ec2/ec2.ts";
import { createEcsService } from "../../src/simulator/services/ecs/ecs.ts";
import { createEfsService } from "../../src/simulator/services/efs/efs.ts";
import { createEventBridgeService } from "../../src/simulator/services/eventbridge/eventbridge.ts";
import { createIamService } from "../../src/simulator/services/iam/iam.ts";
import { createSqsService } from "../../src/simulator/services/sqs/sqs.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const HOME = { account: "111122223333", region: "eu-west-1" };
const SERVICE_KEY = "ecs/arn:aws:ecs:eu-west-1:111122223333:service/default/web";
const FAMILY_KEY = "ecs/arn:aws:ecs:eu-west-1:111122223333:task-definition/web";
const never = new AbortController().signal;

let doors: Doors;
let pipeline: ECSClient;
let queue: WorkQueue;

beforeEach(async () => {
  doors = await openDoors({
    services: [
      createIamService,
      createEc2Service,
      createEfsService,
      createEcsService,
      createEventBridgeService,
      createSqsService,
    ],
  });
  const sqs = doors.socketClient<never>("sqs", "mooring");
  const eventBridge = doors.socketClient<never>("eventbridge", "mooring");
  const provisioned = await provisionQueues({ sqs, eventBridge, ...HOME, prefix: "mooring-test" });
  queue = createSqsQueue({
    client: sqs,
    ...provisioned,
    ...HOME,
    clock: realClock,
    index: createEventIndex(realClock),
    onMalformed: (message) => expect.unreachable(message.why),
  });
  pipeline = doors.socketClient("ecs", "deploy-bot");
  await pipeline.send(new CreateClusterCommand({}));
});
afterEach(() => doors.close());

/** What arrives until it is enough. */
async function deliveriesUntil(isEnough: (seen: readonly Delivery[]) => boolean): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  while (!isEnough(seen)) {
    const more = await queue.receive("fast", 10, 5_000, never);
    expect(more).not.toEqual([]);
    for (const delivery of more) await delivery.ack();
    seen.push(...more);
  }
  return seen;
}

const register = () =>
  pipeline.send(
    new RegisterTaskDefinitionCommand({
      family: "web",
      containerDefinitions: [{ name: "app", image: "app:1", memory: 64 }],
    }),
  );

test("a pipeline's deployment wakes its service: by the call, which says who, and by each step of the rollout", async () => {
  await register();
  await pipeline.send(new CreateServiceCommand({ serviceName: "web", taskDefinition: "web", desiredCount: 1 }));
  await register();
  await pipeline.send(new UpdateServiceCommand({ service: "web", taskDefinition: "web:2" }));
  const isStep = ({ noted, wakes }: Delivery) => noted === null && wakes.some(({ key }) => key === SERVICE_KEY);
  // Two deployments, each begun and completed.
  const all = await deliveriesUntil((seen) => seen.filter(isStep).length >= 4);
  expect(all.some(({ wakeSweep }) => wakeSweep)).toBe(false);
  expect(all.find(({ noted }) => noted?.name === "UpdateService")).toMatchObject({
    wakes: [{ key: SERVICE_KEY, cause: "drift" }],
    noted: { actor: "deploy-bot", subject: { service: "web", taskDefinition: "web:2" } },
  });
  const registered = all.filter(({ noted }) => noted?.name === "RegisterTaskDefinition");
  expect(registered).toHaveLength(2);
  expect(registered[0]?.wakes).toEqual([{ key: FAMILY_KEY, cause: "drift" }]);
  expect(new Set(all.flatMap(({ wakes }) => wakes.map(({ key }) => key)))).toEqual(new Set([SERVICE_KEY, FAMILY_KEY]));
});
