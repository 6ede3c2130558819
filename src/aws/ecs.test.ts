import { describe, expect, test } from "vitest";
import { AwsError } from "../model/errors.ts";
import { RegisterInput } from "../model/register-input.ts";
import { createEcs } from "./ecs.ts";

type Input = Record<string, unknown>;
type Answers = Record<string, (input: Input) => unknown>;

const ARN = "arn:aws:ecs:eu-west-1:111122223333";

/** ECS with a stand-in for the SDK's client; its errors are those that the call would throw. */
function ecsThat(answers: Answers) {
  const calls: [string, Input][] = [];
  const send = (command: { constructor: { name: string }; input: Input }) => {
    const operation = command.constructor.name.replace("Command", "");
    calls.push([operation, command.input]);
    return Promise.resolve(answers[operation]!(command.input));
  };
  const ecs = createEcs({ send } as never, (_operation, command, sent) =>
    sent(command, { abortSignal: new AbortController().signal }),
  );
  return { ecs, calls };
}

function refusing(code: string, message = "no") {
  return () => {
    throw new AwsError({ kind: "Rejected", operation: "ecs:X", code, message, certainlyNotDone: true });
  };
}

const service = (name: string): Input => ({
  serviceArn: `${ARN}:service/prod/${name}`,
  clusterArn: `${ARN}:cluster/prod`,
  serviceName: name,
  status: "ACTIVE",
  taskDefinition: `${ARN}:task-definition/${name}:7`,
});

describe("services", () => {
  test("are described ten at a time; missing ones are left out", async () => {
    const { ecs, calls } = ecsThat({
      DescribeServices: ({ services }) => ({
        services: (services as string[]).filter((name) => name !== "s11").map(service),
        failures: (services as string[])
          .filter((name) => name === "s11")
          .map((name) => ({ arn: `${ARN}:service/prod/${name}`, reason: "MISSING" })),
      }),
    });
    const names = Array.from({ length: 23 }, (_, n) => `s${n}`);
    const found = await ecs.describeServices("prod", names);
    expect(calls.map(([, input]) => (input["services"] as string[]).length)).toEqual([10, 10, 3]);
    expect(found?.map(({ serviceName }) => serviceName)).toEqual(names.filter((name) => name !== "s11"));
  });

  test("have AWS's defaults where AWS says nothing", async () => {
    const { ecs } = ecsThat({ DescribeServices: () => ({ services: [service("web")] }) });
    expect(await ecs.describeServices("prod", ["web"])).toEqual([
      expect.objectContaining({
        cluster: "prod",
        controller: "ECS",
        strategy: "ROLLING",
        deployments: [],
        subnetIds: [],
      }),
    ]);
  });

  test("of no cluster are null, but what could not be described for another reason is not absent", async () => {
    const noCluster = ecsThat({ DescribeServices: refusing("ClusterNotFoundException") });
    expect(await noCluster.ecs.describeServices("prod", ["web"])).toBeNull();
    const { ecs } = ecsThat({
      DescribeServices: () => ({ services: [], failures: [{ arn: "a", reason: "SOMETHING" }] }),
    });
    await expect(ecs.describeServices("prod", ["web"])).rejects.toMatchObject({ code: "SOMETHING", kind: "Transient" });
  });

  test("are updated with the task definition alone", async () => {
    const { ecs, calls } = ecsThat({
      UpdateService: () => ({ service: service("web"), $metadata: { requestId: "r-1" } }),
    });
    const input = { cluster: "prod", service: "web", taskDefinitionArn: `${ARN}:task-definition/web:8` };
    expect(await ecs.updateService(input)).toMatchObject({ requestId: "r-1", service: { serviceName: "web" } });
    expect(calls).toEqual([
      ["UpdateService", { cluster: "prod", service: "web", taskDefinition: `${ARN}:task-definition/web:8` }],
    ]);
  });

  test("and clusters are listed to the last page, by name", async () => {
    const { ecs } = ecsThat({
      ListClusters: ({ nextToken }) =>
        nextToken === undefined
          ? { clusterArns: [`${ARN}:cluster/a`], nextToken: "t" }
          : { clusterArns: [`${ARN}:cluster/b`] },
      ListServices: () => ({ serviceArns: [`${ARN}:service/prod/web`, `${ARN}:service/old-form`] }),
    });
    expect(await ecs.listClusters()).toEqual(["a", "b"]);
    expect(await ecs.listServices("prod")).toEqual(["web", "old-form"]);
    expect(await ecsThat({ ListServices: refusing("ClusterNotFoundException") }).ecs.listServices("x")).toBeNull();
  });
});

