import type { Clock } from "../model/clock.ts";
import { drawn, type PoolLevel, type PoolLimits, type TokenPool } from "../model/token-pool.ts";

/** Where one bucket's tokens come from. */
export interface TokenSource {
  /** @returns at most `want` tokens, and when to ask again for those that are missing. Never rejects. */
  draw(want: number): Promise<Draw>;
}

interface Draw {
  tokens: number;
  againInMs: number;
}

/** Tokens of this process alone. */
export function ownTokens(limits: PoolLimits, clock: Clock): TokenSource {
  let level: PoolLevel = { tokens: limits.capacity, atMs: clock.nowMs() };
  return {
    async draw(want) {
      const { level: after, ...draw } = drawn(level, limits, clock.nowMs(), want);
      level = after;
      return draw;
    },
  };
}

/** A draw on the shared pool takes so much of a second's worth with it, for those who ask next: fewer writes. */
const BATCH_MS = 250;
/** What was drawn and not used is forgotten after this time: it must not pile up and be spent all at once. */
const KEEP_MS = 1_000;
/** The store does not answer: runs cannot go on without it either. */
const RETRY_MS = 500;

/** Tokens of a pool that all replicas share, drawn in batches of a quarter of a second's worth. */
export function sharedTokens(name: string, limits: PoolLimits, pool: TokenPool, clock: Clock): TokenSource {
  const batch = Math.max(1, Math.ceil((limits.perSecond * BATCH_MS) / 1_000));
  let held = 0;
  let heldUntilMs = 0;
  let gotAtMs = Number.NEGATIVE_INFINITY;

  async function refill(): Promise<number> {
    try {
      const { tokens, againInMs } = await pool.draw(name, limits, batch);
      const nowMs = clock.nowMs();
      if (tokens > 0) {
        held = tokens;
        heldUntilMs = nowMs + KEEP_MS;
        gotAtMs = nowMs;
      }
      if (tokens === batch) return 0;
      // Who got something lately lets the others come first; who got nothing comes for the very next token.
      return Math.max(againInMs, gotAtMs + BATCH_MS - nowMs);
    } catch {
      return RETRY_MS;
    }
  }

  return {
    async draw(want) {
      if (clock.nowMs() >= heldUntilMs) held = 0;
      const againInMs = held > 0 ? 0 : await refill();
      const tokens = Math.min(want, held);
      held -= tokens;
      return { tokens, againInMs };
    },
  };
}
