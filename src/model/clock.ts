/**
 * Time, as something that is handed in.
 *
 * Only adapters at the edge (`src/cli`) may read the real clock, so that tests and the
 * simulation decide what time it is.
 */
export interface Clock {
  /** Wall-clock time in ms since the epoch. */
  nowMs(): number;
  /**
   * Resolves after `ms`; after 0 ms in the next turn of the event loop, so that long work lets others in between.
   * Resolves early, without an error, when `signal` aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance and fresh identities, as something that is handed in. */
export interface Chance {
  /** A number in [0, 1). */
  random(): number;
  /** A fresh UUID (version 4 layout). */
  uuid(): string;
}
