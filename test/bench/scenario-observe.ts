import { bindFleet } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";
import { measureSweeps } from "./sweep-cost.ts";

/** All bindings on one file system, whose policy Mooring only watches. */
export const observedFleet: Scenario = {
  name: "observe",
  async run(context) {
    const { observed } = context.scale;
    const fleet = await bindFleet(
      context,
      { fileSystems: 1, functionsPerFileSystem: observed, rolesPerFileSystem: Math.ceil(observed / 2) },
      "Observe",
    );
    context.measured({
      what: `new bindings written to all Ready, 1 file system × ${observed}, Observe`,
      value: fleet.bindings / (fleet.bindMs / 1_000),
      unit: "bindings/s",
      target: null,
      note: `${fleet.bindings} bindings in ${(fleet.bindMs / 1_000).toFixed(1)} s`,
    });
    (await measureSweeps(fleet, `1 file system × ${observed}, Observe`, 0.05)).forEach(context.measured);
  },
};
