/** The two clocks of the simulated world: the machine's own, and one that tests turn by hand. */
import { randomBytes, randomUUID } from "node:crypto";
import type { SimClock } from "./core.ts";

/** Real time and real chance, for the simulator as a process. This is an edge: it reads the machine's clock. */
export function createRealClock(): SimClock {
  return {
    nowMs: () => Date.now(),
    after(delayMs, task) {
      if (delayMs <= 0) task();
      // A pending transition must not keep a process alive that is done with everything else.
      else setTimeout(task, delayMs).unref();
    },
    random: () => Math.random(),
    uuid: () => randomUUID(),
    hex: (length) =>
      randomBytes(Math.ceil(length / 2))
        .toString("hex")
        .slice(0, length),
  };
}

export interface VirtualClock extends SimClock {
  /** Moves time forward, running everything that falls due on the way, in order. */
  advance(ms: number): void;
  /** When the next task is due, or undefined if none is waiting. */
  nextDueMs(): number | undefined;
}

/** Time that stands still until it is advanced, and chance that repeats with its seed. */
export function createVirtualClock({ startMs = 1_767_225_600_000, seed = 1 } = {}): VirtualClock {
  let nowMs = startMs;
  let state = seed >>> 0;
  let order = 0;
  const waiting: { dueMs: number; order: number; task: () => void }[] = [];
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const next = () => waiting.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  return {
    nowMs: () => nowMs,
    after(delayMs, task) {
      if (delayMs <= 0) task();
      else waiting.push({ dueMs: nowMs + delayMs, order: order++, task });
    },
    random,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let due = next(); due && due.dueMs <= untilMs; due = next()) {
        waiting.splice(waiting.indexOf(due), 1);
        nowMs = due.dueMs;
        due.task();
      }
      nowMs = untilMs;
    },
    nextDueMs: () => next()?.dueMs,
  };
}
