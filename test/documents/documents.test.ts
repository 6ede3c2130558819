import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { rulesPage } from "./rules-page.ts";

function page(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), "utf8");
}

test("docs/rules.md is what the rule table says now; if not, npm run docs", () => {
  expect(page("rules.md")).toBe(rulesPage());
});
