/**
 * EventBridge Scheduler: schedules, schedule groups and tags.
 *
 * Not built: the firing of schedules, KMS keys.
 */
import type { Handler, Service } from "../../core.ts";
import type { World } from "../../world.ts";
import { inputValidator } from "../input-constraints.ts";
import { SCHEDULER_CONSTRAINTS } from "./constraints.ts";
import { GROUP_MEMBERS, groupOperations } from "./groups.ts";
import { SCHEDULE_MEMBERS, scheduleOperations } from "./schedules.ts";
import { restoreState, type SavedState, saveState, type SchedulerContext, startState } from "./state.ts";

declare module "../../world.ts" {
  interface Services {
    scheduler: Service;
  }
}

const READ_ONLY = /^(Get|List)/;

/** @see https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
export function createSchedulerService(world: World): Service {
  const context: SchedulerContext = { world, state: startState(world) };
  const operations = validated({ ...scheduleOperations(context), ...groupOperations(context) });
  return {
    name: "scheduler",
    operations,
    inputMembers: { ...SCHEDULE_MEMBERS, ...GROUP_MEMBERS },
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    snapshot: () => saveState(context.state),
    restore: (saved) => void (context.state = restoreState(saved as SavedState)),
  };
}

function validated(operations: Record<string, Handler>): Record<string, Handler> {
  const validate = inputValidator(SCHEDULER_CONSTRAINTS, "ValidationException");
  const entries = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, context) => {
      validate(name, input);
      return handler(input, context);
    },
  ]);
  return Object.fromEntries(entries);
}
