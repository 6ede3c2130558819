/** Task definitions: families of revisions that never change. */
import type {
  DeleteTaskDefinitionsRequest,
  DescribeTaskDefinitionRequest,
  ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionsRequest,
  RegisterTaskDefinitionRequest,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { shownDefinition, withDefaults } from "./definition-form.ts";
import { checkDefinition } from "./definition-rules.ts";
import { definitionArn, findDefinition, parseDefinition } from "./names.ts";
import {
  checkedPage,
  clientError,
  type DefinitionRecord,
  type EcsContext,
  invalidParameter,
  pageSize,
} from "./state.ts";
import { checkedTags } from "./ecs-tags.ts";

/** DeleteTaskDefinitions takes so many at once. */
const DELETE_MAX = 10;
/** How long a deleted definition that nothing uses can still be seen, ms; AWS gives no time. */
const DELETED_SHOWN_MS = 3_600_000;

export function definitionOperations(context: EcsContext): Record<string, Handler> {
  const { world, state } = context;
  return {
    RegisterTaskDefinition(input: RegisterTaskDefinitionRequest, { caller }) {
      checkDefinition(input);
      const tags = checkedTags(input.tags);
      const name = input.family ?? "";
      const family = state.families.get(name) ?? { name, nextRevision: 1, revisions: [] };
      const record: DefinitionRecord = {
        family: name,
        revision: family.nextRevision++,
        status: "ACTIVE",
        definition: withDefaults(input),
        tags,
        registeredMs: world.clock.nowMs(),
        registeredBy: caller.arn,
        deregisteredMs: null,
        deleteRequestedMs: null,
      };
      family.revisions.push(record);
      state.families.set(name, family);
      return { taskDefinition: shownDefinition(context, record), ...(tags.length > 0 && { tags }) };
    },
    DescribeTaskDefinition({ taskDefinition = "", include = [] }: DescribeTaskDefinitionRequest) {
      const record = findDefinition(context, taskDefinition);
      if (!record || isGone(context, record)) throw clientError("Unable to describe task definition.");
      return {
        taskDefinition: shownDefinition(context, record),
        ...(include.includes("TAGS") && { tags: record.tags }),
      };
    },
    DeregisterTaskDefinition({ taskDefinition = "" }: { taskDefinition?: string }) {
      const record = exactDefinition(context, taskDefinition);
      if (!record || record.status === "DELETE_IN_PROGRESS")
        throw clientError("The specified task definition does not exist.");
      if (record.status === "ACTIVE")
        Object.assign(record, { status: "INACTIVE", deregisteredMs: world.clock.nowMs() });
      return { taskDefinition: shownDefinition(context, record) };
    },
    DeleteTaskDefinitions: (input: DeleteTaskDefinitionsRequest) => deleteDefinitions(context, input),
    ...listOperations(context),
  };
}

/** Deregistering and deleting demand a revision. */
function exactDefinition(context: EcsContext, given: string): DefinitionRecord | undefined {
  if (typeof parseDefinition(context, given)?.revision !== "number") {
    if (!given.includes(":")) throw clientError("Revision is missing.");
    throw clientError(`Invalid revision number. Number: ${given}`);
  }
  return findDefinition(context, given);
}

function deleteDefinitions(context: EcsContext, { taskDefinitions = [] }: DeleteTaskDefinitionsRequest): object {
  if (taskDefinitions.length === 0 || taskDefinitions.length > DELETE_MAX) {
    throw invalidParameter(`Between 1 and ${DELETE_MAX} task definitions can be deleted at once.`);
  }
  const { world } = context;
  const failures: object[] = [];
  const deleted: object[] = [];
  for (const given of taskDefinitions) {
    const record = exactDefinition(context, given);
    if (!record) failures.push({ arn: given, reason: "MISSING" });
    else if (record.status === "ACTIVE") {
      const detail =
        "The specified task definition is still in ACTIVE status. Please deregister the target and try again.";
      failures.push({ arn: definitionArn(world, record), reason: "TASK_DEFINITION_NOT_INACTIVE", detail });
    } else {
      record.status = "DELETE_IN_PROGRESS";
      record.deleteRequestedMs ??= world.clock.nowMs();
      deleted.push(shownDefinition(context, record));
    }
  }
  return { taskDefinitions: deleted, failures };
}

/** Definitions in deletion go once no service and no task uses them any more. */
function isGone(context: EcsContext, record: DefinitionRecord): boolean {
  const limitMs = context.world.clock.nowMs() - DELETED_SHOWN_MS;
  if (record.deleteRequestedMs === null || record.deleteRequestedMs >= limitMs) return false;
  return !usedDefinitions(context).has(definitionArn(context.world, record));
}

function usedDefinitions({ state }: EcsContext): Set<string> {
  const used = new Set<string>();
  for (const tasks of state.liveTasks.values()) for (const task of tasks) used.add(task.taskDefinition);
  for (const services of state.services.values()) {
    for (const service of services.values()) {
      for (const { spec } of service.status === "INACTIVE" ? [] : service.revisions)
        used.add(spec.taskDefinition ?? "");
    }
  }
  return used;
}

function listOperations(context: EcsContext): Record<string, Handler> {
  const { state, world } = context;
  const families = (prefix: string | undefined) =>
    [...state.families.values()]
      .filter(({ name }) => name.startsWith(prefix ?? ""))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ListTaskDefinitions(input: ListTaskDefinitionsRequest) {
      const { familyPrefix, status = "ACTIVE", sort = "ASC", maxResults, nextToken } = input;
      // The prefix of definitions is a whole family name, that of families is not.
      const records = families(familyPrefix)
        .filter(({ name }) => name === (familyPrefix ?? name))
        .flatMap(({ revisions }) => revisions.filter((one) => one.status === status && !isGone(context, one)));
      const ordered = sort === "DESC" ? records.toReversed() : records;
      const page = checkedPage(pageOf(ordered, pageSize(maxResults), nextToken));
      return { taskDefinitionArns: page.items.map((one) => definitionArn(world, one)), nextToken: page.next };
    },
    ListTaskDefinitionFamilies(input: ListTaskDefinitionFamiliesRequest) {
      const { familyPrefix, status = "ALL", maxResults, nextToken } = input;
      const kept = families(familyPrefix).filter(({ revisions }) => {
        const active = revisions.some((one) => one.status === "ACTIVE");
        return status === "ALL" || active === (status === "ACTIVE");
      });
      const page = checkedPage(pageOf(kept, pageSize(maxResults), nextToken));
      return { families: page.items.map(({ name }) => name), nextToken: page.next };
    },
  };
}

export const DEFINITION_MEMBERS = {
  RegisterTaskDefinition: [
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "tags",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
  ],
  DescribeTaskDefinition: ["taskDefinition", "include"],
  DeregisterTaskDefinition: ["taskDefinition"],
  DeleteTaskDefinitions: ["taskDefinitions"],
  ListTaskDefinitions: ["familyPrefix", "status", "sort", "nextToken", "maxResults"],
  ListTaskDefinitionFamilies: ["familyPrefix", "status", "nextToken", "maxResults"],
} as const;
