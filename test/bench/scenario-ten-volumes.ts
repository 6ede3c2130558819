import { connect } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import { bindFleet, type Fleet } from "./fleet.ts";
import type { Measurement } from "./report.ts";
import { accessPointsInForce, askForOtherPaths, awaitReplaced } from "./replace-all.ts";
import type { Scenario } from "./scenario.ts";
import { SERVICE_USER } from "./service-under-test.ts";

const VOLUMES = 10;
/** Rollouts take a while, as with AWS, so that one begun too early is followed by another. */
const TIMINGS = { taskStartMs: 200, deploymentStepMs: 20 };
const REPLACED_DEADLINE_MS = 60_000;

/** Ten volumes written at once for one service, and then moved at once: how often the service is deployed. */
export const tenVolumes: Scenario = {
  name: "ten-volumes",
  async run(context) {
    const { tenfoldServices } = context.scale;
    const shape = {
      fileSystems: tenfoldServices,
      functionsPerFileSystem: 0,
      rolesPerFileSystem: 0,
      servicesPerFileSystem: 1,
      bindingsPerService: VOLUMES,
    };
    const fleet = await bindFleet(context, shape, "Enforce", { timings: TIMINGS, settings: { quarantineMs: 0 } });
    deployments("ten new volumes at once", tenfoldServices, fleet.bindCalls).forEach(context.measured);
    const missing = await moveAll(fleet);
    const moveCalls = await fleet.aws.callsBy(SERVICE_USER);
    deployments("ten volumes moved to other paths at once", tenfoldServices, moveCalls).forEach(context.measured);
    if (missing > 0) throw new Error(`${missing} of ${fleet.bindings} volumes were not moved in time`);
  },
};

/** @returns how many are not moved in time. */
async function moveAll(fleet: Fleet): Promise<number> {
  const before = accessPointsInForce(fleet.mooring);
  await fleet.aws.clearCalls();
  await askForOtherPaths(connect(fleet.mooring.url, "bench"), fleet, 1);
  return awaitReplaced(fleet.mooring, before, realClock.nowMs() + REPLACED_DEADLINE_MS);
}

function deployments(what: string, services: number, calls: Record<string, number>): Measurement[] {
  const one = (operation: string, named: string): Measurement => ({
    what: `${named} (${operation}), ${what} on a service`,
    value: (calls[`ecs.${operation}`] ?? 0) / services,
    unit: "a service",
    target: { is: "at most", value: 1 },
    note: `in all ${calls[`ecs.${operation}`] ?? 0} for ${services * VOLUMES} volumes`,
    parts: calls,
  });
  return [one("RegisterTaskDefinition", "revisions"), one("UpdateService", "rollouts")];
}
