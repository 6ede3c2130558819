import {
  CreateClusterCommand,
  CreateServiceCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import type { BenchService, Network } from "./account.ts";

/** All services are in this one cluster. */
export const CLUSTER = "bench";
export const CONTAINER = "app";

const DESIRED_COUNT = 2;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export async function buildCluster(ecs: ECSClient): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
}

/** A Fargate service with a task role, a family and a revision of its own, guarded by the circuit breaker, without a volume. */
export async function buildService(
  { ecs, iam }: { ecs: ECSClient; iam: IAMClient },
  network: Network,
  name: string,
  bindings: number,
): Promise<BenchService> {
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }));
  const taskRoleArn = Role!.Arn!;
  await ecs.send(new RegisterTaskDefinitionCommand(revisionWithoutVolume({ name, taskRoleArn }, "1")));
  await ecs.send(
    new CreateServiceCommand({
      cluster: CLUSTER,
      serviceName: name,
      taskDefinition: name,
      desiredCount: DESIRED_COUNT,
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [network.subnetId], securityGroups: network.securityGroupIds },
      },
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }),
  );
  return { name, taskRoleArn, bindings };
}

/** What a pipeline that knows nothing of Mooring registers for its release `tag`. */
export function revisionWithoutVolume(
  { name, taskRoleArn }: Pick<BenchService, "name" | "taskRoleArn">,
  tag: string,
): RegisterTaskDefinitionCommandInput {
  return {
    family: name,
    taskRoleArn,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: CONTAINER, image: `public.ecr.aws/docker/library/nginx:${tag}` }],
  };
}

/** A release `tag` by such a pipeline: a new revision, and its rollout. @returns the id of the deployment. */
export async function deployWithoutVolume(ecs: ECSClient, service: BenchService, tag: string): Promise<string> {
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(revisionWithoutVolume(service, tag)));
  const updated = await ecs.send(
    new UpdateServiceCommand({
      cluster: CLUSTER,
      service: service.name,
      taskDefinition: taskDefinition!.taskDefinitionArn,
    }),
  );
  return updated.service!.deployments!.find(({ status }) => status === "PRIMARY")!.id!;
}
