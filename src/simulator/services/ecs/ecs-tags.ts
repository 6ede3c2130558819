/** Tags of clusters, services, tasks and task definitions. */
import type { Tag } from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { findDefinition, findService, findTask, partsOf } from "./names.ts";
import { clientError, type EcsContext, ecsError, invalidParameter } from "./state.ts";

const TAGS_MAX = 50;

/** @throws InvalidParameterException for keys that are AWS's own or there twice. */
export function checkedTags(tags: readonly Tag[] = []): Tag[] {
  const keys = new Set(tags.map(({ key = "" }) => key));
  if (keys.size < tags.length)
    throw invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  if ([...keys].some((key) => /^aws:/i.test(key))) {
    throw invalidParameter("Tag keys cannot start with 'aws:', which is reserved for AWS use.");
  }
  return tags.map(({ key = "", value = "" }) => ({ key, value }));
}

interface Tagged {
  tags: Tag[];
}

/** The record behind an ARN. @throws ClusterNotFoundException, InvalidParameterException, ResourceNotFoundException. */
function taggedOf(context: EcsContext, arn: string): Tagged {
  const { world, state } = context;
  const [cluster = ""] = partsOf(world, "service", arn) ?? partsOf(world, "task", arn) ?? [];
  if (partsOf(world, "service", arn)) {
    const service = findService(context, cluster, arn);
    if (service && service.status !== "INACTIVE") return service;
    throw invalidParameter("The specified service is inactive. Specify an active service and try again.");
  }
  if (partsOf(world, "task", arn)) {
    const task = findTask(context, cluster, arn);
    if (task && task.lastStatus !== "STOPPED") return task;
    throw invalidParameter("The specified task is stopped. Specify a running task and try again.");
  }
  if (partsOf(world, "task-definition", arn)) {
    const definition = findDefinition(context, arn);
    if (definition) return definition;
    throw invalidParameter("The specified task definition was not found.");
  }
  const name = partsOf(world, "cluster", arn)?.[0];
  if (name === undefined) throw clientError(`Invalid resource ARN: ${arn}`);
  const found = state.clusters.get(name);
  if (found?.status === "ACTIVE") return found;
  throw ecsError("ClusterNotFoundException", "Cluster not found.");
}

export function tagOperations(context: EcsContext): Record<string, Handler> {
  return {
    TagResource({ resourceArn, tags }: { resourceArn: string; tags: Tag[] }) {
      const record = taggedOf(context, resourceArn);
      const added = checkedTags(tags);
      const kept = record.tags.filter(({ key }) => !added.some((tag) => tag.key === key));
      if (kept.length + added.length > TAGS_MAX)
        throw invalidParameter(`A resource can have at most ${TAGS_MAX} tags.`);
      record.tags = [...kept, ...added];
      return {};
    },
    UntagResource({ resourceArn, tagKeys }: { resourceArn: string; tagKeys: string[] }) {
      const record = taggedOf(context, resourceArn);
      record.tags = record.tags.filter(({ key }) => !tagKeys.includes(key ?? ""));
      return {};
    },
    ListTagsForResource({ resourceArn }: { resourceArn: string }) {
      return { tags: taggedOf(context, resourceArn).tags };
    },
  };
}

export const TAG_MEMBERS = {
  TagResource: ["resourceArn", "tags"],
  UntagResource: ["resourceArn", "tagKeys"],
  ListTagsForResource: ["resourceArn"],
} as const;
