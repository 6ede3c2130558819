import { describe, expect, test } from "vitest";
import { compilePattern } from "../simulator/services/eventbridge/pattern.ts";
import { createEventIndex } from "./event-index.ts";
import { EVENT_RULES } from "./event-patterns.ts";
import { type BusEvent, keysOfEvent } from "./event-to-keys.ts";

const ACCOUNT = "111122223333";
const REGION = "eu-west-1";
const ARN = `arn:aws:ecs:${REGION}:${ACCOUNT}`;
const SERVICE = `${ARN}:service/prod/web`;
const SERVICE_KEY = `ecs/${SERVICE}`;
const DEFAULT_KEY = `ecs/${ARN}:service/default/web`;
const FAMILY_KEY = `ecs/${ARN}:task-definition/web`;
const here = { account: ACCOUNT, region: REGION, receivedAtMs: 5_000 };
const index = createEventIndex({ nowMs: () => 0 });
const of = (event: BusEvent) => keysOfEvent(event, index, here);

type Detail = Record<string, unknown>;

function call(eventName: string, request: Detail, response: Detail | null = null): BusEvent {
  return {
    source: "aws.ecs",
    "detail-type": "AWS API Call via CloudTrail",
    detail: {
      userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${ACCOUNT}:user/deploy-bot`, userName: "deploy-bot" },
      eventTime: "2026-10-01T12:00:00Z",
      eventSource: "ecs.amazonaws.com",
      eventName,
      awsRegion: REGION,
      requestID: "req-1",
      eventID: "event-1",
      readOnly: false,
      recipientAccountId: ACCOUNT,
      requestParameters: request,
      responseElements: response,
    },
  };
}

const state = (what: string, resource: string, detail: Detail): BusEvent => ({
  source: "aws.ecs",
  "detail-type": `ECS ${what}`,
  resources: [resource],
  detail,
});

describe("calls about a service wake it", () => {
  const answered = { service: { serviceArn: SERVICE, clusterArn: `${ARN}:cluster/prod` } };
  test.each<[string, Detail, Detail?]>([
    ["UpdateService", { service: "web", cluster: "prod" }],
    ["UpdateService", { service: SERVICE }],
    ["UpdateService", { service: SERVICE, cluster: `${ARN}:cluster/prod` }],
    ["UpdateService", { service: `${ARN}:service/web`, cluster: "prod" }],
    ["UpdateService", { service: "web" }, answered],
    [
      "UpdateService",
      { service: "web" },
      { service: { serviceArn: `${ARN}:service/web`, clusterArn: `${ARN}:cluster/prod` } },
    ],
    ["CreateService", { serviceName: "web", cluster: "prod" }],
    ["DeleteService", { service: "web", cluster: `${ARN}:cluster/prod` }],
    ["CreateTaskSet", { service: "web", cluster: "prod", taskDefinition: "web:7" }],
    ["UpdateServicePrimaryTaskSet", { service: "web", cluster: "prod" }],
    ["StopServiceDeployment", { serviceDeploymentArn: `${ARN}:service-deployment/prod/web/NCWGC2ZR-taawPAYrIaU5` }],
  ])("%s %j", (name, request, response) => {
    expect(of(call(name, request, response ?? null))).toMatchObject({
      keys: [SERVICE_KEY],
      cause: "drift",
      unmapped: false,
      noted: { name, actor: "deploy-bot" },
    });
  });

  test("in the default cluster if the call names none", () => {
    expect(of(call("UpdateService", { service: "web" })).keys).toEqual([DEFAULT_KEY]);
    expect(of(call("UpdateService", { service: `${ARN}:service/web` })).keys).toEqual([DEFAULT_KEY]);
  });

  test("and are noted with the names, never with what a task runs", () => {
    const { noted } = of(
      call("UpdateService", {
        service: "web",
        cluster: "prod",
        taskDefinition: "web:8",
        networkConfiguration: { secret: "secret" },
      }),
    );
    expect(noted?.subject).toEqual({ service: "web", cluster: "prod", taskDefinition: "web:8" });
  });

  test("but not if it was scaled and nothing else", () => {
    const scaled = of(call("UpdateService", { service: "web", cluster: "prod", desiredCount: 7 }));
    expect(scaled).toEqual({ keys: [], cause: "drift", noted: null, unmapped: false });
    const deployed = call("UpdateService", {
      service: "web",
      cluster: "prod",
      desiredCount: 7,
      forceNewDeployment: true,
    });
    expect(of(deployed).keys).toEqual([SERVICE_KEY]);
  });

  test("but not if it lives elsewhere", () => {
    const service = SERVICE.replace(REGION, "us-east-1");
    expect(of(call("UpdateService", { service })).keys).toEqual([]);
  });

  test.each<Detail>([{}, { service: "a b" }, { service: 7 }])(
    "what names no service wakes the sweep: %j",
    (request) => {
      expect(of(call("UpdateService", request))).toMatchObject({ keys: [], unmapped: true });
    },
  );
});

describe("calls about task definitions wake their family", () => {
  const made = { taskDefinition: { taskDefinitionArn: `${ARN}:task-definition/web:8`, family: "web" } };
  test.each<[string, Detail, Detail?]>([
    ["RegisterTaskDefinition", { family: "web" }],
    ["RegisterTaskDefinition", { family: "web" }, made],
    ["DeregisterTaskDefinition", { taskDefinition: "web:7" }],
    ["DeregisterTaskDefinition", { taskDefinition: `${ARN}:task-definition/web:7` }],
    ["DeleteTaskDefinitions", { taskDefinitions: ["web:6", `${ARN}:task-definition/web:7`] }],
    ["TagResource", { resourceArn: `${ARN}:task-definition/web:7`, tags: [] }],
  ])("%s %j", (name, request, response) => {
    expect(of(call(name, request, response ?? null))).toMatchObject({ keys: [FAMILY_KEY], unmapped: false });
  });

  test("and several families, if there are several", () => {
    expect(of(call("DeleteTaskDefinitions", { taskDefinitions: ["web:6", "api:7"] })).keys).toHaveLength(2);
  });

  test("and are noted with the new revision, never with its containers", () => {
    const { noted } = of(
      call("RegisterTaskDefinition", { family: "web", containerDefinitions: [{ environment: ["secret"] }] }, made),
    );
    expect(noted?.subject).toEqual({ family: "web", taskDefinition: `${ARN}:task-definition/web:8` });
  });

  test("tags of services, tasks and clusters concern nobody", () => {
    expect(of(call("TagResource", { resourceArn: SERVICE }))).toMatchObject({ keys: [], noted: null, unmapped: false });
  });
});

describe("what ECS reports itself", () => {
  test.each(["IN_PROGRESS", "COMPLETED", "FAILED"])("a deployment that is %s wakes its service", (step) => {
    const event = state("Deployment State Change", SERVICE, { eventName: `SERVICE_DEPLOYMENT_${step}` });
    expect(of(event)).toEqual({ keys: [SERVICE_KEY], cause: "drift", noted: null, unmapped: false });
  });

  test("of a service with an ARN of the old form, whose cluster is not said, wakes the sweep", () => {
    const short = `${ARN}:service/web`;
    expect(of(state("Deployment State Change", short, {}))).toMatchObject({ keys: [], unmapped: true });
    const detail = { clusterArn: `${ARN}:cluster/prod`, eventName: "SERVICE_TASK_START_IMPAIRED" };
    expect(of(state("Service Action", short, detail)).keys).toEqual([SERVICE_KEY]);
  });

  test("a task set that has all its tasks wakes its service, by whichever ARN", () => {
    const detail = { clusterArn: `${ARN}:cluster/prod`, eventName: "TASKSET_STEADY_STATE" };
    for (const resource of [SERVICE, `${ARN}:task-set/prod/web/ecs-svc/0123456789012345678`])
      expect(of(state("Service Action", resource, detail)).keys).toEqual([SERVICE_KEY]);
  });

  test("tasks that do not start wake their service or family", () => {
    const failed = { clusterArn: `${ARN}:cluster/prod`, lastStatus: "STOPPED", stopCode: "TaskFailedToStart" };
    const task = `${ARN}:task/prod/0123`;
    const taskDefinitionArn = `${ARN}:task-definition/web:7`;
    const of1 = (detail: Detail) => of(state("Task State Change", task, { ...failed, ...detail })).keys;
    expect(of1({ group: "service:web", taskDefinitionArn })).toEqual([SERVICE_KEY]);
    expect(of1({ group: "family:web", taskDefinitionArn })).toEqual([FAMILY_KEY]);
    expect(of1({ group: "nightly", taskDefinitionArn })).toEqual([FAMILY_KEY]);
  });

  const noise: [string, BusEvent][] = [
    ["a steady service", state("Service Action", SERVICE, { eventName: "SERVICE_STEADY_STATE" })],
    ["a scaled service", state("Service Action", SERVICE, { eventName: "SERVICE_DESIRED_COUNT_UPDATED" })],
    ["a started task", state("Task State Change", "t", { lastStatus: "RUNNING", group: "service:web" })],
    ["a task that ended", state("Task State Change", "t", { lastStatus: "STOPPED", stopCode: "UserInitiated" })],
    ["a container instance", state("Container Instance State Change", "i", {})],
  ];
  test.each(noise)("%s wakes nobody", (_what, event) => {
    expect(of(event)).toEqual({ keys: [], cause: "drift", noted: null, unmapped: false });
  });

  test.each(noise)("%s is not even asked for", (_what, event) => {
    const rules = EVENT_RULES.filter(({ active }) => active).map(({ pattern }) => JSON.stringify(pattern));
    expect(rules.filter((pattern) => compilePattern(pattern)(event))).toEqual([]);
  });
});
