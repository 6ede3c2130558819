/** Names and ARNs in all the forms that ECS takes. */
import type { World } from "../../world.ts";
import {
  clientError,
  type ClusterRecord,
  type DefinitionRecord,
  type EcsContext,
  ecsError,
  invalidParameter,
  type ServiceRecord,
  servicesOf,
  type TaskRecord,
  tasksOf,
} from "./state.ts";

export type EcsResource =
  | "cluster"
  | "service"
  | "task"
  | "task-definition"
  | "service-deployment"
  | "service-revision"
  | "task-set"
  | "container";

/** arn:aws:ecs:REGION:ACCOUNT:cluster/NAME, service/CLUSTER/NAME, task-definition/FAMILY:REVISION and so on. */
export function ecsArn({ partition, region, account }: World, resource: EcsResource, name: string): string {
  return `arn:${partition}:ecs:${region}:${account}:${resource}/${name}`;
}

export const serviceArn = (world: World, { cluster, name }: { cluster: string; name: string }): string =>
  ecsArn(world, "service", `${cluster}/${name}`);
export const definitionArn = (world: World, { family, revision }: { family: string; revision: number }): string =>
  ecsArn(world, "task-definition", `${family}:${revision}`);
export const taskArn = (world: World, { cluster, id }: { cluster: string; id: string }): string =>
  ecsArn(world, "task", `${cluster}/${id}`);

/** The parts behind the resource type of an ARN; null if it is none of this account, region and type. */
export function partsOf(world: World, resource: EcsResource, arn: string): string[] | null {
  const start = ecsArn(world, resource, "");
  return arn.startsWith(start) ? arn.slice(start.length).split("/") : null;
}

const DEFAULT_CLUSTER = "default";
const ANY_NAME = /^[a-zA-Z0-9_-]{1,255}$/;

/** A cluster's short name; absent means the one named default. @throws InvalidParameterException for what is no name. */
export function clusterName({ world }: EcsContext, given: string | undefined): string {
  const name = (given !== undefined && partsOf(world, "cluster", given)?.join("/")) || (given ?? DEFAULT_CLUSTER);
  if (name.startsWith("arn:")) throw ecsError("ClusterNotFoundException", "Cluster not found.");
  if (!ANY_NAME.test(name)) throw invalidParameter("Identifier is for a different resource type or is not valid.");
  return name;
}

/** @throws ClusterNotFoundException, also for one that was deleted. */
export function clusterOf(context: EcsContext, given: string | undefined): ClusterRecord {
  const found = context.state.clusters.get(clusterName(context, given));
  if (!found) throw ecsError("ClusterNotFoundException", "Cluster not found.");
  if (found.status === "ACTIVE") return found;
  throw ecsError("ClusterNotFoundException", "The referenced cluster was inactive.");
}

/** The service meant, whatever its status; undefined if there is none of this name in the cluster. */
export function findService(context: EcsContext, cluster: string, given: string): ServiceRecord | undefined {
  const parts = partsOf(context.world, "service", given);
  // Long ARNs name the cluster; the short ones of old accounts do not.
  if (parts && parts.length > 1 && parts[0] !== cluster) return undefined;
  return servicesOf(context, cluster).get(parts?.at(-1) ?? given);
}

/** @throws ServiceNotFoundException; ServiceNotActiveException for one that is being or was deleted. */
export function activeServiceOf(context: EcsContext, cluster: string, given: string): ServiceRecord {
  const found = findService(context, cluster, given);
  if (!found) throw ecsError("ServiceNotFoundException", "Service not found.");
  if (found.status === "ACTIVE") return found;
  throw ecsError("ServiceNotActiveException", "Service was not ACTIVE.");
}

export function findTask(context: EcsContext, cluster: string, given: string): TaskRecord | undefined {
  const parts = partsOf(context.world, "task", given);
  if (parts && parts.length > 1 && parts[0] !== cluster) return undefined;
  return tasksOf(context, cluster).get(parts?.at(-1) ?? given);
}

export interface DefinitionName {
  family: string;
  revision: number | null;
}

/** `family`, `family:revision` or an ARN. */
export function parseDefinition({ world }: EcsContext, given: string): DefinitionName | null {
  const name = partsOf(world, "task-definition", given)?.join("/") ?? given;
  const match = /^([a-zA-Z0-9_-]{1,255})(?::(\d+))?$/.exec(name);
  return match ? { family: match[1] ?? "", revision: match[2] === undefined ? null : Number(match[2]) } : null;
}

/** The revision meant, of whatever status; without a number the latest that is ACTIVE. */
export function findDefinition(context: EcsContext, given: string): DefinitionRecord | undefined {
  const name = parseDefinition(context, given);
  const revisions = (name && context.state.families.get(name.family)?.revisions) ?? [];
  if (name === null || name.revision === null) return revisions.findLast(({ status }) => status === "ACTIVE");
  return revisions.find(({ revision }) => revision === name.revision);
}

/** @throws ClientException if it does not exist or can no longer be deployed. */
export function deployableDefinition(context: EcsContext, given: string): DefinitionRecord {
  const found = findDefinition(context, given);
  if (!found || found.status === "DELETE_IN_PROGRESS") throw clientError("TaskDefinition not found.");
  const endMs = found.deregisteredMs === null ? Infinity : found.deregisteredMs + context.world.timings.deregisterMs;
  if (context.world.clock.nowMs() >= endMs) throw clientError("TaskDefinition is inactive");
  return found;
}
