/** Operations on schedules. */
import type { Handler } from "../../core.ts";
import { parseSchedule } from "../schedule-expression.ts";
import {
  conflict,
  DEFAULT_GROUP,
  groupNamed,
  invalid,
  keyOf,
  notFound,
  pageOf,
  scheduleArn,
  type ScheduleRecord,
  type SchedulerContext,
  type ScheduleTarget,
} from "./state.ts";

const WRITTEN = [
  "Name",
  "GroupName",
  "ScheduleExpression",
  "ScheduleExpressionTimezone",
  "StartDate",
  "EndDate",
  "Description",
  "State",
  "FlexibleTimeWindow",
  "ActionAfterCompletion",
  "Target",
  "ClientToken",
];

export const SCHEDULE_MEMBERS = {
  CreateSchedule: WRITTEN,
  UpdateSchedule: WRITTEN,
  GetSchedule: ["Name", "GroupName"],
  DeleteSchedule: ["Name", "GroupName", "ClientToken"],
  ListSchedules: ["GroupName", "NamePrefix", "State", "MaxResults", "NextToken"],
};

interface ScheduleInput {
  Name: string;
  GroupName?: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: Date;
  EndDate?: Date;
  Description?: string;
  State?: "ENABLED" | "DISABLED";
  FlexibleTimeWindow: { Mode: string; MaximumWindowInMinutes?: number };
  ActionAfterCompletion?: string;
  Target: ScheduleTarget;
  ClientToken?: string;
}

export function scheduleOperations(context: SchedulerContext): Record<keyof typeof SCHEDULE_MEMBERS, Handler> {
  const { world } = context;
  return {
    CreateSchedule: (input: ScheduleInput) => create(context, input),
    UpdateSchedule(input: ScheduleInput) {
      const existing = scheduleOf(context, input);
      checkSchedule(input);
      const updated = recordOf(input, world.clock.nowMs());
      context.state.schedules.set(keyOf(existing), { ...updated, createdMs: existing.createdMs });
      return { ScheduleArn: scheduleArn(world, existing) };
    },
    GetSchedule: (input) => described(context, scheduleOf(context, input)),
    DeleteSchedule: (input) => void context.state.schedules.delete(keyOf(scheduleOf(context, input))),
    ListSchedules({ GroupName, NamePrefix = "", State, ...paging }) {
      if (GroupName !== undefined) groupNamed(context, GroupName);
      const listed = [...context.state.schedules.values()]
        .filter(({ group }) => GroupName === undefined || group === GroupName)
        .filter(({ name, state }) => name.startsWith(NamePrefix) && (State === undefined || state === State))
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      const { page, token } = pageOf(listed, paging);
      return { Schedules: page.map((schedule) => summarised(context, schedule)), ...token };
    },
  };
}

/** The same call with the same ClientToken again answers the same; with another one, the name is taken. */
function create(context: SchedulerContext, input: ScheduleInput): object {
  const { world, state } = context;
  const record = recordOf(input, world.clock.nowMs());
  groupNamed(context, record.group);
  checkSchedule(input);
  const existing = state.schedules.get(keyOf(record));
  if (existing && (existing.clientToken === undefined || existing.clientToken !== record.clientToken))
    throw conflict(`Schedule ${record.name} already exists.`);
  if (!existing) state.schedules.set(keyOf(record), record);
  return { ScheduleArn: scheduleArn(world, record) };
}

/** @throws ResourceNotFoundException for the group, or for the schedule in it. */
function scheduleOf(
  context: SchedulerContext,
  { Name, GroupName = DEFAULT_GROUP }: { Name: string; GroupName?: string },
): ScheduleRecord {
  groupNamed(context, GroupName);
  const found = context.state.schedules.get(keyOf({ group: GroupName, name: Name }));
  if (!found) throw notFound(`Schedule ${Name} does not exist.`);
  return found;
}

/** An update replaces everything: what is not given takes its default again. */
function recordOf(input: ScheduleInput, nowMs: number): ScheduleRecord {
  return {
    name: input.Name,
    group: input.GroupName ?? DEFAULT_GROUP,
    state: input.State ?? "ENABLED",
    createdMs: nowMs,
    modifiedMs: nowMs,
    expression: input.ScheduleExpression,
    timezone: input.ScheduleExpressionTimezone ?? "UTC",
    flexibleTimeWindow: input.FlexibleTimeWindow,
    actionAfterCompletion: input.ActionAfterCompletion ?? "NONE",
    target: withDefaults(input.Target),
    ...(input.StartDate && { startMs: input.StartDate.getTime() }),
    ...(input.EndDate && { endMs: input.EndDate.getTime() }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
  };
}

function withDefaults(target: ScheduleTarget): ScheduleTarget {
  return { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }, ...target };
}

const CLUSTER_ARN = /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:cluster\//;

/** The wording of the refused expression is AWS's; the other messages are not verified. @throws ValidationException */
function checkSchedule({ ScheduleExpression, ScheduleExpressionTimezone, ...input }: ScheduleInput): void {
  const { FlexibleTimeWindow: window, StartDate, EndDate, Target } = input;
  if (parseSchedule(ScheduleExpression) === null) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (!isTimezone(ScheduleExpressionTimezone ?? "UTC"))
    throw invalid(`Invalid ScheduleExpressionTimezone ${ScheduleExpressionTimezone}.`);
  if ((window.Mode === "FLEXIBLE") !== (window.MaximumWindowInMinutes !== undefined))
    throw invalid("MaximumWindowInMinutes must be given for a flexible time window, and for none other.");
  if (StartDate && EndDate && EndDate <= StartDate) throw invalid("The EndDate you specify must come after StartDate.");
  if (!/^arn:[a-z-]+:/.test(Target.Arn)) throw invalid(`Provided Arn ${Target.Arn} is not in correct format.`);
  if (CLUSTER_ARN.test(Target.Arn) !== (Target.EcsParameters !== undefined))
    throw invalid("EcsParameters must be given for a target that is an ECS cluster, and for none other.");
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function described({ world }: SchedulerContext, schedule: ScheduleRecord): object {
  const { startMs, endMs } = schedule;
  return {
    ...named({ world }, schedule),
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    StartDate: startMs === undefined ? undefined : new Date(startMs),
    EndDate: endMs === undefined ? undefined : new Date(endMs),
    Description: schedule.description,
    FlexibleTimeWindow: schedule.flexibleTimeWindow,
    ActionAfterCompletion: schedule.actionAfterCompletion,
    Target: schedule.target,
  };
}

/** A list says no more of a target than its ARN. */
function summarised(context: SchedulerContext, schedule: ScheduleRecord): object {
  return { ...named(context, schedule), Target: { Arn: schedule.target.Arn } };
}

function named({ world }: Pick<SchedulerContext, "world">, schedule: ScheduleRecord): object {
  return {
    Arn: scheduleArn(world, schedule),
    Name: schedule.name,
    GroupName: schedule.group,
    State: schedule.state,
    CreationDate: new Date(schedule.createdMs),
    LastModificationDate: new Date(schedule.modifiedMs),
  };
}
