import type { ReconcileKey } from "../model/keys.ts";
import { throwLater } from "./watch-history.ts";

export interface PendingWake {
  key: ReconcileKey;
  slot: number;
  sinceMs: number;
}

type WakeListener = (keys: ReconcileKey[], slot: number) => void;

/** Keys that a commit woke and that no finished run has seen since. */
export class PendingWakes {
  readonly #pending = new Map<ReconcileKey, PendingWake>();
  readonly #listeners = new Set<WakeListener>();

  /** Restores what was pending earlier; later wakes of the same key win. */
  restore(wakes: readonly PendingWake[]): void {
    for (const wake of wakes) {
      if (wake.slot > (this.#pending.get(wake.key)?.slot ?? 0)) this.#pending.set(wake.key, wake);
    }
  }

  woken(keys: Iterable<ReconcileKey>, slot: number, atMs: number): void {
    for (const key of keys) this.#pending.set(key, { key, slot, sinceMs: atMs });
  }

  notify(keys: ReconcileKey[], slot: number): void {
    if (keys.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(keys, slot);
      } catch (error) {
        throwLater(error);
      }
    }
  }

  settled(key: ReconcileKey, slot: number): void {
    const wake = this.#pending.get(key);
    if (wake && wake.slot <= slot) this.#pending.delete(key);
  }

  list(): PendingWake[] {
    return [...this.#pending.values()].map((wake) => ({ ...wake }));
  }

  onWake(listener: WakeListener): () => void {
    // A wrapper of its own, so that one function given twice is called twice and ended once each.
    const own: WakeListener = (keys, slot) => listener(keys, slot);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

/** Key items read at once. */
const READS_AT_ONCE = 16;

/** For each pending wake's key, the head of the log that its last finished run had seen. */
export async function readSeenSlots(
  wakes: readonly PendingWake[],
  seenSlot: (key: ReconcileKey) => Promise<number>,
): Promise<Map<ReconcileKey, number>> {
  const keys = wakes.map(({ key }) => key);
  const seen = new Map<ReconcileKey, number>();
  const worker = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) seen.set(key, await seenSlot(key));
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker));
  return seen;
}
