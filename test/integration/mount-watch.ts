import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { tryMount } from "../../src/simulator/services/lambda/invoke.ts";
import type { World } from "./world.ts";

/** What a function's configuration named at some instant, and why it could not be mounted. */
export interface Gap {
  after: string;
  function: string;
  why: string;
}

const EVERY_MS = 5;

/**
 * Tries, after every call that anybody makes to the account and every few ms between them, to start an execution
 * environment of each of these functions and of each of their published versions: with the role that serves, through
 * the policy as clients feel it, over the network. Nothing warm hides a gap.
 */
export function watchMounts(world: World, ...functions: string[]) {
  const gaps: Gap[] = [];
  let looks = 0;
  let isOver = false;
  const { simulator } = world.simulator;
  const look = (after: string): void => {
    if (isOver) return;
    for (const name of functions) {
      const record = simulator.world.service("lambda").function(name)!;
      for (const version of [record.latest, ...record.published.values()]) {
        const source = version.serving ?? version;
        looks += 1;
        const [mount] = source.fileSystemConfigs;
        const attempt = mount && tryMount(simulator.world, source, mount);
        const why = attempt === undefined ? "nothing is mounted" : "failure" in attempt ? attempt.why : null;
        if (why !== null) gaps.push({ after, function: `${name}:${version.version}`, why });
      }
    }
  };
  const call = simulator.call;
  simulator.call = async (service: ServiceName, operation: string, input: unknown, caller: Caller, options) => {
    try {
      return await call.call(simulator, service, operation, input, caller, options);
    } finally {
      look(`${caller.userName} called ${service}.${operation}`);
    }
  };
  const timer = setInterval(() => look("time"), EVERY_MS);
  return {
    gaps,
    looks: () => looks,
    stop() {
      isOver = true;
      clearInterval(timer);
      simulator.call = call;
    },
  };
}
