/** Who starts tasks by itself, by names that people know and that events can be matched with. */

/** The rules of this bus are named without it. */
const DEFAULT_BUS = "default";

export function ruleStarter(busName: string, rule: string): string {
  return `EventBridge rule ${busName === DEFAULT_BUS ? rule : `${busName}/${rule}`}`;
}

export function scheduleStarter(group: string, name: string): string {
  return `schedule ${group}/${name}`;
}

/** CloudTrail's names of the calls that change what rules start. */
export const RULE_CALLS: readonly string[] = ["PutTargets", "RemoveTargets", "DeleteRule"];

/** And schedules. DeleteScheduleGroup takes its schedules with it, which the sweep finds. */
export const SCHEDULE_CALLS: readonly string[] = ["CreateSchedule", "UpdateSchedule", "DeleteSchedule"];

/** True of a call that changes what a rule or schedule starts. Such a call takes no mount away: it is no drift. */
export function isTargetCall({ name }: { name: string }): boolean {
  return RULE_CALLS.includes(name) || SCHEDULE_CALLS.includes(name);
}
