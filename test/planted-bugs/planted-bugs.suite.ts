import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hunt, likelySeeds, seek } from "./hunt.ts";
import { plantedBugs } from "./planted-bug.ts";
import { TreeCopy } from "./tree-copy.ts";

const RUN_MS = 280_000;
const TREES = 2;
/** A seed that fails to find a bug costs seconds; the whole search is `npm run planted-bugs -- --all`. */
const SEEDS_MAX = 25;

const bugs = await plantedBugs();
const found = bugs.filter(({ survives }) => survives === null);
const trees: TreeCopy[] = [];

beforeAll(async () => {
  for (let n = 0; n < TREES; n += 1) trees.push(await TreeCopy.make());
});
afterAll(async () => {
  await Promise.all(trees.map((tree) => tree.remove()));
});

/** One tree has one bug at a time. */
async function inTree<T>(work: (tree: TreeCopy) => Promise<T>): Promise<T> {
  const tree = trees.pop();
  if (tree === undefined) throw new Error("there are fewer trees than tests at once");
  try {
    return await work(tree);
  } finally {
    trees.push(tree);
  }
}

test("at least 30 planted bugs are to be found, each of at most five lines of production source", () => {
  expect(found.length).toBeGreaterThanOrEqual(30);
  for (const { name, lines, changes } of bugs) {
    expect(lines, name).toBeLessThanOrEqual(5);
    expect(changes.length, name).toBeGreaterThan(0);
    for (const path of changes) expect(path, name).toMatch(/^(src|state-machines)\/(?!simulator\/).*(?<!\.test)\.ts$/);
  }
});

test("a patch that no longer applies is told by its name", async () => {
  await inTree(async (tree) => {
    const missing = tree.plant(`${import.meta.dirname}/no-such-bug.patch`);
    await expect(missing).rejects.toThrow(/no-such-bug\.patch does not apply/);
  });
});

describe.concurrent("with a bug planted, the simulation finds a violation", () => {
  test.each(found)("$name", async (bug) => {
    const { foundAt, violation } = await inTree((tree) =>
      hunt(tree, bug, likelySeeds(bug).slice(0, SEEDS_MAX), RUN_MS),
    );
    expect(foundAt, `${bug.name} survives: ${bug.what}`).not.toBeNull();
    if (foundAt !== bug.seed) console.log(`${bug.name}: by seed ${foundAt} now (${violation?.invariant})`);
  });
});

describe.concurrent("without a bug, the same seeds find none", () => {
  const seeds = [...new Set(found.map(({ seed }) => seed))];
  const shares = Array.from({ length: TREES }, (_, n) => seeds.filter((_seed, at) => at % TREES === n));
  test.each(shares.filter((share) => share.length > 0))("%s", async (...share) => {
    const { violation } = await inTree((tree) => seek(tree, share, RUN_MS));
    expect(violation).toBeNull();
  });
});
