/**
 * Task sets: how deployments are made in services whose controller is not ECS. An EXTERNAL controller calls these
 * itself; of CODE_DEPLOY, CodeDeploy does, with the role that its deployment group names. That anybody else's call is
 * refused there is not documented, so it is not refused here (not verified).
 */
import type {
  CreateTaskSetRequest,
  DeleteTaskSetRequest,
  DescribeTaskSetsRequest,
  UpdateServicePrimaryTaskSetRequest,
  UpdateTaskSetRequest,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { activeServiceOf, clusterOf, ecsArn } from "./names.ts";
import { addRevision, digits, newDeployment } from "./rollouts.ts";
import { planStep } from "./scheduler.ts";
import { shownTaskSet } from "./service-form.ts";
import { checkedSpec } from "./service-settings.ts";
import { type DeploymentRecord, type EcsContext, ecsError, invalidParameter, type ServiceRecord } from "./state.ts";

export function taskSetOperations(context: EcsContext): Record<string, Handler> {
  const answer = (service: ServiceRecord, record: DeploymentRecord) => ({
    taskSet: shownTaskSet(context, service, record),
  });
  return {
    CreateTaskSet(input: CreateTaskSetRequest) {
      const service = serviceOf(context, input);
      return answer(service, createTaskSet(context, service, input));
    },
    UpdateTaskSet(input: UpdateTaskSetRequest) {
      const service = serviceOf(context, input);
      const record = taskSetOf(context, service, input.taskSet);
      record.scalePercent = checkedScale(input.scale);
      record.updatedMs = context.world.clock.nowMs();
      planStep(context, service);
      return answer(service, record);
    },
    UpdateServicePrimaryTaskSet(input: UpdateServicePrimaryTaskSetRequest) {
      const service = serviceOf(context, input);
      const record = taskSetOf(context, service, input.primaryTaskSet);
      makePrimary(context, service, record);
      return answer(service, record);
    },
    DeleteTaskSet(input: DeleteTaskSetRequest) {
      const service = serviceOf(context, input);
      const record = taskSetOf(context, service, input.taskSet);
      deleteTaskSet(context, service, record, input.force === true);
      return { taskSet: { ...shownTaskSet(context, service, record), status: "DRAINING" } };
    },
    DescribeTaskSets(input: DescribeTaskSetsRequest) {
      const service = serviceOf(context, input);
      const wanted = input.taskSets ?? [];
      const found = service.deployments.filter(
        (one) => wanted.length === 0 || wanted.some((given) => isNamed(context, service, one, given)),
      );
      const failures = wanted
        .filter((given) => !found.some((one) => isNamed(context, service, one, given)))
        .map((arn) => ({ arn, reason: "MISSING" }));
      return { taskSets: found.map((one) => shownTaskSet(context, service, one)), failures };
    },
  };
}

/** @throws InvalidParameterException for a service whose deployments ECS makes by itself. */
function serviceOf(
  context: EcsContext,
  { cluster, service }: { cluster: string | undefined; service: string | undefined },
): ServiceRecord {
  const found = activeServiceOf(context, clusterOf(context, cluster).name, service ?? "");
  if (found.controller !== "ECS") return found;
  throw invalidParameter("Task sets cannot be used with services that have an ECS deployment controller.");
}

function isNamed({ world }: EcsContext, { cluster, name }: ServiceRecord, { id }: DeploymentRecord, given: string) {
  return given === id || given === ecsArn(world, "task-set", `${cluster}/${name}/${id}`);
}

function taskSetOf(context: EcsContext, service: ServiceRecord, given = ""): DeploymentRecord {
  const found = service.deployments.find((one) => isNamed(context, service, one, given));
  if (found) return found;
  throw ecsError("TaskSetNotFoundException", "The specified task set was not found.");
}

const SCALE_MAX = 100;

function checkedScale(scale: UpdateTaskSetRequest["scale"] = { value: SCALE_MAX, unit: "PERCENT" }): number {
  const { value = 0, unit = "PERCENT" } = scale;
  if (unit === "PERCENT" && value >= 0 && value <= SCALE_MAX) return value;
  throw invalidParameter(`Invalid scale: ${value} ${unit}. It must be between 0 and ${SCALE_MAX} PERCENT.`);
}

/** It stands beside the PRIMARY one until that is changed. */
function createTaskSet(context: EcsContext, service: ServiceRecord, input: CreateTaskSetRequest): DeploymentRecord {
  const scalePercent = checkedScale(input.scale);
  // Its own rules are those of a service that ECS deploys.
  const spec = checkedSpec(context, clusterOf(context, service.cluster), "ECS", input);
  const revision = addRevision(context, service, spec);
  const record: DeploymentRecord = {
    ...newDeployment(`ecs-svc/${digits(context)}`, revision.id, context.world.clock.nowMs(), ""),
    status: "ACTIVE",
    // Rollouts are ECS's own; of task sets only their tasks count.
    rolloutState: "COMPLETED",
    scalePercent,
    ...(input.externalId !== undefined && { externalId: input.externalId }),
  };
  service.deployments.push(record);
  service.steady = false;
  planStep(context, service);
  return record;
}

function makePrimary(context: EcsContext, service: ServiceRecord, record: DeploymentRecord): void {
  const nowMs = context.world.clock.nowMs();
  for (const one of service.deployments) if (one.status === "PRIMARY") one.status = "ACTIVE";
  Object.assign(record, { status: "PRIMARY", updatedMs: nowMs });
  service.deployments = [record, ...service.deployments.filter((one) => one !== record)];
  service.completedRevisionId = record.revisionId;
  planStep(context, service);
}

function deleteTaskSet(context: EcsContext, service: ServiceRecord, record: DeploymentRecord, force: boolean): void {
  if (!force && record.scalePercent !== 0)
    throw invalidParameter("The task set cannot be deleted while it is scaled above 0.");
  service.deployments = service.deployments.filter((one) => one !== record);
  planStep(context, service);
}

export const TASK_SET_MEMBERS = {
  CreateTaskSet: [
    "service",
    "cluster",
    "externalId",
    "taskDefinition",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "scale",
  ],
  UpdateTaskSet: ["cluster", "service", "taskSet", "scale"],
  UpdateServicePrimaryTaskSet: ["cluster", "service", "primaryTaskSet"],
  DeleteTaskSet: ["cluster", "service", "taskSet", "force"],
  DescribeTaskSets: ["cluster", "service", "taskSets"],
} as const;
