/** Bytes of slots from one checkpoint to the next: what a start replays takes some tenths of a second. */
const BYTES_MAX = 4 * 1024 * 1024;

/**
 * When the next checkpoint is due: after so many slots, or so many bytes of them, whichever comes first. All replicas
 * that follow the log count the same, so each checkpoint is written by one of them: by who wrote the slot.
 */
export class CheckpointPace {
  readonly #slotsMax: number;
  #slots = 0;
  #bytes = 0;

  constructor(slotsMax: number) {
    this.#slotsMax = slotsMax;
  }

  /** Counts from a checkpoint on. */
  restart(): void {
    this.#slots = 0;
    this.#bytes = 0;
  }

  /** Counts one slot. @returns true if a checkpoint is due as of it. */
  landed(bodyBytes: number): boolean {
    this.#slots += 1;
    this.#bytes += bodyBytes;
    const isDue = this.#slots >= this.#slotsMax || this.#bytes >= BYTES_MAX;
    if (isDue) this.restart();
    return isDue;
  }
}
