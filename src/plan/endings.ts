import type { Ending } from "./plan.ts";

/**
 * Collects why a pass is not finished, part by part, and answers the one ending of the plan.
 *
 * What only one binding lacks (a role that does not exist, a full policy, a version that still mounts)
 * stands in that binding's conditions and ends nothing: its neighbours on the same object are converged.
 * Events and the sweep look at it again.
 */
export class Endings {
  readonly #waits: { afterMs: number; why: string }[] = [];
  readonly #stalls: string[] = [];

  /** Something will change by itself: look again after `afterMs`, at least 1 ms. */
  wait(afterMs: number, why: string): void {
    this.#waits.push({ afterMs: Math.max(1, Math.ceil(afterMs)), why });
  }

  /** Only a change from outside can help. */
  stall(why: string): void {
    this.#stalls.push(why);
  }

  /** The earliest wait wins over any stall: what can go on must not sleep with what cannot. */
  ending(): Ending {
    const first = this.#waits.toSorted((a, b) => a.afterMs - b.afterMs || compare(a.why, b.why))[0];
    if (first) return { kind: "waiting", ...first };
    const whys = [...new Set(this.#stalls)].sort();
    if (whys.length === 0) return { kind: "converged" };
    const more = whys.length > 3 ? ` (and ${whys.length - 3} more)` : "";
    return { kind: "stalled", why: whys.slice(0, 3).join("; ") + more };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
