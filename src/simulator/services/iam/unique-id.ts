import type { SimClock } from "../../core.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An IAM unique id or access key id, e.g. AROA… for a role: the prefix and 17 letters or digits. */
export function uniqueId(clock: SimClock, prefix: string): string {
  return prefix + [...clock.hex(34).matchAll(/../g)].map(([pair]) => LETTERS[parseInt(pair, 16) % 32]).join("");
}
