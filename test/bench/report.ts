import { table } from "../../src/cli/terminal.ts";

/** One number of the benchmark. */
export interface Measurement {
  /** What was measured, e.g. "sweep, warm, 50 × 20, Enforce". */
  what: string;
  value: number;
  unit: string;
  /** null = informative only. */
  target: { is: "at most" | "at least" | "below"; value: number } | null;
  /** Anything that a reader needs to judge the number. */
  note?: string;
}

export interface ScenarioResult {
  name: string;
  tookMs: number;
  measurements: Measurement[];
  /** Why there are no (or not all) measurements; null = it ran to its end. */
  problem: string | null;
}

/** Whether a measurement keeps its target; null = it has none. */
export function isMet({ target, value }: Measurement): boolean | null {
  if (target === null) return null;
  if (Number.isNaN(value)) return false;
  if (target.is === "at most") return value <= target.value;
  return target.is === "below" ? value < target.value : value >= target.value;
}

const SYMBOL = { "at most": "≤", "at least": "≥", below: "<" } as const;

/** The table that `npm run bench` prints. */
export function renderReport(results: ScenarioResult[]): string[] {
  const rows = results.flatMap((result) => result.measurements.map((measurement) => rowOf(measurement)));
  const problems = results
    .filter((result) => result.problem !== null)
    .map((result) => `${result.name}: ${result.problem}`);
  return [
    ...table([["MEASURED", "VALUE", "TARGET", "", "NOTE"], ...rows]),
    ...(problems.length === 0 ? [] : ["", ...problems]),
  ];
}

function rowOf(measurement: Measurement): string[] {
  const { what, value, unit, target, note = "" } = measurement;
  const met = isMet(measurement);
  return [
    what,
    `${formatted(value)} ${unit}`,
    target === null ? "" : `${SYMBOL[target.is]} ${target.value}`,
    met === null ? "" : met ? "met" : "MISSED",
    note,
  ];
}

/** Three significant digits are more than a shared machine can promise. */
function formatted(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
