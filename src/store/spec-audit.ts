import type { SpecChange } from "./apply-proposal.ts";

/** Chains written at once. */
const CHAINS_AT_ONCE = 16;

/**
 * Carries changes of spec from the log into the history, after their commit. An entry that could not be
 * written stays here and is tried again with the next one; after a crash the tail of the log
 * brings it back, since a checkpoint waits until nothing is left here.
 */
export class SpecAudit {
  readonly #append: (change: SpecChange) => Promise<void>;
  #waiting: SpecChange[] = [];
  /** Other replicas write theirs themselves; at a checkpoint we make sure. */
  #foreign: SpecChange[] = [];
  #running: Promise<void> | null = null;

  /** @param append must be idempotent. */
  constructor(append: (change: SpecChange) => Promise<void>) {
    this.#append = append;
  }

  addForeign(changes: readonly SpecChange[]): void {
    this.#foreign.push(...changes);
  }

  /** Queues changes and resolves once they are in the history. */
  add(changes: readonly SpecChange[]): Promise<void> {
    this.#waiting.push(...changes);
    return this.flush();
  }

  /** Resolves once every change of this replica, queued until now, is in the history. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
    if (this.#waiting.length === 0) return;
    this.#running = this.#round().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** As flush, for the changes of all replicas. */
  async flushAll(): Promise<void> {
    this.#waiting.push(...this.#foreign.splice(0));
    await this.flush();
  }

  async #round(): Promise<void> {
    const chains = [...Map.groupBy(this.#waiting.splice(0), (change) => change.chain).values()];
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let changes = chains.shift(); changes; changes = chains.shift()) {
        await this.#writeChain(changes).catch((error: unknown) => errors.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(CHAINS_AT_ONCE, chains.length) }, worker));
    if (errors.length > 0) throw errors[0];
  }

  async #writeChain(changes: SpecChange[]): Promise<void> {
    for (const [index, change] of changes.entries()) {
      try {
        await this.#append(change);
      } catch (error) {
        this.#waiting.unshift(...changes.slice(index));
        throw error;
      }
    }
  }
}
