import type { Stream } from "./chance.ts";

/** Something that happens later, unless it is cancelled first. */
export interface Timer {
  cancel(): void;
}

interface Entry {
  dueMs: number;
  /** Among what is due at the same ms, chance decides. */
  order: number;
  task: (() => void) | null;
}

/** 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000;

/**
 * Time that stands still while anything runs, and then jumps to whatever comes next.
 *
 * One step runs one task and then lets everything that follows from it run dry: all promise chains, and whatever
 * was put off to the next turn. The product puts nothing off any further (it yields turns through its clock), so that
 * one `setImmediate` is enough, and the order of all steps follows from the seed alone.
 */
export class SimulatedTime {
  readonly #chance: Stream;
  readonly #heap: Entry[] = [];
  #nowMs = START_MS;
  #steps = 0;

  constructor(chance: Stream) {
    this.#chance = chance;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Whole ms, as machines tell them. */
  after(delayMs: number, task: () => void): Timer {
    const entry: Entry = { dueMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#chance.random(), task };
    this.#push(entry);
    return { cancel: () => void (entry.task = null) };
  }

  /** Lets what was begun outside of any step run dry. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Runs until `untilMs`, or until `isOver` says so after a step.
   *
   * @returns whether `isOver` ended it.
   */
  async runUntil(untilMs: number, isOver: () => boolean = () => false): Promise<boolean> {
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      if (next.task === null) continue;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#steps += 1;
      next.task();
      await this.settle();
      if (isOver()) return true;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    return false;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
