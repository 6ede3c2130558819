import { bindFleet, bindMeasurements } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";
import { measureSweeps } from "./sweep-cost.ts";

/** All bindings on one file system, whose policy Mooring only watches. */
export const observedFleet: Scenario = {
  name: "observe",
  async run(context) {
    const { observed } = context.scale;
    const shape = `1 file system × ${observed}, Observe`;
    const fleet = await bindFleet(
      context,
      { fileSystems: 1, functionsPerFileSystem: observed, rolesPerFileSystem: Math.ceil(observed / 2) },
      "Observe",
    );
    bindMeasurements(fleet, shape, null).forEach(context.measured);
    (await measureSweeps(fleet, shape, 0.05)).forEach(context.measured);
  },
};
