/**
 * Goal:   every waiter that the SDK exports for a simulated operation sees what it waits for.
 * Method: the list is read from the SDK itself: each waiter is asked once which call it makes. Then each waits over the
 *         socket for something that takes its time, or is not there yet.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_SERVICES } from "../aws-simulator.ts";
import { createRealClock } from "../clocks.ts";
import type { ServiceName } from "../core.ts";
import { serviceModel } from "../model/service-model.ts";
import { type Doors, openDoors } from "../test-support.ts";
import { fillAccount } from "./paginated-account.ts";

// As with the SDK's untyped answers, each call knows what it asked for.
// oxlint-disable-next-line typescript/no-explicit-any
type Call = (service: ServiceName, operation: string, input: object) => Promise<any>;
type Config = { client: object; maxWaitTime: number; minDelay: number; maxDelay: number; abortSignal?: AbortSignal };
type Waiter = (config: Config, input: object) => Promise<{ state: string }>;

interface Case {
  waiter: string;
  /** Starts what is waited for. @returns the waiter's input. */
  start(call: Call): Promise<object>;
  /** How it ends; default SUCCESS. */
  ends?: "FAILURE";
}

const NETWORK_INTERFACE = { NetworkInterfaceIds: ["eni-0123456789abcdef0"] };
const f0 = { FunctionName: "f0" };
const FUNCTION = {
  Role: "arn:aws:iam::111122223333:role/r0",
  Runtime: "nodejs24.x",
  Handler: "a.b",
  Code: { ZipFile: new Uint8Array([1]) },
};
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }],
});

/** What is made only after the waiter began to ask. */
const soon = (make: () => Promise<unknown>): void => void setTimeout(() => void make(), 40);

const updated = async (call: Call): Promise<object> => {
  await call("lambda", "UpdateFunctionConfiguration", { ...f0, MemorySize: 256 });
  return f0;
};
const created =
  (FunctionName: string) =>
  async (call: Call): Promise<object> => {
    await call("lambda", "CreateFunction", { FunctionName, ...FUNCTION });
    return { FunctionName };
  };
const ran = async (call: Call): Promise<{ cluster: string; tasks: string[] }> => {
  const { tasks } = await call("ecs", "RunTask", { cluster: "c1", taskDefinition: "d0", count: 2 });
  return { cluster: "c1", tasks: tasks.map((task: { taskArn: string }) => task.taskArn) };
};

const CASES: Partial<Record<ServiceName, readonly Case[]>> = {
  iam: [
    {
      waiter: "RoleExists",
      start(call) {
        soon(() => call("iam", "CreateRole", { RoleName: "late", AssumeRolePolicyDocument: TRUST }));
        return Promise.resolve({ RoleName: "late" });
      },
    },
    {
      waiter: "UserExists",
      start(call) {
        soon(() => call("iam", "CreateUser", { UserName: "late" }));
        return Promise.resolve({ UserName: "late" });
      },
    },
    {
      waiter: "PolicyExists",
      start(call) {
        soon(() => call("iam", "CreatePolicy", { PolicyName: "late", PolicyDocument: POLICY }));
        return Promise.resolve({ PolicyArn: "arn:aws:iam::111122223333:policy/late" });
      },
    },
  ],
  ec2: [
    { waiter: "VpcExists", start: () => Promise.resolve({ VpcIds: [ids["vpc"]] }) },
    { waiter: "VpcAvailable", start: () => Promise.resolve({ VpcIds: [ids["vpc"]] }) },
    { waiter: "SubnetAvailable", start: () => Promise.resolve({ SubnetIds: [ids["subnet"]] }) },
    {
      waiter: "SecurityGroupExists",
      async start(call) {
        const made = await call("ec2", "CreateSecurityGroup", { VpcId: ids["vpc"], GroupName: "w", Description: "d" });
        return { GroupIds: [made.GroupId as string] };
      },
    },
    {
      waiter: "InternetGatewayExists",
      async start(call) {
        const { InternetGateway } = await call("ec2", "CreateInternetGateway", {});
        return { InternetGatewayIds: [InternetGateway.InternetGatewayId as string] };
      },
    },
    // Every simulated interface is in use: only what is not there can be told.
    { waiter: "NetworkInterfaceAvailable", start: () => Promise.resolve(NETWORK_INTERFACE), ends: "FAILURE" },
  ],
  lambda: [
    { waiter: "FunctionExists", start: created("new-1") },
    { waiter: "FunctionActive", start: created("new-2") },
    { waiter: "FunctionActiveV2", start: created("new-3") },
    { waiter: "FunctionUpdated", start: updated },
    { waiter: "FunctionUpdatedV2", start: updated },
    {
      waiter: "PublishedVersionActive",
      async start(call) {
        const { Version } = await call("lambda", "PublishVersion", f0);
        return { ...f0, Qualifier: Version as string };
      },
    },
  ],
  ecs: [
    { waiter: "TasksRunning", start: ran },
    {
      waiter: "TasksStopped",
      async start(call) {
        const running = await ran(call);
        for (const task of running.tasks) soon(() => call("ecs", "StopTask", { cluster: "c1", task }));
        return running;
      },
    },
    {
      waiter: "ServicesStable",
      async start(call) {
        await call("ecs", "UpdateService", { cluster: "c0", service: "s0", desiredCount: 3 });
        return { cluster: "c0", services: ["s0"] };
      },
    },
    {
      waiter: "ServicesInactive",
      start(call) {
        soon(() => call("ecs", "DeleteService", { cluster: "c0", service: "s1", force: true }));
        return Promise.resolve({ cluster: "c0", services: ["s1"] });
      },
    },
  ],
};

