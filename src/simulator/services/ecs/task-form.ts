/** A task as DescribeTasks and ECS's own events show it. */
import type { Attachment, Container, Task } from "@aws-sdk/client-ecs";
import type { World } from "../../world.ts";
import { ecsArn, findDefinition, taskArn } from "./names.ts";
import { platformFamilyOf } from "./platform-family.ts";
import type { EcsContext, TaskRecord } from "./state.ts";

export function shownTask(context: EcsContext, task: TaskRecord, withTags: boolean): Task {
  const { world } = context;
  const definition = findDefinition(context, task.taskDefinition)?.definition;
  const date = (ms: number | null): { at: Date } | null => (ms === null ? null : { at: new Date(ms) });
  const [started, stopped] = [date(task.startedMs), date(task.stoppedMs)];
  const { cpu, memory } = { cpu: definition?.cpu, memory: definition?.memory, ...defined(task.overrides) };
  return {
    attachments: attachments(task),
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    ...(task.network && { availabilityZone: task.network.zone }),
    ...(task.capacityProvider !== null && { capacityProviderName: task.capacityProvider }),
    clusterArn: ecsArn(world, "cluster", task.cluster),
    ...(started && { connectivity: "CONNECTED", connectivityAt: started.at }),
    containers: task.containers.map((one) => shownContainer(world, task, one)),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    createdAt: new Date(task.createdMs),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    ...(stopped && started && { executionStoppedAt: stopped.at }),
    group: task.group,
    healthStatus: "UNKNOWN",
    lastStatus: task.lastStatus,
    launchType: task.launchType as "FARGATE",
    overrides: { containerOverrides: [], ...task.overrides },
    ...(task.platformVersion !== null && {
      // What "latest" means is known once the task is placed.
      platformVersion: task.platformVersion === "LATEST" ? "1.4.0" : task.platformVersion,
      platformFamily: platformFamilyOf(definition?.runtimePlatform?.operatingSystemFamily),
    }),
    ...(started && { pullStartedAt: started.at, pullStoppedAt: started.at, startedAt: started.at }),
    ...(task.startedBy !== null && { startedBy: task.startedBy }),
    ...(task.stopCode !== null && { stopCode: task.stopCode }),
    ...(task.stoppedReason !== null && { stoppedReason: task.stoppedReason }),
    ...(stopped && { stoppingAt: stopped.at, stoppedAt: stopped.at }),
    tags: withTags ? task.tags : [],
    taskArn: taskArn(world, task),
    taskDefinitionArn: task.taskDefinition,
    version: task.version,
    ...(task.launchType === "FARGATE" && { ephemeralStorage: { sizeInGiB: 20, ...definition?.ephemeralStorage } }),
  };
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

function shownContainer(world: World, task: TaskRecord, one: TaskRecord["containers"][number]): Container {
  return {
    containerArn: ecsArn(world, "container", `${task.cluster}/${task.id}/${one.id}`),
    taskArn: taskArn(world, task),
    name: one.name,
    image: one.image,
    ...(task.startedMs !== null && { runtimeId: `${task.id}-${one.id.slice(0, 10)}` }),
    lastStatus: task.lastStatus === "PROVISIONING" ? "PENDING" : task.lastStatus,
    // A container that never ran has no exit code; that is how failed starts are told from failed runs.
    ...(one.exitCode !== null && { exitCode: one.exitCode }),
    ...(one.reason !== null && { reason: one.reason }),
    networkBindings: [],
    networkInterfaces: task.network ? [{ attachmentId: task.network.attachmentId }] : [],
    healthStatus: "UNKNOWN",
    cpu: "0",
  };
}

function attachments({ network, lastStatus }: TaskRecord): Attachment[] {
  if (!network) return [];
  const status = { PROVISIONING: "PRECREATED", PENDING: "ATTACHED", RUNNING: "ATTACHED", STOPPED: "DELETED" }[
    lastStatus
  ];
  const details = [
    { name: "subnetId", value: network.subnetId },
    { name: "networkInterfaceId", value: network.interfaceId },
  ];
  return [{ id: network.attachmentId, type: "ElasticNetworkInterface", status, details }];
}
