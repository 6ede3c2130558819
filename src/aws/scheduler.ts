import {
  GetScheduleCommand,
  ListSchedulesCommand,
  type SchedulerClient,
  type ScheduleSummary,
  type Target,
} from "@aws-sdk/client-scheduler";
import type { ObservedTaskTarget } from "../model/observations.ts";
import { scheduleStarter } from "../model/task-targets.ts";
import { orNullIf } from "./answers.ts";
import type { Scheduler } from "./aws.ts";
import type { Call } from "./call.ts";
import { readAllPages } from "./paging.ts";
import { taskDefinitionArnOf } from "./task-target-arn.ts";

/** EventBridge Scheduler's own maximum for its lists. */
const PER_PAGE = 100;
/** A cluster, or ECS's RunTask itself as a "universal target". A list says no more of a target than this. */
const STARTS_TASKS = /^arn:[a-z-]+:ecs:[^:]*:\d{12}:cluster\/|:aws-sdk:ecs:runTask$/;

/** EventBridge Scheduler of one account and region, as far as it starts tasks. */
export function createScheduler(
  client: Pick<SchedulerClient, "send">,
  call: Call,
  place: { account: string; region: string },
): Scheduler {
  const list = () =>
    readAllPages("scheduler:ListSchedules", async (token) => {
      const input = { MaxResults: PER_PAGE, ...(token === undefined ? {} : { NextToken: token }) };
      const page = await call("ListSchedules", new ListSchedulesCommand(input), (c, o) => client.send(c, o));
      return { items: page.Schedules, next: page.NextToken };
    });

  /** Undefined where it was deleted since it was listed. */
  const targetOf = async ({ Name, GroupName }: ScheduleSummary): Promise<Target | undefined> => {
    const command = new GetScheduleCommand({ Name, GroupName });
    const answer = call("GetSchedule", command, (c, o) => client.send(c, o));
    return (await orNullIf("ResourceNotFoundException", answer))?.Target;
  };

  return {
    async taskTargets() {
      const found: ObservedTaskTarget[] = [];
      for (const schedule of await list()) {
        if (!STARTS_TASKS.test(schedule.Target?.Arn ?? "")) continue;
        const given = taskDefinitionOf(await targetOf(schedule));
        if (given === undefined) continue;
        const name = scheduleStarter(schedule.GroupName ?? "", schedule.Name ?? "");
        found.push({ name, taskDefinitionArn: taskDefinitionArnOf(given, place) });
      }
      return found;
    },
  };
}

/** A universal target carries RunTask's input as JSON, with the names of its members in Pascal case. */
function taskDefinitionOf(target: Target | undefined): string | undefined {
  if (target?.EcsParameters) return target.EcsParameters.TaskDefinitionArn;
  try {
    const { TaskDefinition } = JSON.parse(target?.Input ?? "{}") as { TaskDefinition?: unknown };
    return typeof TaskDefinition === "string" ? TaskDefinition : undefined;
  } catch {
    return undefined;
  }
}
