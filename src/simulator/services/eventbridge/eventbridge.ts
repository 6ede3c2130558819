/**
 * EventBridge: buses, rules with real pattern matching and schedules, and SQS queues and ECS clusters as targets.
 *
 * Not built: archives, replays, connections, API destinations, bus policies, other targets.
 */
import type { Service } from "../../core.ts";
import type { World, WorldEvent } from "../../world.ts";
import { BUS_INPUT_MEMBERS, createBusOperations } from "./bus-operations.ts";
import type { Buses, Rule } from "./buses.ts";
import { createBuses, DEFAULT_BUS } from "./buses.ts";
import { ALL_MANAGEMENT_EVENTS, deliverTo, route } from "./delivery.ts";
import { PUT_EVENTS_INPUT_MEMBERS, putEvents } from "./put-events.ts";
import { createRuleOperations, RULE_INPUT_MEMBERS } from "./rule-operations.ts";
import { startTimer } from "./rule-timers.ts";
import { createTagOperations, TAG_INPUT_MEMBERS } from "./tags.ts";
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
  const startRule = (rule: Rule) => startTimer(world, buses, rule, (due) => fire(world, due));
  world.onEvent((event) => void publish(event, DEFAULT_BUS, world.clock.nowMs()));
  return {
    name: "eventbridge",
    operations: {
      ...createBusOperations(world.clock, buses),
      ...createRuleOperations(world.clock, buses, startRule),
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
    restore(state) {
      buses.restore(state);
      for (const bus of buses.all()) for (const rule of bus.rules.values()) startRule(rule);
    },
  };
}

/** An event for a bus that does not exist is accepted and goes nowhere, as in AWS. */
function publishTo(world: World, buses: Buses, event: WorldEvent, busName: string, timeMs: number): string {
  const full = completed(world, event, timeMs);
  world.clock.after(world.timings.eventDeliveryMs, () => {
    const bus = buses.get(busName);
    if (bus) route(world, buses, bus, full);
  });
  return full.id;
}

function completed(world: World, event: WorldEvent, timeMs: number) {
  const { source, resources = [], detail } = event;
  return {
    version: "0",
    id: world.clock.uuid(),
    "detail-type": event["detail-type"],
    source,
    account: world.account,
    time: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
    region: world.region,
    resources,
    detail,
  };
}

/** A schedule's event concerns its own rule only. */
function fire(world: World, rule: Rule): void {
  const event = { source: "aws.events", "detail-type": "Scheduled Event", resources: [rule.arn], detail: {} };
  const full = completed(world, event, world.clock.nowMs());
  deliverTo(world, rule, full, JSON.stringify(full));
  world.changed();
}
