import { parseArgs } from "node:util";
import { firstSeeds, hunt, likelySeeds, median, type Hunt } from "./hunt.ts";
import { plantedBugs, type PlantedBug } from "./planted-bug.ts";
import { TreeCopy } from "./tree-copy.ts";

const HELP = `npm run planted-bugs -- [options]

  --all          seeks each bug from seed 1 on, up to the number that it states; without it, begins with the seed known
  --only NAMES   only these, separated by commas
  --workers N    bugs at once; default 2
  --seeds N      seeks each from seed 1 to N, whatever it states
  --known        also those that are known to survive, from seed 1 to 20

Last line: "N of N planted bugs found, median M seeds". Exit code: 0 if every bug was found that should be.
`;

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    only: { type: "string" },
    workers: { type: "string", default: "2" },
    seeds: { type: "string" },
    known: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const RUN_MS = 30 * 60_000;
const KNOWN_SEEDS = 20;

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const only = values.only?.split(",");
  const all = (await plantedBugs()).filter(({ name }) => only?.includes(name) ?? true);
  const bugs = all.filter(({ survives }) => survives === null || values.known);
  const hunts = new Map<PlantedBug, Hunt>();
  const left = [...bugs];
  await Promise.all(Array.from({ length: Number(values.workers) }, () => work(left, hunts)));
  for (const { name, survives } of all)
    if (survives !== null) process.stdout.write(`known to survive: ${name}: ${survives}\n`);
  const due = [...hunts].filter(([{ survives }]) => survives === null);
  const found = due.filter(([, { foundAt }]) => foundAt !== null);
  // A hunt that began with the known seed does not tell how many it takes from the first one on: at most what is stated.
  const fromFirst = values.all || values.seeds !== undefined;
  const needed = found.map(([bug, { seeds }]) => (fromFirst ? seeds : bug.within));
  process.stdout.write(
    `${found.length} of ${due.length} planted bugs found, median ${median(needed) ?? "none"} seeds\n`,
  );
  return found.length === due.length ? 0 : 1;
}

async function work(left: PlantedBug[], hunts: Map<PlantedBug, Hunt>): Promise<void> {
  const tree = await TreeCopy.make();
  try {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const seeds =
        values.seeds !== undefined
          ? firstSeeds(Number(values.seeds))
          : bug.survives === null
            ? values.all
              ? firstSeeds(bug.within)
              : likelySeeds(bug)
            : firstSeeds(KNOWN_SEEDS);
      const result = await hunt(tree, bug, seeds, RUN_MS);
      hunts.set(bug, result);
      process.stdout.write(`${lineOf(bug, result)}\n`);
    }
  } finally {
    await tree.remove();
  }
}

function lineOf({ name, within, survives }: PlantedBug, { foundAt, violation, seeds }: Hunt): string {
  const stated = survives === null ? `of ${within} stated` : "known to survive";
  const result = foundAt === null ? `SURVIVES ${seeds} seeds` : `seed ${foundAt}, ${violation!.invariant}`;
  return `${name.padEnd(36)} ${result} (${stated})`;
}
