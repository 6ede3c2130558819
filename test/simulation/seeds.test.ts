import { expect, test } from "vitest";
import { readFaults } from "./fault-classes.ts";
import type { RunResult } from "./run.ts";
import { runSeeds } from "./run-seeds.ts";

test("nothing goes wrong where nothing is made to go wrong", async () => {
  const { found, faults } = await runSeeds({ count: 1, workers: 1, faults: readFaults("none") });
  expect(found).toEqual([]);
  expect(Object.values(faults).every((count) => count === 0)).toBe(true);
}, 60_000);

// Far too few to find anything rare; CI runs hundreds.
test("a few seeds with all faults violate nothing", async () => {
  const { found, seeds, checks } = await runSeeds({ first: 1, count: 3, workers: 2 });
  expect(found).toEqual([]);
  expect(seeds).toBe(3);
  // Some are about what happens in one run of ten.
  const made = Object.values(checks).filter((count) => count > 0);
  expect(made.length).toBeGreaterThan(Object.keys(checks).length / 2);
}, 60_000);

test("counting branches changes nothing of what a run does", async () => {
  const results: RunResult[] = [];
  const seed = { first: 1, count: 1, workers: 1, onRun: (result: RunResult) => results.push(result) };
  await runSeeds(seed);
  const { branches } = await runSeeds({ ...seed, measuredRuns: 1 });
  expect(results[1]).toEqual(results[0]);
  const [plan] = branches!.directories;
  expect(plan!.covered).toBeGreaterThan(plan!.total / 3);
}, 60_000);

test("an unknown fault is refused with those that there are", () => {
  expect(() => readFaults("crash,meteor")).toThrow(/no fault "meteor"; there are crash, .*all and none/);
  expect(readFaults("all,-crash")).not.toContain("crash");
  expect(readFaults("crash")).toEqual(["crash"]);
});
