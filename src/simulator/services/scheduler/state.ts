/** Schedules and their groups as they are stored. */
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";

export const DEFAULT_GROUP = "default";

/** A schedule's target as it was given; nothing in it is acted upon. */
export interface ScheduleTarget {
  Arn: string;
  RoleArn: string;
  Input?: string;
  EcsParameters?: { TaskDefinitionArn: string };
  [member: string]: unknown;
}

export interface ScheduleRecord {
  name: string;
  group: string;
  state: "ENABLED" | "DISABLED";
  createdMs: number;
  modifiedMs: number;
  expression: string;
  timezone: string;
  startMs?: number;
  endMs?: number;
  description?: string;
  flexibleTimeWindow: { Mode: string; MaximumWindowInMinutes?: number };
  actionAfterCompletion: string;
  target: ScheduleTarget;
  /** Of the call that made it: the same call again answers the same. */
  clientToken?: string;
}

export interface GroupRecord {
  name: string;
  createdMs: number;
  modifiedMs: number;
  tags: { Key: string; Value: string }[];
  clientToken?: string;
}

export interface SchedulerState {
  groups: Map<string, GroupRecord>;
  /** By "group/name". */
  schedules: Map<string, ScheduleRecord>;
}

export interface SchedulerContext {
  readonly world: World;
  state: SchedulerState;
}

export interface SavedState {
  groups: GroupRecord[];
  schedules: ScheduleRecord[];
}

/** Every account has a group named default, which cannot be deleted. */
export function startState({ clock }: World): SchedulerState {
  const nowMs = clock.nowMs();
  const group = { name: DEFAULT_GROUP, createdMs: nowMs, modifiedMs: nowMs, tags: [] };
  return { groups: new Map([[DEFAULT_GROUP, group]]), schedules: new Map() };
}

export function saveState({ groups, schedules }: SchedulerState): SavedState {
  return { groups: [...groups.values()], schedules: [...schedules.values()] };
}

export function restoreState({ groups, schedules }: SavedState): SchedulerState {
  return {
    groups: new Map(groups.map((group) => [group.name, group])),
    schedules: new Map(schedules.map((schedule) => [keyOf(schedule), schedule])),
  };
}

export const keyOf = ({ group, name }: { group: string; name: string }): string => `${group}/${name}`;

export function groupArn({ partition, region, account }: World, name: string): string {
  return `arn:${partition}:scheduler:${region}:${account}:schedule-group/${name}`;
}

export function scheduleArn({ partition, region, account }: World, of: { group: string; name: string }): string {
  return `arn:${partition}:scheduler:${region}:${account}:schedule/${keyOf(of)}`;
}

/** @throws ResourceNotFoundException */
export function groupNamed({ state }: SchedulerContext, name: string): GroupRecord {
  const found = state.groups.get(name);
  if (!found) throw notFound(`Schedule group ${name} does not exist.`);
  return found;
}

export function notFound(message: string): ServiceError {
  return new ServiceError("ResourceNotFoundException", 404, message);
}

export function conflict(message: string): ServiceError {
  return new ServiceError("ConflictException", 409, message);
}

export function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", 400, message);
}

/** A page by `MaxResults` (100 unless told) and an opaque `NextToken`. @throws ValidationException for a foreign token. */
export function pageOf<T>(
  items: readonly T[],
  { MaxResults = 100, NextToken }: { MaxResults?: number; NextToken?: string },
): { page: T[]; token: { NextToken?: string } } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64").toString("utf8"));
  if (!Number.isInteger(start) || start < 0) throw invalid("Invalid NextToken.");
  const end = start + MaxResults;
  const token = end < items.length ? { NextToken: Buffer.from(String(end)).toString("base64") } : {};
  return { page: items.slice(start, end), token };
}
