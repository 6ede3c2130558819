import { expect, test } from "vitest";
import type { Clock } from "../model/clock.ts";
import { createCall } from "./call.ts";
import type { RateBudget } from "./rate-budget.ts";

const command = { middlewareStack: { add: () => undefined } };
const settled = () => new Promise(setImmediate);
const turn = () => ({ priority: "user" as const, key: "k" });

/** A clock whose sleeps end when the test says so, and a budget that grants when the test says so. */
function setUp({ inBackground }: { inBackground: boolean }) {
  let nowMs = 0;
  const sleeps: { ms: number; end(): void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((end) => {
        sleeps.push({ ms, end });
        signal?.addEventListener("abort", () => end());
      }),
  };
  let grant: () => void = () => undefined;
  const budget: RateBudget = {
    take: (_bucket, _turn, signal) =>
      new Promise((resolve) => {
        grant = () => resolve(true);
        signal.addEventListener("abort", () => resolve(false));
      }),
  };
  const sent: string[] = [];
  const call = createCall({
    service: "efs",
    iamPrefix: "efs",
    callDeadlineMs: 8_000,
    inBackground,
    turn,
    budget,
    clock,
  });
  const result = call("CreateAccessPoint", command, (_command, _options) => {
    sent.push("sent");
    return Promise.resolve("answer");
  });
  return { result, sent, sleeps, grant: () => grant(), pass: (ms: number) => (nowMs += ms) };
}

test("a call that finds no budget within half its deadline was certainly not made", async () => {
  const { result, sent, sleeps } = setUp({ inBackground: false });
  expect(sleeps.map(({ ms }) => ms)).toEqual([4_000]);
  sleeps[0]!.end();
  await expect(result).rejects.toMatchObject({
    kind: "Transient",
    code: "RateBudgetExhausted",
    certainlyNotDone: true,
  });
  expect(sent).toEqual([]);
});

test("what a call waited for the budget is taken off its deadline", async () => {
  const { result, sleeps, grant, pass } = setUp({ inBackground: false });
  pass(3_000);
  grant();
  expect(await result).toBe("answer");
  expect(sleeps.map(({ ms }) => ms)).toEqual([4_000, 5_000]);
});

test("a call in the background waits as long as it takes and still has its whole deadline", async () => {
  const { result, sent, sleeps, grant, pass } = setUp({ inBackground: true });
  pass(600_000);
  await settled();
  expect(sent).toEqual([]);
  grant();
  expect(await result).toBe("answer");
  expect(sleeps.map(({ ms }) => ms)).toEqual([8_000]);
});
