import { describe, expect, test } from "vitest";
import { ecsFamilyKey, ecsServiceKey, familyArn } from "../model/keys.ts";
import { compilePattern } from "../simulator/services/eventbridge/pattern.ts";
import { createEventIndex } from "./event-index.ts";
import { EVENT_RULES } from "./event-patterns.ts";
import { keysOfEvent } from "./event-to-keys.ts";

const HERE = { account: "111122223333", region: "eu-west-1", receivedAtMs: 5_000 };
const FAMILY_ARN = familyArn({ ...HERE, family: "web" });
const FAMILY_KEY = ecsFamilyKey({ ...HERE, family: "web" });
const SERVICE_KEY = ecsServiceKey({ ...HERE, cluster: "prod", service: "web" });
const OTHER_KEY = ecsFamilyKey({ ...HERE, family: "report" });

const index = createEventIndex({ nowMs: () => 0 });
index.startersSeen(SERVICE_KEY, [FAMILY_ARN]);
index.startersSeen(OTHER_KEY, ["EventBridge rule nightly", "EventBridge rule side/nightly", "schedule night/hourly"]);

function keysOf(service: "events" | "scheduler", eventName: string, requestParameters: object) {
  const found = keysOfEvent(calledBy(service, eventName, requestParameters), index, HERE);
  expect(found.unmapped).toBe(false);
  return found.keys;
}

function calledBy(service: "events" | "scheduler", eventName: string, requestParameters: object) {
  const detail = {
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: HERE.region,
    recipientAccountId: HERE.account,
    readOnly: false,
    requestParameters,
  };
  return { source: `aws.${service}`, "detail-type": "AWS API Call via CloudTrail", detail };
}

const starting = (taskDefinitionArn: string) => ({ ecsParameters: { taskDefinitionArn } });

describe("calls that change what starts tasks", () => {
  test("wake the family that is started, and the services that run it", () => {
    const keys = [FAMILY_KEY, SERVICE_KEY].sort();
    const targets = [{ id: "q", arn: "arn:aws:sqs:eu-west-1:111122223333:q" }, starting(`${FAMILY_ARN}:7`)];
    expect(keysOf("events", "PutTargets", { rule: "new", targets })).toEqual(keys);
    expect(keysOf("scheduler", "CreateSchedule", { name: "new", target: starting(FAMILY_ARN) })).toEqual(keys);
  });

  test("wake what the rule or schedule was seen to pin, whatever it starts now", () => {
    expect(keysOf("events", "PutTargets", { rule: "nightly", targets: [] })).toEqual([OTHER_KEY]);
    expect(keysOf("events", "RemoveTargets", { rule: "nightly", ids: ["t"] })).toEqual([OTHER_KEY]);
    expect(keysOf("events", "DeleteRule", { name: "nightly", eventBusName: "side" })).toEqual([OTHER_KEY]);
    expect(keysOf("scheduler", "DeleteSchedule", { name: "hourly", groupName: "night" })).toEqual([OTHER_KEY]);
    const target = starting(`${FAMILY_ARN}:7`);
    expect(keysOf("scheduler", "UpdateSchedule", { name: "hourly", groupName: "night", target })).toEqual(
      [FAMILY_KEY, OTHER_KEY, SERVICE_KEY].sort(),
    );
  });

  test("wake nobody, not even the sweep, where they start something else", () => {
    expect(keysOf("scheduler", "CreateSchedule", { name: "mail", target: { arn: "arn:aws:sqs:x:1:q" } })).toEqual([]);
    expect(keysOf("scheduler", "DeleteSchedule", { name: "hourly" })).toEqual([]);
    expect(keysOf("events", "RemoveTargets", { rule: "nightly", eventBusName: "other" })).toEqual([]);
  });
});

describe("the rules that bring these calls", () => {
  const asked = (service: "events" | "scheduler", eventName: string, requestParameters: object) =>
    EVENT_RULES.filter(({ pattern }) =>
      compilePattern(JSON.stringify(pattern))(calledBy(service, eventName, requestParameters)),
    ).map(({ name }) => name);

  test("ask for targets that start tasks", () => {
    const targets = [{ id: "q", arn: "arn:q" }, starting(FAMILY_ARN)];
    expect(asked("events", "PutTargets", { rule: "r", targets })).toEqual(["rule-targets"]);
    expect(asked("events", "DeleteRule", { name: "r" })).toEqual(["rule-targets"]);
    expect(asked("scheduler", "UpdateSchedule", { name: "s", target: starting(FAMILY_ARN) })).toEqual(["schedules"]);
    expect(asked("scheduler", "DeleteSchedule", { name: "s" })).toEqual(["schedules"]);
  });

  test("do not ask for any other", () => {
    expect(asked("events", "PutTargets", { rule: "r", targets: [{ id: "q", arn: "arn:q" }] })).toEqual([]);
    expect(asked("scheduler", "CreateSchedule", { name: "s", target: { arn: "arn:q" } })).toEqual([]);
  });
});
