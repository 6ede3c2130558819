import type { Clock } from "../model/clock.ts";
import { type Bucket, QUOTAS } from "./quotas.ts";

/** "fast": a run that somebody waits for; "sweep": background reading, served when nobody else waits. */
export type Priority = "fast" | "sweep";

/** Requests per second that Mooring allows itself, per bucket. */
export interface RateBudget {
  /**
   * Resolves when one request of `bucket` may be made: first come, first served, within each
   * priority; "fast" before "sweep".
   *
   * @returns false if `signal` aborted first: no request was paid for and none may be made.
   */
  take(bucket: Bucket, priority: Priority, signal: AbortSignal): Promise<boolean>;
}

interface Waiter {
  grant(granted: boolean): void;
  signal: AbortSignal;
}

/**
 * Token buckets over AWS's quotas, refilled by the injected clock, each holding at most what AWS
 * grants at once, or one second's worth where it says nothing of that.
 *
 * @param quotaShare part of each quota that is ours, e.g. 0.5; Infinity = no budget at all.
 */
export function createRateBudget(quotaShare: number, clock: Clock): RateBudget {
  if (quotaShare === Infinity) return { take: (_bucket, _priority, signal) => Promise.resolve(!signal.aborted) };
  if (!(quotaShare > 0)) {
    throw new RangeError(
      `Cannot make a rate budget: quotaShare is ${quotaShare}, allowed is a number above 0, or Infinity for none`,
    );
  }
  const buckets = new Map<Bucket, TokenBucket>();
  for (const [name, quota] of Object.entries(QUOTAS)) {
    buckets.set(
      name as Bucket,
      new TokenBucket(quota.perSecond * quotaShare, (quota.burst ?? quota.perSecond) * quotaShare, clock),
    );
  }
  return { take: (bucket, priority, signal) => buckets.get(bucket)!.take(priority, signal) };
}

/** One bucket with its two queues. A single pump wakes up for the next token, however many wait. */
class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  readonly #clock: Clock;
  readonly #waiting: Record<Priority, Waiter[]> = { fast: [], sweep: [] };
  #tokens: number;
  #filledAtMs: number;
  #pumping = false;

  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perMs = perSecond / 1_000;
    this.#capacity = Math.max(1, burst);
    this.#clock = clock;
    this.#tokens = this.#capacity;
    this.#filledAtMs = clock.nowMs();
  }

  take(priority: Priority, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        signal,
        grant: (granted) => {
          signal.removeEventListener("abort", giveUp);
          resolve(granted);
        },
      };
      const giveUp = () => {
        const queue = this.#waiting[priority];
        queue.splice(queue.indexOf(waiter), 1);
        waiter.grant(false);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting[priority].push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    if (this.#pumping) return;
    this.#grantAll();
    if (this.#isIdle()) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    while (!this.#isIdle()) {
      await this.#clock.sleep(Math.max(1, Math.ceil((1 - this.#tokens) / this.#perMs)));
      this.#grantAll();
    }
    this.#pumping = false;
  }

  #grantAll(): void {
    this.#refill();
    while (this.#tokens >= 1) {
      const waiter = this.#waiting.fast.shift() ?? this.#waiting.sweep.shift();
      if (waiter === undefined) return;
      this.#tokens -= 1;
      waiter.grant(true);
    }
  }

  /** A clock that was set back refills nothing, rather than taking tokens away. */
  #refill(): void {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#capacity, this.#tokens + elapsedMs * this.#perMs);
  }

  #isIdle(): boolean {
    return this.#waiting.fast.length + this.#waiting.sweep.length === 0;
  }
}
