/**
 * Goal:   nothing can be seen through one door that cannot be seen through the other.
 * Method: two worlds of the same seed; every step runs in one through the stand-in, in the other
 *         through a real SDK client over the socket; outputs, errors and classes must be equal.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_SERVICES } from "../aws-simulator.ts";
import type { VirtualClock } from "../clocks.ts";
import { createVirtualClock } from "../clocks.ts";
import type { Service, ServiceName } from "../core.ts";
import { serviceModel } from "../model/service-model.ts";
import type { Doors } from "../test-support.ts";
import { openDoors } from "../test-support.ts";
import { CLEARING_STEPS, EC2_STEPS, EFS_STEPS } from "./ec2-and-efs-steps.ts";
import { ECS_STEPS } from "./ecs-steps.ts";
import { IAM_STEPS, STS_STEPS } from "./iam-and-sts-steps.ts";
import { LAMBDA_STEPS } from "./lambda-steps.ts";
import { SCHEDULE_STEPS } from "./schedule-steps.ts";
import { EVENT_STEPS, SQS_STEPS } from "./sqs-and-events-steps.ts";
import type { Step } from "./step.ts";

const STEPS: Step[] = [
  ...SQS_STEPS,
  ...EVENT_STEPS,
  ...SCHEDULE_STEPS,
  ...IAM_STEPS,
  ...STS_STEPS,
  ...EC2_STEPS,
  ...EFS_STEPS,
  ...LAMBDA_STEPS,
  ...ECS_STEPS,
  ...CLEARING_STEPS,
];

interface Side {
  doors: Doors;
  clock: VirtualClock;
  memory: Record<string, string>;
  door: "socketClient" | "standInClient";
  clients: Map<ServiceName, { send(command: object): Promise<object> }>;
}

let socket: Side;
let direct: Side;

async function openSide(door: Side["door"]): Promise<Side> {
  const clock = createVirtualClock({ seed: 5 });
  return { doors: await openDoors({ services: ALL_SERVICES, clock }), clock, memory: {}, door, clients: new Map() };
}

beforeAll(async () => {
  [socket, direct] = [await openSide("socketClient"), await openSide("standInClient")];
  // Queue URLs contain the door's address.
  direct.doors.simulator.world.endpoint = socket.doors.url;
});
afterAll(async () => {
  await Promise.all([socket.doors.close(), direct.doors.close()]);
});

test.each(
  STEPS.map((step, at) => ({ step, title: `${at} ${step.service} ${step.operation} ${step.error ?? "answers"}` })),
)("$title", async ({ step }) => {
  const [overSocket, straight] = [await run(socket, step), await run(direct, step)];
  expect(straight).toEqual(overSocket);
  expect((overSocket as { error?: { name: string } }).error?.name).toBe(step.error);
});

test("the table holds every operation that is built", () => {
  const built = (socket.doors.simulator.world.services() as Service[]).flatMap(({ name, operations }) =>
    Object.keys(operations).map((operation) => `${name} ${operation}`),
  );
  const run = new Set(STEPS.map(({ service, operation }) => `${service} ${operation}`));
  expect(built.filter((each) => !run.has(each))).toEqual([]);
});

async function run(side: Side, step: Step): Promise<unknown> {
  const { sdk } = serviceModel(step.service);
  const commandClass = sdk[`${step.operation}Command`] as new (input: object) => object;
  let client = side.clients.get(step.service);
  if (!client) side.clients.set(step.service, (client = side.doors[side.door](step.service)));
  try {
    const output = await client.send(new commandClass(filled(step.input, side.memory) as object));
    for (const [name, path] of Object.entries(step.remember)) side.memory[name] = valueAt(output, path);
    return answered(output);
  } catch (thrown) {
    return { error: seen(thrown as Error & Record<string, unknown>) };
  }
}

/** The output with the status of its answer; payloads as the text that a caller reads from them. */
function answered(output: object): object {
  const { $metadata, ...members } = output as { $metadata: { httpStatusCode: number } };
  const read = (value: unknown) => (value as { transformToString?(): string } | null)?.transformToString?.() ?? value;
  return {
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [name, read(value)])),
    status: $metadata.httpStatusCode,
  };
}

/** What a caller can act on: class, name, message, status, fault and the shape's members, not the raw answer. */
function seen(error: Error & Record<string, unknown>): Record<string, unknown> {
  const { $metadata, $response: _, Error: __, RequestId: ___, __type: ____, xmlns: _____, ...members } = error;
  const status = ($metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode;
  const own = Object.fromEntries(
    Object.entries(members).filter(([, value]) => typeof value !== "object" && value !== undefined),
  );
  return { class: error.constructor.name, message: error.message, status, ...own, name: error.name };
}

function filled(input: unknown, memory: Record<string, string>): unknown {
  if (typeof input === "string") return input.replaceAll(/\$(\w+)/g, (text, name: string) => memory[name] ?? text);
  if (Array.isArray(input)) return input.map((each) => filled(each, memory));
  if (typeof input !== "object" || input === null || input instanceof Date || input instanceof Uint8Array) return input;
  return Object.fromEntries(Object.entries(input).map(([name, each]) => [name, filled(each, memory)]));
}

function valueAt(output: unknown, path: string): string {
  let value = output;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[step];
  return String(value);
}
