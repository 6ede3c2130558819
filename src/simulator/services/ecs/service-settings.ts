/** What makes up a service: checks of each part, and what ECS fills in. */
import type { CreateServiceRequest, DeploymentConfiguration, DeploymentControllerType } from "@aws-sdk/client-ecs";
import { definitionArn, deployableDefinition } from "./names.ts";
import { checkedPlacement } from "./placement.ts";
import {
  type ClusterRecord,
  type DefinitionRecord,
  type EcsContext,
  invalidParameter,
  type RevisionSpec,
  type ServiceSettings,
} from "./state.ts";

/** Tasks of one service (Amazon ECS service quotas). */
const TASKS_MAX = 5_000;

export function checkedDesiredCount(given: number | undefined, controller: DeploymentControllerType): number {
  if (given === undefined && controller !== "EXTERNAL") {
    throw invalidParameter("A desired count must be specified when the scheduling strategy is REPLICA.");
  }
  const count = given ?? 0;
  if (count >= 0 && count <= TASKS_MAX) return count;
  throw invalidParameter(`Invalid desired count: ${count}. It must be between 0 and ${TASKS_MAX}.`);
}

type SpecInput = Pick<
  CreateServiceRequest,
  | "taskDefinition"
  | "launchType"
  | "capacityProviderStrategy"
  | "platformVersion"
  | "networkConfiguration"
  | "loadBalancers"
  | "serviceRegistries"
  | "serviceConnectConfiguration"
  | "volumeConfigurations"
  | "vpcLatticeConfigurations"
>;

/** What the tasks of a service will be made from. @throws ClientException, InvalidParameterException, Platform…Exception. */
export function checkedSpec(
  context: EcsContext,
  cluster: ClusterRecord,
  controller: DeploymentControllerType,
  input: SpecInput,
): RevisionSpec {
  if (controller === "EXTERNAL") {
    if (input.taskDefinition === undefined) return {};
    throw invalidParameter("TaskDefinition cannot be specified when using an EXTERNAL deployment controller.");
  }
  if (input.taskDefinition === undefined) throw invalidParameter("TaskDefinition cannot be null or empty.");
  const definition = deployableDefinition(context, input.taskDefinition);
  const placement = checkedPlacement(context, cluster, definition.definition, input);
  checkContainers(definition.definition, input);
  const strategy =
    placement.capacityProvider === null ? undefined : (input.capacityProviderStrategy ?? cluster.defaultStrategy);
  const network = input.networkConfiguration?.awsvpcConfiguration;
  return {
    taskDefinition: definitionArn(context.world, definition),
    ...(strategy
      ? { capacityProviderStrategy: strategy.map((one) => ({ weight: 0, base: 0, ...one })) }
      : { launchType: placement.launchType }),
    ...(placement.platformVersion !== null && { platformVersion: placement.platformVersion }),
    ...(network && {
      networkConfiguration: {
        awsvpcConfiguration: { securityGroups: [], assignPublicIp: "DISABLED" as const, ...network },
      },
    }),
    loadBalancers: input.loadBalancers ?? [],
    serviceRegistries: input.serviceRegistries ?? [],
    ...(input.serviceConnectConfiguration && { serviceConnectConfiguration: input.serviceConnectConfiguration }),
    ...(input.volumeConfigurations && { volumeConfigurations: input.volumeConfigurations }),
    ...(input.vpcLatticeConfigurations && { vpcLatticeConfigurations: input.vpcLatticeConfigurations }),
  };
}

function checkContainers({ containerDefinitions = [] }: DefinitionRecord["definition"], input: SpecInput): void {
  for (const { containerName } of [...(input.loadBalancers ?? []), ...(input.serviceRegistries ?? [])]) {
    if (containerName === undefined || containerDefinitions.some(({ name }) => name === containerName)) continue;
    throw invalidParameter(`The container ${containerName} does not exist in the task definition.`);
  }
}

/** What is not given keeps its value, at first ECS's default. */
export function checkedConfiguration(
  before: DeploymentConfiguration,
  given: DeploymentConfiguration | undefined,
): DeploymentConfiguration {
  const after: DeploymentConfiguration = {
    deploymentCircuitBreaker: { enable: false, rollback: false },
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    strategy: "ROLLING",
    bakeTimeInMinutes: 0,
    ...before,
    ...given,
  };
  if (after.maximumPercent === 100 && after.minimumHealthyPercent === 100) {
    throw invalidParameter(
      "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    );
  }
  if ((after.maximumPercent ?? 200) < (after.minimumHealthyPercent ?? 100)) {
    throw invalidParameter("maximumPercent must be greater than or equal to minimumHealthyPercent.");
  }
  return after;
}

export function settingsOf(input: CreateServiceRequest): ServiceSettings {
  const { healthCheckGracePeriodSeconds, schedulingStrategy = "REPLICA" } = input;
  return {
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    ...(healthCheckGracePeriodSeconds !== undefined && { healthCheckGracePeriodSeconds }),
    schedulingStrategy,
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    propagateTags: input.propagateTags ?? "NONE",
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    availabilityZoneRebalancing:
      input.availabilityZoneRebalancing ?? (schedulingStrategy === "REPLICA" ? "ENABLED" : "DISABLED"),
  };
}
