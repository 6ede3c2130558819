import type { SpecChange } from "./apply-proposal.ts";

/** Chains written at once. */
const CHAINS_AT_ONCE = 16;

/** Changes of one chain that are not in the history yet, oldest first. */
interface Line {
  changes: SpecChange[];
  /** Resolves once nothing is left; null = nobody is writing. */
  writing: Promise<void> | null;
}

/**
 * Carries changes of spec from the log into the history, after their commit. An entry that could not be
 * written stays here and is tried again with the next one; after a crash the tail of the log
 * brings it back, since a checkpoint waits until nothing is left here.
 *
 * Only changes of one chain wait for each other: commits that waited for those of others would come one by one,
 * each in a slot of its own.
 */
export class SpecAudit {
  readonly #append: (change: SpecChange) => Promise<void>;
  readonly #lines = new Map<string, Line>();
  /** Other replicas write theirs themselves; at a checkpoint we make sure. */
  #foreign: SpecChange[] = [];
  #active = 0;
  readonly #turns: (() => void)[] = [];

  /** @param append must be idempotent. */
  constructor(append: (change: SpecChange) => Promise<void>) {
    this.#append = append;
  }

  addForeign(changes: readonly SpecChange[]): void {
    this.#foreign.push(...changes);
  }

  /** Queues changes and resolves once they are in the history. Tries again what could not be written before. */
  async add(changes: readonly SpecChange[]): Promise<void> {
    for (const change of changes) this.#queue(change);
    for (const chain of this.#lines.keys()) this.#write(chain).catch(() => undefined);
    await this.#written(new Set(changes.map(({ chain }) => chain)));
  }

  /** Resolves once every change of this replica, queued until now, is in the history. */
  async flush(): Promise<void> {
    await this.#written(this.#lines.keys());
  }

  /** As flush, for the changes of all replicas. */
  async flushAll(): Promise<void> {
    for (const change of this.#foreign.splice(0)) this.#queue(change);
    await this.flush();
  }

  #queue(change: SpecChange): void {
    const line = this.#lines.get(change.chain);
    if (line) line.changes.push(change);
    else this.#lines.set(change.chain, { changes: [change], writing: null });
  }

  /** @throws the first error, once all have ended. */
  async #written(chains: Iterable<string>): Promise<void> {
    const ended = await Promise.allSettled([...chains].map((chain) => this.#write(chain)));
    const failed = ended.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  async #write(chain: string): Promise<void> {
    const line = this.#lines.get(chain);
    if (!line) return;
    line.writing ??= this.#inTurn(() => this.#drain(chain, line)).finally(() => (line.writing = null));
    await line.writing;
  }

  /** What is added meanwhile is written, too. */
  async #drain(chain: string, { changes }: Line): Promise<void> {
    for (let next = changes[0]; next; next = changes[0]) {
      await this.#append(next);
      changes.shift();
    }
    this.#lines.delete(chain);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#active < CHAINS_AT_ONCE) this.#active += 1;
    else await new Promise<void>((resolve) => this.#turns.push(resolve));
    try {
      await work();
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#active -= 1;
    }
  }
}
