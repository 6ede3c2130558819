import { expect, test } from "vitest";
import type { Turn } from "./fair-line.ts";
import { ManualClock } from "../model/manual-clock.ts";
import { bucketOf, QUOTAS } from "./quotas.ts";
import { createRateBudget, type RateBudget } from "./rate-budget.ts";

const ANN: Turn = { priority: "user", key: "ann" };
const never = new AbortController().signal;

function setUp(share = 1) {
  const clock = new ManualClock();
  const budget = createRateBudget({ quotaShare: share, clock });
  const granted: string[] = [];
  const ask = (name: string, turn: Partial<Turn> = {}, signal = never) =>
    budget
      .take("lambda-control", { ...ANN, ...turn }, signal)
      .then((ok) => granted.push(ok ? name : `${name} gave up`));
  return { clock, budget, granted, ask };
}

async function drain(budget: RateBudget, requests: number): Promise<void> {
  for (let n = 0; n < requests; n++) await budget.take("lambda-control", ANN, never);
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

test("serves what users changed before drift before sweeps, each in order of arrival", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  void ask("sweep 1", { priority: "sweep" });
  void ask("drift 1", { priority: "drift" });
  void ask("user 1");
  void ask("sweep 2", { priority: "sweep" });
  void ask("user 2");
  await clock.advance(1_000);
  expect(granted).toEqual(["user 1", "user 2", "drift 1", "sweep 1", "sweep 2"]);
});

test("lets keys take turns: one with a thousand requests delays the others by one", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  for (let n = 0; n < 1_000; n++) void ask(`greedy ${n}`, { key: "greedy" });
  void ask("b 0", { key: "b" });
  void ask("c 0", { key: "c" });
  void ask("b 1", { key: "b" });
  await clock.advance(500);
  expect(granted).toEqual(["greedy 0", "b 0", "c 0", "greedy 1", "b 1", "greedy 2", "greedy 3"]);
});

test("a request that gives up costs nothing and blocks nobody", async () => {
  const { clock, budget, granted, ask } = setUp();
  await drain(budget, 15);
  const impatient = new AbortController();
  void ask("first", {}, impatient.signal);
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
  expect(await budget.take("lambda-get-function", ANN, never)).toBe(true);
});

test("a share of Infinity means no budget at all", async () => {
  const { budget } = setUp(Infinity);
  await drain(budget, 10_000);
});

test.each([0, -1, Number.NaN])("refuses a share of %s", (share) => {
  expect(() => createRateBudget({ quotaShare: share, clock: new ManualClock() })).toThrow(RangeError);
});

test("grants what AWS grants at once after a quiet time, where it says so, and the refill from then on", async () => {
  const { clock, budget } = setUp(0.5);
  let granted = 0;
  const asking = Array.from({ length: 12 }, () =>
    budget.take("ecs-task-definition-modify", ANN, never).then(() => (granted += 1)),
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
