import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { forgetAmbientAws } from "../../src/config.ts";
import { realClock } from "../../src/cli/clock.ts";
import { renderReport, verdictOn, type Measurement, type ScaleName, type ScenarioResult } from "./report.ts";
import { SCALES, type Scale, type Scenario } from "./scenario.ts";
import { massChange } from "./scenario-budget.ts";
import { commitLog } from "./scenario-commit-log.ts";
import { enforcedFleet } from "./scenario-enforce.ts";
import { tenVolumes } from "./scenario-ten-volumes.ts";
import { memoryOfService } from "./scenario-memory.ts";
import { mixedFleet } from "./scenario-mixed.ts";
import { observedFleet } from "./scenario-observe.ts";
import { strippedByPipeline } from "./scenario-pipeline.ts";
import { replacedFleet } from "./scenario-replacement.ts";
import { scaledReplicas } from "./scenario-scaling.ts";

/** In this order: what matters most first, should the time run out. */
const SCENARIOS: readonly Scenario[] = [
  enforcedFleet,
  observedFleet,
  mixedFleet,
  tenVolumes,
  strippedByPipeline,
  memoryOfService,
  replacedFleet,
  scaledReplicas,
  massChange,
  commitLog,
];

/** Whatever happens. */
const SCENARIO_MAX_MS = 480_000;
const TOTAL_MAX_MS = 3_600_000;

/** The numbers of Mooring, as a table. It measures and never judges: a missed target is not an error. */
async function main(): Promise<void> {
  const program = new Command("bench")
    .description(
      `Measures Mooring. A scenario ends after ${SCENARIO_MAX_MS / 60_000} minutes at the latest, all of them after ${TOTAL_MAX_MS / 60_000}; what was measured by then is printed.`,
    )
    .addOption(new Option("--only <name>", "one scenario").choices(SCENARIOS.map(({ name }) => name)))
    .addOption(
      new Option("--scale <scale>", "small: a few seconds, to see that it runs")
        .choices(["full", "small"])
        .default("full"),
    )
    .option("--json <file>", "write the numbers as data, too")
    .parse();
  const options = program.opts<{ only?: string; scale: ScaleName; json?: string }>();
  forgetAmbientAws();
  const startMs = realClock.nowMs();
  const results: ScenarioResult[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => options.only === undefined || name === options.only)) {
    const leftMs = TOTAL_MAX_MS - (realClock.nowMs() - startMs);
    results.push(await runScenario(scenario, SCALES[options.scale], Math.min(leftMs, SCENARIO_MAX_MS)));
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  console.log(
    `\n${renderReport(results, options.scale).join("\n")}\n\n${machine}; scale ${options.scale}; ${Math.round((realClock.nowMs() - startMs) / 1_000)} s`,
  );
  if (options.json !== undefined) {
    const judged = results.map((result) => ({
      ...result,
      measurements: result.measurements.map((one) => ({ ...one, verdict: verdictOn(one, options.scale) })),
    }));
    const data = { at: new Date(startMs).toISOString(), machine, scale: options.scale, results: judged };
    writeFileSync(options.json, `${JSON.stringify(data, null, 2)}\n`);
  }
}

async function runScenario(scenario: Scenario, scale: Scale, maxMs: number): Promise<ScenarioResult> {
  const startMs = realClock.nowMs();
  const measurements: Measurement[] = [];
  const cleanUps: (() => Promise<void>)[] = [];
  const directory = mkdtempSync(join(tmpdir(), "mooring-bench-"));
  const progress = (text: string): void =>
    console.error(`${((realClock.nowMs() - startMs) / 1_000).toFixed(1).padStart(6)}s ${scenario.name}: ${text}`);
  const measured = (measurement: Measurement): void => {
    measurements.push(measurement);
    progress(`${measurement.what}: ${measurement.value} ${measurement.unit}`);
  };
  const running = scenario.run({ scale, directory, measured, progress, cleanUp: (step) => cleanUps.push(step) });
  const problem = await Promise.race([
    running.then(
      () => null,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    ),
    realClock.sleep(maxMs).then(() => `stopped after ${Math.round(maxMs / 1_000)} s`),
  ]);
  for (const step of cleanUps.reverse()) await step().catch((error: unknown) => progress(`clean-up: ${String(error)}`));
  rmSync(directory, { recursive: true, force: true });
  return { name: scenario.name, tookMs: realClock.nowMs() - startMs, measurements, problem };
}

await main();
// A scenario that ran out of time may have left timers behind.
process.exit(0);
