import type { Action, RegisterTaskDefinitionAction, UpdateServiceAction } from "../model/actions.ts";
import type { EcsConsumer, ObservedService, ObservedTaskDefinition } from "../model/observations.ts";
import { observedTaskDefinition } from "../model/task-definition.ts";
import { KNOWN_AFTER_APPLY } from "./apply-to.ts";
import type { EcsObservation } from "./ecs-input.ts";
import { primaryOf } from "./ecs-rollout.ts";

/** What the service or family would look like after `action`; other actions leave it as it is. */
export function applyToEcs(observed: EcsObservation, action: Action): EcsObservation {
  if (action.type === "RegisterTaskDefinition") return registered(observed, action);
  if (action.type === "UpdateService") return updated(observed, action);
  return observed;
}

/** A family's new revision is what its next one is copied from; a service's waits to be rolled out. */
function registered(observed: EcsObservation, action: RegisterTaskDefinitionAction): EcsObservation {
  const { register, tags } = action;
  const revision: ObservedTaskDefinition = {
    ...observedTaskDefinition({ taskDefinitionArn: `${action.target}:0`, status: "ACTIVE", tags, register }),
    taskDefinitionArn: `${action.target}:${KNOWN_AFTER_APPLY}`,
  };
  const { readAtMs } = observed.base;
  if (observed.service === null)
    return { ...observed, base: { known: true, value: revision, readAtMs }, candidates: null };
  return { ...observed, candidates: { known: true, value: [revision], readAtMs } };
}

/** As it is once the rollout has COMPLETED, and the tasks of the revision before have stopped. */
function updated(observed: EcsObservation, { taskDefinitionArn }: UpdateServiceAction): EcsObservation {
  const { service, candidates } = observed;
  const revision = candidates?.known
    ? candidates.value.find((one) => one.taskDefinitionArn === taskDefinitionArn)
    : null;
  if (!service?.known || service.value === null || service.value === "noCluster" || !revision) return observed;
  const primary = primaryOf(service.value);
  if (primary === null) return observed;
  const reading = { known: true as const, value: revision, readAtMs: observed.base.readAtMs };
  const value = { ...service.value, taskDefinitionArn, deployments: [{ ...primary, taskDefinitionArn }] };
  return rolloutEnded({
    ...observed,
    service: { ...service, value },
    base: reading,
    revisions: new Map([...observed.revisions, [taskDefinitionArn, reading]]),
    candidates: null,
  });
}

/** What a wait for a rollout leads to if all goes well; a family's tasks end when others say so. */
export function rolloutEnded(observed: EcsObservation): EcsObservation {
  const { service, tasks } = observed;
  if (!service?.known || service.value === null || service.value === "noCluster") return observed;
  const primary = primaryOf(service.value);
  if (primary === null || primary.rolloutState === "FAILED") return observed;
  const deployments: ObservedService["deployments"] = [{ ...primary, rolloutState: "COMPLETED", failedTasks: 0 }];
  const isKept = (one: { taskDefinitionArn: string }) => one.taskDefinitionArn === primary.taskDefinitionArn;
  return {
    ...observed,
    service: { ...service, value: { ...service.value, deployments } },
    tasks: tasks?.known ? { ...tasks, value: tasks.value.filter(isKept) } : tasks,
  };
}

/** The consumers of an account as they are once this service's rollouts have ended. */
export function withServiceAs(consumers: EcsConsumer[], name: string, observed: EcsObservation): EcsConsumer[] {
  const { service, base } = observed;
  if (!service?.known || !base.known || base.value === null) return consumers;
  const { taskDefinitionArn, taskRoleArn, volumes } = base.value;
  const efs = volumes.flatMap((volume) => volume.efs ?? []);
  const own: EcsConsumer = {
    name,
    taskDefinitionArn,
    roleArn: taskRoleArn,
    fileSystemIds: [...new Set(efs.map(({ fileSystemId }) => fileSystemId))].sort(),
    accessPointIds: efs.flatMap(({ accessPointId }) => accessPointId ?? []).sort(),
  };
  return [...consumers.filter((one) => one.name !== name), ...(efs.length > 0 ? [own] : [])];
}
