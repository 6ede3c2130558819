/**
 * EventBridge: buses, rules with real pattern matching, and SQS queues as targets.
 *
 * Not built: schedules, archives, replays, connections, API destinations, bus policies, other targets.
 */
import type { Service } from "../../core.ts";
import type { World, WorldEvent } from "../../world.ts";
import { BUS_INPUT_MEMBERS, createBusOperations } from "./bus-operations.ts";
import type { Bus, Buses, Rule, Target } from "./buses.ts";
import { createBuses, DEFAULT_BUS } from "./buses.ts";
import { PUT_EVENTS_INPUT_MEMBERS, putEvents } from "./put-events.ts";
import { createRuleOperations, RULE_INPUT_MEMBERS } from "./rule-operations.ts";
import { createTagOperations, TAG_INPUT_MEMBERS } from "./tags.ts";
import { targetInput } from "./target-input.ts";
import { createTargetOperations, TARGET_INPUT_MEMBERS } from "./target-operations.ts";

declare module "../../world.ts" {
  interface Services {
    eventbridge: EventBridgeService;
  }
}

export interface EventBridgeService extends Service {
  /** Whether some rule asks for read-only management events; without one nobody needs to make them. */
  wantsReadEvents(): boolean;
}

const ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

const READ_ONLY = [
  "DescribeRule",
  "ListRules",
  "ListRuleNamesByTarget",
  "TestEventPattern",
  "ListTargetsByRule",
  "DescribeEventBus",
  "ListEventBuses",
  "ListTagsForResource",
];

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
export function createEventBridgeService(world: World): EventBridgeService {
  const buses = createBuses(world);
  const publish = (event: WorldEvent, busName: string, timeMs: number) =>
    publishTo(world, buses, event, busName, timeMs);
  world.onEvent((event) => void publish(event, DEFAULT_BUS, world.clock.nowMs()));
  return {
    name: "eventbridge",
    operations: {
      ...createBusOperations(world.clock, buses),
      ...createRuleOperations(buses),
      ...createTargetOperations(buses),
      ...createTagOperations(buses),
      PutEvents: ({ Entries }) =>
        putEvents(Entries, (event, { Time, EventBusName = DEFAULT_BUS }) =>
          publish(event, EventBusName.replace(/^arn:.*:event-bus\//, ""), Time?.getTime() ?? world.clock.nowMs()),
        ),
    },
    inputMembers: {
      ...BUS_INPUT_MEMBERS,
      ...RULE_INPUT_MEMBERS,
      ...TARGET_INPUT_MEMBERS,
      ...TAG_INPUT_MEMBERS,
      PutEvents: PUT_EVENTS_INPUT_MEMBERS,
    },
    readOnly: new Set(READ_ONLY),
    dataEvents: new Set(["PutEvents"]),
    wantsReadEvents: () =>
      [...(buses.get(DEFAULT_BUS)?.rules.values() ?? [])].some(({ state }) => state === ALL_MANAGEMENT_EVENTS),
    snapshot: buses.snapshot,
    restore: buses.restore,
  };
}

/** An event for a bus that does not exist is accepted and goes nowhere, as in AWS. */
function publishTo(world: World, buses: Buses, event: WorldEvent, busName: string, timeMs: number): string {
  const id = world.clock.uuid();
  const { source, resources = [], detail } = event;
  const time = `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
  const full = {
    version: "0",
    id,
    "detail-type": event["detail-type"],
    source,
    account: world.account,
    time,
    region: world.region,
    resources,
    detail,
  };
  world.clock.after(world.timings.eventDeliveryMs, () => {
    const bus = buses.get(busName);
    if (bus) route(world, buses, bus, full);
  });
  return id;
}

function route(
  world: World,
  buses: Buses,
  bus: Bus,
  event: { detail: Record<string, unknown>; "detail-type": string },
): void {
  let text: string | undefined;
  for (const rule of bus.rules.values()) {
    if (rule.targets.length === 0 || !admits(rule, event) || !buses.matcher(rule)(event)) continue;
    text ??= JSON.stringify(event);
    for (const target of rule.targets) deliver(world, rule, target, event, text);
  }
}

/** Read-only management events reach only rules that ask for them (EventBridge user guide). */
function admits({ state }: Rule, event: { detail: Record<string, unknown>; "detail-type": string }): boolean {
  if (state === "DISABLED") return false;
  const isReadOnly = event["detail-type"] === "AWS API Call via CloudTrail" && event.detail["readOnly"] === true;
  return !isReadOnly || state === ALL_MANAGEMENT_EVENTS;
}

function deliver(world: World, rule: Rule, target: Target, event: object, text: string): void {
  const sqs = world.find("sqs");
  if (!sqs) return;
  const ingestedAt = new Date(world.clock.nowMs()).toISOString();
  const body = targetInput(target, event, text, { ruleArn: rule.arn, ruleName: rule.name, ingestedAt });
  const groupId = target.SqsParameters?.MessageGroupId;
  const refusal = sqs.deliver({
    queueArn: target.Arn,
    body,
    ruleArn: rule.arn,
    hasRole: target.RoleArn !== undefined,
    ...(groupId !== undefined && { groupId }),
  });
  if (refusal === undefined) return;
  // A missing permission or queue is not retried: the event goes to the dead-letter queue, or is lost.
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  if (deadLetterArn === undefined) return;
  const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
  const attributes = {
    RULE_ARN: attribute(rule.arn),
    TARGET_ARN: attribute(target.Arn),
    ERROR_CODE: attribute(refusal),
  };
  sqs.deliver({ queueArn: deadLetterArn, body: text, ruleArn: rule.arn, hasRole: false, attributes });
}
