/** How fast a pool of tokens refills, and how many it holds at most. */
export interface PoolLimits {
  perSecond: number;
  /** At least 1. */
  capacity: number;
}

/** Tokens that all replicas of an installation draw from, so that together they keep to one rate. */
export interface TokenPool {
  /**
   * Takes up to `want` tokens out of the pool `name`, which begins full. What was taken and is not used is lost, never
   * given back: a replica that dies costs one draw, and none can ever spend twice.
   *
   * @returns how many tokens are the caller's now, and after how many ms the pool holds another one.
   */
  draw(name: string, limits: PoolLimits, want: number): Promise<{ tokens: number; againInMs: number }>;
}

/** A pool's level at one moment. */
export interface PoolLevel {
  tokens: number;
  atMs: number;
}

/** Clocks of replicas differ; by more than this, the one that was written down was wrong. */
const SKEW_MAX_MS = 10_000;

/** A token that is there but for the rounding of many small refills is there. */
const ROUNDING = 1e-9;

/**
 * The level after a draw at `nowMs`. Time that one clock has accounted for is not refilled once more by another that is
 * behind it.
 *
 * @param level null = nobody has drawn yet.
 */
export function drawn(
  level: PoolLevel | null,
  { perSecond, capacity }: PoolLimits,
  nowMs: number,
  want: number,
): { level: PoolLevel; tokens: number; againInMs: number } {
  const before = level ?? { tokens: capacity, atMs: nowMs };
  const atMs = before.atMs - nowMs > SKEW_MAX_MS ? nowMs : Math.max(before.atMs, nowMs);
  const refilled = (Math.max(0, atMs - before.atMs) * perSecond) / 1_000;
  const there = Math.min(capacity, before.tokens + refilled);
  const tokens = Math.min(want, Math.floor(there + ROUNDING));
  const left = Math.max(0, there - tokens);
  const againInMs = left >= 1 ? 0 : atMs - nowMs + Math.max(1, Math.ceil(((1 - left) * 1_000) / perSecond));
  return { level: { tokens: left, atMs }, tokens, againInMs };
}
