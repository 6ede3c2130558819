/** What became of each item of a batch, in order: null = done. */
export type BatchOutcome = (Error | null)[];

interface Entry<T> {
  item: T;
  done(): void;
  fail(error: Error): void;
}

/**
 * Puts single requests together without waiting for a timer: what arrives in the same turn, or
 * while earlier batches are under way, goes out together.
 */
export class Batcher<T> {
  readonly #send: (items: T[]) => Promise<BatchOutcome>;
  readonly #itemsMax: number;
  readonly #inFlightMax: number;
  #waiting: Entry<T>[] = [];
  #inFlight = 0;
  #scheduled = false;

  /**
   * @param send sends up to `itemsMax` items; a rejection fails all of them.
   * @param inFlightMax batches under way at once.
   */
  constructor(send: (items: T[]) => Promise<BatchOutcome>, itemsMax: number, inFlightMax: number) {
    this.#send = send;
    this.#itemsMax = itemsMax;
    this.#inFlightMax = inFlightMax;
  }

  /** Resolves once the item's batch went through and the item with it. */
  add(item: T): Promise<void> {
    return new Promise((done, fail) => {
      this.#waiting.push({ item, done, fail });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#fill();
      });
    });
  }

  #fill(): void {
    while (this.#inFlight < this.#inFlightMax && this.#waiting.length > 0) {
      this.#inFlight += 1;
      void this.#run(this.#waiting.splice(0, this.#itemsMax));
    }
  }

  async #run(entries: Entry<T>[]): Promise<void> {
    try {
      const outcome = await this.#send(entries.map(({ item }) => item));
      entries.forEach((entry, place) => {
        const error = outcome[place] ?? null;
        if (error === null) entry.done();
        else entry.fail(error);
      });
    } catch (error) {
      for (const entry of entries) entry.fail(error as Error);
    } finally {
      this.#inFlight -= 1;
      this.#fill();
    }
  }
}
