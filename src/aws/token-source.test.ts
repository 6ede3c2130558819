import { expect, test } from "vitest";
import { drawn, type PoolLevel, type TokenPool } from "../model/token-pool.ts";
import { ManualClock } from "../model/manual-clock.ts";
import { createRateBudget } from "./rate-budget.ts";

const never = new AbortController().signal;
const TURN = { priority: "user" as const, key: "k" };
/** Of lambda-control's 15 a second. */
const SHARE = 0.5;
const PER_SECOND = 7.5;

/** A pool as the store keeps it, one item for all. */
function poolOn(clock: ManualClock): TokenPool & { draws: number; isDown: boolean } {
  const levels = new Map<string, PoolLevel>();
  return {
    draws: 0,
    isDown: false,
    async draw(name, limits, want) {
      this.draws += 1;
      if (this.isDown) throw new Error("the store does not answer");
      const { level, ...draw } = drawn(levels.get(name) ?? null, limits, clock.nowMs(), want);
      levels.set(name, level);
      return draw;
    },
  };
}

/** Replicas with one pool, each with `waiting` requests at once; counts who got how many. */
function setUp(replicas: number) {
  const clock = new ManualClock();
  const pool = poolOn(clock);
  const granted = Array.from({ length: replicas }, () => 0);
  const budgets = granted.map(() =>
    createRateBudget({ quotaShare: SHARE, clock, shared: { pool, name: "111122223333/eu-west-1" } }),
  );
  const ask = (replica: number, requests: number) => {
    for (let n = 0; n < requests; n++)
      void budgets[replica]!.take("lambda-control", TURN, never).then(() => (granted[replica]! += 1));
  };
  const total = () => granted.reduce((sum, n) => sum + n, 0);
  return { clock, pool, granted, ask, total };
}

test.each([1, 2, 4, 8])("%i replicas together never exceed the share, and use all of it", async (replicas) => {
  const { clock, granted, ask, total } = setUp(replicas);
  for (let replica = 0; replica < replicas; replica++) ask(replica, 400);
  await clock.advance(20_000);
  expect(total()).toBeLessThanOrEqual(PER_SECOND * 21);
  expect(total()).toBeGreaterThan(PER_SECOND * 20 * 0.95);
  for (const one of granted) expect(one).toBeGreaterThan((PER_SECOND * 20) / replicas / 3);
});

test("a replica that works alone has all of the share, whoever else is up", async () => {
  const { clock, ask, total } = setUp(4);
  ask(2, 400);
  await clock.advance(20_000);
  expect(total()).toBeGreaterThan(PER_SECOND * 20 * 0.95);
});

test("one request among hundreds of another replica's is served within a second", async () => {
  const { clock, granted, ask } = setUp(2);
  ask(0, 400);
  await clock.advance(5_033);
  ask(1, 1);
  await clock.advance(1_000);
  expect(granted[1]).toBe(1);
});

test("a replica that comes later takes its part at once, and one that dies leaves its part to the others", async () => {
  const { clock, granted, ask, total } = setUp(2);
  // The first has nothing to ask for any more after 60 requests, as if it had died.
  ask(0, 60);
  await clock.advance(3_000);
  ask(1, 400);
  await clock.advance(17_000);
  expect(granted[0]).toBe(60);
  expect(total()).toBeLessThanOrEqual(PER_SECOND * 21);
  expect(total()).toBeGreaterThan(PER_SECOND * 20 * 0.95);
});

test("draws on the pool a few times a second, not once for each request", async () => {
  const clock = new ManualClock();
  const pool = poolOn(clock);
  const budget = createRateBudget({ quotaShare: 1, clock, shared: { pool, name: "here" } });
  let granted = 0;
  for (let n = 0; n < 2_000; n++) void budget.take("lambda-get-function", TURN, never).then(() => (granted += 1));
  await clock.advance(10_000);
  expect(granted).toBeGreaterThan(950);
  expect(pool.draws).toBeLessThan(90);
});

test("what was drawn and not used is forgotten, so that it cannot be spent all at once later", async () => {
  const { clock, pool, ask, total } = setUp(1);
  ask(0, 1);
  await clock.advance(1_000);
  ask(0, 1);
  await clock.advance(0);
  expect(total()).toBe(2);
  expect(pool.draws).toBe(2);
});

test("goes on once a store that did not answer answers again", async () => {
  const { clock, pool, ask, total } = setUp(1);
  pool.isDown = true;
  ask(0, 5);
  await clock.advance(2_000);
  expect(total()).toBe(0);
  pool.isDown = false;
  await clock.advance(1_000);
  expect(total()).toBe(5);
});

test("accounts for no time twice where replicas' clocks differ", () => {
  const limits = { perSecond: 10, capacity: 10 };
  let level: PoolLevel | null = null;
  let tokens = 0;
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 50) {
    for (const skewMs of [200, -200]) {
      const draw = drawn(level, limits, nowMs + skewMs, 5);
      level = draw.level;
      tokens += draw.tokens;
    }
  }
  expect(tokens).toBeLessThanOrEqual(10 + 10 * 10.4);
});

test("a time that only a wrong clock can have written does not stop the pool", () => {
  const limits = { perSecond: 10, capacity: 10 };
  const wrong = { tokens: 0, atMs: 3_600_000 };
  const { level } = drawn(wrong, limits, 1_000, 1);
  expect(drawn(level, limits, 1_100, 1).tokens).toBe(1);
});
