import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { ecsServiceKey } from "../../model/keys.ts";
import type { Actor } from "./actors.ts";
import type { Sabotage, Scene } from "./sabotage.ts";

/** Describe's own members, which Register refuses. */
const READ_ONLY_MEMBERS = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
] as const;

/** A pipeline deploys the service from its own source, which knows nothing of the volumes. */
export function volumeDropped(actor: string, where: { cluster: string; service: string }, scene: Scene): Sabotage {
  return {
    actor,
    keys: [ecsServiceKey({ ...scene.home, ...where })],
    async carryOut(pipeline, sending) {
      const before = await deployed(pipeline, where);
      const { taskDefinition } = await pipeline.ecs.send(
        new RegisterTaskDefinitionCommand(withoutFileSystems(before.definition)),
      );
      sending();
      const target = { cluster: where.cluster, service: where.service };
      await pipeline.ecs.send(
        new UpdateServiceCommand({ ...target, taskDefinition: taskDefinition!.taskDefinitionArn! }),
      );
      return {
        what: `UpdateService ${where.cluster}/${where.service} to ${where.service}:${taskDefinition!.revision}, without its volumes`,
        isUndone: async (reader) => {
          const now = await deployed(reader, where);
          return now.isAtRest && sameFileSystems(now.definition, before.definition);
        },
      };
    },
  };
}

async function deployed({ ecs }: Actor, { cluster, service }: { cluster: string; service: string }) {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const deployments = services[0]?.deployments ?? [];
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  if (primary === undefined) throw new Error(`service ${cluster}/${service} has no primary deployment`);
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: primary.taskDefinition! }),
  );
  return { definition: taskDefinition!, isAtRest: deployments.length === 1 && primary.rolloutState === "COMPLETED" };
}

function withoutFileSystems(definition: TaskDefinition): RegisterTaskDefinitionCommandInput {
  const dropped = new Set(
    (definition.volumes ?? []).filter((v) => v.efsVolumeConfiguration !== undefined).map((v) => v.name),
  );
  const entries = Object.entries(definition).filter(([name]) => !READ_ONLY_MEMBERS.some((member) => member === name));
  return {
    ...(Object.fromEntries(entries) as unknown as RegisterTaskDefinitionCommandInput),
    volumes: (definition.volumes ?? []).filter(({ name }) => !dropped.has(name)),
    containerDefinitions: (definition.containerDefinitions ?? []).map((container) => ({
      ...container,
      mountPoints: (container.mountPoints ?? []).filter(({ sourceVolume }) => !dropped.has(sourceVolume)),
    })),
  };
}

function sameFileSystems(a: TaskDefinition, b: TaskDefinition): boolean {
  return accessPointsOf(a).join() === accessPointsOf(b).join();
}

function accessPointsOf({ volumes = [] }: TaskDefinition): string[] {
  return volumes.map((v) => v.efsVolumeConfiguration?.authorizationConfig?.accessPointId ?? "").toSorted();
}
