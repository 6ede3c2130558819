import { SlotCompactedError } from "./store.ts";
import type { WatchEvent } from "./store.ts";

interface Watcher {
  /** Number of the next event to deliver. */
  next: number;
  listener: (event: WatchEvent) => void;
  ended: boolean;
}

/** The latest changes, in memory, and whoever watches them. */
export class WatchHistory {
  readonly #keep: number;
  #events: WatchEvent[] = [];
  /** Number of the first event that is kept; numbers run on for ever. */
  #first = 0;
  /** Highest slot of which something is no longer kept. */
  #floor = 0;
  #head = 0;
  readonly #watchers = new Set<Watcher>();

  /** @param keep events kept at least. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Forgets everything up to `slot`: a watch can begin there or later. */
  startAt(slot: number): void {
    this.#first += this.#events.length;
    this.#events = [];
    this.#floor = slot;
    this.#head = Math.max(this.#head, slot);
  }

  append(slot: number, events: WatchEvent[]): void {
    this.#head = slot;
    if (slot <= this.#floor) return;
    this.#events.push(...events);
    // Trimmed at twice the size, so that the copying costs next to nothing per event.
    const surplus = this.#events.length - 2 * this.#keep;
    if (surplus > 0) this.#drop(this.#events.length - this.#keep);
  }

  /** Delivers what is new. A listener that throws ends only its own watch. */
  deliver(): void {
    for (const watcher of this.#watchers) this.#pump(watcher);
  }

  watch(afterSlot: number, listener: (event: WatchEvent) => void): () => void {
    if (afterSlot < this.#floor || afterSlot > this.#head) {
      throw new SlotCompactedError(
        `Cannot watch from resourceVersion ${afterSlot}: this server keeps ${this.#floor} to ${this.#head}. List again, then watch from the list's resourceVersion`,
      );
    }
    const watcher: Watcher = { next: this.#first + this.#indexAfter(afterSlot), listener, ended: false };
    this.#watchers.add(watcher);
    this.#pump(watcher);
    return () => this.#end(watcher);
  }

  #pump(watcher: Watcher): void {
    while (!watcher.ended && watcher.next < this.#first + this.#events.length) {
      const event = this.#events[watcher.next - this.#first]!;
      watcher.next += 1;
      try {
        watcher.listener(event);
      } catch (error) {
        this.#end(watcher);
        throwLater(error);
      }
    }
  }

  #end(watcher: Watcher): void {
    watcher.ended = true;
    this.#watchers.delete(watcher);
  }

  #drop(count: number): void {
    this.#floor = this.#events[count - 1]!.slot;
    this.#events = this.#events.slice(count);
    this.#first += count;
  }

  #indexAfter(slot: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.slot <= slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A listener's error is a bug of the listener: it must be heard, but not stop the log. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
