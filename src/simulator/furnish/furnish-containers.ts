/** The container half of the demo account: a cluster with a service of two containers, and a family for tasks. */
import type { World } from "../world.ts";
import { FURNISHED } from "./furnished.ts";
import { type Call, makeRole } from "./platform-calls.ts";

export interface FurnishedContainers {
  clusterArn: string;
  serviceArn: string;
  /** Of the tasks: lets NFS out, and the mount targets let it in. */
  serviceGroupId: string;
  /** Task roles by name, and the execution role that all tasks share. */
  roleArns: Record<string, string>;
}

const EXECUTION_ROLE = "ecs-execution";
const TASKS = "ecs-tasks.amazonaws.com";
const NFS_PORT = 2049;

interface Network {
  vpcId: string;
  subnetIds: readonly string[];
  storageGroupId: string;
}

/** The service runs when this returns, however long new tasks take in this world. */
export async function furnishContainers(world: World, call: Call, network: Network): Promise<FurnishedContainers> {
  const { cluster: clusterName, service: serviceName, taskFamily } = FURNISHED;
  const roleArns: Record<string, string> = {};
  for (const name of [EXECUTION_ROLE, serviceName, taskFamily]) roleArns[name] = await makeRole(call, name, TASKS);
  const serviceGroupId = await makeGroup(call, network);
  const { cluster } = await call("ecs", "CreateCluster", { clusterName });
  await call("ecs", "RegisterTaskDefinition", webDefinition(world, roleArns));
  await call("ecs", "RegisterTaskDefinition", reportDefinition(roleArns));
  const { taskStartMs, deploymentStepMs } = world.timings;
  Object.assign(world.timings, { taskStartMs: 0, deploymentStepMs: 0 });
  const { service } = await call("ecs", "CreateService", {
    cluster: clusterName,
    serviceName,
    taskDefinition: serviceName,
    desiredCount: 2,
    launchType: "FARGATE",
    networkConfiguration: {
      awsvpcConfiguration: { subnets: network.subnetIds, securityGroups: [serviceGroupId], assignPublicIp: "DISABLED" },
    },
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    tags: [{ key: "team", value: "web" }],
  });
  Object.assign(world.timings, { taskStartMs, deploymentStepMs });
  return {
    clusterArn: cluster.clusterArn as string,
    serviceArn: service.serviceArn as string,
    serviceGroupId,
    roleArns,
  };
}

async function makeGroup(call: Call, { vpcId, storageGroupId }: Network): Promise<string> {
  const input = { GroupName: "services", Description: "ECS services", VpcId: vpcId };
  const { GroupId } = await call("ec2", "CreateSecurityGroup", input);
  const nfs = (peer: string): object => ({
    IpProtocol: "tcp",
    FromPort: NFS_PORT,
    ToPort: NFS_PORT,
    UserIdGroupPairs: [{ GroupId: peer }],
  });
  await call("ec2", "AuthorizeSecurityGroupIngress", {
    GroupId: storageGroupId,
    IpPermissions: [nfs(GroupId as string)],
  });
  return GroupId as string;
}

function webDefinition(world: World, roleArns: Record<string, string>): object {
  const [app, log] = FURNISHED.containers;
  return {
    family: FURNISHED.service,
    taskRoleArn: roleArns[FURNISHED.service],
    executionRoleArn: roleArns[EXECUTION_ROLE],
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "512",
    memory: "1024",
    containerDefinitions: [
      {
        name: app,
        image: `${world.account}.dkr.ecr.${world.region}.amazonaws.com/web:1`,
        portMappings: [{ containerPort: 8080 }],
        environment: [{ name: "STAGE", value: "prod" }],
      },
      { name: log, image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", essential: false },
    ],
    tags: [{ key: "team", value: "web" }],
  };
}

function reportDefinition(roleArns: Record<string, string>): object {
  return {
    family: FURNISHED.taskFamily,
    taskRoleArn: roleArns[FURNISHED.taskFamily],
    executionRoleArn: roleArns[EXECUTION_ROLE],
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [
      { name: "report", image: "public.ecr.aws/docker/library/python:3.13", command: ["report.py"] },
    ],
  };
}
