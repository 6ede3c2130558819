import { ALL_SERVICES } from "../../src/simulator/aws-simulator.ts";
import type { SimClock, Timings } from "../../src/simulator/core.ts";
import { furnishAccount, type FurnishedAccount } from "../../src/simulator/furnish/furnish-account.ts";
import { createSimulator, type Simulator } from "../../src/simulator/simulator.ts";
import { createWorld } from "../../src/simulator/world.ts";
import type { Stream } from "./chance.ts";
import type { SimulatedTime } from "./time.ts";

/** How long AWS takes behind the calls' backs, ms. Shorter than AWS's own times where waiting proves nothing more. */
const TIMINGS: Partial<Timings> = {
  accessPointCreateMs: 1_500,
  accessPointDeleteMs: 1_000,
  policyPropagationMs: 8_000,
  functionUpdateMs: 2_000,
  functionCreateMs: 1_000,
  taskStartMs: 2_000,
  deploymentStepMs: 1_500,
  deregisterMs: 30_000,
};

export interface SimulatedAws {
  simulator: Simulator;
  account: FurnishedAccount;
}

/** A furnished account on simulated time, with chance of its own. */
export async function simulatedAws(time: SimulatedTime, chance: Stream): Promise<SimulatedAws> {
  const clock: SimClock = {
    nowMs: () => time.nowMs,
    after: (delayMs, task) => {
      if (delayMs <= 0) task();
      else time.after(delayMs, task);
    },
    random: chance.random,
    uuid: () => chance.uuid(),
    hex: (length) => chance.hex(length),
  };
  const simulator = createSimulator({ world: createWorld({ clock }), services: ALL_SERVICES });
  const account = await furnishAccount(simulator.world);
  // Only now, since the account is older than the simulation.
  Object.assign(simulator.world.timings, TIMINGS);
  return { simulator, account };
}
