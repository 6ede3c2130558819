import type { Deployment, Service, Task, TaskSet } from "@aws-sdk/client-ecs";
import type { ObservedDeployment, ObservedService, ObservedTask } from "../model/observations.ts";

/** `arn:…:cluster/prod`, `arn:…:service/prod/web`, `arn:…:service/web` (the old, short form) → the last name. */
export function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** What AWS leaves out has its default: controller ECS, strategy ROLLING. */
export function observedService(service: Service): ObservedService {
  const network = service.networkConfiguration?.awsvpcConfiguration;
  return {
    serviceArn: service.serviceArn ?? "",
    cluster: lastSegment(service.clusterArn ?? ""),
    serviceName: service.serviceName ?? "",
    status: (service.status ?? "INACTIVE") as ObservedService["status"],
    createdAtMs: service.createdAt?.getTime() ?? 0,
    taskDefinitionArn: service.taskDefinition ?? "",
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    launchType: service.launchType ?? null,
    platformFamily: service.platformFamily || null,
    controller: service.deploymentController?.type ?? "ECS",
    strategy: service.deploymentConfiguration?.strategy ?? "ROLLING",
    subnetIds: network?.subnets ?? [],
    securityGroupIds: network?.securityGroups ?? [],
    deployments: [
      ...(service.deployments ?? []).map(observedDeployment),
      ...(service.taskSets ?? []).map(observedTaskSet),
    ],
  };
}

/**
 * What CodeDeploy and external controllers deploy: such services have task sets in their deployments' stead (API
 * reference, Service). One that is being taken away may still run tasks, so it counts like any other.
 */
function observedTaskSet(taskSet: TaskSet): ObservedDeployment {
  return {
    id: taskSet.id ?? "",
    status: taskSet.status === "PRIMARY" ? "PRIMARY" : "ACTIVE",
    taskDefinitionArn: taskSet.taskDefinition ?? "",
    rolloutState: taskSet.stabilityStatus === "STABILIZING" ? "IN_PROGRESS" : "COMPLETED",
    rolloutStateReason: null,
    desiredCount: taskSet.computedDesiredCount ?? 0,
    runningCount: taskSet.runningCount ?? 0,
    pendingCount: taskSet.pendingCount ?? 0,
    failedTasks: 0,
    createdAtMs: taskSet.createdAt?.getTime() ?? 0,
    updatedAtMs: taskSet.updatedAt?.getTime() ?? 0,
  };
}

function observedDeployment(deployment: Deployment): ObservedDeployment {
  return {
    id: deployment.id ?? "",
    status: (deployment.status ?? "INACTIVE") as ObservedDeployment["status"],
    taskDefinitionArn: deployment.taskDefinition ?? "",
    rolloutState: deployment.rolloutState ?? null,
    rolloutStateReason: deployment.rolloutStateReason ?? null,
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    createdAtMs: deployment.createdAt?.getTime() ?? 0,
    updatedAtMs: deployment.updatedAt?.getTime() ?? 0,
  };
}

export function observedTask(task: Task): ObservedTask {
  return {
    taskArn: task.taskArn ?? "",
    cluster: lastSegment(task.clusterArn ?? ""),
    taskDefinitionArn: task.taskDefinitionArn ?? "",
    group: task.group ?? null,
    lastStatus: task.lastStatus ?? "UNKNOWN",
    desiredStatus: task.desiredStatus ?? "UNKNOWN",
  };
}
