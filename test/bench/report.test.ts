import { expect, test } from "vitest";
import { isMet, renderReport, type Measurement } from "./report.ts";

const measured = (value: number, target: Measurement["target"]): Measurement => ({
  what: "x",
  value,
  unit: "ms",
  target,
});

test.each([
  [0.15, "at most", 0.15, true],
  [0.151, "at most", 0.15, false],
  [250, "below", 250, false],
  [30, "at least", 30, true],
  [29.9, "at least", 30, false],
  [Number.NaN, "at most", 1, false],
] as const)("%s is %s %s: %s", (value, is, target, expected) => {
  expect(isMet(measured(value, { is, value: target }))).toBe(expected);
});

test("the table shows value, target and verdict, and why a scenario has no numbers", () => {
  const lines = renderReport([
    {
      name: "sweep",
      tookMs: 1,
      problem: null,
      measurements: [
        { ...measured(0.123, { is: "at most", value: 0.15 }), what: "calls a binding" },
        measured(1234.5, null),
      ],
    },
    { name: "memory", tookMs: 1, problem: "ran out of time", measurements: [] },
  ]);
  expect(lines[1]).toMatch(/^calls a binding +0\.123 ms +≤ 0\.15 +met$/);
  expect(lines[2]).toMatch(/^x +1,235 ms$/);
  expect(lines.at(-1)).toBe("memory: ran out of time");
});