let doors: Doors;
let ids: Record<string, string>;

beforeAll(async () => {
  doors = await openDoors({ services: ALL_SERVICES, clock: createRealClock() });
  ids = await fillAccount(doors.simulator);
  const slow = { functionUpdateMs: 60, functionCreateMs: 60, taskStartMs: 60, deploymentStepMs: 20 };
  Object.assign(doors.simulator.world.timings, slow);
});
afterAll(() => doors.close());

test("the table holds every waiter whose operation is simulated", async () => {
  const exported: string[] = [];
  for (const { name, operations } of doors.simulator.world.services()) {
    for (const key of Object.keys(serviceModel(name).sdk).filter((each) => each.startsWith("waitUntil"))) {
      if ((await operationOf(name, key)) in operations) exported.push(`${name} ${key.slice("waitUntil".length)}`);
    }
  }
  const held = Object.entries(CASES).flatMap(([service, cases]) => cases.map(({ waiter }) => `${service} ${waiter}`));
  expect(held.toSorted()).toEqual(exported.toSorted());
});

test.each(
  Object.entries(CASES).flatMap(([service, cases]) =>
    cases.map((one) => ({ service: service as ServiceName, ...one })),
  ),
)("$service $waiter", async ({ service, waiter, start, ends }) => {
  const { simulator } = doors;
  const input = await start((name, operation, given) =>
    simulator.call(name, operation, given, simulator.callerOf("tester")),
  );
  const waitUntil = serviceModel(service).sdk[`waitUntil${waiter}`] as Waiter;
  const config = { client: doors.socketClient(service), maxWaitTime: 5, minDelay: 0.02, maxDelay: 0.05 };
  if (ends === "FAILURE") return expect(waitUntil(config, input)).rejects.toThrow(/FAILURE/);
  expect((await waitUntil(config, input)).state).toBe("SUCCESS");
});

/** Which call a waiter makes: asked with a client that only remembers it. */
async function operationOf(service: ServiceName, key: string): Promise<string> {
  const stop = new AbortController();
  let operation = "";
  const client = {
    send(command: object) {
      operation = command.constructor.name.replace(/Command$/, "");
      stop.abort();
      return Promise.reject(new Error("asked only which call it is"));
    },
  };
  const waitUntil = serviceModel(service).sdk[key] as Waiter;
  const config = { client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.01, abortSignal: stop.signal };
  await waitUntil(config, {}).catch(() => undefined);
  return operation;
}
