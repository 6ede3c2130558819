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
  /** By due time, and among equals in the order in which they were asked for. */
  const waiting: { dueMs: number; task: () => void }[] = [];
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const enter = (dueMs: number, task: () => void) => {
    let low = 0;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((waiting[middle]?.dueMs ?? 0) <= dueMs) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, { dueMs, task });
  };
  return {
    nowMs: () => nowMs,
    after(delayMs, task) {
      if (delayMs <= 0) task();
      else enter(nowMs + delayMs, task);
    },
    random,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let due = waiting[0]; due && due.dueMs <= untilMs; due = waiting[0]) {
        waiting.shift();
        nowMs = due.dueMs;
        due.task();
      }
      nowMs = untilMs;
    },
    nextDueMs: () => waiting[0]?.dueMs,
  };
}
