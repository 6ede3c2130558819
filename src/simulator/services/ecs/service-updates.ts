/** UpdateService: which changes start a rollout, which do not, and which a controller refuses. */
import type { UpdateServiceRequest } from "@aws-sdk/client-ecs";
import { emitServiceAction } from "./events.ts";
import { activeServiceOf, clusterOf } from "./names.ts";
import { specOf, startRollout } from "./rollouts.ts";
import { planStep } from "./scheduler.ts";
import { checkedConfiguration, checkedDesiredCount, checkedSpec } from "./service-settings.ts";
import { type EcsContext, invalidParameter, type RevisionSpec, type ServiceRecord } from "./state.ts";

/** Members whose change needs new tasks, and so a rollout (API reference, UpdateService). */
const TRIGGERS = [
  "taskDefinition",
  "networkConfiguration",
  "platformVersion",
  "loadBalancers",
  "serviceRegistries",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
] as const;

/** @throws ServiceNotFoundException, ServiceNotActiveException, InvalidParameterException, ClientException; then nothing changed. */
export function updateService(context: EcsContext, input: UpdateServiceRequest): ServiceRecord {
  const cluster = clusterOf(context, input.cluster);
  const service = activeServiceOf(context, cluster.name, input.service ?? "");
  refuseForController(service, input);
  const before = specOf(service);
  const names = [...TRIGGERS, "capacityProviderStrategy"] as const;
  const given = Object.fromEntries(
    names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]),
  );
  const touched = Object.keys(given).length > 0 || input.forceNewDeployment === true;
  const after = touched && service.controller === "ECS" ? mergedSpec(context, service, before, given) : before;
  const configuration = checkedConfiguration(service.configuration, input.deploymentConfiguration);
  const desiredCount =
    input.desiredCount === undefined ? service.desiredCount : checkedDesiredCount(input.desiredCount, "ECS");

  service.configuration = configuration;
  applySettings(service, input);
  if (desiredCount !== service.desiredCount) {
    service.desiredCount = desiredCount;
    service.steady = false;
    emitServiceAction(context, service, "SERVICE_DESIRED_COUNT_UPDATED", { desiredCount });
  }
  const changed = TRIGGERS.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (changed || input.forceNewDeployment) startRollout(context, service, after);
  else Object.assign(before, after);
  planStep(context, service);
  return service;
}

function mergedSpec(context: EcsContext, service: ServiceRecord, before: RevisionSpec, given: object): RevisionSpec {
  const merged: RevisionSpec = { ...before, ...given };
  // A strategy takes the place of a launch type.
  if ("capacityProviderStrategy" in given && merged.capacityProviderStrategy?.length) delete merged.launchType;
  return checkedSpec(context, clusterOf(context, service.cluster), service.controller, merged as never);
}

/** Services of other controllers take new revisions from those alone. Texts as ECS words them. */
function refuseForController({ controller }: ServiceRecord, input: UpdateServiceRequest): void {
  if (controller === "ECS") return;
  const use =
    controller === "CODE_DEPLOY" ? "Use AWS CodeDeploy to trigger a new deployment." : "Use task sets to deploy.";
  const unable = (what: string): Error =>
    invalidParameter(`Unable to update ${what} on services with a ${controller} deployment controller. ${use}`);
  if (input.taskDefinition !== undefined) throw unable("task definition");
  if (input.networkConfiguration !== undefined) throw unable("network parameters");
  if (input.platformVersion !== undefined) throw unable("platform version");
  if (input.loadBalancers !== undefined) throw unable("load balancers");
  if (input.serviceRegistries !== undefined) throw unable("service registries");
  if (input.forceNewDeployment) {
    throw invalidParameter(
      `Cannot force a new deployment on services with a ${controller} deployment controller. ${use}`,
    );
  }
}

function applySettings(service: ServiceRecord, input: UpdateServiceRequest): void {
  const names = [
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
  ] as const;
  for (const name of names) {
    if (input[name] !== undefined) (service.settings as unknown as Record<string, unknown>)[name] = input[name];
  }
  if (input.deploymentController?.type !== undefined) service.controller = input.deploymentController.type;
}
