import { bindFleet, bindMeasurements } from "./fleet.ts";
import { findPlantedDrift } from "./planted-drift.ts";
import { sabotageFleet, sabotagesOf } from "./sabotage-fleet.ts";
import type { Scenario } from "./scenario.ts";
import { measureSweeps } from "./sweep-cost.ts";

/**
 * Many file systems with Enforce: how fast new bindings become ready, what a sweep costs, whether it
 * finds drift without events, and how fast sabotages are repaired with them.
 */
export const enforcedFleet: Scenario = {
  name: "enforce",
  async run(context) {
    const { fileSystems, functionsPerFileSystem, rolesPerFileSystem, sabotages } = context.scale;
    const shape = `${fileSystems} file systems × ${functionsPerFileSystem}, Enforce`;
    const fleet = await bindFleet(context, { fileSystems, functionsPerFileSystem, rolesPerFileSystem }, "Enforce");
    bindMeasurements(fleet, shape, { is: "at least", value: 30 }).forEach(context.measured);
    (await measureSweeps(fleet, shape, 0.15)).forEach(context.measured);
    context.measured(await findPlantedDrift(fleet, sabotagesOf(fleet), "functions"));
    context.progress(`${sabotages} sabotages`);
    (await sabotageFleet(fleet, sabotages)).forEach(context.measured);
  },
};
