import { expect, test } from "vitest";
import type { Clock } from "../model/clock.ts";
import { bucketOf, QUOTAS } from "./quotas.ts";
import { createRateBudget, type RateBudget } from "./rate-budget.ts";

/** Time that passes only when told to; sleepers wake in order. */
class ManualClock implements Clock {
  #nowMs = 0;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake });
      signal?.addEventListener("abort", () => wake());
    });
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await new Promise(setImmediate);
      const next = this.#sleepers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#nowMs = next.atMs;
      next.wake();
    }
    this.#nowMs = endMs;
  }

  jump(ms: number): void {
    this.#nowMs += ms;
  }
}

const never = new AbortController().signal;

function setUp(share = 1) {
  const clock = new ManualClock();
  const budget = createRateBudget(share, clock);
  const granted: string[] = [];
  const ask = (name: string, priority: "fast" | "sweep" = "fast", signal = never) =>
    budget.take("lambda-control", priority, signal).then((ok) => granted.push(ok ? name : `${name} gave up`));
  return { clock, budget, granted, ask };
}

async function drain(budget: RateBudget, requests: number): Promise<void> {
  for (let n = 0; n < requests; n++) await budget.take("lambda-control", "fast", never);
}

test("grants one second's worth at once, then one request per interval", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  void ask("late");
  await clock.advance(66);
  expect(granted).toEqual([]);
  await clock.advance(1);
  expect(granted).toEqual(["late"]);
});

test("never exceeds the configured share of the quota over ten seconds", async () => {
  const { clock, granted, ask } = setUp(0.5);
  for (let n = 0; n < 200; n++) void ask(`${n}`);
  await clock.advance(10_000);
  const perSecond = QUOTAS["lambda-control"].perSecond * 0.5;
  expect(granted.length).toBeLessThanOrEqual(Math.floor(perSecond * 11));
  expect(granted.length).toBeGreaterThan(perSecond * 9);
});

test("serves in order of arrival, fast requests before sweeps", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  void ask("sweep 1", "sweep");
  void ask("fast 1");
  void ask("sweep 2", "sweep");
  void ask("fast 2");
  await clock.advance(1_000);
  expect(granted).toEqual(["fast 1", "fast 2", "sweep 1", "sweep 2"]);
});

test("a request that gives up costs nothing and blocks nobody", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  const impatient = new AbortController();
  void ask("first", "fast", impatient.signal);
  void ask("second");
  impatient.abort();
  await clock.advance(67);
  expect(granted).toEqual(["first gave up", "second"]);
});

test("a share below one request per second still lets requests through, slowly", async () => {
  const { clock, granted, ask } = setUp(0.01);
  void ask("a");
  void ask("b");
  await clock.advance(5_000);
  expect(granted).toEqual(["a"]);
  await clock.advance(5_000);
  expect(granted).toEqual(["a", "b"]);
});

test("a clock that is set back takes nothing away", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  clock.jump(-60_000);
  void ask("a");
  await clock.advance(200);
  expect(granted).toEqual(["a"]);
});

test("buckets do not pay for each other", async () => {
  const { budget } = setUp();
  await drain(budget, 15);
  expect(await budget.take("lambda-get-function", "fast", never)).toBe(true);
});

test("a share of Infinity means no budget at all", async () => {
  const { budget } = setUp(Infinity);
  await drain(budget, 10_000);
});

test.each([0, -1, Number.NaN])("refuses a share of %s", (share) => {
  expect(() => createRateBudget(share, new ManualClock())).toThrow(RangeError);
});

test("grants what AWS grants at once after a quiet time, where it says so, and the refill from then on", async () => {
  const { clock, budget } = setUp(0.5);
  let granted = 0;
  const asking = Array.from({ length: 12 }, () =>
    budget.take("ecs-task-definition-modify", "fast", never).then(() => (granted += 1)),
  );
  await clock.advance(0);
  expect(granted).toBe(10);
  await clock.advance(2_000);
  expect(granted).toBe(11);
  await clock.advance(2_000);
  await Promise.all(asking);
});

test("every ECS call that Mooring makes pays from AWS's own group for it", () => {
  expect(bucketOf("ecs", "RegisterTaskDefinition")).toBe("ecs-task-definition-modify");
  expect(bucketOf("ecs", "UpdateService")).toBe("ecs-service-modify");
  expect(bucketOf("ecs", "DescribeServices")).toBe("ecs-service-read");
  expect(bucketOf("ecs", "DescribeTasks")).toBe("ecs-cluster-resource-read");
  expect(bucketOf("ecs", "CallOfTomorrow")).toBe("ecs-task-definition-modify");
});
