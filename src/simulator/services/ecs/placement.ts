/** Where tasks may run: launch type, platform and network, checked before a service or task takes them. */
import type { AwsVpcConfiguration, CapacityProviderStrategyItem, NetworkConfiguration } from "@aws-sdk/client-ecs";
import { compatibilities } from "./definition-form.ts";
import { type ClusterRecord, type DefinitionRecord, type EcsContext, ecsError, invalidParameter } from "./state.ts";

export interface PlacementInput {
  launchType?: string | undefined;
  capacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
  platformVersion?: string | undefined;
  networkConfiguration?: NetworkConfiguration | undefined;
}

export interface Placement {
  launchType: string;
  /** Name of a capacity provider instead of a launch type. */
  capacityProvider: string | null;
  /** Fargate only, as it was asked for. */
  platformVersion: string | null;
}

const SUBNETS_MAX = 16;
const GROUPS_MAX = 5;
const PLATFORMS = ["LATEST", "1.4.0", "1.3.0"];

/**
 * Where a task of this definition would run.
 *
 * @throws InvalidParameterException, PlatformUnknownException, PlatformTaskDefinitionIncompatibilityException.
 */
export function checkedPlacement(
  context: EcsContext,
  cluster: ClusterRecord,
  definition: DefinitionRecord["definition"],
  input: PlacementInput,
): Placement {
  const given = input.capacityProviderStrategy ?? [];
  if (input.launchType !== undefined && given.length > 0) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  }
  const strategy = input.launchType === undefined && given.length === 0 ? cluster.defaultStrategy : given;
  const provider = heaviest(strategy);
  if (provider !== null && !cluster.capacityProviders.includes(provider)) {
    throw invalidParameter(
      "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
    );
  }
  const launchType = provider === null ? (input.launchType ?? "EC2") : "FARGATE";
  if (!compatibilities(definition).includes(launchType as never)) {
    throw invalidParameter(`Task definition does not support launch_type ${launchType}.`);
  }
  checkNetwork(context, definition, input.networkConfiguration?.awsvpcConfiguration);
  if (launchType !== "FARGATE") return { launchType, capacityProvider: null, platformVersion: null };
  return {
    launchType,
    capacityProvider: provider,
    platformVersion: checkedPlatform(definition, input.platformVersion),
  };
}

/** Of a strategy, the provider that most tasks go to; all of a task's mounts are the same with any. */
function heaviest(strategy: readonly CapacityProviderStrategyItem[]): string | null {
  const sorted = strategy.toSorted((a, b) => (b.base ?? 0) - (a.base ?? 0) || (b.weight ?? 0) - (a.weight ?? 0));
  return sorted[0]?.capacityProvider ?? null;
}

function checkedPlatform(definition: DefinitionRecord["definition"], given = "LATEST"): string {
  if (!PLATFORMS.includes(given)) {
    throw ecsError("PlatformUnknownException", "The specified platform does not exist.");
  }
  // EFS came with platform version 1.4.0 (Amazon ECS developer guide, "Amazon EFS volumes").
  if (given === "1.3.0" && definition.volumes?.some((volume) => volume.efsVolumeConfiguration)) {
    const text = "The specified platform does not satisfy the task definition’s required capabilities.";
    throw ecsError("PlatformTaskDefinitionIncompatibilityException", text);
  }
  return given;
}

function checkNetwork(
  { world }: EcsContext,
  { networkMode }: DefinitionRecord["definition"],
  given: AwsVpcConfiguration | undefined,
): void {
  if (networkMode !== "awsvpc") {
    if (given === undefined) return;
    throw invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.");
  }
  if (given === undefined) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const { subnets = [], securityGroups = [] } = given;
  if (subnets.length === 0) throw invalidParameter("subnets can not be empty.");
  if (subnets.length > SUBNETS_MAX) throw invalidParameter(`subnets can have at most ${SUBNETS_MAX} items.`);
  if (securityGroups.length > GROUPS_MAX)
    throw invalidParameter(`securityGroups can have at most ${GROUPS_MAX} items.`);
  const ec2 = world.service("ec2");
  const missingSubnet = subnets.find((id) => !ec2.subnet(id));
  if (missingSubnet !== undefined) {
    const why = `The subnet ID '${missingSubnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`;
    throw invalidParameter(`Error retrieving subnet information for [${missingSubnet}]: ${why}`);
  }
  const vpcs = new Set(subnets.map((id) => ec2.subnet(id)?.vpcId));
  if (vpcs.size > 1) throw invalidParameter("subnets must all be in the same VPC.");
  for (const id of securityGroups) {
    const group = ec2.securityGroup(id);
    if (!group) {
      const why = `The security group '${id}' does not exist (ErrorCode: InvalidGroup.NotFound)`;
      throw invalidParameter(`Error retrieving security group information for [${id}]: ${why}`);
    }
    if (!vpcs.has(group.vpcId)) throw invalidParameter("securityGroup and subnets must all be in the same VPC.");
  }
}
