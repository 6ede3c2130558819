import type { ObservedFunction, Reading } from "../model/observations.ts";
import type { FileSystemObservation } from "./file-system-input.ts";
import { accessPointIdOf } from "./policy-admissions.ts";

/** How AWS may be asked for what `namersOf` needs, for whoever must grant it. */
export const CONSUMER_PERMISSIONS =
  "lambda:ListFunctions, lambda:ListVersionsByFunction, ecs:ListClusters, ecs:ListServices, ecs:DescribeServices, ecs:ListTasks, ecs:DescribeTasks, ecs:DescribeTaskDefinition, events:ListEventBuses, events:ListRuleNamesByTarget, events:ListTargetsByRule, scheduler:ListSchedules and scheduler:GetSchedule";

/**
 * Who in the account and region still names an access point: function versions, active deployments of services, and
 * tasks that have not stopped. Sorted, for people; null = nobody has looked yet. An access point may only be deleted
 * on the strength of a reading that is known and empty.
 */
export function namersOf(
  { consumers, ecsConsumers }: Pick<FileSystemObservation, "consumers" | "ecsConsumers">,
  accessPointId: string,
): Reading<string[]> | null {
  if (consumers === null || ecsConsumers === null) return null;
  if (!consumers.known) return consumers;
  if (!ecsConsumers.known) return ecsConsumers;
  const functions = consumers.value
    .filter((version) => version.fileSystemConfigs.some(({ arn }) => accessPointIdOf(arn) === accessPointId))
    .map(versionName);
  const workloads = ecsConsumers.value
    .filter(({ accessPointIds }) => accessPointIds.includes(accessPointId))
    .map(({ name }) => name);
  const value = [...new Set([...functions, ...workloads])].sort();
  return { known: true, value, readAtMs: Math.min(consumers.readAtMs, ecsConsumers.readAtMs) };
}

function versionName({ functionName, version }: ObservedFunction): string {
  return `${functionName}:${version}`;
}
