/** Services, deployments, rollouts and revisions as ECS shows them. */
import type { Deployment, Service, ServiceDeployment, ServiceRevision, TaskSet } from "@aws-sdk/client-ecs";
import type { World } from "../../world.ts";
import { ecsArn, findDefinition, serviceArn } from "./names.ts";
import { platformFamilyOf } from "./platform-family.ts";
import { currentRollout, revisionOf, specOf, thresholdOf } from "./rollouts.ts";
import {
  type DeploymentRecord,
  type EcsContext,
  liveTasksOf,
  type RevisionSpec,
  type RolloutRecord,
  type ServiceRecord,
  type ServiceRevisionRecord,
} from "./state.ts";

export const rolloutArn = (world: World, { cluster, name }: ServiceRecord, id: string): string =>
  ecsArn(world, "service-deployment", `${cluster}/${name}/${id}`);
export const revisionArn = (world: World, { cluster, name }: ServiceRecord, id: string): string =>
  ecsArn(world, "service-revision", `${cluster}/${name}/${id}`);

interface Counts {
  runningCount: number;
  pendingCount: number;
}

/** Running and pending tasks, of one deployment or of all. */
function counts(context: EcsContext, service: ServiceRecord, deploymentId?: string): Counts {
  const found = { runningCount: 0, pendingCount: 0 };
  for (const task of liveTasksOf(context, service)) {
    if (task.deploymentId !== (deploymentId ?? task.deploymentId)) continue;
    if (task.lastStatus === "RUNNING") found.runningCount++;
    else found.pendingCount++;
  }
  return found;
}

export function shownService(context: EcsContext, service: ServiceRecord, withTags: boolean): Service {
  const { world } = context;
  const {
    volumeConfigurations: _,
    serviceConnectConfiguration: __,
    vpcLatticeConfigurations: ___,
    ...spec
  } = specOf(service);
  const rollout = currentRollout(service);
  const inService = service.controller === "ECS";
  return {
    serviceArn: serviceArn(world, service),
    serviceName: service.name,
    clusterArn: ecsArn(world, "cluster", service.cluster),
    loadBalancers: [],
    serviceRegistries: [],
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts(context, service),
    ...platformOf(context, spec, spec.platformVersion),
    ...(spec as Partial<Service>),
    deploymentConfiguration: service.configuration,
    deployments: inService ? service.deployments.map((one) => shownDeployment(context, service, one)) : [],
    ...(!inService && { taskSets: service.deployments.map((one) => shownTaskSet(context, service, one)) }),
    ...(service.roleArn !== null && { roleArn: service.roleArn }),
    events: service.events.map(({ id, createdMs, message }) => ({ id, createdAt: new Date(createdMs), message })),
    createdAt: new Date(service.createdMs),
    createdBy: service.createdBy,
    ...(inService && rollout && { currentServiceDeployment: rolloutArn(world, service, rollout.id) }),
    ...(inService && { currentServiceRevisions: currentRevisions(context, service) }),
    ...(service.settings as Partial<Service>),
    deploymentController: { type: service.controller },
    ...(withTags && { tags: service.tags }),
  };
}

function platformOf(
  context: EcsContext,
  spec: RevisionSpec,
  platformVersion: string | undefined,
): { platformVersion?: string; platformFamily?: string } {
  const onFargate = spec.launchType === "FARGATE" || spec.capacityProviderStrategy?.length;
  if (!onFargate) return {};
  const system = findDefinition(context, spec.taskDefinition ?? "")?.definition.runtimePlatform?.operatingSystemFamily;
  return { platformVersion: platformVersion ?? "LATEST", platformFamily: platformFamilyOf(system) };
}

function currentRevisions(context: EcsContext, service: ServiceRecord): object[] {
  return service.deployments.map((one) => {
    const { runningCount, pendingCount } = counts(context, service, one.id);
    return {
      arn: revisionArn(context.world, service, one.revisionId),
      requestedTaskCount: one.status === "PRIMARY" ? service.desiredCount : runningCount,
      runningTaskCount: runningCount,
      pendingTaskCount: pendingCount,
    };
  });
}

/** rolloutState is there for rolling updates only, and not behind a Classic Load Balancer (API reference, Deployment). */
function hasRolloutState({ configuration }: ServiceRecord, spec: RevisionSpec): boolean {
  const classic = (spec.loadBalancers ?? []).some((one) => (one as { loadBalancerName?: string }).loadBalancerName);
  return (configuration.strategy ?? "ROLLING") === "ROLLING" && !classic;
}

function shownDeployment(context: EcsContext, service: ServiceRecord, record: DeploymentRecord): Deployment {
  const spec = revisionOf(service, record.revisionId)?.spec ?? {};
  const { loadBalancers: _, serviceRegistries: __, ...shown } = spec;
  const found = counts(context, service, record.id);
  // A task that has failed to start counts neither as running nor as wanted in an older deployment.
  const wanted =
    record.status === "PRIMARY" && record.rolloutState !== "FAILED" ? service.desiredCount : found.runningCount;
  return {
    id: record.id,
    status: record.status,
    ...(shown as Partial<Deployment>),
    ...platformOf(context, spec, spec.platformVersion === "LATEST" ? "1.4.0" : spec.platformVersion),
    desiredCount: wanted,
    ...found,
    failedTasks: record.failedTasks,
    createdAt: new Date(record.createdMs),
    updatedAt: new Date(record.updatedMs),
    ...(hasRolloutState(service, spec) && { rolloutState: record.rolloutState, rolloutStateReason: record.reason }),
  };
}

