/**
 * ECS behind the control endpoint: what no AWS has.
 *
 * - PUT ecs {throttling?, noisy?} → both as they are now
 * - PUT ecs-tasks {cluster, service, tasks: "run" | "fail" | "hang", reason?}: what new tasks of a service do
 */
import type { World } from "../../world.ts";
import type { EcsSettings } from "./ecs.ts";

type ControlVerb = (given: { world: World }, body: unknown) => unknown;

export const ECS_VERBS: Record<string, ControlVerb> = {
  "PUT ecs": ({ world }, body) => world.service("ecs").configure(checkedSettings(body)),
  "PUT ecs-tasks": ({ world }, body) => setTasks(world, body as Partial<Record<string, string>>),
};

function checkedSettings(body: unknown): Partial<EcsSettings> {
  for (const [name, value] of Object.entries(body as object)) {
    if (name !== "throttling" && name !== "noisy") throw new Error(`Unknown ${name}: there are throttling and noisy`);
    if (typeof value !== "boolean") throw new Error(`${name} is ${value}: use true or false`);
  }
  return body as Partial<EcsSettings>;
}

const STANDARD_REASON = "CannotPullContainerError: pull image manifest has been retried 1 time(s): image not found";

function setTasks(
  world: World,
  { cluster = "default", service = "", tasks, reason = STANDARD_REASON }: Partial<Record<string, string>>,
): object {
  if (tasks !== "run" && tasks !== "fail" && tasks !== "hang") {
    throw new Error(`tasks is ${tasks}: use run, fail or hang`);
  }
  world.service("ecs").setTaskFault(cluster, service, tasks === "run" ? null : { tasks, reason });
  return { cluster, service, tasks };
}
