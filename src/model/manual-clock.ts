import type { Clock } from "./clock.ts";

/** A clock for tests: stands still until told to advance, then wakes sleepers in order of their time. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake: resolve });
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Moves time on by `ms`, letting everything that follows from each wake-up happen before the next one. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers.filter((s) => s.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((s) => s !== next);
      this.#nowMs = next.atMs;
      next.wake();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /** Sets the clock on, or back, without anybody waking. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Lets promise chains run dry. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
