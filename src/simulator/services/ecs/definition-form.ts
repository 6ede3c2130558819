/**
 * A task definition as ECS gives it back: with empty lists, defaults and attributes that nobody
 * wrote. Whoever compares a definition with its own must see through this.
 */
import type {
  Attribute,
  Compatibility,
  ContainerDefinition,
  PortMapping,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
  Volume,
} from "@aws-sdk/client-ecs";
import { checkFargate } from "./definition-rules.ts";
import { definitionArn } from "./names.ts";
import type { DefinitionRecord, EcsContext } from "./state.ts";

/** What was given and what ECS adds. Members that this simulator gives no meaning stay as they are. */
export function withDefaults({ tags: _, ...given }: RegisterTaskDefinitionRequest): DefinitionRecord["definition"] {
  return {
    ...given,
    containerDefinitions: (given.containerDefinitions ?? []).map((each) => container(each, given.networkMode)),
    volumes: (given.volumes ?? []).map(volume),
    placementConstraints: given.placementConstraints ?? [],
  };
}

function container(given: ContainerDefinition, networkMode: string | undefined): ContainerDefinition {
  const { healthCheck } = given;
  return {
    cpu: 0,
    portMappings: [],
    essential: true,
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...given,
    ...(given.portMappings && { portMappings: given.portMappings.map((port) => portMapping(port, networkMode)) }),
    ...(healthCheck && { healthCheck: { interval: 30, timeout: 5, retries: 3, ...healthCheck } }),
  };
}

function portMapping(given: PortMapping, networkMode: string | undefined): PortMapping {
  const { containerPort } = given;
  const sameAsContainer = (networkMode === "awsvpc" || networkMode === "host") && containerPort !== undefined;
  return {
    protocol: "tcp",
    ...(containerPort !== undefined && { hostPort: sameAsContainer ? containerPort : 0 }),
    ...given,
  };
}

function volume(given: Volume): Volume {
  const { efsVolumeConfiguration: efs } = given;
  if (efs) return { ...given, efsVolumeConfiguration: { rootDirectory: "/", ...efs } };
  const hasOther = Object.keys(given).some((name) => name !== "name" && name !== "configuredAtLaunch");
  return hasOther || given.configuredAtLaunch ? given : { ...given, host: {} };
}

/** As DescribeTaskDefinition shows it. */
export function shownDefinition({ world, state }: EcsContext, record: DefinitionRecord): TaskDefinition {
  const { status, revision, deregisteredMs, deleteRequestedMs } = record;
  const definition = state.noisy ? noisy(record.definition) : record.definition;
  return {
    taskDefinitionArn: definitionArn(world, record),
    ...definition,
    revision,
    status,
    requiresAttributes: requiredAttributes(definition),
    compatibilities: compatibilities(definition),
    registeredAt: new Date(record.registeredMs),
    registeredBy: record.registeredBy,
    ...(deregisteredMs !== null && { deregisteredAt: new Date(deregisteredMs) }),
    ...(deleteRequestedMs !== null && { deleteRequestedAt: new Date(deleteRequestedMs) }),
  };
}

/**
 * More noise than an API-made definition has today: defaults that the console writes, and that AWS
 * has been seen to add. Off by default, since Terraform's provider would see a change in each of them.
 */
function noisy(definition: DefinitionRecord["definition"]): DefinitionRecord["definition"] {
  return {
    ...definition,
    containerDefinitions: (definition.containerDefinitions ?? []).map((each) => ({
      environmentFiles: [],
      ulimits: [],
      ...each,
      mountPoints: (each.mountPoints ?? []).map((point) => ({ readOnly: false, ...point })),
      ...(each.logConfiguration && { logConfiguration: { secretOptions: [], ...each.logConfiguration } }),
    })),
    volumes: (definition.volumes ?? []).map(({ efsVolumeConfiguration: efs, ...rest }) => ({
      ...rest,
      ...(efs && { efsVolumeConfiguration: { transitEncryption: "DISABLED" as const, ...efs } }),
    })),
  };
}

/** Launch types that could run it, whatever it requires. */
export function compatibilities(definition: DefinitionRecord["definition"]): Compatibility[] {
  const windows = definition.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") === true;
  const efs = definition.volumes?.some((one) => one.efsVolumeConfiguration) === true;
  const found: Compatibility[] = ["EC2"];
  if (!efs && !windows && definition.networkMode !== "awsvpc") found.push("EXTERNAL");
  try {
    checkFargate(definition);
    found.push("FARGATE");
  } catch {
    // It is not made for Fargate.
  }
  if (!windows) found.push("MANAGED_INSTANCES");
  return found;
}

function requiredAttributes(definition: DefinitionRecord["definition"]): Attribute[] {
  const { containerDefinitions = [], volumes = [] } = definition;
  const logDrivers = containerDefinitions.map((one) => one.logConfiguration?.logDriver);
  const efs = volumes.map((one) => one.efsVolumeConfiguration).filter((one) => one !== undefined);
  const rules: [name: string, needed: boolean][] = [
    ["com.amazonaws.ecs.capability.logging-driver.awslogs", logDrivers.includes("awslogs")],
    [
      "ecs.capability.execution-role-awslogs",
      logDrivers.includes("awslogs") && definition.executionRoleArn !== undefined,
    ],
    ["ecs.capability.efsAuth", efs.some((one) => one.authorizationConfig !== undefined)],
    ["com.amazonaws.ecs.capability.docker-remote-api.1.18", true],
    ["com.amazonaws.ecs.capability.docker-remote-api.1.25", efs.length > 0],
    ["ecs.capability.efs", efs.length > 0],
    ["com.amazonaws.ecs.capability.task-iam-role", definition.taskRoleArn !== undefined],
    ["ecs.capability.task-eni", definition.networkMode === "awsvpc"],
  ];
  return rules.filter(([, needed]) => needed).map(([name]) => ({ name }));
}
