import { bindFleet, bindMeasurements } from "./fleet.ts";
import { findPlantedDrift } from "./planted-drift.ts";
import type { Scenario } from "./scenario.ts";
import { serviceSabotagesOf } from "./service-sabotages.ts";
import { measureSweeps } from "./sweep-cost.ts";

const FUNCTIONS = 10;
const VOLUMES = 10;
/** Few enough that a file system's policy has room for the service's role with its ten access points, too. */
const ROLES = 4;

/** Half of the bindings on functions, half on ECS services of ten: what a sweep costs, and whether it finds drift. */
export const mixedFleet: Scenario = {
  name: "mixed",
  async run(context) {
    const { mixedFileSystems } = context.scale;
    const shape = `${mixedFileSystems} file systems × (${FUNCTIONS} functions + 1 service of ${VOLUMES}), Enforce`;
    const fleet = await bindFleet(
      context,
      {
        fileSystems: mixedFileSystems,
        functionsPerFileSystem: FUNCTIONS,
        rolesPerFileSystem: ROLES,
        servicesPerFileSystem: 1,
        bindingsPerService: VOLUMES,
      },
      "Enforce",
    );
    bindMeasurements(fleet, shape, null).forEach(context.measured);
    (await measureSweeps(fleet, shape, 0.15)).forEach(context.measured);
    context.measured(await findPlantedDrift(fleet, serviceSabotagesOf(fleet), "services"));
  },
};
