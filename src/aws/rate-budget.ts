import type { Clock } from "../model/clock.ts";
import type { TokenPool } from "../model/token-pool.ts";
import { FairLine, type Turn } from "./fair-line.ts";
import { type Bucket, QUOTAS } from "./quotas.ts";
import { ownTokens, sharedTokens, type TokenSource } from "./token-source.ts";

/** Requests per second that Mooring allows itself, per bucket. */
export interface RateBudget {
  /**
   * Resolves when one request of `bucket` may be made: user before drift before sweep; within each the keys take
   * turns; within a key, first come, first served.
   *
   * @returns false if `signal` aborted first: no request was paid for and none may be made.
   */
  take(bucket: Bucket, turn: Turn, signal: AbortSignal): Promise<boolean>;
}

export interface RateBudgetOptions {
  /** Part of each quota that is ours, e.g. 0.5; Infinity = no budget at all. */
  quotaShare: number;
  clock: Clock;
  /** What all replicas of the installation share; `name` tells account and region. Absent = this process is alone. */
  shared?: { pool: TokenPool; name: string };
}

/**
 * Token buckets over AWS's quotas, each holding at most what AWS grants at once, or one second's worth where it says
 * nothing of that.
 */
export function createRateBudget({ quotaShare, clock, shared }: RateBudgetOptions): RateBudget {
  if (quotaShare === Infinity) return { take: (_bucket, _turn, signal) => Promise.resolve(!signal.aborted) };
  if (!(quotaShare > 0)) {
    throw new RangeError(
      `Cannot make a rate budget: quotaShare is ${quotaShare}, allowed is a number above 0, or Infinity for none`,
    );
  }
  const buckets = new Map<Bucket, TokenBucket>();
  for (const [name, quota] of Object.entries(QUOTAS)) {
    const limits = {
      perSecond: quota.perSecond * quotaShare,
      capacity: Math.max(1, (quota.burst ?? quota.perSecond) * quotaShare),
    };
    const tokens = shared
      ? sharedTokens(`${shared.name}/${name}`, limits, shared.pool, clock)
      : ownTokens(limits, clock);
    buckets.set(name as Bucket, new TokenBucket(tokens, clock));
  }
  return { take: (bucket, turn, signal) => buckets.get(bucket)!.take(turn, signal) };
}

interface Waiter {
  grant(granted: boolean): void;
}

/** One bucket and those who wait for it. A single pump asks for tokens, however many wait. */
class TokenBucket {
  readonly #tokens: TokenSource;
  readonly #clock: Clock;
  readonly #line = new FairLine<Waiter>();
  #pumping = false;

  constructor(tokens: TokenSource, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  take(turn: Turn, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        grant: (granted) => {
          signal.removeEventListener("abort", giveUp);
          resolve(granted);
        },
      };
      const giveUp = () => {
        this.#line.leave(turn, waiter);
        waiter.grant(false);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#line.join(turn, waiter);
      if (!this.#pumping) void this.#pump();
    });
  }

  /** Whoever joins while tokens are awaited is served in its turn: who comes next is decided when there is a token. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#line.size > 0) {
      const { tokens, againInMs } = await this.#tokens.draw(this.#line.size);
      for (let left = tokens; left > 0; left -= 1) this.#line.next()?.grant(true);
      if (this.#line.size > 0 && againInMs > 0) await this.#clock.sleep(againInMs);
    }
    this.#pumping = false;
  }
}
