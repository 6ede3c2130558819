import { FURNISHED } from "../../../src/simulator/furnish/furnished.ts";
import { FUNCTIONS } from "../catalog.ts";
import type { Levers } from "../levers.ts";
import type { Disturb } from "./disturbance.ts";
import { environment, updateFunction } from "./saboteurs.ts";

/** Describe's own members, which Register refuses. */
const READ_ONLY_MEMBERS = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
]);

interface Definition {
  volumes?: { name: string; efsVolumeConfiguration?: object }[];
  containerDefinitions: { name: string; image: string; mountPoints?: { sourceVolume: string }[] }[];
}

/** Registers a family's newest revision again as its own source has it: without any volume, and with another image. */
export async function registerFromSource(
  levers: Levers,
  family: string,
  n: number,
  actor = "deploy-bot",
): Promise<string | null> {
  const answer = await levers.foreign(actor, "ecs", "DescribeTaskDefinition", { taskDefinition: family });
  if (answer === null) return null;
  const members = Object.entries(answer.taskDefinition as Record<string, unknown>);
  const source = structuredClone(Object.fromEntries(members.filter(([name]) => !READ_ONLY_MEMBERS.has(name))));
  const { containerDefinitions } = source as unknown as Definition;
  const containers = containerDefinitions.map((one, at) => ({
    ...one,
    mountPoints: [],
    ...(at === 0 ? { image: `example.com/${one.name}:${n}` } : {}),
  }));
  const registered = await levers.foreign(actor, "ecs", "RegisterTaskDefinition", {
    ...source,
    volumes: [],
    containerDefinitions: containers,
  });
  return (registered?.taskDefinition.taskDefinitionArn as string | undefined) ?? null;
}

export const pipeline: Disturb = async (levers, chance, n) => {
  const what = chance.random();
  if (what < 0.3) {
    const done = await updateFunction(levers, "deploy-bot", chance.pick(FUNCTIONS), {
      ...environment(n),
      FileSystemConfigs: [],
    });
    if (done) levers.interference.count("pipeline");
    return;
  }
  const isService = what < 0.8;
  const taskDefinition = await registerFromSource(levers, isService ? FURNISHED.service : FURNISHED.taskFamily, n);
  if (taskDefinition === null) return;
  levers.interference.count("pipeline");
  if (!isService) return;
  const { cluster, service } = FURNISHED;
  await levers.foreign("deploy-bot", "ecs", "UpdateService", { cluster, service, taskDefinition });
};

export const rolloutFails: Disturb = async (levers, chance, n) => {
  const { cluster, service } = FURNISHED;
  const ecs = levers.simulator.world.service("ecs");
  ecs.setTaskFault(cluster, service, { tasks: chance.pick(["fail", "hang"] as const), reason: "the image is gone" });
  levers.interference.count("rollout-fails");
  levers.time.after(chance.between(8_000, 40_000), () => void endFault(levers));
  // A rollout must be under way for it to fail: a user's, or a pipeline's.
  if (chance.happens(0.5)) return pipeline(levers, { ...chance, random: () => 0.5 }, n);
  const manifest = levers.bindings.find(({ metadata }) => metadata.name === "web-data")!;
  const rootDirectory = { path: `/web-data-${n}` };
  levers.request("ann", { verb: "patch", manifest, patch: { spec: { rootDirectory } } });
};

/** New tasks start again; those that hang would do so for ever, so somebody stops them. */
async function endFault(levers: Levers): Promise<void> {
  const { cluster, service } = FURNISHED;
  const ecs = levers.simulator.world.service("ecs");
  ecs.setTaskFault(cluster, service, null);
  for (const { id, lastStatus } of ecs.tasksOfService(cluster, service))
    if (lastStatus !== "RUNNING") await levers.foreign("operator", "ecs", "StopTask", { cluster, task: id });
}
