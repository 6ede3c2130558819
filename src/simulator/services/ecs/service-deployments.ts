/** ServiceDeployments and service revisions: the history of rollouts, and the way to stop one. */
import type { ListServiceDeploymentsRequest, StopServiceDeploymentRequest } from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { clusterOf, ecsArn, findService, partsOf, serviceArn } from "./names.ts";
import { failRollout, isOver } from "./rollouts.ts";
import { planStep } from "./scheduler.ts";
import { revisionArn, rolloutArn, shownRevision, shownRollout, times } from "./service-form.ts";
import {
  checkedPage,
  type EcsContext,
  ecsError,
  invalidParameter,
  pageSize,
  type RolloutRecord,
  type ServiceRecord,
  servicesOf,
} from "./state.ts";

const DESCRIBE_MAX = 20;

export function serviceDeploymentOperations(context: EcsContext): Record<string, Handler> {
  return {
    DescribeServiceDeployments({ serviceDeploymentArns: arns }: { serviceDeploymentArns: string[] }) {
      const found = described(arns, "service deployment", (arn) => findRollout(context, arn));
      return {
        serviceDeployments: found.items.map(({ service, rollout }) => shownRollout(context, service, rollout)),
        failures: found.failures,
      };
    },
    DescribeServiceRevisions({ serviceRevisionArns: arns }: { serviceRevisionArns: string[] }) {
      const found = described(arns, "service revision", (arn) => {
        const [cluster = "", name = "", id = ""] = partsOf(context.world, "service-revision", arn) ?? [];
        const service = servicesOf(context, cluster).get(name);
        const revision = service?.revisions.find((one) => one.id === id);
        return service && revision && { service, revision };
      });
      return {
        serviceRevisions: found.items.map(({ service, revision }) => shownRevision(context, service, revision)),
        failures: found.failures,
      };
    },
    ListServiceDeployments: (input: ListServiceDeploymentsRequest) => listRollouts(context, input),
    StopServiceDeployment: (input: StopServiceDeploymentRequest) => stopRollout(context, input),
  };
}

interface Described<T> {
  items: T[];
  failures: { arn: string; reason: "MISSING" }[];
}

function described<T>(arns: readonly string[], what: string, find: (arn: string) => T | undefined): Described<T> {
  if (arns.length === 0 || arns.length > DESCRIBE_MAX) {
    throw invalidParameter(`Between 1 and ${DESCRIBE_MAX} ${what} ARNs can be described at once.`);
  }
  const result: Described<T> = { items: [], failures: [] };
  for (const arn of arns) {
    const item = find(arn);
    if (item === undefined) result.failures.push({ arn, reason: "MISSING" });
    else result.items.push(item);
  }
  return result;
}

function findRollout(context: EcsContext, arn: string): { service: ServiceRecord; rollout: RolloutRecord } | undefined {
  const [cluster = "", name = "", id = ""] = partsOf(context.world, "service-deployment", arn) ?? [];
  const service = servicesOf(context, cluster).get(name);
  const rollout = service?.rollouts.find((one) => one.id === id);
  return service && rollout && { service, rollout };
}

/** Newest first, of the last 90 days: all of them here. */
function listRollouts(context: EcsContext, input: ListServiceDeploymentsRequest): object {
  const { world } = context;
  const cluster = input.cluster ?? partsOf(world, "service", input.service ?? "")?.[0];
  const service = findService(context, clusterOf(context, cluster).name, input.service ?? "");
  if (!service) throw ecsError("ServiceNotFoundException", "Service not found.");
  const { status, createdAt } = input;
  const kept = service.rollouts.filter(
    (one) =>
      (!status?.length || status.includes(one.status)) &&
      one.createdMs >= (createdAt?.after?.getTime() ?? 0) &&
      one.createdMs <= (createdAt?.before?.getTime() ?? Infinity),
  );
  const page = checkedPage(pageOf(kept, pageSize(input.maxResults), input.nextToken));
  const brief = page.items.map((one) => ({
    serviceDeploymentArn: rolloutArn(world, service, one.id),
    serviceArn: serviceArn(world, service),
    clusterArn: ecsArn(world, "cluster", service.cluster),
    ...times(one),
    createdAt: new Date(one.createdMs),
    targetServiceRevisionArn: revisionArn(world, service, one.targetRevisionId),
    status: one.status,
    ...(one.statusReason !== null && { statusReason: one.statusReason }),
  }));
  return { serviceDeployments: brief, nextToken: page.next };
}

/** @throws ServiceDeploymentNotFoundException, ConflictException for one that is over or already ends. */
function stopRollout(
  context: EcsContext,
  { serviceDeploymentArn = "", stopType = "ROLLBACK" }: StopServiceDeploymentRequest,
): object {
  const found = findRollout(context, serviceDeploymentArn);
  if (!found) throw ecsError("ServiceDeploymentNotFoundException", "The service deployment was not found.");
  const { service, rollout } = found;
  if (isOver(rollout) || rollout.rollback) {
    throw ecsError("ConflictException", `The service deployment is ${rollout.status} and cannot be stopped.`, {
      resourceIds: [serviceDeploymentArn],
    });
  }
  failRollout(context, service, "stopped", stopType === "ROLLBACK");
  planStep(context, service);
  return { serviceDeploymentArn };
}

export const SERVICE_DEPLOYMENT_MEMBERS = {
  DescribeServiceDeployments: ["serviceDeploymentArns"],
  DescribeServiceRevisions: ["serviceRevisionArns"],
  ListServiceDeployments: ["service", "cluster", "status", "createdAt", "nextToken", "maxResults"],
  StopServiceDeployment: ["serviceDeploymentArn", "stopType"],
} as const;
