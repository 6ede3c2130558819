import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A way in which Mooring could be wrong, as a patch to its source; its head says what the simulation makes of it. */
export interface PlantedBug {
  name: string;
  /** The patch's file. */
  file: string;
  /** One sentence: what is wrong, and what comes of it. */
  what: string;
  /** It is found within so many seeds, counted from 1. */
  within: number;
  /** A seed that finds it: where the short run begins. */
  seed: number;
  /** The invariant that caught it when it was planted; another may be faster later. */
  by: string;
  /** null, or why the simulation does not find it: a known gap, shown as such. */
  survives: string | null;
  /** Lines that the patch takes out and puts in, whichever are more. */
  lines: number;
  /** Files that it changes. */
  changes: string[];
}

const BUGS = fileURLToPath(new URL("bugs/", import.meta.url));

/** All planted bugs, by name. */
export async function plantedBugs(): Promise<PlantedBug[]> {
  const files = (await readdir(BUGS)).filter((name) => name.endsWith(".patch")).sort();
  return Promise.all(files.map(async (name) => readBug(`${BUGS}${name}`, await readFile(`${BUGS}${name}`, "utf8"))));
}

/**
 * Reads a patch with its head: `What:`, `Found by:`, `Within:` and `Seed:`, or `Survives:` instead of the last three.
 *
 * @throws {Error} if the head lacks one of them.
 */
export function readBug(file: string, text: string): PlantedBug {
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.patch$/, "");
  const head = new Map(
    text
      .slice(0, text.indexOf("\n--- "))
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const),
  );
  const member = (key: string): string => {
    const value = head.get(key);
    if (value !== undefined && value !== "") return value;
    throw new Error(`${name}.patch has no line "${key}: …" before the patch itself`);
  };
  const survives = head.get("Survives") ?? null;
  const isFound = survives === null;
  const changed = text.split("\n").filter((line) => /^[+-](?![+-]{2} )/.test(line));
  const added = changed.filter((line) => line.startsWith("+")).length;
  return {
    name,
    file,
    what: member("What"),
    within: isFound ? Number(member("Within")) : 0,
    seed: isFound ? Number(member("Seed")) : 0,
    by: isFound ? member("Found by") : "",
    survives,
    lines: Math.max(added, changed.length - added),
    changes: [...text.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, path]) => path!),
  };
}
