import { connect } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";
import type { AccountShape } from "./account.ts";
import { bindFleet, type Fleet } from "./fleet.ts";
import { watchGaps, type GapWatch } from "./gap-watch.ts";
import { accessPointsInForce, askForOtherPaths, awaitReplaced } from "./replace-all.ts";
import type { Measurement } from "./report.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { simulatedHere } from "./simulated-aws.ts";

const DEADLINE_MS = 270_000;
/** On functions, and as many again on one service; each is moved once a round, all file systems at once. */
const HALF_PER_FILE_SYSTEM = 10;
const FILE_SYSTEMS_MAX = 10;
/** Rollouts go through all their states, one after the other. */
const TIMINGS = { taskStartMs: 40, deploymentStepMs: 5 };

/**
 * The access point of every function and every volume of a service is replaced by one for another path: how long, at
 * worst, a configuration named no access point that exists. The simulator runs in this process, so that its own
 * events can be judged one by one.
 */
export const replacedFleet: Scenario = {
  name: "replacement",
  async run(context) {
    const { replacements } = context.scale;
    const running = await startSimulator({ port: 0 });
    const fleet = await bindFleet(context, shapeFor(replacements), "Enforce", {
      aws: simulatedHere(running),
      settings: { quarantineMs: 0 },
      timings: TIMINGS,
    });
    const watch = watchGaps(running.simulator, fleet.account);
    const startMs = realClock.nowMs();
    const done = await replaceAll(context, fleet, replacements);
    const tookMs = realClock.nowMs() - startMs;
    watch.stop();
    gaps(watch, done).forEach(context.measured);
    context.measured({
      what: "replacements, spec changed to old access point deleted",
      value: done / (tookMs / 1_000),
      unit: "replacements/s",
      target: null,
      note: `${done} in ${(tookMs / 1_000).toFixed(1)} s, simulator in the same process`,
    });
    if (done < replacements) throw new Error(`${done} of ${replacements} access points were replaced in ${tookMs} ms`);
  },
};

function shapeFor(replacements: number): AccountShape {
  const half = Math.min(HALF_PER_FILE_SYSTEM, Math.ceil(replacements / 8));
  return {
    fileSystems: Math.min(FILE_SYSTEMS_MAX, Math.ceil(replacements / half / 4)),
    functionsPerFileSystem: half,
    rolesPerFileSystem: Math.ceil(half / 2),
    servicesPerFileSystem: 1,
    bindingsPerService: half,
  };
}

/** @returns how many were replaced in time. */
async function replaceAll(context: ScenarioContext, { mooring, ...fleet }: Fleet, count: number): Promise<number> {
  const client = connect(mooring.url, "bench");
  const endMs = realClock.nowMs() + DEADLINE_MS;
  let done = 0;
  for (let round = 1; done < count; round++) {
    const before = accessPointsInForce(mooring);
    await askForOtherPaths(client, fleet, round);
    const missing = await awaitReplaced(mooring, before, endMs);
    done += fleet.bindings - missing;
    context.progress(`${done} replaced`);
    if (missing > 0) break;
  }
  return done;
}

function gaps(watch: GapWatch, done: number): Measurement[] {
  const what = `over ${done.toLocaleString("en-US")} replacements of access points, half on functions, half on services`;
  const note = `judged at each of ${watch.events()} events`;
  const target = { is: "at most", value: 0 } as const;
  return [
    {
      what: `longest time a configuration named no live access point, ${what}`,
      value: watch.longestUnnamedMs(),
      unit: "ms",
      target,
      note,
    },
    {
      what: `longest time a new environment or task could not have mounted, ${what}`,
      value: watch.longestUnmountableMs(),
      unit: "ms",
      target,
      note,
    },
  ];
}
