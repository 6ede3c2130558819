import { FURNISHED } from "../../../src/simulator/furnish/furnished.ts";
import type { VersionRecord } from "../../../src/simulator/services/lambda/state.ts";
import { FUNCTIONS } from "../catalog.ts";
import type { Truth } from "../truth.ts";

/** Who names an access point, and since when (simulated ms). */
export interface Namer {
  name: string;
  changedAtMs: number;
}

/** Any version of a function, any deployment of the service, any running task; the one that has done so longest. */
export function namesAccessPoint(truth: Truth, id: string): Namer | null {
  const all = [...functionsNaming(truth, id), ...deploymentsNaming(truth, id), ...tasksNaming(truth, id)];
  return all.toSorted((a, b) => a.changedAtMs - b.changedAtMs)[0] ?? null;
}

function functionsNaming(truth: Truth, id: string): Namer[] {
  const lambda = truth.world.service("lambda");
  const versions: VersionRecord[] = FUNCTIONS.flatMap((name) => {
    const found = lambda.function(name);
    return found === undefined ? [] : [found.latest, ...found.published.values()];
  });
  return versions
    .filter(({ fileSystemConfigs }) => fileSystemConfigs.some(({ Arn }) => Arn.endsWith(`/${id}`)))
    .map((one) => ({ name: `function ${one.functionName}:${one.version}`, changedAtMs: one.lastModifiedMs }));
}

function deploymentsNaming(truth: Truth, id: string): Namer[] {
  const ecs = truth.world.service("ecs");
  const service = ecs.findService(FURNISHED.cluster, FURNISHED.service);
  const deployments = service?.deployments.filter(({ status }) => status !== "INACTIVE") ?? [];
  return deployments.flatMap(({ revisionId, createdMs }) => {
    const arn = service?.revisions.find((one) => one.id === revisionId)?.spec.taskDefinition;
    const volumes = (arn === undefined ? undefined : ecs.definition(arn)?.definition.volumes) ?? [];
    const isNamed = volumes.some((one) => one.efsVolumeConfiguration?.authorizationConfig?.accessPointId === id);
    return isNamed ? [{ name: `deployment of ${arn}`, changedAtMs: createdMs }] : [];
  });
}

function tasksNaming(truth: Truth, id: string): Namer[] {
  const tasks = truth.world.service("ecs").tasksOfService(FURNISHED.cluster, FURNISHED.service);
  return tasks
    .filter(({ mounts }) => mounts.some(({ accessPointId }) => accessPointId === id))
    .map((task) => ({ name: `task ${task.id}`, changedAtMs: task.startedMs ?? task.createdMs }));
}
