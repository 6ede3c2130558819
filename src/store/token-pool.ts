import type { Clock } from "../model/clock.ts";
import { drawn, type PoolLevel, type PoolLimits, type TokenPool } from "../model/token-pool.ts";
import type { Engine } from "./engine.ts";
import { NEVER_DUE } from "./key-row.ts";

/** Replicas that draw from one pool at the same moment: all but one of them try again at once, so often. */
const ATTEMPTS_MAX = 8;
/** After so many lost races somebody else has had the tokens anyway. */
const LOST_AGAIN_MS = 50;

/** Pools in the store: one small item each, which every draw compares and sets. */
export class EngineTokenPool implements TokenPool {
  readonly #engine: Engine;
  readonly #clock: Clock;
  /** As last seen: as long as nobody else draws, a draw is one write and no read. */
  readonly #seen = new Map<string, { rev: number; level: PoolLevel } | null>();

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  async draw(name: string, limits: PoolLimits, want: number): Promise<{ tokens: number; againInMs: number }> {
    const key = `tokens/${name}`;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const before = this.#seen.has(key) ? this.#seen.get(key)! : await this.#read(key);
      const { level, tokens, againInMs } = drawn(before?.level ?? null, limits, this.#clock.nowMs(), want);
      // Nothing to write down, unless the time that stands there was a wrong one.
      if (tokens === 0 && level.atMs >= (before?.level.atMs ?? 0)) return { tokens, againInMs };
      // Until the answer is here, what is in the store is not known.
      this.#seen.delete(key);
      const rev = (before?.rev ?? 0) + 1;
      if (await this.#write(key, before, rev, level)) {
        this.#seen.set(key, { rev, level });
        return { tokens, againInMs };
      }
    }
    return { tokens: 0, againInMs: LOST_AGAIN_MS };
  }

  async #read(key: string): Promise<{ rev: number; level: PoolLevel } | null> {
    const row = await this.#engine.keyRow(key);
    return row && { rev: row.rev, level: JSON.parse(row.body) as PoolLevel };
  }

  #write(key: string, before: { rev: number } | null, rev: number, level: PoolLevel): Promise<boolean> {
    const body = JSON.stringify(level);
    if (before === null) return this.#engine.writeKeyRow(key, null, { ...NEVER_DUE, rev, body });
    return this.#engine.writeKeyRow(key, { rev: before.rev }, { rev, body });
  }
}
