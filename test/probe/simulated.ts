import { ALL_SERVICES } from "../../src/simulator/aws-simulator.ts";
import type { StandIn } from "../../src/simulator/stand-in.ts";
import { standInWorld } from "../../src/simulator/test-support.ts";
import type { ServiceName } from "./behaviour.ts";
import { callerOver, type Caller } from "./clients.ts";
import type { ProbeOptions } from "./probe.ts";

/** Long against a call, so that what happens behind its back is seen to take time. */
const LATER_MS = 1_000;

const TIMINGS = {
  accessPointCreateMs: LATER_MS,
  accessPointDeleteMs: LATER_MS,
  fileSystemCreateMs: LATER_MS,
  mountTargetCreateMs: LATER_MS,
  mountTargetDeleteMs: LATER_MS,
  functionUpdateMs: LATER_MS,
  functionCreateMs: LATER_MS,
  taskStartMs: LATER_MS,
  deploymentStepMs: LATER_MS,
  eventDeliveryMs: LATER_MS,
};

/** How to probe the simulator: on virtual time, so that the same is found at every run, however busy the machine. */
export function simulatedProbe(): ProbeOptions {
  const { simulator, clock, client } = standInWorld({ services: ALL_SERVICES, timings: TIMINGS });
  const direct = callerOver(
    (service) => clientOf(service),
    () => {},
  );
  const clientOf = (service: ServiceName): Pick<StandIn, "send"> => {
    if (service === "dynamodb") throw notSimulated();
    return client<StandIn>(service);
  };
  const caller: Caller = {
    close: direct.close,
    // What is not answered at once waits for time to pass: a long poll.
    make: async (call) => {
      const pending = direct.make(call);
      let isSettled = false;
      void pending.then(() => (isSettled = true));
      while (!isSettled) {
        await new Promise((resolve) => setImmediate(resolve));
        if (!isSettled) clock.advance(1);
      }
      return pending;
    },
  };
  return {
    caller,
    region: simulator.world.region,
    run: "mprobe",
    patienceMs: 60 * LATER_MS,
    pollMs: LATER_MS / 4,
    nowMs: () => clock.nowMs(),
    sleep: async (ms) => {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function notSimulated(): Error {
  const message = "The simulator does not implement the service dynamodb";
  return Object.assign(new Error(message), { name: "NotSimulated", $metadata: { httpStatusCode: 501 } });
}
