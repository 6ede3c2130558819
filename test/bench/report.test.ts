import { expect, test } from "vitest";
import { renderReport, verdictOn, type Measurement } from "./report.ts";

const measured = (value: number, target: Measurement["target"]): Measurement => ({
  what: "x",
  value,
  unit: "ms",
  target,
});

test.each([
  [0.15, "at most", 0.15, "met"],
  [0.151, "at most", 0.15, "MISSED"],
  [250, "below", 250, "MISSED"],
  [30, "at least", 30, "met"],
  [29.9, "at least", 30, "MISSED"],
  [Number.NaN, "at most", 1, "MISSED"],
] as const)("%s is %s %s: %s", (value, is, target, expected) => {
  expect(verdictOn(measured(value, { is, value: target }), "full")).toBe(expected);
  expect(verdictOn(measured(value, { is, value: target }), "small")).toBe(expected);
});

test("what fixed costs decide is judged at full scale only", () => {
  const measurement = { ...measured(2, { is: "at most", value: 1 }), needsFullScale: true };
  expect(verdictOn(measurement, "full")).toBe("MISSED");
  expect(verdictOn(measurement, "small")).toBe("not judged at this scale");
  expect(verdictOn({ ...measurement, target: null }, "small")).toBeNull();
});

test("the table shows value, target and verdict, and why a scenario has no numbers", () => {
  const lines = renderReport(
    [
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
    ],
    "full",
  );
  expect(lines[1]).toMatch(/^calls a binding +0\.123 ms +≤ 0\.15 +met$/);
  expect(lines[2]).toMatch(/^x +1,235 ms +none +for information$/);
  expect(lines.at(-1)).toBe("memory: ran out of time");
});
