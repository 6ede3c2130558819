import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { streamOf } from "../simulation/chance.ts";

/** A safe lower bound of what docs/simulation.md says was measured. */
const LEAST = "70";

const HELP = `npm run mutation -- [options]

  --files N      so many planner files, chosen by --seed; default 4
  --seed S       default 1
  --only NAMES   these files of src/plan, separated by commas
  --all          all of them; takes hours: about a second of CPU for each mutant
  --workers N    default 2
  --least P      the score that is asked for, in %; default ${LEAST}
  --report FILE  writes every mutant and what became of it as JSON, as Stryker's viewers read it

Changes the planners in one place at a time and runs their unit and property tests. Last line: the mutation score, in %
of all changes that some test noticed. Exit code: 0 if it is at least P.
`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    all: { type: "boolean", default: false },
    workers: { type: "string", default: "2" },
    least: { type: "string", default: LEAST },
    report: { type: "string", default: join(tmpdir(), "mooring-mutation.json") },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const chosen = chosenFiles();
  process.stdout.write(`mutating ${chosen.join(", ")}\n`);
  process.chdir(ROOT);
  const results = await new Stryker({
    mutate: chosen.map((name) => `src/plan/${name}`),
    testRunner: "vitest",
    vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner"],
    ignorePatterns: ["**", "!src/plan/**", "!src/model/**", "!test/mutation/**", "!package.json"],
    concurrency: Number(values.workers),
    coverageAnalysis: "perTest",
    // Messages are for people; no rule of safety hangs on their words.
    mutator: { excludedMutations: ["StringLiteral"] },
    reporters: ["json", "clear-text", "progress-append-only"],
    jsonReporter: { fileName: values.report },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
    // Outside: nothing of it may be seen by what watches or searches the checkout.
    tempDirName: join(tmpdir(), "mooring-mutation"),
    allowConsoleColors: false,
  }).runMutationTest();
  const count = (...all: string[]): number => results.filter(({ status }) => all.includes(status)).length;
  const detected = count("Killed", "Timeout");
  const undetected = count("Survived", "NoCoverage");
  const score = (100 * detected) / Math.max(1, detected + undetected);
  process.stdout.write(
    `${detected} of ${detected + undetected} mutants noticed: mutation score ${score.toFixed(1)} %\n`,
  );
  return score >= Number(values.least) ? 0 : 1;
}

/** Tests, and the worlds that they are made of, are not mutated. */
function chosenFiles(): string[] {
  const all = readdirSync(`${ROOT}src/plan`)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.startsWith("planning-"))
    .sort();
  if (values.only !== undefined) return values.only.split(",");
  if (values.all) return all;
  const chance = streamOf(Number(values.seed), "mutation");
  const chosen: string[] = [];
  while (chosen.length < Math.min(Number(values.files), all.length)) {
    const one = chance.pick(all.filter((name) => !chosen.includes(name)));
    chosen.push(one);
  }
  return chosen.sort();
}
