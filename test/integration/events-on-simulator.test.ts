import { CreateFileSystemCommand, DeleteAccessPointCommand, type EFSClient } from "@aws-sdk/client-efs";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEfs } from "../../src/aws/efs.ts";
import { createCall } from "../../src/aws/call.ts";
import { createRateBudget } from "../../src/aws/rate-budget.ts";
import { realClock } from "../../src/cli/clock.ts";
import { createEventIndex, type MemoryEventIndex } from "../../src/queue/event-index.ts";
import { createEventsOut } from "../../src/queue/events-out.ts";
import { provisionQueues, type ProvisionedQueues } from "../../src/queue/provision.ts";
import type { Delivery, WorkQueue } from "../../src/queue/queue.ts";
import { createSqsQueue } from "../../src/queue/sqs-queue.ts";
import { wakeEvent } from "../../src/queue/wake-message.ts";
import { createEfsService } from "../../src/simulator/services/efs/efs.ts";
import { createEventBridgeService } from "../../src/simulator/services/eventbridge/eventbridge.ts";
import { createIamService } from "../../src/simulator/services/iam/iam.ts";
import { createSqsService } from "../../src/simulator/services/sqs/sqs.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const HOME = { account: "111122223333", region: "eu-west-1" };
const never = new AbortController().signal;

let doors: Doors;
let eventBridge: EventBridgeClient;
let sqs: SQSClient;
let efs: EFSClient;
let index: MemoryEventIndex;
let provisioned: ProvisionedQueues;
let queue: WorkQueue;
let fileSystemId: string;
let key: string;

const provision = () => provisionQueues({ sqs, eventBridge, ...HOME, prefix: "mooring-test" });

beforeEach(async () => {
  doors = await openDoors({
    services: [createIamService, createEfsService, createEventBridgeService, createSqsService],
  });
  eventBridge = doors.socketClient("eventbridge", "mooring");
  sqs = doors.socketClient("sqs", "mooring");
  efs = doors.socketClient("efs", "deploy-bot");
  index = createEventIndex(realClock);
  const made = await efs.send(new CreateFileSystemCommand({ CreationToken: "fs" }));
  fileSystemId = made.FileSystemId ?? "";
  key = `filesystem/${HOME.account}/${HOME.region}/${fileSystemId}`;
  provisioned = await provision();
  queue = createSqsQueue({
    client: sqs,
    ...provisioned,
    ...HOME,
    clock: realClock,
    index,
    onMalformed: (message) => expect.unreachable(message.why),
  });
});
afterEach(() => doors.close());

const next = async (): Promise<Delivery> => {
  const [delivery] = await queue.receive("fast", 1, 5_000, never);
  expect(delivery).toBeDefined();
  await delivery!.ack();
  return delivery!;
};

const mooringsEfs = () =>
  createEfs(
    doors.socketClient("efs", "mooring"),
    createCall({
      service: "efs",
      iamPrefix: "elasticfilesystem",
      callDeadlineMs: 8_000,
      inBackground: false,
      turn: () => ({ priority: "user", key: "" }),
      budget: createRateBudget({ quotaShare: Infinity, clock: realClock }),
      clock: realClock,
    }),
  );

test("whoever deletes an access point wakes its file system, by name, although the event has only its id", async () => {
  const created = await mooringsEfs().createAccessPoint({
    clientToken: "token",
    fileSystemId,
    path: "/app",
    creationInfo: { ownerUid: 1, ownerGid: 1, permissions: "0750" },
    posixUser: { uid: 1, gid: 1, secondaryGids: [] },
    tags: {},
  });
  const birth = await next();
  expect(birth).toMatchObject({
    wakes: [{ key, cause: "drift" }],
    noted: { name: "CreateAccessPoint", actor: "mooring", requestId: created.requestId },
  });
  const { accessPointId } = created.accessPoint;
  await efs.send(new DeleteAccessPointCommand({ AccessPointId: accessPointId }));
  expect(await next()).toMatchObject({
    wakes: [{ key, cause: "drift" }],
    wakeSweep: false,
    noted: {
      name: "DeleteAccessPoint",
      actor: "deploy-bot",
      actorArn: `arn:aws:iam::${HOME.account}:user/deploy-bot`,
      subject: { accessPointId },
    },
  });
});

test("a policy's event carries its text", async () => {
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "elasticfilesystem:ClientMount" }],
  });
  await mooringsEfs().putPolicy(fileSystemId, policy);
  expect(await next()).toMatchObject({ wakes: [{ key }], noted: { subject: { fileSystemId, policy } } });
});

test("a failed call wakes nobody", async () => {
  const id = "fsap-00000000000000000";
  await expect(efs.send(new DeleteAccessPointCommand({ AccessPointId: id }))).rejects.toThrow();
  await queue.send("fast", [{ key, cause: "self" }]);
  expect(await next()).toMatchObject({ wakes: [{ key, cause: "self" }] });
});

test("Mooring's own wakes come back through the bus; what it publishes for others does not", async () => {
  const out = createEventsOut({ client: eventBridge, clock: realClock });
  await out.publish([{ detailType: "Mooring Repaired", resources: [], detail: {} }, wakeEvent([key], "spec")]);
  expect(await next()).toMatchObject({ wakes: [{ key, cause: "spec" }], noted: null });
});

test("provisioning again finds the same queues and loses no message", async () => {
  await queue.send("fast", [{ key, cause: "self" }]);
  expect(await provision()).toEqual(provisioned);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: provisioned.fastQueueUrl, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({ QueueArn: provisioned.fastQueueArn, VisibilityTimeout: "30" });
  expect(await next()).toMatchObject({ wakes: [{ key, cause: "self" }] });
});
