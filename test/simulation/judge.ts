import { INVARIANTS } from "./invariants/table.ts";
import type { Looks } from "./invariants/invariant.ts";
import { isMutation, nameOfCall } from "./levers.ts";
import type { Simulation } from "./simulation.ts";
import { START_MS } from "./time.ts";
import { Truth } from "./truth.ts";

/** What did not hold, and when. */
export interface Violation {
  invariant: string;
  message: string;
  /** ms after the start. */
  atMs: number;
}

/** Longer than the longest wait of the settings and than a sweep's interval: whoever has something to do has done it. */
const QUIET_MS = 48_000;
const LOOK_EVERY_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const KEYS_MAX = 1_000;
/** Holds of what ECS keeps taking back double with each time; nobody waits for the end of that. */
const PLANS_MS = 120_000;

/** Watches one run through all invariants. */
export class Judge {
  violation: Violation | null = null;
  readonly #simulation: Simulation;
  readonly #truth: Truth;
  readonly #looks: Looks[];
  readonly #checks = new Map<string, number>();
  #changedAtMs = START_MS;
  #lastChange = "";

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const truth = new Truth(simulation);
    this.#truth = truth;
    simulation.watchers.push(truth);
    this.#looks = INVARIANTS.map(({ name, watch }) =>
      watch(truth, (holds, says) => {
        this.#checks.set(name, (this.#checks.get(name) ?? 0) + 1);
        if (!holds) this.violated(name, says());
      }),
    );
    simulation.watchers.push(...this.#looks, {
      afterCall: (call, outcome) => {
        if (isMutation(call) && "output" in outcome) this.#changed(`${call.process.name} ${nameOfCall(call)}`);
      },
      afterStore: ({ process, operation }, answer) => {
        if (operation === "putSlot" && answer === true) this.#changed(`${process.name} putSlot`);
      },
    });
  }

  violated(invariant: string, message: string): void {
    if (this.violation !== null) return;
    const { time, log } = this.#simulation;
    this.violation = { invariant, message, atMs: time.nowMs - START_MS };
    log.write("judge", () => `VIOLATION of ${invariant}: ${message}`);
  }

  /** Lets time pass, now that all is calm, until nobody changes anything any more. @returns since when, simulated ms. */
  async untilRest(limitMs: number): Promise<number | null> {
    const { time, replicas } = this.#simulation;
    const plansUntilMs = time.nowMs + PLANS_MS;
    let calmAtMs = time.nowMs;
    for (;;) {
      if (await time.runUntil(time.nowMs + LOOK_EVERY_MS, () => this.violation !== null)) return null;
      const areUp = replicas.every((replica) => replica.api() !== null);
      if (time.nowMs < plansUntilMs && (await this.#hasPlans())) calmAtMs = time.nowMs;
      if (this.#simulation.events.isUnderWay || (await this.#waitsForPolicy())) calmAtMs = time.nowMs;
      if (areUp && time.nowMs - Math.max(calmAtMs, this.#changedAtMs) >= QUIET_MS) return this.#changedAtMs;
      if (time.nowMs < limitMs) continue;
      this.#checks.set("comes-to-rest", 1);
      this.violated(
        "comes-to-rest",
        areUp ? `there is no end to it; the last was ${this.#lastChange}` : "a replica does not start",
      );
      return null;
    }
  }

  /** True if some key waits for longer than whoever merely tries again: it has not said its last word. */
  async #hasPlans(): Promise<boolean> {
    const { time, database, settings } = this.#simulation;
    const retriedMs = settings.backoffCapMs + LOOK_EVERY_MS;
    const soon = await database.truth.dueKeys(time.nowMs + retriedMs, KEYS_MAX);
    const later = await database.truth.dueKeys(time.nowMs + LONGEST_WAIT_MS, KEYS_MAX);
    return later.length > soon.length;
  }

  /**
   * True if a binding names a time from which a policy is relied upon, and it is to come. A clock that was ahead when the
   * policy was put makes this longer than any wait of the settings.
   */
  async #waitsForPolicy(): Promise<boolean> {
    const { nowMs } = this.#simulation.time;
    return [...((await this.#truth.view())?.bindings() ?? [])].some(({ facets: { accessPoint } }) =>
      [accessPoint?.policyUsableAtMs, accessPoint?.successor?.usableAtMs].some((atMs) => (atMs ?? 0) > nowMs),
    );
  }

  async atRest(): Promise<void> {
    for (const look of this.#looks) await look.atRest?.();
  }

  checks(): Record<string, number> {
    return Object.fromEntries(this.#checks);
  }

  #changed(what: string): void {
    this.#changedAtMs = this.#simulation.time.nowMs;
    this.#lastChange = what;
  }
}
