import { expect, test } from "vitest";
import { readFaults } from "./fault-classes.ts";
import { runSeeds } from "./run-seeds.ts";

test("nothing goes wrong where nothing is made to go wrong", async () => {
  const { found, faults } = await runSeeds({ count: 2, workers: 1, faults: readFaults("none") });
  expect(found).toEqual([]);
  expect(Object.values(faults).every((count) => count === 0)).toBe(true);
}, 30_000);

test("an unknown fault is refused with those that there are", () => {
  expect(() => readFaults("crash,meteor")).toThrow(/no fault "meteor"; there are crash, .*all and none/);
  expect(readFaults("all,-crash")).not.toContain("crash");
  expect(readFaults("crash")).toEqual(["crash"]);
});
