import type { Step } from "./step.ts";
import { fails, ok } from "./step.ts";

const [ecs, noEcs, iam] = [ok("ecs"), fails("ecs"), ok("iam")];

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const cluster = "prod";
const awsvpcConfiguration = { subnets: ["$subnet"], securityGroups: ["$group"] };
const VOLUME = {
  name: "data",
  efsVolumeConfiguration: {
    fileSystemId: "$fs",
    transitEncryption: "ENABLED",
    authorizationConfig: { accessPointId: "$ap", iam: "ENABLED" },
  },
};
const DEFINITION = {
  family: "web",
  taskRoleArn: "$taskRole",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [
    {
      name: "app",
      image: "nginx",
      portMappings: [{ containerPort: 80 }],
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      linuxParameters: { initProcessEnabled: true, tmpfs: [{ containerPath: "/t", size: 16 }] },
      dockerLabels: { a: "b" },
    },
    { name: "log", image: "fluent-bit", essential: false, dependsOn: [{ containerName: "app", condition: "START" }] },
  ],
  volumes: [VOLUME],
  tags: [{ key: "team", value: "web" }],
};

/** Runs between the steps that make a network and a file system and those that clear them away. */
export const ECS_STEPS: Step[] = [
  iam("CreateRole", { RoleName: "web-task", AssumeRolePolicyDocument: TRUST }, { taskRole: "Role.Arn" }),
  ecs(
    "CreateCluster",
    { clusterName: cluster, tags: [{ key: "env", value: "prod" }] },
    { cluster: "cluster.clusterArn" },
  ),
  ecs("CreateCluster", { clusterName: "spare", settings: [{ name: "containerInsights", value: "enabled" }] }),
  ecs("ListClusters", { maxResults: 1 }, { token: "nextToken" }),
  ecs("ListClusters", { nextToken: "$token" }),
  ecs("DescribeClusters", { clusters: [cluster, "none"], include: ["SETTINGS", "TAGS", "CONFIGURATIONS"] }),
  ecs("UpdateCluster", { cluster, configuration: { executeCommandConfiguration: { logging: "DEFAULT" } } }),
  ecs("UpdateClusterSettings", { cluster, settings: [{ name: "containerInsights", value: "enhanced" }] }),
  ecs("PutClusterCapacityProviders", {
    cluster,
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
  }),
  ecs("DescribeCapacityProviders", { capacityProviders: ["FARGATE", "none"] }),
  noEcs("InvalidParameterException", "UpdateCluster", { cluster, settings: [{ name: "x" }] }),
  noEcs("ClusterNotFoundException", "UpdateCluster", { cluster: "none" }),
  noEcs("NotSimulated", "CreateCapacityProvider", { name: "mine" }),

  ecs("RegisterTaskDefinition", DEFINITION, { definition: "taskDefinition.taskDefinitionArn" }),
  ecs("RegisterTaskDefinition", { family: "job", containerDefinitions: [{ name: "j", image: "i", memory: 128 }] }),
  ecs("DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] }),
  ecs("ListTaskDefinitions", { familyPrefix: "web", sort: "DESC" }),
  ecs("ListTaskDefinitionFamilies", { maxResults: 1 }),
  noEcs("ClientException", "RegisterTaskDefinition", { ...DEFINITION, volumes: [] }),
  noEcs("InvalidParameterException", "RegisterTaskDefinition", { ...DEFINITION, networkMode: "none at all" }),
  noEcs("ClientException", "DescribeTaskDefinition", { taskDefinition: "none" }),

  ecs(
    "CreateService",
    {
      cluster,
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration },
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      tags: [{ key: "team", value: "web" }],
    },
    { service: "service.serviceArn", revision: "service.currentServiceRevisions.0.arn" },
  ),
  ecs("DescribeServices", { cluster, services: ["web", "$service", "none"], include: ["TAGS"] }),
  ecs("ListServices", { cluster, launchType: "FARGATE" }),
  ecs("UpdateService", { cluster, service: "web", forceNewDeployment: true }),
  ecs("ListServiceDeployments", { cluster, service: "web" }, { rollout: "serviceDeployments.0.serviceDeploymentArn" }),
  ecs("DescribeServiceDeployments", { serviceDeploymentArns: ["$rollout"] }),
  ecs("DescribeServiceRevisions", { serviceRevisionArns: ["$revision"] }),
  noEcs("ConflictException", "StopServiceDeployment", { serviceDeploymentArn: "$rollout" }),
  noEcs("ServiceNotFoundException", "UpdateService", { cluster, service: "none" }),
  noEcs("InvalidParameterException", "DeleteService", { cluster, service: "web" }),
  noEcs("InvalidParameterException", "CreateTaskSet", { cluster, service: "web", taskDefinition: "web" }),
  ecs("CreateService", { cluster, serviceName: "theirs", desiredCount: 1, deploymentController: { type: "EXTERNAL" } }),
  ecs(
    "CreateTaskSet",
    {
      cluster,
      service: "theirs",
      taskDefinition: "web",
      externalId: "release-1",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration },
    },
    { taskSet: "taskSet.taskSetArn" },
  ),
  ecs("UpdateServicePrimaryTaskSet", { cluster, service: "theirs", primaryTaskSet: "$taskSet" }),
  ecs("DescribeTaskSets", { cluster, service: "theirs", taskSets: ["$taskSet", "none"] }),
  noEcs("InvalidParameterException", "DeleteTaskSet", { cluster, service: "theirs", taskSet: "$taskSet" }),
  ecs("UpdateTaskSet", { cluster, service: "theirs", taskSet: "$taskSet", scale: { value: 0, unit: "PERCENT" } }),
  ecs("DeleteTaskSet", { cluster, service: "theirs", taskSet: "$taskSet" }),
  noEcs("TaskSetNotFoundException", "DeleteTaskSet", { cluster, service: "theirs", taskSet: "none" }),
  ecs("DeleteService", { cluster, service: "theirs", force: true }),
  noEcs("NotSimulated", "CreateDaemon", {
    daemonName: "d",
    daemonTaskDefinitionArn: "x",
    clusterArns: [cluster],
    capacityProviderArns: ["y"],
  }),
  noEcs("NotSimulated", "UpdateService", { cluster, service: "web", monitoring: {} }),

  ecs("ListTasks", { cluster, serviceName: "web" }, { task: "taskArns.0" }),
  ecs("DescribeTasks", { cluster, tasks: ["$task", "none"], include: ["TAGS"] }),
  ecs("StopTask", { cluster, task: "$task", reason: "for a test" }),
  ecs("RunTask", {
    cluster,
    taskDefinition: "web:1",
    launchType: "FARGATE",
    clientToken: "once",
    count: 2,
    networkConfiguration: { awsvpcConfiguration },
  }),
  noEcs("ConflictException", "RunTask", { cluster, taskDefinition: "job", clientToken: "once", launchType: "EC2" }),
  noEcs("ClientException", "RunTask", { cluster, taskDefinition: "none" }),

  ecs("TagResource", { resourceArn: "$service", tags: [{ key: "more", value: "tags" }] }),
  ecs("ListTagsForResource", { resourceArn: "$service" }),
  ecs("UntagResource", { resourceArn: "$service", tagKeys: ["team"] }),
  ecs("PutAccountSettingDefault", { name: "containerInsights", value: "enabled" }),
  ecs("PutAccountSetting", { name: "awsvpcTrunking", value: "enabled" }),
  ecs("ListAccountSettings", { effectiveSettings: true }),
  ecs("DeleteAccountSetting", { name: "awsvpcTrunking" }),

  ecs("DeleteService", { cluster, service: "web", force: true }),
  ecs("DeregisterTaskDefinition", { taskDefinition: "web:1" }),
  noEcs("ClientException", "RunTask", { cluster, taskDefinition: "web:1", launchType: "FARGATE" }),
  ecs("DeleteTaskDefinitions", { taskDefinitions: ["web:1", "job:1"] }),
  noEcs("ClusterContainsTasksException", "DeleteCluster", { cluster }),
  ecs("DeleteCluster", { cluster: "spare" }),
];
