import type { Truth } from "../truth.ts";
import type { Watcher } from "../simulation.ts";

/** Counts one look, and ends the run if what must hold does not. */
export type Check = (holds: boolean, says: () => string) => void;

/** What one invariant looks at: steps, as a watcher; and the world at rest, once nothing goes wrong any more. */
export interface Looks extends Watcher {
  atRest?(): void | Promise<void>;
}

/** Something that must always be so, or must be so in the end. */
export interface Invariant {
  name: string;
  /** Why it matters, in one sentence. */
  why: string;
  watch(truth: Truth, check: Check): Looks;
}
