import type { Aws } from "../aws/aws.ts";
import { AwsError } from "../model/errors.ts";
import type { EcsConsumer, ObservedTaskDefinition } from "../model/observations.ts";
import type { RevisionCache } from "./revision-cache.ts";
import { pinnedOf, readTaskTargets } from "./task-targets.ts";

/** Clusters are read side by side, but not all at once. */
const CLUSTERS_AT_ONCE = 4;

/**
 * Every active deployment, every task that has not stopped, and every rule or schedule with a pin, whose revision mounts an EFS file system. Complete or
 * not at all: a part that cannot be read rejects the whole.
 *
 * @throws AwsError
 */
export async function readEcsConsumers(aws: Aws, revisions: RevisionCache): Promise<EcsConsumer[]> {
  const clusters = await aws.ecs.listClusters();
  const found = new Map<string, EcsConsumer>();
  const rest = clusters.values();
  const take = async () => {
    for (const cluster of rest)
      for (const { name, taskDefinitionArn } of await namesIn(aws, cluster)) {
        const key = `${name} ${taskDefinitionArn}`;
        if (found.has(key)) continue;
        const revision = await revisions.get(taskDefinitionArn);
        if (revision === null) throw unknownRevision(name, taskDefinitionArn);
        const consumer = consumerOf(name, revision);
        if (consumer !== null) found.set(key, consumer);
      }
  };
  await Promise.all(Array.from({ length: Math.min(CLUSTERS_AT_ONCE, clusters.length) }, take));
  for (const consumer of await pinnedConsumers(aws, revisions))
    found.set(`${consumer.name} ${consumer.taskDefinitionArn}`, consumer);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Rules and schedules that pin a revision: no task of it may run now, and one may be started at any moment. */
async function pinnedConsumers(aws: Aws, revisions: RevisionCache): Promise<EcsConsumer[]> {
  const found: EcsConsumer[] = [];
  for (const { name, taskDefinitionArn } of pinnedOf(await readTaskTargets(aws))) {
    const revision = await revisions.get(taskDefinitionArn);
    // From a revision that ECS does not show, no task is started any more.
    const consumer = revision && consumerOf(`${name} (pins ${revision.family}:${revision.revision})`, revision);
    if (consumer !== null) found.push(consumer);
  }
  return found;
}

/**
 * Services first, tasks after: a deployment that begins in between starts tasks that the second list shows, and one
 * that ends in between was in the first.
 */
async function namesIn({ ecs }: Aws, cluster: string): Promise<{ name: string; taskDefinitionArn: string }[]> {
  const names = (await ecs.listServices(cluster)) ?? [];
  const services = names.length === 0 ? [] : ((await ecs.describeServices(cluster, names)) ?? []);
  const tasks = (await ecs.listTasks(cluster)) ?? [];
  return [
    ...services.flatMap(({ serviceName, deployments }) =>
      deployments.map(({ taskDefinitionArn }) => ({ name: `service ${cluster}/${serviceName}`, taskDefinitionArn })),
    ),
    ...tasks.map(({ group, taskDefinitionArn }) => ({ name: taskName(cluster, group), taskDefinitionArn })),
  ];
}

function taskName(cluster: string, group: string | null): string {
  const [kind, name = ""] = (group ?? "").split(":");
  if (kind === "service") return `service ${cluster}/${name}`;
  return kind === "family" ? `task family ${name} in cluster ${cluster}` : `a task in cluster ${cluster}`;
}

/** AWS keeps a revision as long as something runs on it; where it says otherwise, nobody knows what is mounted. */
function unknownRevision(name: string, taskDefinitionArn: string): AwsError {
  return new AwsError({
    kind: "Transient",
    operation: "ecs:DescribeTaskDefinition",
    code: "RevisionUnknown",
    message: `${name} runs on ${taskDefinitionArn}, which ECS does not show`,
    certainlyNotDone: true,
  });
}

function consumerOf(
  name: string,
  { taskDefinitionArn, taskRoleArn, volumes: all }: ObservedTaskDefinition,
): EcsConsumer | null {
  const volumes = all.flatMap(({ efs }) => (efs === null ? [] : [efs]));
  if (volumes.length === 0) return null;
  const anonymous = volumes.filter(({ iam }) => !iam).map(({ fileSystemId }) => fileSystemId);
  return {
    name,
    taskDefinitionArn,
    roleArn: taskRoleArn,
    ...(anonymous.length === 0 ? {} : { anonymousFileSystemIds: [...new Set(anonymous)].sort() }),
    fileSystemIds: [...new Set(volumes.map(({ fileSystemId }) => fileSystemId))].sort(),
    accessPointIds: [...new Set(volumes.flatMap(({ accessPointId }) => accessPointId ?? []))].sort(),
  };
}
