/** Services: what CreateService, UpdateService and DeleteService take, and what they refuse. */
import type {
  CreateServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  Service,
  UpdateServiceRequest,
} from "@aws-sdk/client-ecs";
import type { Caller, Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { checkedTags } from "./ecs-tags.ts";
import { clusterOf, ecsArn, findService, serviceArn } from "./names.ts";
import { addRevision, specOf, startRollout } from "./rollouts.ts";
import { planStep } from "./scheduler.ts";
import { shownService } from "./service-form.ts";
import { checkedConfiguration, checkedDesiredCount, checkedSpec, settingsOf } from "./service-settings.ts";
import { updateService } from "./service-updates.ts";
import {
  checkedPage,
  type EcsContext,
  ecsError,
  invalidParameter,
  liveTasksOf,
  pageSize,
  type ServiceRecord,
  servicesOf,
} from "./state.ts";

const DESCRIBE_MAX = 10;
const LIST_STANDARD = 10;

export function serviceOperations(context: EcsContext): Record<string, Handler> {
  const { world } = context;
  return {
    CreateService(input: CreateServiceRequest, { caller }) {
      return { service: shownService(context, createService(context, input, caller), true) };
    },
    UpdateService: (input: UpdateServiceRequest) => ({
      service: shownService(context, updateService(context, input), true),
    }),
    DeleteService: (input: { cluster?: string; service: string; force?: boolean }) => ({
      service: shownService(context, deleteService(context, input), true),
    }),
    DescribeServices({ cluster, services = [], include = [] }: DescribeServicesRequest) {
      const { name } = clusterOf(context, cluster);
      if (services.length === 0) throw invalidParameter("Services cannot be empty.");
      if (services.length > DESCRIBE_MAX) throw invalidParameter(`Services cannot be more than ${DESCRIBE_MAX}.`);
      const shown: Service[] = [];
      const failures: object[] = [];
      for (const given of services) {
        const record = findService(context, name, given);
        if (record) shown.push(shownService(context, record, include.includes("TAGS")));
        else
          failures.push({
            arn: given.startsWith("arn:") ? given : ecsArn(world, "service", `${name}/${given}`),
            reason: "MISSING",
          });
      }
      return { services: shown, failures };
    },
    ListServices(input: ListServicesRequest) {
      const { name } = clusterOf(context, input.cluster);
      const kept = servicesOf(context, name)
        .values()
        .filter((one) => one.status !== "INACTIVE" && isWanted(one, input));
      const page = checkedPage(pageOf(kept, pageSize(input.maxResults, LIST_STANDARD), input.nextToken));
      return { serviceArns: page.items.map((one) => serviceArn(world, one)), nextToken: page.next };
    },
  };
}

function isWanted(service: ServiceRecord, { launchType, schedulingStrategy }: ListServicesRequest): boolean {
  const own = specOf(service).launchType;
  return (
    own === (launchType ?? own) &&
    service.settings.schedulingStrategy === (schedulingStrategy ?? service.settings.schedulingStrategy)
  );
}

/** @throws InvalidParameterException for a name that is in use with other parameters, or whose service still drains. */
function createService(context: EcsContext, input: CreateServiceRequest, caller: Caller): ServiceRecord {
  const { world } = context;
  const cluster = clusterOf(context, input.cluster);
  const name = input.serviceName ?? "";
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter(
      "Service names can have up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens.",
    );
  }
  const found = servicesOf(context, cluster.name).get(name);
  const given = JSON.stringify(input);
  if (found?.status === "ACTIVE" && found.given === given) return found;
  if (found?.status === "ACTIVE") throw invalidParameter("Creation of service was not idempotent.");
  if (found?.status === "DRAINING") throw invalidParameter("Unable to Start a service that is still Draining.");
  const controller = input.deploymentController?.type ?? "ECS";
  const spec = checkedSpec(context, cluster, controller, input);
  const record: ServiceRecord = {
    cluster: cluster.name,
    name,
    status: "ACTIVE",
    createdMs: world.clock.nowMs(),
    createdBy: caller.sessionIssuer?.arn ?? caller.arn,
    given,
    roleArn:
      input.role ??
      `arn:${world.partition}:iam::${world.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
    controller,
    desiredCount: input.schedulingStrategy === "DAEMON" ? 0 : checkedDesiredCount(input.desiredCount, controller),
    configuration: checkedConfiguration({}, input.deploymentConfiguration),
    settings: settingsOf(input),
    tags: checkedTags(input.tags),
    deployments: [],
    rollouts: [],
    revisions: [],
    completedRevisionId: null,
    events: [],
    tickDueMs: null,
    placements: 0,
    steady: false,
    fault: null,
  };
  servicesOf(context, cluster.name).delete(name);
  servicesOf(context, cluster.name).set(name, record);
  if (controller === "EXTERNAL") addRevision(context, record, spec);
  else startRollout(context, record, spec);
  planStep(context, record);
  return record;
}

/** @throws InvalidParameterException for a service that is scaled above 0, unless forced. */
function deleteService(
  context: EcsContext,
  { cluster, service, force = false }: { cluster?: string; service: string; force?: boolean },
): ServiceRecord {
  const record = findService(context, clusterOf(context, cluster).name, service);
  if (!record) throw ecsError("ServiceNotFoundException", "Service not found.");
  if (record.status !== "ACTIVE") return record;
  if (!force && record.desiredCount > 0 && record.settings.schedulingStrategy === "REPLICA") {
    throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
  }
  record.status = "DRAINING";
  record.desiredCount = 0;
  for (const deployment of record.deployments) deployment.status = "INACTIVE";
  if (liveTasksOf(context, record).size === 0) Object.assign(record, { status: "INACTIVE", deployments: [] });
  else planStep(context, record);
  return record;
}

export const SERVICE_MEMBERS = {
  CreateService: [
    "cluster",
    "serviceName",
    "taskDefinition",
    "availabilityZoneRebalancing",
    "loadBalancers",
    "serviceRegistries",
    "desiredCount",
    "clientToken",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "role",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "tags",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
  ],
  UpdateService: [
    "cluster",
    "service",
    "desiredCount",
    "taskDefinition",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "availabilityZoneRebalancing",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "forceNewDeployment",
    "healthCheckGracePeriodSeconds",
    "deploymentController",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "loadBalancers",
    "propagateTags",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
  ],
  DeleteService: ["cluster", "service", "force"],
  DescribeServices: ["cluster", "services", "include"],
  ListServices: ["cluster", "nextToken", "maxResults", "launchType", "schedulingStrategy"],
} as const;
