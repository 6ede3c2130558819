import type { Clock } from "../../model/clock.ts";
import type { ReconcileKey } from "../../model/keys.ts";
import type { Activity } from "../../reconcilers/ports.ts";
import type { Actor } from "./actors.ts";
import type { Sabotage } from "./sabotage.ts";

export interface Repair {
  /** From the moment the sabotage was sent to the verified repair, ms; null = not repaired in time. */
  tookMs: number | null;
  what: string;
  /** Calls that the service made meanwhile. */
  actions: Extract<Activity, { type: "action" }>[];
}

export interface RepairWatch {
  clock: Clock;
  reader: Actor;
  /** Subscribes to what the service does. @returns a function that ends it. */
  onActivity(listener: (activity: Activity) => void): () => void;
  signal: AbortSignal;
}

/** Between looks at AWS while nothing tells us of a change. Short against what is measured. */
const LOOK_MS = 50;

/**
 * Carries out a sabotage and waits until it is undone in AWS *and* the service has verified that it is.
 *
 * @param began told what was done as soon as AWS has answered, before the repair.
 */
export async function sabotageAndWait(
  sabotage: Sabotage,
  saboteur: Actor,
  watch: RepairWatch,
  deadlineMs: number,
  began: (what: string) => void,
): Promise<Repair> {
  const { clock } = watch;
  const actions: Repair["actions"] = [];
  const verifiedAtMs = new Map<ReconcileKey, number>();
  let startMs = Number.POSITIVE_INFINITY;
  const unsubscribe = watch.onActivity((activity) => {
    // What ends before the harm is done belongs to something else.
    if (clock.nowMs() < startMs) return;
    if (activity.type === "action") actions.push(activity);
    if (activity.type === "converged" && activity.acted > 0) verifiedAtMs.set(activity.key, clock.nowMs());
  });
  try {
    const { what, isUndone } = await sabotage.carryOut(saboteur, () => (startMs = clock.nowMs()));
    began(what);
    while (clock.nowMs() < startMs + deadlineMs && !watch.signal.aborted) {
      const verified = sabotage.keys.map((key) => verifiedAtMs.get(key));
      if (verified.every((atMs) => atMs !== undefined) && (await isUndone(watch.reader))) {
        return { tookMs: Math.max(...verified) - startMs, what, actions };
      }
      await clock.sleep(LOOK_MS, watch.signal);
    }
    return { tookMs: null, what, actions };
  } finally {
    unsubscribe();
  }
}
