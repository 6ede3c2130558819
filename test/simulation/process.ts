import type { Chance, Clock } from "../../src/model/clock.ts";
import type { Stream } from "./chance.ts";
import type { SimulatedTime } from "./time.ts";

/**
 * One operating-system process of the simulated world.
 *
 * Everything that reaches it from outside (answers, timers, messages) passes through `deliver`, and everything that
 * leaves it through `leave`; so that it can be killed (nothing passes ever again), stopped as by SIGSTOP (all of it
 * waits), or given a clock that is wrong.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly startedAtMs: number;
  readonly #time: SimulatedTime;
  #state: "running" | "paused" | "dead" = "running";
  #held: (() => void)[] = [];
  #aheadMs = 0;
  /** When it was last paused or its clock last jumped, simulated ms: what it decides until then may be late. */
  #disturbedAtMs = -Infinity;

  #resumedAtMs = -Infinity;

  constructor(name: string, time: SimulatedTime, chance: Stream) {
    this.name = name;
    this.#time = time;
    this.chance = chance;
    this.startedAtMs = time.nowMs;
    this.clock = { nowMs: () => time.nowMs + this.#aheadMs, sleep: (ms, signal) => this.#sleep(ms, signal) };
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  get disturbedAtMs(): number {
    return this.#disturbedAtMs;
  }

  /** When it last went on after it had been stopped, simulated ms: what it had decided before leaves it only then. */
  get resumedAtMs(): number {
    return this.#resumedAtMs;
  }

  /** Something arrives. */
  deliver(task: () => void): void {
    if (this.#state === "running") task();
    else if (this.#state === "paused") this.#held.push(task);
  }

  /** Something is about to leave: at once, when the process goes on, or never. */
  leave(task: () => void): void {
    this.deliver(task);
  }

  /** For ever. */
  kill(): void {
    this.#state = "dead";
    this.#held = [];
  }

  pause(): void {
    if (this.#state === "running") this.#state = "paused";
    this.#disturbedAtMs = this.#time.nowMs;
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    this.#resumedAtMs = this.#time.nowMs;
    this.#disturbedAtMs = this.#time.nowMs;
    for (const task of this.#held.splice(0)) this.deliver(task);
  }

  /** Sets its wall clock forward, or back with a negative number; sleeps are not affected, as with a real one. */
  jump(ms: number): void {
    this.#aheadMs += ms;
    this.#disturbedAtMs = this.#time.nowMs;
  }

  /** Sets its wall clock right, however wrong it is. */
  setClockRight(): void {
    if (this.#aheadMs !== 0) this.jump(-this.#aheadMs);
  }

  get aheadMs(): number {
    return this.#aheadMs;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#time.after(ms, () => this.deliver(done));
      const cancel = (): void => {
        timer.cancel();
        resolve();
      };
      const done = (): void => {
        signal?.removeEventListener("abort", cancel);
        resolve();
      };
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }
}
