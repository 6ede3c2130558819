import { table } from "../../src/cli/terminal.ts";

/** One number of the benchmark. */
export interface Measurement {
  /** What was measured, e.g. "sweep, warm, 50 × 20, Enforce". */
  what: string;
  value: number;
  unit: string;
  /** null = informative only. */
  target: { is: "at most" | "at least" | "below"; value: number } | null;
  /** True if fixed costs or a handful of samples decide the number at small scale, where it then means nothing. */
  needsFullScale?: boolean;
  /** Anything that a reader needs to judge the number. */
  note?: string;
  /** The number's parts, e.g. calls by operation; for the data, not for the table. */
  parts?: Readonly<Record<string, number>>;
}

export type ScaleName = "full" | "small";

/** null = the measurement has no target. */
export type Verdict = "met" | "MISSED" | "not judged at this scale" | null;

export interface ScenarioResult {
  name: string;
  tookMs: number;
  measurements: Measurement[];
  /** Why there are no (or not all) measurements; null = it ran to its end. */
  problem: string | null;
}

/** Whether a measurement keeps its target. A target without a number (NaN) is missed. */
export function verdictOn({ target, value, needsFullScale = false }: Measurement, scale: ScaleName): Verdict {
  if (target === null) return null;
  if (needsFullScale && scale === "small") return "not judged at this scale";
  return isKept(target, value) ? "met" : "MISSED";
}

function isKept(target: NonNullable<Measurement["target"]>, value: number): boolean {
  if (target.is === "at most") return value <= target.value;
  return target.is === "below" ? value < target.value : value >= target.value;
}

const SYMBOL = { "at most": "≤", "at least": "≥", below: "<" } as const;

/** The table that `npm run bench` prints. */
export function renderReport(results: ScenarioResult[], scale: ScaleName): string[] {
  const rows = results.flatMap((result) => result.measurements.map((measurement) => rowOf(measurement, scale)));
  const problems = results
    .filter((result) => result.problem !== null)
    .map((result) => `${result.name}: ${result.problem}`);
  return [
    ...table([["MEASURED", "VALUE", "TARGET", "", "NOTE"], ...rows]),
    ...(problems.length === 0 ? [] : ["", ...problems]),
  ];
}

function rowOf(measurement: Measurement, scale: ScaleName): string[] {
  const { what, value, unit, target, note = "" } = measurement;
  return [
    what,
    `${formatted(value)} ${unit}`,
    target === null ? "none" : `${SYMBOL[target.is]} ${target.value}`,
    verdictOn(measurement, scale) ?? "for information",
    note,
  ];
}

/** Three significant digits are more than a shared machine can promise. */
function formatted(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
