import { aBinding } from "./manifests.ts";
import type { Manifest, World } from "./world.ts";

/** A Binding on a service of cluster `prod`. */
export function onService(
  name: string,
  mounts: object[],
  spec: Record<string, unknown> = {},
  service = "web",
): Manifest {
  return aBinding(name, { workload: { ecs: { cluster: "prod", service, mounts } }, ...spec });
}

export function mount(container: string, containerPath: string, readOnly = false) {
  return { container, containerPath, readOnly };
}

/** As ECS describes it; what is deployed is in `deployments`, or with another controller than ECS in `taskSets`. */
export async function serviceNow(world: World, name = "web") {
  const { services } = await world.aws("auditor", "ecs", "DescribeServices", { cluster: "prod", services: [name] });
  return services[0];
}

export async function definitionOf(world: World, taskDefinition: string) {
  return await world.aws("auditor", "ecs", "DescribeTaskDefinition", { taskDefinition, include: ["TAGS"] });
}

/** `container:path` → access point, of a revision; by default of the one that service `web` deploys. */
export async function mountsOfRevision(world: World, taskDefinition?: string): Promise<Record<string, string>> {
  const arn = taskDefinition ?? (await serviceNow(world)).deployments[0].taskDefinition;
  const { volumes = [], containerDefinitions } = (await definitionOf(world, arn)).taskDefinition;
  const idOf = (name: string) =>
    volumes.find((volume: { name: string }) => volume.name === name)?.efsVolumeConfiguration?.authorizationConfig
      ?.accessPointId;
  return Object.fromEntries(
    containerDefinitions.flatMap(
      ({ name, mountPoints = [] }: { name: string; mountPoints?: { sourceVolume: string; containerPath: string }[] }) =>
        mountPoints.map(({ sourceVolume, containerPath }) => [`${name}:${containerPath}`, idOf(sourceVolume)]),
    ),
  );
}

/** Registers a copy of a revision with these members changed. @returns its ARN. */
export async function registerCopy(
  world: World,
  of: string,
  change: (copy: { containerDefinitions: Record<string, unknown>[] }) => Record<string, unknown>,
  person = "deploy-bot",
): Promise<string> {
  const { taskDefinition } = await definitionOf(world, of);
  const kept = ["family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities"];
  const members = [...kept, "containerDefinitions", "volumes", "cpu", "memory"];
  const copy = Object.fromEntries(
    members.flatMap((name) => (name in taskDefinition ? [[name, taskDefinition[name]]] : [])),
  );
  const input = { ...copy, ...change(structuredClone(copy) as Parameters<typeof change>[0]) };
  const answer = await world.aws(person, "ecs", "RegisterTaskDefinition", input);
  return answer.taskDefinition.taskDefinitionArn;
}
