import { branchLines, type BranchReport } from "./branches/branch-report.ts";
import { ALL_FAULTS, type FaultClass } from "./fault-classes.ts";
import { INVARIANTS } from "./invariants/table.ts";
import type { Violation } from "./judge.ts";
import type { RunResult } from "./run.ts";

/** A violation, cut down to what it takes. */
export interface Found {
  seed: number;
  violation: Violation;
  /** How many disturbances, from the first, are enough. */
  disturbances: number;
  /** The command that shows it again. */
  replay: string;
}

/** What many runs came to. */
export interface Report {
  seeds: number;
  virtualMs: number;
  calls: number;
  steps: number;
  tookMs: number;
  faults: Record<FaultClass, number>;
  checks: Record<string, number>;
  /** The slowest to come to rest once all was well again, slowest first. */
  slowest: { seed: number; convergedAfterMs: number }[];
  /** Classes that were asked for and never struck. */
  neverInjected: FaultClass[];
  found: Found[];
  /** Null if it was not asked for, or the search ended early. */
  branches: BranchReport | null;
}

const SLOWEST_MAX = 5;

export function emptyReport(): Report {
  return {
    seeds: 0,
    virtualMs: 0,
    calls: 0,
    steps: 0,
    tookMs: 0,
    faults: Object.fromEntries(ALL_FAULTS.map((name) => [name, 0])) as Report["faults"],
    checks: Object.fromEntries(INVARIANTS.map(({ name }) => [name, 0])),
    slowest: [],
    neverInjected: [],
    found: [],
    branches: null,
  };
}

export function addRun(report: Report, result: RunResult): void {
  report.seeds += 1;
  report.virtualMs += result.virtualMs;
  report.calls += result.calls;
  report.steps += result.steps;
  for (const [name, count] of Object.entries(result.faults)) report.faults[name as FaultClass] += count;
  for (const [name, count] of Object.entries(result.checks)) report.checks[name] = (report.checks[name] ?? 0) + count;
  const { seed, convergedAfterMs } = result;
  if (convergedAfterMs !== null) report.slowest.push({ seed, convergedAfterMs });
  report.slowest = report.slowest.toSorted((a, b) => b.convergedAfterMs - a.convergedAfterMs).slice(0, SLOWEST_MAX);
}

/** For people; the last line says how it went. */
export function reportText(report: Report): string {
  const { seeds, virtualMs, calls, steps, tookMs, faults, checks, slowest, found, neverInjected, branches } = report;
  const total = (table: Record<string, number>) => Object.values(table).reduce((sum, count) => sum + count, 0);
  const lines = [
    `runs                ${seeds} in ${(tookMs / 1_000).toFixed(1)} s, ${(seeds / (tookMs / 1_000)).toFixed(1)} a second`,
    `simulated           ${(virtualMs / 3_600_000).toFixed(1)} hours, ${steps} steps, ${calls} calls to AWS`,
    `faults injected     ${total(faults)}`,
    ...table(faults),
    `checks made         ${total(checks)}`,
    ...table(checks),
    `slowest to rest     ${slowest.map(({ seed, convergedAfterMs }) => `seed ${seed}: ${Math.round(convergedAfterMs / 1_000)} s`).join(", ")}`,
    ...(branches === null ? [] : branchLines(branches)),
    ...(neverInjected.length > 0 ? [`never injected      ${neverInjected.join(", ")}`] : []),
    ...found.flatMap(foundLines),
    `${seeds} seeds, ${found.length} violations`,
  ];
  return lines.join("\n");
}

function table(counts: Record<string, number>): string[] {
  return Object.entries(counts).map(([name, count]) => `  ${name.padEnd(26)} ${String(count).padStart(9)}`);
}

function foundLines({ seed, violation, disturbances, replay }: Found): string[] {
  const { invariant, message, atMs } = violation;
  return [
    "",
    `seed ${seed} violates ${invariant} after ${(atMs / 1_000).toFixed(3)} s and ${disturbances} disturbances:`,
    `  ${message}`,
    `  ${replay}`,
  ];
}
