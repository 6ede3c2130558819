import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Violation } from "../simulation/judge.ts";
import type { PlantedBug } from "./planted-bug.ts";
import type { TreeCopy } from "./tree-copy.ts";

/** What a hunt for one bug came to. */
export interface Hunt {
  /** Seeds run, the one that found it included. */
  seeds: number;
  foundAt: number | null;
  violation: Violation | null;
}

/** Runs seeds in a copy of the tree until one is violated. @throws {Error} if the process dies instead. */
export async function seek(tree: TreeCopy, seeds: readonly number[], timeoutMs: number): Promise<Hunt> {
  const script = join(tree.directory, "test/planted-bugs/seek.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, seeds.join()], {
    timeout: timeoutMs,
    maxBuffer: 2 ** 24,
  });
  const lines = stdout.trim().split("\n");
  const { seed, violation } = JSON.parse(lines.at(-1)!) as { seed: number; violation: Violation | null };
  return { seeds: lines.length, foundAt: violation === null ? null : seed, violation };
}

/** Plants a bug, seeks it, and pulls it out again. */
export async function hunt(
  tree: TreeCopy,
  bug: PlantedBug,
  seeds: readonly number[],
  timeoutMs: number,
): Promise<Hunt> {
  await tree.plant(bug.file);
  try {
    return await seek(tree, seeds, timeoutMs);
  } finally {
    await tree.pullOut(bug.file);
  }
}

/** The short way: the seed that is known to find it, then the others. */
export function likelySeeds({ seed, within }: PlantedBug): number[] {
  return [seed, ...firstSeeds(within).filter((one) => one !== seed)];
}

export function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

/** Of an odd or even number of values; null = of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
