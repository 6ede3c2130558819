import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BANS, bannedCalls } from "./banned-calls.ts";
import { badFileNames, longFunctions, missingScripts } from "./check-form.ts";
import { forbiddenImports, importCycles, type Finding } from "./check-imports.ts";
import { EXCEPTIONS, LAYERS } from "./layers.ts";
import { readSources } from "./source-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const SOURCES = readSources(ROOT, ["src", "state-machines"]);
const TESTS = readSources(ROOT, ["test"]);
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as { scripts: Record<string, string> };

function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, says }) => `${path}:${line} ${says}`);
}

describe("the architecture", () => {
  test("has each layer import only what the table allows it", () => {
    expect(lines(forbiddenImports(SOURCES))).toEqual([]);
  });

  test("has no imports in circles", () => {
    expect(importCycles(SOURCES).map((cycle) => cycle.join(" → "))).toEqual([]);
  });

  test("takes time, chance, ids and configuration from outside, and cannot delete what it must not", () => {
    expect(lines(bannedCalls(SOURCES))).toEqual([]);
  });

  test("keeps functions on one screen", () => {
    expect(lines(longFunctions(SOURCES))).toEqual([]);
  });

  test("has file names that say what is inside", () => {
    expect(lines(badFileNames([...SOURCES, ...TESTS].map(({ path }) => path)))).toEqual([]);
  });

  test("has the scripts that its documents tell people to run", () => {
    const documents = ["README.md", "docs/contributing.md", "docs/architecture.md"].filter((path) =>
      existsSync(`${ROOT}/${path}`),
    );
    const text = documents.map((path) => readFileSync(`${ROOT}/${path}`, "utf8")).join("\n");
    expect(missingScripts(text, scripts)).toEqual([]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "dev", "test", "bench", "check"]));
  });

  test("allows nothing in places that no longer exist", () => {
    const allowed = [
      ...BANS.flatMap((ban) => Object.keys(ban.allowed)),
      ...EXCEPTIONS.map(({ from }) => from),
      ...Object.values(LAYERS).map(({ path }) => path),
    ];
    expect(allowed.filter((path) => !existsSync(`${ROOT}/${path}`))).toEqual([]);
  });
});
