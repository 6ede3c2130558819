import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { neverTakenText } from "./branches/branch-report.ts";
import { ALL_FAULTS, FAULT_CLASSES, readFaults } from "./fault-classes.ts";
import { INVARIANTS } from "./invariants/table.ts";
import { reportText } from "./report.ts";
import { run } from "./run.ts";
import { runSeeds } from "./run-seeds.ts";
import { scenarioOf } from "./scenario.ts";

/** A run in which branches are counted takes some third more of CPU. */
const MEASURED_RUNS = 60;

const HELP = `npm run simulate -- [options]

  --seeds N           runs so many seeds; default 100
  --first S           from this one; default 1
  --faults LIST       all, none, or names: crash,stale-reads or all,-store-restored; default all
  --workers N         threads; default 2
  --stop              ends with the first violation
  --coverage FILE     counts in every run which branches of planners and machines are taken, which costs a third
                      more CPU, and writes those that none took, one a line; default: the first ${MEASURED_RUNS} runs, no file
  --no-coverage       does not count branches
  --json              prints the report as JSON
  --replay S          runs one seed and prints what happens, step by step
  --disturbances N    of a replay: only the first N
  --list              the faults and the invariants, each with its reason

Exit code: 0 if nothing was violated and every fault that was asked for struck; 1 otherwise.
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    first: { type: "string", default: "1" },
    faults: { type: "string", default: "all" },
    workers: { type: "string", default: "2" },
    stop: { type: "boolean", default: false },
    coverage: { type: "string" },
    "no-coverage": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    replay: { type: "string" },
    disturbances: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.list) process.stdout.write(list());
else if (values.replay === undefined) process.exitCode = await search();
else process.exitCode = await replay(whole(values.replay, "--replay"));

async function search(): Promise<number> {
  const faults = readFaults(values.faults);
  const count = whole(values.seeds, "--seeds");
  const every = Math.max(1, Math.round(count / 20));
  let runs = 0;
  const started = performance.now();
  const report = await runSeeds({
    first: whole(values.first, "--first"),
    count,
    faults,
    workers: whole(values.workers, "--workers"),
    stopAtFirst: values.stop,
    measuredRuns: values["no-coverage"] ? 0 : values.coverage === undefined ? MEASURED_RUNS : count,
    onRun: ({ seed, violation }) => {
      runs += 1;
      if (violation !== null) process.stderr.write(`seed ${seed}: ${violation.invariant}\n`);
      else if (runs % every === 0)
        process.stderr.write(`${runs} of ${count} after ${Math.round((performance.now() - started) / 1_000)} s\n`);
    },
  });
  if (values.coverage !== undefined && report.branches !== null)
    writeFileSync(values.coverage, neverTakenText(report.branches));
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportText(report)}\n`);
  return report.found.length + report.neverInjected.length === 0 ? 0 : 1;
}

async function replay(seed: number): Promise<number> {
  const scenario = scenarioOf(seed, readFaults(values.faults));
  const kept = values.disturbances === undefined ? undefined : whole(values.disturbances, "--disturbances");
  const cut = { ...scenario, disturbances: scenario.disturbances.slice(0, kept) };
  const { log, violation } = await run(cut, { isLogged: true });
  process.stdout.write(`${log.join("\n")}\n`);
  process.stdout.write(violation === null ? `seed ${seed}, 0 violations\n` : `seed ${seed}, 1 violation\n`);
  return violation === null ? 0 : 1;
}

function whole(text: string, flag: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${flag} is "${text}"; allowed is a whole number`);
}

function list(): string {
  const faults = ALL_FAULTS.map((name) => `  ${name.padEnd(24)} ${FAULT_CLASSES[name]}`);
  const invariants = INVARIANTS.map(({ name, why }) => `  ${name.padEnd(24)} ${why}`);
  return `${["Faults", ...faults, "", "Invariants", ...invariants].join("\n")}\n`;
}
