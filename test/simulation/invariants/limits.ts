import { nameOfCall, isMutation } from "../levers.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

const WINDOW_MS = 10_000;
/** The SDK's three attempts for each of the first tries of a back-off, by several replicas, and again for each event. */
const REFUSED_MAX = 40;
/** Runs that a key may begin within the window: events, wakes and second looks come in bunches. */
const LEASES_MAX = 60;

/** Counts per name within a window of time. */
function counterOf(nowMs: () => number): (name: string) => number {
  const times = new Map<string, number[]>();
  return (name) => {
    const recent = (times.get(name) ?? []).filter((atMs) => nowMs() - atMs < WINDOW_MS);
    recent.push(nowMs());
    times.set(name, recent);
    return recent.length;
  };
}

export const boundedRefusals: Invariant = {
  name: "bounded-refusals",
  why: "What AWS refuses is tried again less and less often, or the quota of the whole account goes into it.",
  watch: (truth, check) => {
    const count = counterOf(() => truth.nowMs);
    return {
      afterCall(call, outcome) {
        if (!isMutation(call) || !("error" in outcome)) return;
        const { FunctionName, AccessPointId, ResourceId, ClientToken, service, family } = call.input;
        const subject = FunctionName ?? AccessPointId ?? ResourceId ?? ClientToken ?? service ?? family ?? "";
        const times = count(`${nameOfCall(call)} ${JSON.stringify(subject)}`);
        check(times <= REFUSED_MAX, () => `${told(call)} is refused for the ${times}th time within ${WINDOW_MS} ms`);
      },
    };
  },
};

export const boundedRuns: Invariant = {
  name: "bounded-runs",
  why: "A key that is looked at again and again without a pause leaves no time for the others, and reads cost quota too.",
  watch: (truth, check) => {
    const count = counterOf(() => truth.nowMs);
    return {
      afterStore({ operation, args, process }, answer) {
        const [key, , set] = args as [string, unknown, { owner?: string | null } | undefined];
        if (operation !== "writeKeyRow" || answer !== true || typeof set?.owner !== "string") return;
        const times = count(key);
        check(times <= LEASES_MAX, () => `${process.name} begins the ${times}th run of ${key} within ${WINDOW_MS} ms`);
      },
    };
  },
};
