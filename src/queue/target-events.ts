import { ecsFamilyKey, familyArn, type ReconcileKey } from "../model/keys.ts";
import { ruleStarter, scheduleStarter } from "../model/task-targets.ts";
import type { EventIndex } from "./event-index.ts";
import { type Fields, fieldsOf, text } from "./fields.ts";

interface Place {
  account: string;
  region: string;
}

interface TargetCall {
  request: Fields;
  here: Place;
  index: Pick<EventIndex, "keysOfStarter">;
}

/** PutTargets, RemoveTargets and DeleteRule: what the rule starts now, and what it was last seen to start. */
export function keysOfRuleCall({ request, here, index }: TargetCall): ReconcileKey[] {
  const bus = text(request, "eventBusName") ?? "default";
  const rule = text(request, "rule") ?? text(request, "name") ?? "";
  const { targets } = request;
  const given = Array.isArray(targets) ? targets.map(fieldsOf) : [];
  return [
    ...index.keysOfStarter(ruleStarter(bus.slice(bus.lastIndexOf("/") + 1), rule)),
    ...given.flatMap((target) => keysStartedBy(target, { here, index })),
  ];
}

/**
 * CreateSchedule, UpdateSchedule and DeleteSchedule. CloudTrail hides a target's input, so a schedule that calls
 * RunTask as a "universal target" is found by the sweep. (The spelling of the members is not verified.)
 */
export function keysOfScheduleCall({ request, here, index }: TargetCall): ReconcileKey[] {
  const starter = scheduleStarter(text(request, "groupName") ?? "default", text(request, "name") ?? "");
  return [...index.keysOfStarter(starter), ...keysStartedBy(fieldsOf(request["target"]), { here, index })];
}

/** The family that a target names, and the services that were seen to run it. */
function keysStartedBy(target: Fields, { here, index }: Omit<TargetCall, "request">): ReconcileKey[] {
  const arn = text(fieldsOf(target["ecsParameters"]), "taskDefinitionArn");
  const family = /:task-definition\/([\w-]+)(?::\d+)?$/.exec(arn ?? "")?.[1];
  if (family === undefined) return [];
  return [ecsFamilyKey({ ...here, family }), ...index.keysOfStarter(familyArn({ ...here, family }))];
}
