import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseSource, readSources } from "../architecture/source-file.ts";
import { reasonsIn } from "./reasons.ts";
import { rulesPage } from "./rules-page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const TYPES = [
  "Ready",
  "PolicyReady",
  "AccessPointReady",
  "MountConfigured",
  "OwnershipReady",
  "StoreRestored",
  "Drifted",
  "Stalled",
  "Reconciling",
  "InUse",
  "Orphaned",
];

function page(name: string): string {
  return readFileSync(`${ROOT}/docs/${name}`, "utf8");
}

test("docs/rules.md is what the rule table says now; if not, npm run docs", () => {
  expect(page("rules.md")).toBe(rulesPage());
});

test("docs/conditions.md explains every reason that a condition can have, and no other", () => {
  const files = readSources(ROOT, ["src/plan", "src/model", "src/reconcilers"]).filter(
    ({ path }) => !path.endsWith(".test.ts"),
  );
  const reasons = reasonsIn(files, TYPES);
  expect(reasons.size).toBeGreaterThan(40);
  const text = page("conditions.md");
  expect([...reasons].filter((reason) => !text.includes(`\`${reason}\``)).sort()).toEqual([]);
  const explained = [...text.matchAll(/^\| ((?:`[A-Za-z]+`(?:, )?)+) \|/gm)].flatMap((row) =>
    row[1]!.replaceAll("`", "").split(", "),
  );
  expect(explained.filter((word) => !reasons.has(word) && !TYPES.includes(word))).toEqual([]);
});

test("the search for reasons sees words, choices and calls", () => {
  const text =
    'put({ reason: a ? "One" : "Two" }); mountCondition(d, "False", "Three", "A sentence."); const reason = "Four";';
  expect([...reasonsIn([parseSource("src/a.ts", text)], TYPES)].sort()).toEqual(["Four", "One", "Three", "Two"]);
});
