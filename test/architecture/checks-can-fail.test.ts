import { describe, expect, test } from "vitest";
import { bannedCalls } from "./banned-calls.ts";
import { badFileNames, longFunctions, missingScripts } from "./check-form.ts";
import { forbiddenImports, importCycles } from "./check-imports.ts";
import { parseSource } from "./source-file.ts";

/** Each check is shown a file that it must refuse, so that a check which sees nothing is noticed. */
describe("the check of imports", () => {
  test.each([
    ["src/model/a.ts", 'import { plan } from "../plan/plan.ts";', "model may not import plan"],
    ["src/model/a.ts", 'import type { Plan } from "../plan/plan.ts";', "model may not import plan"],
    ["src/plan/a.ts", 'export { x } from "../store/store.ts";', "plan may not import store"],
    ["src/plan/a.ts", 'const sdk = await import("@aws-sdk/client-efs");', "the package @aws-sdk/client-efs"],
    ["state-machines/a/machine.ts", 'import { plan } from "../../src/plan/plan.ts";', "more than types of plan"],
    ["src/simulator/a.ts", 'import type { Clock } from "../model/clock.ts";', "simulator may not import model"],
    ["src/aws/a.ts", 'import { main } from "../cli/main.ts";', "aws may not import cli"],
    ["src/controller/a.ts", 'import { world } from "../simulator/world.ts";', "controller may not import simulator"],
    ["src/model/a.ts", 'import { x } from "../../docs/x.ts";', "outside of all layers"],
    ["src/extra/a.ts", "", "belongs to no layer"],
  ])("refuses %s with %s", (path, text, says) => {
    expect(forbiddenImports([parseSource(path, text)])).toMatchObject([{ says: expect.stringContaining(says) }]);
  });

  test("lets state machines have types of the planners, and tests anything", () => {
    const machine = parseSource("state-machines/a/machine.ts", 'import type { Plan } from "../../src/plan/plan.ts";');
    const unit = parseSource("src/model/a.test.ts", 'import { world } from "../simulator/world.ts";');
    expect(forbiddenImports([machine, unit])).toEqual([]);
  });

  test("finds a circle, but not one of types alone", () => {
    const a = parseSource("src/model/a.ts", 'import { b } from "./b.ts";');
    const b = parseSource("src/model/b.ts", 'import { a } from "./a.ts";');
    const typesOfA = parseSource("src/model/b.ts", 'import { type A } from "./a.ts";');
    expect(importCycles([a, b])).toEqual([["src/model/a.ts", "src/model/b.ts", "src/model/a.ts"]]);
    expect(importCycles([a, typesOfA])).toEqual([]);
  });
});

describe("the check of calls", () => {
  test.each([
    ["src/store/a.ts", "const t = Date.now();"],
    ["src/store/a.ts", "const t = new Date();"],
    ["src/store/a.ts", "const t = performance.now();"],
    ["src/store/a.ts", "const r = Math.random();"],
    ["src/store/a.ts", 'import { randomUUID } from "node:crypto";'],
    ["src/store/a.ts", "const id = crypto.randomUUID();"],
    ["src/aws/a.ts", "const region = process.env.AWS_REGION;"],
    ["src/cli/a.ts", "const { HOME } = process.env;"],
    ["src/plan/a.ts", "setTimeout(() => {}, 5);"],
    ["src/aws/a.ts", "const signal = AbortSignal.timeout(5);"],
    ["src/aws/a.ts", "const h = crypto.subtle;"],
    ["src/aws/a.ts", "client.send(new DeleteFileSystemCommand({}));"],
    ["src/aws/a.ts", "new DeleteMountTargetCommand({});"],
    ["src/aws/a.ts", "efs.deleteFileSystemPolicy(id);"],
  ])("refuses in %s: %s", (path, text) => {
    expect(bannedCalls([parseSource(path, text)]).length).toBeGreaterThan(0);
  });

  test("lets a date be made from a time, words stand in comments and strings, and the edge read the clock", () => {
    const fine = parseSource(
      "src/store/a.ts",
      'const d = new Date(5); // not Date.now()\nconst name = "DeleteFileSystem";',
    );
    const edge = parseSource("src/cli/clock.ts", "const t = Date.now();");
    expect(bannedCalls([fine, edge])).toEqual([]);
  });
});

describe("the checks of form", () => {
  test("refuse a function of 71 lines and allow one of 70", () => {
    const lines = (count: number) => `function f() {\n${"  f();\n".repeat(count - 2)}}`;
    expect(longFunctions([parseSource("src/a.ts", lines(71))])).toHaveLength(1);
    expect(longFunctions([parseSource("src/a.ts", lines(70))])).toHaveLength(0);
  });

  test.each([
    "src/api/utils.ts",
    "src/helpers/a.ts",
    "src/store/types.ts",
    "src/aws/efsClient.ts",
    "src/lib/x.test.ts",
  ])("refuse the name %s", (path) => {
    expect(badFileNames([path])).toHaveLength(1);
  });

  test("refuse a document that names a script which does not exist", () => {
    expect(missingScripts("Try `npm run simulate`, then npm test.", { test: "vitest" })).toEqual(["simulate"]);
  });
});
