import { expect, test } from "vitest";
import { percentile, slope } from "./statistics.ts";

test.each([
  [0.5, 5],
  [0.99, 10],
  [0.9, 9],
  [0, 1],
  [1, 10],
])("the %s percentile of 1 to 10 is %s", (share, expected) => {
  expect(percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share)).toBe(expected);
});

test("no samples have no percentile", () => {
  expect(percentile([], 0.5)).toBeNaN();
});

test("the slope ignores the constant part", () => {
  expect(
    slope([
      { x: 0, y: 100 },
      { x: 1_000, y: 3_100 },
    ]),
  ).toBe(3);
  expect(slope([{ x: 1, y: 1 }])).toBeNaN();
});
