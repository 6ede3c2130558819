/** Operations on rules. */
import type { CallContext, Handler, SimClock } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import type { Buses, Rule, RuleState } from "./buses.ts";
import { constraint, DEFAULT_BUS, invalid } from "./buses.ts";
import { pageOf } from "./paging.ts";
import { compilePattern, PatternError } from "./pattern.ts";
import { parseSchedule } from "../schedule-expression.ts";
import type { Tag } from "./tags.ts";
import { tagsFrom } from "./tags.ts";

const RULE_NAME = /^[.\-_A-Za-z0-9]{1,64}$/;
const STATES: readonly string[] = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"];
const RULES_MAX = 300;
/** The default quota; the API's own shape would allow 4,096. */
const PATTERN_CHARS_MAX = 2_048;
const SCHEDULE_CHARS_MAX = 256;

export const RULE_INPUT_MEMBERS = {
  PutRule: ["Name", "EventPattern", "ScheduleExpression", "State", "Description", "RoleArn", "Tags", "EventBusName"],
  DescribeRule: ["Name", "EventBusName"],
  DeleteRule: ["Name", "EventBusName", "Force"],
  EnableRule: ["Name", "EventBusName"],
  DisableRule: ["Name", "EventBusName"],
  ListRules: ["NamePrefix", "EventBusName", "NextToken", "Limit"],
  ListRuleNamesByTarget: ["TargetArn", "EventBusName", "NextToken", "Limit"],
  TestEventPattern: ["EventPattern", "Event"],
};

/** @param scheduled is told of every rule that was put with a schedule. */
export function createRuleOperations(
  clock: Pick<SimClock, "nowMs">,
  buses: Buses,
  scheduled: (rule: Rule) => void,
): Record<keyof typeof RULE_INPUT_MEMBERS, Handler> {
  const setState = ({ Name, EventBusName }: { Name: string; EventBusName?: string }, state: RuleState) => {
    buses.rule(Name, EventBusName).state = state;
  };
  return {
    PutRule(input, { caller }: CallContext) {
      const rule = putRule(buses, input, caller.accountId, clock.nowMs());
      if (rule.schedule !== undefined) scheduled(rule);
      return { RuleArn: rule.arn };
    },
    DescribeRule: ({ Name, EventBusName }) => {
      const rule = buses.rule(Name, EventBusName);
      return { ...described(rule), CreatedBy: rule.createdBy };
    },
    DeleteRule({ Name, EventBusName }) {
      const { rules } = buses.find(EventBusName);
      // Deleting what is not there succeeds.
      if ((rules.get(Name)?.targets.length ?? 0) > 0) throw invalid("Rule can't be deleted since it has targets.");
      rules.delete(Name);
    },
    EnableRule: (input) => setState(input, "ENABLED"),
    DisableRule: (input) => setState(input, "DISABLED"),
    ListRules({ NamePrefix = "", EventBusName, ...paging }) {
      const { page, token } = pageOf(
        sorted(buses, EventBusName).filter(({ name }) => name.startsWith(NamePrefix)),
        paging,
      );
      return { Rules: page.map(described), ...token };
    },
    ListRuleNamesByTarget({ TargetArn, EventBusName, ...paging }) {
      const aiming = sorted(buses, EventBusName).filter(({ targets }) => targets.some(({ Arn }) => Arn === TargetArn));
      const { page, token } = pageOf(aiming, paging);
      return { RuleNames: page.map(({ name }) => name), ...token };
    },
    TestEventPattern: ({ EventPattern, Event }) => ({ Result: checkPattern(EventPattern)(parseEvent(Event)) }),
  };
}