describe("task definitions", () => {
  const described = {
    taskDefinitionArn: `${ARN}:task-definition/web:7`,
    family: "web",
    revision: 7,
    status: "ACTIVE",
    taskRoleArn: "arn:aws:iam::111122223333:role/web",
    requiresAttributes: [{ name: "com.amazonaws.ecs.capability.task-iam-role" }],
    compatibilities: ["EC2", "FARGATE"],
    registeredAt: new Date(0),
    registeredBy: "arn:aws:iam::111122223333:user/alice",
    containerDefinitions: [
      { name: "app", image: "app:1", environment: [{ name: "A", value: "b" }], mountPoints: [], notKnownYet: { x: 1 } },
    ],
    volumes: [],
    cpu: "256",
  };

  test("are read with their tags and kept whole, but for what cannot be registered", async () => {
    const { ecs, calls } = ecsThat({
      DescribeTaskDefinition: () => ({ taskDefinition: described, tags: [{ key: "team", value: "media" }] }),
    });
    const found = await ecs.describeTaskDefinition("web");
    expect(calls).toEqual([["DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] }]]);
    expect(found).toMatchObject({ family: "web", revision: 7, status: "ACTIVE", tags: { team: "media" } });
    const { family, taskRoleArn, containerDefinitions, volumes, cpu } = described;
    expect(found?.register.reveal()).toEqual({ family, taskRoleArn, containerDefinitions, volumes, cpu });
    expect(JSON.stringify(found)).not.toContain('"A"');
  });

  test("that do not exist are null; other refusals stay refusals", async () => {
    const absent = ecsThat({
      DescribeTaskDefinition: refusing("ClientException", "Unable to describe task definition."),
    });
    expect(await absent.ecs.describeTaskDefinition("web")).toBeNull();
    const { ecs } = ecsThat({ DescribeTaskDefinition: refusing("ClientException", "Something else.") });
    await expect(ecs.describeTaskDefinition("web")).rejects.toMatchObject({ code: "ClientException" });
  });

  test("are registered as given, tags beside; without tags, without the member", async () => {
    const { ecs, calls } = ecsThat({
      RegisterTaskDefinition: () => ({ taskDefinition: described, tags: [], $metadata: { requestId: "r-1" } }),
    });
    const register = new RegisterInput({ family: "web", containerDefinitions: [] });
    await ecs.registerTaskDefinition({ register, tags: { team: "media" } });
    await ecs.registerTaskDefinition({ register, tags: {} });
    expect(calls.map(([, input]) => input)).toEqual([
      { family: "web", containerDefinitions: [], tags: [{ key: "team", value: "media" }] },
      { family: "web", containerDefinitions: [] },
    ]);
  });
});

describe("tasks", () => {
  const task = (id: string, lastStatus: string, group = "service:web"): Input => ({
    taskArn: `${ARN}:task/prod/${id}`,
    clusterArn: `${ARN}:cluster/prod`,
    taskDefinitionArn: `${ARN}:task-definition/web:7`,
    group,
    lastStatus,
    desiredStatus: "RUNNING",
  });
  const arnsOf = (...ids: string[]) => ids.map((id) => `${ARN}:task/prod/${id}`);

  test("that are to stop count until they have stopped", async () => {
    const { ecs } = ecsThat({
      ListTasks: ({ desiredStatus }) => ({
        taskArns: desiredStatus === "RUNNING" ? arnsOf("a", "b") : arnsOf("b", "c", "d"),
      }),
      DescribeTasks: () => ({
        tasks: [task("a", "RUNNING"), task("b", "DEPROVISIONING"), task("c", "STOPPED")],
        failures: [{ arn: arnsOf("d")[0], reason: "MISSING" }],
      }),
    });
    const found = await ecs.listTasks("prod", { service: "web" });
    expect(found?.map(({ taskArn }) => taskArn)).toEqual(arnsOf("a", "b"));
  });

  test("of a service that is gone are found by their group", async () => {
    const { ecs } = ecsThat({
      ListTasks: ({ serviceName, desiredStatus }) => {
        if (serviceName !== undefined) refusing("ServiceNotFoundException")();
        return { taskArns: desiredStatus === "STOPPED" ? arnsOf("a", "b") : [] };
      },
      DescribeTasks: () => ({ tasks: [task("a", "STOPPING"), task("b", "STOPPING", "service:other")] }),
    });
    expect(await ecs.listTasks("prod", { service: "web" })).toMatchObject([{ group: "service:web" }]);
  });

  test("are described a hundred at a time; none at all cost no call", async () => {
    const ids = Array.from({ length: 150 }, (_, n) => `t${n}`);
    const { ecs, calls } = ecsThat({
      ListTasks: ({ desiredStatus }) => ({ taskArns: desiredStatus === "RUNNING" ? arnsOf(...ids) : [] }),
      DescribeTasks: ({ tasks }) => ({ tasks: (tasks as string[]).map((arn) => task(arn.split("/")[2]!, "RUNNING")) }),
    });
    expect(await ecs.listTasks("prod", { family: "web" })).toHaveLength(150);
    const sizes = calls.filter(([name]) => name === "DescribeTasks").map(([, input]) => (input["tasks"] as []).length);
    expect(sizes).toEqual([100, 50]);
    const none = ecsThat({ ListTasks: () => ({ taskArns: [] }) });
    expect(await none.ecs.listTasks("prod")).toEqual([]);
    expect(await ecsThat({ ListTasks: refusing("ClusterNotFoundException") }).ecs.listTasks("prod")).toBeNull();
  });
});
