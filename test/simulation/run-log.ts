import { createHash } from "node:crypto";
import { START_MS } from "./time.ts";

/** Everything that happens in a run, in order; two runs of one seed must not differ in a single byte of it. */
export class RunLog {
  readonly lines: string[] = [];
  readonly #now: () => number;
  readonly #isKept: boolean;

  /** @param isKept false in a search, where only the outcome matters and a violation is replayed anyway. */
  constructor(now: () => number, isKept: boolean) {
    this.#now = now;
    this.#isKept = isKept;
  }

  /** @param text is asked for only if lines are kept. */
  write(who: string, text: () => string): void {
    if (!this.#isKept) return;
    this.lines.push(`${((this.#now() - START_MS) / 1_000).toFixed(3).padStart(9)} ${who} ${text()}`);
  }

  digest(): string {
    return createHash("sha256").update(this.lines.join("\n")).digest("hex");
  }
}
