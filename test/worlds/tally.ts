import type { Player, WorldName, WorldUnderTest } from "./world-under-test.ts";

/** Fewer say too little about a world to call it one on which Mooring runs. */
export const PASSED_MIN = 20;

/** Counts what a world's tests came to, and tells it in a few lines. */
export class Tally {
  readonly #world: WorldName;
  readonly #knownWrongs: readonly string[];
  readonly #startMs = performance.now();
  readonly #failed: string[] = [];
  readonly #skipped = new Map<string, string[]>();
  #players: WorldUnderTest["players"] = {};
  #passed = 0;

  /** @param knownWrongs names of all that the table says of the world, whether a test needs them or not. */
  constructor(world: WorldName, knownWrongs: readonly string[]) {
    this.#world = world;
    this.#knownWrongs = knownWrongs;
  }

  get passed(): number {
    return this.#passed;
  }

  opened({ players }: WorldUnderTest): void {
    this.#players = players;
  }

  finished(title: string, hasPassed: boolean): void {
    if (hasPassed) this.#passed++;
    else this.#failed.push(title);
  }

  skipped(title: string, knownWrongs: readonly string[]): void {
    for (const id of knownWrongs) this.#skipped.set(id, [...(this.#skipped.get(id) ?? []), title]);
  }

  report(): string {
    const skipped = new Set([...this.#skipped.values()].flat()).size;
    const seconds = ((performance.now() - this.#startMs) / 1_000).toFixed(1);
    return [
      `${this.#world}: ${this.#passed} passed, ${skipped} skipped for a known wrong, ${this.#failed.length} failed, ${seconds} s`,
      ...this.#servedBy().map((line) => `  ${line}`),
      ...this.#knownWrongs.map((id) => `  known wrong: ${id}${this.#skippedFor(id)}`),
      ...this.#failed.map((title) => `  failed: "${title}"`),
    ].join("\n");
  }

  #skippedFor(id: string): string {
    const titles = this.#skipped.get(id) ?? [];
    return titles.length === 0 ? "" : `, skips ${titles.map((title) => `"${title}"`).join(", ")}`;
  }

  /** e.g. "MiniStack 1.5.33 (in place of LocalStack) serves ecs, efs". */
  #servedBy(): string[] {
    const byCode = new Map<string, string[]>();
    for (const [service, player] of Object.entries(this.#players)) {
      const who = nameOf(player);
      byCode.set(who, [...(byCode.get(who) ?? []), service]);
    }
    return [...byCode].map(([who, services]) => `${who} serves ${services.toSorted().join(", ")}`);
  }
}

function nameOf({ code, substituteFor }: Player): string {
  return substituteFor === undefined ? code : `${code} (in place of ${substituteFor}, not counted as it)`;
}
