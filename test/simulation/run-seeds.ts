import { Worker } from "node:worker_threads";
import type { FileBlocks } from "./branches/block-coverage.ts";
import { ALL_FAULTS, type FaultClass } from "./fault-classes.ts";
import { addRun, emptyReport, type Found, type Report } from "./report.ts";
import { run, type RunResult } from "./run.ts";
import { scenarioOf } from "./scenario.ts";
import { shrunk } from "./shrink.ts";

export interface SeedsToRun {
  /** The first seed. Default 1. */
  first?: number;
  count: number;
  /** Classes that may strike. Default: all. */
  faults?: readonly FaultClass[];
  /** Threads; 1 = this one. Default 2. */
  workers?: number;
  /** True ends the search with the first violation. Default false. */
  stopAtFirst?: boolean;
  /** In so many runs, from the first, it is also counted which branches of planners and machines run. Default 0. */
  measuredRuns?: number;
  /** False leaves violations as long as they are. Default true, for the first three. */
  shrink?: boolean;
  onRun?(result: RunResult): void;
}

/** What a worker is told. */
export interface WorkerTask {
  seeds: number[];
  faults: readonly FaultClass[];
  /** What the addresses of the files begin with whose blocks are to be counted; null = none are. */
  measure: readonly string[] | null;
}

/** What a worker tells back: each run, and last what of the code ran. */
export type FromWorker = { result: RunResult } | { blocks: FileBlocks[] };

const SHRUNK_MAX = 3;

/** Runs seeds one after the other, on as many threads as are given, and says what came of all of them. */
export async function runSeeds(given: SeedsToRun): Promise<Report> {
  const { first = 1, count, faults = ALL_FAULTS, workers = 2, stopAtFirst = false, shrink = true } = given;
  const { measuredRuns = 0 } = given;
  const started = performance.now();
  const report = emptyReport();
  const broken: RunResult[] = [];
  const ended = new AbortController();
  const take = (result: RunResult): void => {
    addRun(report, result);
    if (result.violation !== null) broken.push(result);
    if (result.violation !== null && stopAtFirst) ended.abort();
    given.onRun?.(result);
  };
  const seeds = Array.from({ length: count }, (_, n) => first + n);
  const share = (n: number, from: number, to?: number): number[] =>
    seeds.slice(from, to).filter((_seed, at) => at % workers === n);
  // It loads a parser, which is dear where a planted bug is sought in a hundred short searches.
  const measuring = measuredRuns > 0 ? await import("./branches/branch-coverage.ts") : null;
  const sources = measuring?.readSources();
  const blocks: FileBlocks[][] = [];
  const thread = async (n: number): Promise<void> => {
    const measured = { seeds: share(n, 0, measuredRuns), faults, measure: measuring?.DECIDING_URLS ?? null };
    await elsewhere(measured, take, (counted) => blocks.push(counted), ended.signal);
    const rest = { seeds: share(n, measuredRuns), faults, measure: null };
    await elsewhere(rest, take, () => undefined, ended.signal);
  };
  await (workers === 1 && measuredRuns === 0
    ? here({ seeds, faults }, take, ended.signal)
    : Promise.all(Array.from({ length: workers }, (_, n) => thread(n))));
  broken.sort((a, b) => a.seed - b.seed);
  for (const [n, result] of broken.entries())
    report.found.push(await foundOf(result, faults, shrink && n < SHRUNK_MAX));
  report.neverInjected = faults.filter((name) => report.faults[name] === 0);
  // Threads that were ended early told nothing.
  if (measuring !== null && sources !== undefined && !ended.signal.aborted)
    report.branches = await measuring.branchReport(sources, blocks, Math.min(count, measuredRuns));
  report.tookMs = performance.now() - started;
  return report;
}

/** Runs seeds in this thread. */
export async function here(
  { seeds, faults }: Pick<WorkerTask, "seeds" | "faults">,
  take: (result: RunResult) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const seed of seeds) {
    if (signal.aborted) return;
    take(await run(scenarioOf(seed, faults)));
  }
}

async function elsewhere(
  task: WorkerTask,
  take: (result: RunResult) => void,
  takeBlocks: (blocks: FileBlocks[]) => void,
  signal: AbortSignal,
): Promise<void> {
  if (task.seeds.length === 0 || signal.aborted) return;
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: task });
  signal.addEventListener("abort", () => void worker.terminate());
  worker.on("message", (message: FromWorker) => {
    if ("result" in message) take(message.result);
    else takeBlocks(message.blocks);
  });
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

async function foundOf(result: RunResult, faults: readonly FaultClass[], shrink: boolean): Promise<Found> {
  const { seed } = result;
  const scenario = scenarioOf(seed, faults);
  const least = shrink ? await shrunk(scenario, result) : { disturbances: scenario.disturbances.length, result };
  return {
    seed,
    violation: least.result.violation!,
    disturbances: least.disturbances,
    replay: replayLine(seed, least.disturbances, faults),
  };
}

function replayLine(seed: number, disturbances: number, faults: readonly FaultClass[]): string {
  const missing = ALL_FAULTS.filter((name) => !faults.includes(name));
  const some = missing.length > 0 ? ` --faults ${["all", ...missing.map((name) => `-${name}`)].join(",")}` : "";
  return `npm run simulate -- --replay ${seed} --disturbances ${disturbances}${some}`;
}
