import { randomUUID } from "node:crypto";
import type { Chance, Clock } from "../model/clock.ts";

/** The real clock. Together with {@link realChance} the only place that asks the machine for time or chance. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      // A timer takes a millisecond at least, which adds up where every item of a long list waits its turn.
      if (ms <= 0) return void setImmediate(resolve);
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake, { once: true });
    }),
};

/** Real chance. */
export const realChance: Chance = {
  random: () => Math.random(),
  uuid: () => randomUUID(),
};
