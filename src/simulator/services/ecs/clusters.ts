/** Clusters: little more than names that services and tasks live under. */
import type {
  Cluster,
  CreateClusterRequest,
  DescribeClustersRequest,
  ListClustersRequest,
  UpdateClusterRequest,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { capacityProviderOperations, checkedProviders, CAPACITY_MEMBERS } from "./capacity-providers.ts";
import { checkedTags } from "./ecs-tags.ts";
import { clusterName, clusterOf, ecsArn } from "./names.ts";
import { specOf } from "./rollouts.ts";
import {
  checkedPage,
  type ClusterRecord,
  type EcsContext,
  ecsError,
  invalidParameter,
  pageSize,
  type ServiceRecord,
  servicesOf,
  type TaskRecord,
  tasksOf,
} from "./state.ts";

/** DescribeClusters takes so many at once. */
const DESCRIBE_MAX = 100;

export function clusterOperations(context: EcsContext): Record<string, Handler> {
  const { state, world } = context;
  return {
    CreateCluster(input: CreateClusterRequest) {
      const name = clusterName(context, input.clusterName);
      const found = state.clusters.get(name);
      // Creating what exists answers with what exists.
      if (found?.status === "ACTIVE") return { cluster: shownCluster(context, found, EVERYTHING) };
      const record = newCluster(name, input);
      state.clusters.set(name, record);
      return { cluster: shownCluster(context, record, EVERYTHING) };
    },
    DescribeClusters({ clusters = ["default"], include = [] }: DescribeClustersRequest) {
      if (clusters.length > DESCRIBE_MAX) throw invalidParameter(`At most ${DESCRIBE_MAX} clusters can be described.`);
      const shown: Cluster[] = [];
      const failures: object[] = [];
      for (const given of clusters) {
        const record =
          given.startsWith("arn:") && !given.startsWith(ecsArn(world, "cluster", ""))
            ? undefined
            : state.clusters.get(clusterName(context, given));
        if (record) shown.push(shownCluster(context, record, include));
        else
          failures.push({ arn: given.startsWith("arn:") ? given : ecsArn(world, "cluster", given), reason: "MISSING" });
      }
      return { clusters: shown, failures };
    },
    ListClusters({ maxResults, nextToken }: ListClustersRequest) {
      const active = [...state.clusters.values()].filter(({ status }) => status === "ACTIVE");
      const page = checkedPage(pageOf(active, pageSize(maxResults), nextToken));
      return { clusterArns: page.items.map(({ name }) => ecsArn(world, "cluster", name)), nextToken: page.next };
    },
    UpdateCluster: (input: UpdateClusterRequest) => updateCluster(context, input),
    UpdateClusterSettings: (input: UpdateClusterRequest) => updateCluster(context, input),
    DeleteCluster({ cluster }: { cluster: string }) {
      const record = clusterOf(context, cluster);
      if (
        servicesOf(context, record.name)
          .values()
          .some(({ status }) => status !== "INACTIVE")
      ) {
        throw ecsError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.");
      }
      if (
        tasksOf(context, record.name)
          .values()
          .some(({ lastStatus }) => lastStatus !== "STOPPED")
      ) {
        throw ecsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
      }
      record.status = "INACTIVE";
      return { cluster: shownCluster(context, record, EVERYTHING) };
    },
    ...capacityProviderOperations(context, (record) => shownCluster(context, record, EVERYTHING)),
  };
}

function newCluster(name: string, input: CreateClusterRequest): ClusterRecord {
  const capacityProviders = checkedProviders(input.capacityProviders);
  return {
    name,
    status: "ACTIVE",
    settings: input.settings ?? [{ name: "containerInsights", value: "disabled" }],
    configuration: input.configuration ?? null,
    serviceConnectDefaults: input.serviceConnectDefaults ?? null,
    capacityProviders,
    defaultStrategy: input.defaultCapacityProviderStrategy ?? [],
    tags: checkedTags(input.tags),
  };
}

function updateCluster(context: EcsContext, input: UpdateClusterRequest): object {
  const record = clusterOf(context, input.cluster);
  record.settings = input.settings ?? record.settings;
  record.configuration = input.configuration ?? record.configuration;
  record.serviceConnectDefaults = input.serviceConnectDefaults ?? record.serviceConnectDefaults;
  return { cluster: shownCluster(context, record, EVERYTHING) };
}

const EVERYTHING = ["CONFIGURATIONS", "SETTINGS", "TAGS"];

function shownCluster(context: EcsContext, record: ClusterRecord, include: readonly string[]): Cluster {
  const tasks = [...tasksOf(context, record.name).values()];
  const services = [...servicesOf(context, record.name).values()];
  return {
    clusterArn: ecsArn(context.world, "cluster", record.name),
    clusterName: record.name,
    status: record.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => ["PENDING", "PROVISIONING"].includes(lastStatus)).length,
    activeServicesCount: services.filter(({ status }) => status === "ACTIVE").length,
    statistics: include.includes("STATISTICS") ? statistics(tasks, services) : [],
    ...(include.includes("ATTACHMENTS") && { attachments: [] }),
    tags: include.includes("TAGS") ? record.tags : [],
    settings: include.includes("SETTINGS") ? record.settings : [],
    ...(include.includes("CONFIGURATIONS") && record.configuration && { configuration: record.configuration }),
    capacityProviders: record.capacityProviders,
    defaultCapacityProviderStrategy: record.defaultStrategy,
    ...(record.serviceConnectDefaults && { serviceConnectDefaults: record.serviceConnectDefaults }),
  };
}

const LAUNCH_TYPES = ["EC2", "Fargate", "External"];

/** Counts by launch type, as text (Cluster in the ECS API reference lists the names). */
function statistics(tasks: readonly TaskRecord[], services: readonly ServiceRecord[]): Cluster["statistics"] {
  const tasksIn = (type: string, ...states: string[]): number =>
    tasks.filter((one) => one.launchType === type.toUpperCase() && states.includes(one.lastStatus)).length;
  const servicesIn = (type: string, state: string): number =>
    services.filter((one) => (specOf(one).launchType ?? "EC2") === type.toUpperCase() && one.status === state).length;
  return LAUNCH_TYPES.flatMap((type) => [
    { name: `running${type}TasksCount`, value: String(tasksIn(type, "RUNNING")) },
    { name: `pending${type}TasksCount`, value: String(tasksIn(type, "PENDING", "PROVISIONING")) },
    { name: `active${type}ServiceCount`, value: String(servicesIn(type, "ACTIVE")) },
    { name: `draining${type}ServiceCount`, value: String(servicesIn(type, "DRAINING")) },
  ]);
}

export const CLUSTER_MEMBERS = {
  CreateCluster: [
    "clusterName",
    "tags",
    "settings",
    "configuration",
    "capacityProviders",
    "defaultCapacityProviderStrategy",
    "serviceConnectDefaults",
  ],
  DescribeClusters: ["clusters", "include"],
  ListClusters: ["nextToken", "maxResults"],
  UpdateCluster: ["cluster", "settings", "configuration", "serviceConnectDefaults"],
  UpdateClusterSettings: ["cluster", "settings"],
  DeleteCluster: ["cluster"],
  ...CAPACITY_MEMBERS,
} as const;
