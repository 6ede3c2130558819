import { expect, test } from "vitest";
import { newcomersThatFit } from "./policy-capacity.ts";

function fitsIn(limit: number) {
  return (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0) <= limit;
}

test.each<[string, number[], number, number[]]>([
  ["all if there is room", [3, 3, 3], 9, [3, 3, 3]],
  ["the first ones if there is not", [3, 3, 3], 8, [3, 3]],
  ["a smaller one behind one that is too large", [3, 9, 3], 8, [3, 3]],
  ["none", [9, 9], 8, []],
  ["nothing of nothing", [], 8, []],
])("admits %s", (_what, sizes, limit, admitted) => {
  expect(newcomersThatFit(sizes, fitsIn(limit))).toEqual(admitted);
});

test("asks few questions for many newcomers", () => {
  let asked = 0;
  const fits = fitsIn(500);
  const admitted = newcomersThatFit(
    Array.from({ length: 512 }, () => 1),
    (sizes) => {
      asked += 1;
      return fits(sizes);
    },
  );
  expect(admitted).toHaveLength(500);
  expect(asked).toBeLessThan(100);
});
