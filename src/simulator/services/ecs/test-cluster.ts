/** For tests: a cluster with a network, a file system with an access point, and roles that tasks can take. */
import { makeFileSystem, makeNetwork, type TestNetwork } from "../test-network.ts";
import { createTestWorld, type TestWorld } from "../test-world.ts";
import type { Timings } from "../../core.ts";

export interface TestCluster extends TestNetwork {
  world: TestWorld;
  fileSystemId: string;
  accessPointId: string;
  taskRole: string;
  /** Registers a revision of family `web` that mounts the access point with TLS and IAM, and returns its ARN. */
  register(more?: object): Promise<string>;
  /** Creates service `web` on Fargate with one task, and returns it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect
  createService(more?: object): Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect
  service(): Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect
  update(more: object): Promise<any>;
  /** A revision whose volume cannot be mounted, since its access point does not exist. */
  registerBroken(): Promise<string>;
}

export const CLUSTER = "prod";

export async function createTestCluster(timings: Partial<Timings> = {}): Promise<TestCluster> {
  const world = createTestWorld(timings);
  const network = await makeNetwork(world);
  const fileSystemId = await makeFileSystem(world, network.subnets.slice(0, 2), network.storageGroup);
  const created = await world.call("efs", "CreateAccessPoint", { ClientToken: "web", FileSystemId: fileSystemId });
  const accessPointId = created.AccessPointId as string;
  const Statement = [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const role = await world.call("iam", "CreateRole", { RoleName: "web-task", AssumeRolePolicyDocument });
  await world.call("ecs", "CreateCluster", { clusterName: CLUSTER });
  const taskRole = role.Role.Arn as string;
  const register = async (more: object = {}): Promise<string> => {
    const input = { ...webDefinition(fileSystemId, accessPointId), taskRoleArn: taskRole, ...more };
    return (await world.call("ecs", "RegisterTaskDefinition", input)).taskDefinition.taskDefinitionArn as string;
  };
  return {
    ...network,
    world,
    fileSystemId,
    accessPointId,
    taskRole,
    register,
    registerBroken: () => register({ volumes: [efsVolume(fileSystemId, "fsap-00000000000000000")] }),
    async createService(more = {}) {
      const input = {
        cluster: CLUSTER,
        serviceName: "web",
        taskDefinition: "web",
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: { subnets: network.subnets.slice(0, 2), securityGroups: [network.clientGroup] },
        },
        ...more,
      };
      return (await world.call("ecs", "CreateService", input)).service;
    },
    service: async () =>
      (await world.call("ecs", "DescribeServices", { cluster: CLUSTER, services: ["web"] })).services[0],
    update: async (more) =>
      (await world.call("ecs", "UpdateService", { cluster: CLUSTER, service: "web", ...more })).service,
  };
}

export function efsVolume(fileSystemId: string, accessPointId: string, iam = "ENABLED"): object {
  const authorizationConfig = { accessPointId, iam };
  return { name: "data", efsVolumeConfiguration: { fileSystemId, transitEncryption: "ENABLED", authorizationConfig } };
}

export function webDefinition(fileSystemId: string, accessPointId: string) {
  return {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [
      { name: "app", image: "nginx", mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] },
      { name: "log", image: "fluent-bit", essential: false },
    ],
    volumes: [efsVolume(fileSystemId, accessPointId)],
  };
}