function sorted(buses: Buses, busName: string | undefined): Rule[] {
  return [...buses.find(busName).rules.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

interface PutRuleInput {
  Name: string;
  EventPattern?: string;
  ScheduleExpression?: string;
  State?: RuleState;
  Description?: string;
  RoleArn?: string;
  Tags?: Tag[];
  EventBusName?: string;
}

/** Replaces the whole rule: what is not given is reset. Targets stay, and so do tags, which are read on creation only. */
function putRule(buses: Buses, input: PutRuleInput, createdBy: string, nowMs: number): Rule {
  checkRule(input);
  const bus = buses.find(input.EventBusName);
  const existing = bus.rules.get(input.Name);
  if (!existing && bus.rules.size >= RULES_MAX) {
    throw new ServiceError("LimitExceededException", 400, "The requested resource exceeds the maximum number allowed.");
  }
  const rule: Rule = {
    name: input.Name,
    arn: buses.ruleArnOf(input.Name, bus.name),
    busName: bus.name,
    ...(input.EventPattern !== undefined && { pattern: input.EventPattern }),
    ...(input.ScheduleExpression !== undefined && {
      schedule: input.ScheduleExpression,
      scheduledAtMs: existing?.schedule === input.ScheduleExpression ? (existing.scheduledAtMs ?? nowMs) : nowMs,
    }),
    state: input.State ?? "ENABLED",
    createdBy: existing?.createdBy ?? createdBy,
    tags: existing?.tags ?? tagsFrom(input.Tags ?? []),
    targets: existing?.targets ?? [],
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
  };
  bus.rules.set(rule.name, rule);
  return rule;
}

function checkRule(input: PutRuleInput): void {
  const { Name, EventPattern, ScheduleExpression, State, Description = "" } = input;
  if (!RULE_NAME.test(Name)) {
    throw constraint(
      Name,
      "name",
      Name.length > 64
        ? "Member must have length less than or equal to 64"
        : String.raw`Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`,
    );
  }
  if (State !== undefined && !STATES.includes(State))
    throw constraint(State, "state", `Member must satisfy enum value set: [${STATES.join(", ")}]`);
  if (Description.length > 512)
    throw constraint(Description, "description", "Member must have length less than or equal to 512");
  if (EventPattern === undefined && ScheduleExpression === undefined)
    throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (EventPattern !== undefined) checkPattern(EventPattern);
  if (ScheduleExpression !== undefined) checkSchedule(ScheduleExpression, input.EventBusName);
}

/** Only the default bus has schedules (user guide, "Creating a rule that runs on a schedule"). */
function checkSchedule(expression: string, busNameOrArn: string = DEFAULT_BUS): void {
  if (expression.length > SCHEDULE_CHARS_MAX)
    throw constraint(expression, "scheduleExpression", "Member must have length less than or equal to 256");
  if (busNameOrArn.replace(/^arn:.*:event-bus\//, "") !== DEFAULT_BUS)
    throw invalid("ScheduleExpression is supported only on the default event bus.");
  const schedule = parseSchedule(expression);
  if (schedule === null || schedule.kind === "at") throw invalid("Parameter ScheduleExpression is not valid.");
}

function checkPattern(pattern: string): (event: unknown) => boolean {
  try {
    if (pattern.length > PATTERN_CHARS_MAX)
      throw new PatternError(`Pattern has ${pattern.length} characters, at most ${PATTERN_CHARS_MAX} are allowed`);
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ServiceError("InvalidEventPatternException", 400, `Event pattern is not valid. Reason: ${error.message}`);
  }
}

/** TestEventPattern wants an event with all of EventBridge's own fields. */
function parseEvent(text: string): unknown {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw invalid("Parameter Event is not valid. Reason: Event is not a valid JSON.");
  }
  const missing = ["id", "account", "source", "time", "region", "resources", "detail-type"].find(
    (name) => event?.[name] === undefined,
  );
  if (missing !== undefined) throw invalid(`Parameter Event is not valid. Reason: Field ${missing} is missing.`);
  return event;
}

function described(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.state,
    EventBusName: rule.busName ?? DEFAULT_BUS,
    Description: rule.description,
    RoleArn: rule.roleArn,
  };
}
