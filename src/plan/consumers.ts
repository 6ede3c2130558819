import type { ObservedFunction, ReadFailure, Reading } from "../model/observations.ts";
import { type ConditionDraft, isDenied, unread } from "./condition-drafts.ts";
import type { FileSystemObservation } from "./file-system-input.ts";
import { accessPointIdOf } from "./policy-admissions.ts";

/**
 * By part of `namersOf`: what is asked for, with which permissions, all of them for reading only, and why it is asked
 * even where nothing of the kind is bound.
 */
const PARTS = {
  consumers: {
    what: "the versions of the account's functions",
    why: "any version of any function may mount it, also one that no Binding names",
    permissions: ["lambda:ListFunctions"],
  },
  ecsConsumers: {
    what: "the account's ECS services and tasks, and the schedules and rules that start them",
    why: "any task of the account may mount it, also where no Binding names anything of ECS, and would lose its files with it",
    permissions: [
      "ecs:ListClusters",
      "ecs:ListServices",
      "ecs:DescribeServices",
      "ecs:ListTasks",
      "ecs:DescribeTasks",
      "ecs:DescribeTaskDefinition",
      "events:ListEventBuses",
      "events:ListRuleNamesByTarget",
      "events:ListTargetsByRule",
      "scheduler:ListSchedules",
      "scheduler:GetSchedule",
    ],
  },
} as const;

/** Says of what could not be read which permission is missing, and why an access point stays without it. */
export function unreadConsumers(
  observed: Pick<FileSystemObservation, "consumers" | "ecsConsumers">,
  accessPointId: string,
  why: ReadFailure,
): ConditionDraft {
  const part = PARTS[observed.consumers?.known === false ? "consumers" : "ecsConsumers"];
  if (!isDenied(why)) return unread(part.what, why, "");
  const missing = why.operation ?? part.permissions.join(", ");
  const others = part.permissions.filter((one) => one !== missing && why.operation !== undefined);
  const also = others.length === 0 ? "" : ` (this look needs as well: ${others.join(", ")})`;
  const message = `Access point ${accessPointId} is not deleted, since Mooring may not read ${part.what} (${why.code}): ${part.why}. Grant ${missing} to Mooring's role${also}; all of it is for reading only. To let the access point stay for good instead, set deletionPolicy to Retain.`;
  return { status: "False", reason: "AccessDenied", message };
}

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
