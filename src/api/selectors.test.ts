import { describe, expect, test } from "vitest";
import { selection } from "./selectors.ts";

const object = { name: "a", namespace: "media", labels: { team: "blue", "app.io/tier": "1" } };

describe("selecting objects", () => {
  test.each([
    ["team=blue", true],
    ["team==blue", true],
    ["team!=blue", false],
    ["other!=x", true],
    ["team in (red, blue)", true],
    ["team notin (red,blue)", false],
    ["other notin (x)", true],
    ["team", true],
    ["!team", false],
    ["!other", true],
    ["app.io/tier=1,team in (blue)", true],
    ["app.io/tier=2,team in (blue)", false],
    ["", true],
  ])("by label %j: %s", (selector, expected) => {
    expect(selection(selector, undefined).matches(object)).toBe(expected);
  });

  test.each([
    ["metadata.name=a", true],
    ["metadata.name!=a", false],
    ["metadata.name=a,metadata.namespace=media", true],
    ["metadata.namespace=other", false],
  ])("by field %j: %s", (selector, expected) => {
    expect(selection(undefined, selector).matches(object)).toBe(expected);
  });

  test("refuses what it cannot parse or does not support", () => {
    expect(() => selection("team in blue", undefined)).toThrow(/unable to parse/);
    expect(() => selection(undefined, "status.phase=x")).toThrow(/supported are metadata.name/);
    expect(() => selection(undefined, "metadata.name")).toThrow(/<field>=<value>/);
  });
});
