/** Event buses and their rules as they are stored. */
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import type { EventMatcher } from "./pattern.ts";
import { compilePattern } from "./pattern.ts";
import type { TargetInput } from "./target-input.ts";

export type RuleState = "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

export interface Target extends TargetInput {
  Id: string;
  Arn: string;
  RoleArn?: string;
  SqsParameters?: { MessageGroupId?: string };
  EcsParameters?: EcsParameters;
  DeadLetterConfig?: { Arn?: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
}

/** What PutTargets says of the tasks that a target starts; kept as it was given. */
export interface EcsParameters {
  TaskDefinitionArn: string;
  TaskCount?: number;
  LaunchType?: string;
  NetworkConfiguration?: {
    awsvpcConfiguration?: { Subnets: string[]; SecurityGroups?: string[]; AssignPublicIp?: string };
  };
  PlatformVersion?: string;
  Group?: string;
  Tags?: { Key: string; Value: string }[];
  EnableECSManagedTags?: boolean;
  EnableExecuteCommand?: boolean;
  PropagateTags?: string;
  ReferenceId?: string;
}

export interface Rule {
  name: string;
  arn: string;
  busName: string;
  /** A rule has a pattern, a schedule or both. */
  pattern?: string;
  schedule?: string;
  /** When the schedule was set, ms since the epoch: its rate counts from here. */
  scheduledAtMs?: number;
  state: RuleState;
  description?: string;
  roleArn?: string;
  createdBy: string;
  tags: Record<string, string>;
  targets: Target[];
}

export interface Bus {
  name: string;
  arn: string;
  description?: string;
  createdMs: number;
  modifiedMs: number;
  tags: Record<string, string>;
  rules: Map<string, Rule>;
}

export interface Buses {
  get(name: string): Bus | undefined;
  /** By name or ARN; the default bus if not given. @throws ResourceNotFoundException */
  find(nameOrArn: string | undefined): Bus;
  /** @throws ResourceNotFoundException */
  rule(name: string, busNameOrArn: string | undefined): Rule;
  all(): Bus[];
  add(bus: Bus): void;
  remove(name: string): void;
  arnOf(name: string): string;
  ruleArnOf(name: string, busName: string): string;
  /** The rule's compiled pattern, compiled again when the pattern changed; a rule without one matches nothing. */
  matcher(rule: Rule): EventMatcher;
  snapshot(): unknown;
  restore(state: unknown): void;
}

export const DEFAULT_BUS = "default";

export function createBuses(world: World): Buses {
  const prefix = `arn:${world.partition}:events:${world.region}:${world.account}:`;
  const buses = new Map<string, Bus>();
  const matchers = new WeakMap<Rule, { pattern: string; matches: EventMatcher }>();
  const add = (bus: Bus) => void buses.set(bus.name, bus);
  const arnOf = (name: string) => `${prefix}event-bus/${name}`;
  const nowMs = world.clock.nowMs();
  add({ name: DEFAULT_BUS, arn: arnOf(DEFAULT_BUS), createdMs: nowMs, modifiedMs: nowMs, tags: {}, rules: new Map() });
  const find = (nameOrArn: string = DEFAULT_BUS) => {
    const name = nameOrArn.replace(/^arn:.*:event-bus\//, "");
    const bus = buses.get(name);
    if (!bus) throw notFound(`Event bus ${name} does not exist.`);
    return bus;
  };
  return {
    get: (name) => buses.get(name),
    find,
    rule(name, busNameOrArn) {
      const bus = find(busNameOrArn);
      const rule = bus.rules.get(name);
      if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
      return rule;
    },
    all: () => [...buses.values()],
    add,
    remove: (name) => void buses.delete(name),
    arnOf,
    ruleArnOf: (name, busName) => `${prefix}rule/${busName === DEFAULT_BUS ? "" : `${busName}/`}${name}`,
    matcher(rule) {
      const { pattern } = rule;
      if (pattern === undefined) return () => false;
      const known = matchers.get(rule);
      if (known?.pattern === pattern) return known.matches;
      const matches = compilePattern(pattern);
      matchers.set(rule, { pattern, matches });
      return matches;
    },
    snapshot: () => [...buses.values()].map((bus) => ({ ...bus, rules: [...bus.rules.values()] })),
    restore(state) {
      buses.clear();
      for (const bus of state as (Omit<Bus, "rules"> & { rules: Rule[] })[]) {
        add({ ...bus, rules: new Map(bus.rules.map((rule) => [rule.name, rule])) });
      }
    },
  };
}

export function notFound(message: string): ServiceError {
  return new ServiceError("ResourceNotFoundException", 400, message);
}

export function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", 400, message);
}

/** A constraint of the model that is broken, in AWS's words. */
export function constraint(value: unknown, member: string, rule: string): ServiceError {
  return invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${rule}`,
  );
}
