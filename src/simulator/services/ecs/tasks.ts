/** RunTask, StopTask and the reading of tasks. */
import type { DescribeTasksRequest, ListTasksRequest, RunTaskRequest, Task } from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { checkedTags } from "./ecs-tags.ts";
import { clusterOf, deployableDefinition, ecsArn, findService, findTask, taskArn } from "./names.ts";
import { checkedPlacement } from "./placement.ts";
import {
  checkedPage,
  clientError,
  type EcsContext,
  ecsError,
  invalidParameter,
  pageSize,
  type TaskRecord,
  tasksOf,
} from "./state.ts";
import { shownTask } from "./task-form.ts";
import { launchTask, roleFault, stopTask } from "./task-life.ts";

const DESCRIBE_MAX = 100;
const RUN_MAX = 10;
const OVERRIDES_MAX_CHARACTERS = 8_192;
const STARTED_BY_MAX = 128;

export function taskOperations(context: EcsContext): Record<string, Handler> {
  const { world } = context;
  return {
    RunTask: (input: RunTaskRequest) => runTask(context, input),
    StopTask({ cluster, task, reason }: { cluster?: string; task: string; reason?: string }) {
      const record = findTask(context, clusterOf(context, cluster).name, task);
      if (!record) throw invalidParameter("The referenced task was not found.");
      stopTask(context, record, "UserInitiated", reason ?? "Task stopped by user");
      return { task: shownTask(context, record, true) };
    },
    DescribeTasks({ cluster, tasks = [], include = [] }: DescribeTasksRequest) {
      const { name } = clusterOf(context, cluster);
      if (tasks.length === 0) throw invalidParameter("Tasks cannot be empty.");
      if (tasks.length > DESCRIBE_MAX) throw invalidParameter(`Tasks cannot be more than ${DESCRIBE_MAX}.`);
      const shown: Task[] = [];
      const failures: object[] = [];
      for (const given of tasks) {
        const record = findTask(context, name, given);
        if (record) shown.push(shownTask(context, record, include.includes("TAGS")));
        else
          failures.push({
            arn: given.startsWith("arn:") ? given : ecsArn(world, "task", `${name}/${given}`),
            reason: "MISSING",
          });
      }
      return { tasks: shown, failures };
    },
    ListTasks(input: ListTasksRequest) {
      const { name } = clusterOf(context, input.cluster);
      const service = input.serviceName === undefined ? undefined : findService(context, name, input.serviceName);
      if (input.serviceName !== undefined && !service) throw ecsError("ServiceNotFoundException", "Service not found.");
      const { desiredStatus = "RUNNING", family, startedBy, launchType, maxResults, nextToken } = input;
      // Nothing has PENDING as its desired status, AWS says so too.
      const kept = tasksOf(context, name)
        .values()
        .filter(
          (one) =>
            one.desiredStatus === desiredStatus &&
            one.family === (family ?? one.family) &&
            one.startedBy === (startedBy ?? one.startedBy) &&
            one.launchType === (launchType ?? one.launchType) &&
            one.service === (service?.name ?? one.service),
        );
      const page = checkedPage(pageOf(kept, pageSize(maxResults), nextToken));
      return { taskArns: page.items.map((one) => taskArn(world, one)), nextToken: page.next };
    },
  };
}

/**
 * Starts tasks of no service. The same client token with the same input answers with the same tasks.
 *
 * @throws ConflictException for a token that was used otherwise; ClientException, InvalidParameterException.
 */
function runTask(context: EcsContext, { clientToken, ...input }: RunTaskRequest): object {
  const cluster = clusterOf(context, input.cluster);
  const given = JSON.stringify(input);
  const tokenKey = `${cluster.name}/${clientToken}`;
  const known = clientToken === undefined ? undefined : context.state.runTokens.get(tokenKey);
  if (known) {
    const tasks = known.taskIds.map((id) => tasksOf(context, cluster.name).get(id)).filter((one) => one !== undefined);
    if (known.given === given) return { tasks: tasks.map((one) => shownTask(context, one, true)), failures: [] };
    const resourceIds = known.taskIds.map((id) => taskArn(context.world, { cluster: cluster.name, id }));
    throw ecsError("ConflictException", "The client token was used with other parameters.", { resourceIds });
  }
  const tasks = startTasks(context, input);
  if (clientToken !== undefined) context.state.runTokens.set(tokenKey, { given, taskIds: tasks.map(({ id }) => id) });
  return { tasks: tasks.map((one) => shownTask(context, one, true)), failures: [] };
}

function startTasks(context: EcsContext, input: RunTaskRequest): TaskRecord[] {
  const { count = 1, overrides = {}, startedBy = null } = input;
  if (count < 1 || count > RUN_MAX) throw invalidParameter(`Count must be between 1 and ${RUN_MAX}.`);
  if ((startedBy?.length ?? 0) > STARTED_BY_MAX)
    throw invalidParameter(`startedBy can have at most ${STARTED_BY_MAX} characters.`);
  if (JSON.stringify(overrides).length > OVERRIDES_MAX_CHARACTERS) {
    throw invalidParameter(`Overrides can have at most ${OVERRIDES_MAX_CHARACTERS} characters.`);
  }
  const cluster = clusterOf(context, input.cluster);
  const definition = deployableDefinition(context, input.taskDefinition ?? "");
  const placement = checkedPlacement(context, cluster, definition.definition, input);
  const stranger = overrides.containerOverrides?.find(
    ({ name }) => !definition.definition.containerDefinitions?.some((one) => one.name === name),
  );
  if (stranger)
    throw invalidParameter(`Override for container named ${stranger.name} is not a container in the TaskDefinition.`);
  const fault = roleFault(context, definition.definition, overrides);
  if (fault !== null) throw clientError(fault);
  const tags = checkedTags(input.tags);
  return Array.from({ length: count }, (_, place) =>
    launchTask(context, {
      cluster: cluster.name,
      definition,
      service: null,
      deploymentId: null,
      group: input.group ?? `family:${definition.family}`,
      startedBy,
      placement,
      network: input.networkConfiguration?.awsvpcConfiguration,
      place,
      overrides,
      tags: input.propagateTags === "TASK_DEFINITION" ? [...definition.tags, ...tags] : tags,
      enableExecuteCommand: input.enableExecuteCommand ?? false,
    }),
  );
}

export const TASK_MEMBERS = {
  RunTask: [
    "capacityProviderStrategy",
    "cluster",
    "count",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "group",
    "launchType",
    "networkConfiguration",
    "overrides",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "referenceId",
    "startedBy",
    "tags",
    "taskDefinition",
    "clientToken",
  ],
  StopTask: ["cluster", "task", "reason"],
  DescribeTasks: ["cluster", "tasks", "include"],
  ListTasks: [
    "cluster",
    "family",
    "nextToken",
    "maxResults",
    "startedBy",
    "serviceName",
    "desiredStatus",
    "launchType",
  ],
} as const;
