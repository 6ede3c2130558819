import { expect, test } from "vitest";
import { EVENT_RULES, PATTERN_CHARACTERS_MAX } from "./event-patterns.ts";

test.each(EVENT_RULES)("the pattern of $name fits EventBridge's default limit", ({ pattern }) => {
  expect(JSON.stringify(pattern).length).toBeLessThan(PATTERN_CHARACTERS_MAX);
});

test("no rule asks for calls that failed", () => {
  const calls = EVENT_RULES.filter(({ pattern }) => String(pattern["detail-type"]).includes("CloudTrail"));
  expect(calls.length).toBeGreaterThan(3);
  for (const { pattern } of calls) {
    expect(pattern["detail"]).toMatchObject({ errorCode: [{ exists: false }] });
  }
});

test("names are unique", () => {
  const names = EVENT_RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