/** Services whose deployments somebody else makes have task sets instead. */
export function shownTaskSet(context: EcsContext, service: ServiceRecord, record: DeploymentRecord): TaskSet {
  const { world } = context;
  const { loadBalancers, networkConfiguration, taskDefinition } = revisionOf(service, record.revisionId)?.spec ?? {};
  const found = counts(context, service, record.id);
  const { externalId, scalePercent = 100 } = record;
  const wanted = Math.ceil((service.desiredCount * scalePercent) / 100);
  return {
    id: record.id,
    taskSetArn: ecsArn(world, "task-set", `${service.cluster}/${service.name}/${record.id}`),
    ...(externalId !== undefined && { externalId }),
    serviceArn: serviceArn(world, service),
    clusterArn: ecsArn(world, "cluster", service.cluster),
    status: record.status,
    ...(taskDefinition !== undefined && { taskDefinition }),
    computedDesiredCount: wanted,
    ...found,
    createdAt: new Date(record.createdMs),
    updatedAt: new Date(record.updatedMs),
    ...(networkConfiguration && { networkConfiguration }),
    loadBalancers: (loadBalancers ?? []) as NonNullable<TaskSet["loadBalancers"]>,
    scale: { value: scalePercent, unit: "PERCENT" },
    stabilityStatus: found.runningCount === wanted ? "STEADY_STATE" : "STABILIZING",
    stabilityStatusAt: new Date(record.updatedMs),
  };
}

/** As DescribeServiceDeployments shows it. */
export function shownRollout(context: EcsContext, service: ServiceRecord, record: RolloutRecord): ServiceDeployment {
  const { world } = context;
  const deployment = service.deployments.find(({ revisionId }) => revisionId === record.targetRevisionId);
  const { runningCount, pendingCount } = deployment
    ? counts(context, service, deployment.id)
    : { runningCount: 0, pendingCount: 0 };
  const { rollback, breaker } = record;
  return {
    serviceDeploymentArn: rolloutArn(world, service, record.id),
    serviceArn: serviceArn(world, service),
    clusterArn: ecsArn(world, "cluster", service.cluster),
    createdAt: new Date(record.createdMs),
    ...times(record),
    updatedAt: new Date(record.updatedMs),
    sourceServiceRevisions: record.sourceRevisionIds.map((id) => ({ arn: revisionArn(world, service, id) })),
    targetServiceRevision: {
      arn: revisionArn(world, service, record.targetRevisionId),
      requestedTaskCount: service.desiredCount,
      runningTaskCount: runningCount,
      pendingTaskCount: pendingCount,
    },
    status: record.status,
    ...(record.statusReason !== null && { statusReason: record.statusReason }),
    ...(record.stage !== null && { lifecycleStage: record.stage }),
    deploymentConfiguration: record.configuration,
    ...(rollback && {
      rollback: {
        reason: rollback.reason,
        startedAt: new Date(rollback.startedMs),
        serviceRevisionArn: revisionArn(world, service, rollback.revisionId),
      },
    }),
    deploymentCircuitBreaker: {
      status: breaker.status,
      failureCount: breaker.failures,
      ...(breaker.status !== "DISABLED" && { threshold: thresholdOf(service) }),
    },
  };
}

export function times({
  startedMs,
  finishedMs,
  stoppedMs,
}: RolloutRecord): Pick<ServiceDeployment, "startedAt" | "finishedAt" | "stoppedAt"> {
  return {
    ...(startedMs !== null && { startedAt: new Date(startedMs) }),
    ...(finishedMs !== null && { finishedAt: new Date(finishedMs) }),
    ...(stoppedMs !== null && { stoppedAt: new Date(stoppedMs) }),
  };
}

/** As DescribeServiceRevisions shows it. */
export function shownRevision(
  context: EcsContext,
  service: ServiceRecord,
  record: ServiceRevisionRecord,
): ServiceRevision {
  const { world } = context;
  const definition = findDefinition(context, record.spec.taskDefinition ?? "")?.definition;
  return {
    serviceRevisionArn: revisionArn(world, service, record.id),
    serviceArn: serviceArn(world, service),
    clusterArn: ecsArn(world, "cluster", service.cluster),
    ...(record.spec as Partial<ServiceRevision>),
    ...platformOf(
      context,
      record.spec,
      record.spec.platformVersion === "LATEST" ? "1.4.0" : record.spec.platformVersion,
    ),
    containerImages: (definition?.containerDefinitions ?? []).map(({ name = "", image = "" }) => ({
      containerName: name,
      image,
    })),
    guardDutyEnabled: false,
    createdAt: new Date(record.createdMs),
  };
}
