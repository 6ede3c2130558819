import { globSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createCoverageMap, type CoverageMap, type FileCoverage } from "@vitest/istanbul-lib-coverage";
import convert from "ast-v8-to-istanbul";
import { parseAst } from "rolldown/parseAst";
import type { FileBlocks } from "./block-coverage.ts";
import { DECIDING, type BranchNeverTaken, type BranchReport, type DirectoryBranches } from "./branch-report.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The addresses that all files begin with that are looked at. */
export const DECIDING_URLS = DECIDING.map((directory) => new URL(`${directory}/`, ROOT).href);

/** The text of every file that is looked at, by address, loaded or not. */
export type Sources = ReadonlyMap<string, string>;

/** Read before the runs begin: an edit meanwhile would move the offsets. */
export function readSources(): Sources {
  const isMeasured = (path: string): boolean => !path.endsWith(".test.ts") && !/\/planning-[^/]*$/.test(path);
  const paths = DECIDING.flatMap((directory) => globSync(`${directory}/**/*.ts`, { cwd: fileURLToPath(ROOT) }));
  return new Map(
    paths
      .filter(isMeasured)
      .sort()
      .map((path) => {
        const url = new URL(path, ROOT);
        return [url.href, readFileSync(url, "utf8")];
      }),
  );
}

/** Turns what V8 counted, in any number of threads, into branches. A file that no thread loaded counts with none taken. */
export async function branchReport(
  sources: Sources,
  threads: readonly FileBlocks[][],
  runs: number,
): Promise<BranchReport> {
  const map = createCoverageMap({});
  for (const [url, code] of sources) {
    const counted = threads.flatMap((files) => files.filter((file) => file.url === url));
    const ast = parseAst(code, { lang: "ts" });
    for (const { functions } of counted.length > 0 ? counted : [{ functions: [] }])
      map.merge(await convert({ code, ast, coverage: { url, functions } }));
  }
  return {
    runs,
    directories: DECIDING.map((directory) => totals(map, directory)),
    neverTaken: neverTaken(map, sources),
  };
}

function totals(map: CoverageMap, directory: string): DirectoryBranches {
  const summary = { directory, covered: 0, total: 0 };
  for (const path of map.files()) {
    if (!nameOf(path).startsWith(`${directory}/`)) continue;
    const { branches } = map.fileCoverageFor(path).toSummary();
    summary.covered += branches.covered;
    summary.total += branches.total;
  }
  return summary;
}

function neverTaken(map: CoverageMap, sources: Sources): BranchNeverTaken[] {
  return map
    .files()
    .flatMap((path) => neverTakenIn(map.fileCoverageFor(path), sources.get(pathToFileURL(path).href) ?? ""));
}

function neverTakenIn({ path, branchMap, b }: FileCoverage, code: string): BranchNeverTaken[] {
  const lines = code.split("\n");
  return Object.entries(branchMap).flatMap(([id, { type, loc, locations }]) =>
    locations.flatMap((location, way) => {
      if ((b[id]?.[way] ?? 0) > 0) return [];
      // An `else` that is not there has no place of its own.
      const isMissing = location.start.line === undefined;
      const { line, column } = isMissing ? loc.start : location.start;
      const text = (lines[(line ?? 1) - 1] ?? "").slice(column).replaceAll(/\s+/g, " ").trim();
      return [
        {
          file: nameOf(path),
          line: line ?? 1,
          column: (column ?? 0) + 1,
          kind: type,
          code: isMissing ? `no else: ${text}` : text,
        },
      ];
    }),
  );
}

function nameOf(path: string): string {
  return path.slice(fileURLToPath(ROOT).length);
}
