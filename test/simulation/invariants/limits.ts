import type { AwsCall } from "../aws-port.ts";
import { committedBy } from "../commits.ts";
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

/** Mooring holds a rollout that ECS took back for a minute at first. */
const HOLD_MS = 45_000;

export const rollbacksRespected: Invariant = {
  name: "rollbacks-respected",
  why: "What ECS has taken back fails again as long as nobody mends it, and each try takes running tasks away.",
  watch: (truth, check) => {
    // A changed spec or a request to look, and another revision that somebody deploys, lift the hold.
    let changedAtMs = -Infinity;
    /** Ids of the rollouts that Mooring began. */
    const own = new Set<string>();
    const serviceOf = ({ input }: AwsCall) =>
      truth.world.service("ecs").findService(String(input["cluster"]), String(input["service"]));
    /** A revision that mounts another access point is another change, and one that is registered again is the same. */
    const contentOf = (revision: unknown) =>
      JSON.stringify(truth.world.service("ecs").definition(String(revision))?.definition);
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer))
          if (
            change.type === "put" &&
            change.record.kind === "Binding" &&
            change.record.spec.workload.ecs !== undefined
          )
            changedAtMs = truth.nowMs;
      },
      afterForeign(_actor, _service, operation) {
        if (operation === "UpdateService") changedAtMs = truth.nowMs;
      },
      beforeCall(call) {
        const service = serviceOf(call);
        if (call.operation !== "UpdateService" || service === undefined || truth.isRestored) return;
        const wanted = contentOf(call.input["taskDefinition"]);
        const revisionOf = (id: string) => service.revisions.find((one) => one.id === id)?.spec.taskDefinition;
        const last = service.rollouts.find(
          ({ id, status, targetRevisionId }) =>
            own.has(id) && status.startsWith("ROLLBACK") && contentOf(revisionOf(targetRevisionId)) === wanted,
        );
        if (last === undefined) return;
        const agoMs = truth.nowMs - (last.rollback?.startedMs ?? last.updatedMs);
        // For one try: whatever Mooring began since has used the change up.
        const begunAtMs = Math.max(...service.rollouts.filter(({ id }) => own.has(id)).map((one) => one.createdMs));
        const isTold = changedAtMs > begunAtMs || truth.nowMs - call.process.disturbedAtMs < HOLD_MS;
        check(agoMs > HOLD_MS || isTold, () => `${told(call)} ${agoMs} ms after ECS took the same back`);
      },
      afterCall(call, outcome) {
        const newest = serviceOf(call)?.rollouts[0];
        if (call.operation === "UpdateService" && "output" in outcome && newest !== undefined) own.add(newest.id);
      },
    };
  },
};
