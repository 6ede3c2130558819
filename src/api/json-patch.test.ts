import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";

describe("JSON patch", () => {
  // The examples of RFC 6902, appendix A, and the corners between them.
  test.each<[string, unknown, object[], unknown]>([
    ["adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { foo: "bar", baz: "qux" }],
    ["inserts into a list", { foo: ["a", "c"] }, [{ op: "add", path: "/foo/1", value: "b" }], { foo: ["a", "b", "c"] }],
    ["appends to a list", { foo: ["a"] }, [{ op: "add", path: "/foo/-", value: "b" }], { foo: ["a", "b"] }],
    [
      "removes",
      { foo: ["a", "b"], x: 1 },
      [
        { op: "remove", path: "/foo/0" },
        { op: "remove", path: "/x" },
      ],
      { foo: ["b"] },
    ],
    ["replaces", { foo: 1 }, [{ op: "replace", path: "/foo", value: null }], { foo: null }],
    ["moves", { a: { b: 1 }, c: {} }, [{ op: "move", from: "/a/b", path: "/c/d" }], { a: {}, c: { d: 1 } }],
    [
      "copies without sharing",
      { a: { b: 1 } },
      [
        { op: "copy", from: "/a", path: "/c" },
        { op: "replace", path: "/c/b", value: 2 },
      ],
      { a: { b: 1 }, c: { b: 2 } },
    ],
    [
      "unescapes ~1 and ~0",
      { "a/b": 1, "m~n": 2 },
      [
        { op: "test", path: "/a~1b", value: 1 },
        { op: "remove", path: "/m~0n" },
      ],
      { "a/b": 1 },
    ],
    ["replaces the whole document", { a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
  ])("%s", (_name, target, patch, expected) => {
    const before = structuredClone(target);
    expect(jsonPatch(target, patch)).toEqual(expected);
    expect(target).toEqual(before);
  });

  test.each<[string, unknown, RegExp]>([
    ["a failed test", [{ op: "test", path: "/foo", value: 2 }], /step 0: test failed: \/foo is 1/],
    ["a missing target", [{ op: "remove", path: "/nope" }], /step 0: \/nope does not exist/],
    ["an index beyond the list", [{ op: "add", path: "/list/9", value: 1 }], /not a place in a list of 1/],
    ["an unknown op", [{ op: "merge", path: "/foo" }], /op is "merge", allowed are/],
    ["something that is no list", { op: "add" }, /list of steps/],
    ["moving a member into itself", [{ op: "move", from: "/map", path: "/map/x" }], /into itself/],
    ["the prototype", [{ op: "add", path: "/__proto__/polluted", value: 1 }], /does not exist/],
  ])("refuses %s", (_name, patch, message) => {
    expect(() => jsonPatch({ foo: 1, list: [1], map: {} }, patch)).toThrow(message);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("merge patch", () => {
  // RFC 7386, appendix A.
  test.each<[unknown, unknown, unknown]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  test("applied twice is applied once, and leaves its target alone", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = structuredClone(target);
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
        expect(target).toEqual(before);
      }),
      { seed: 7386, numRuns: 200 },
    );
  });

  test("keeps a key named __proto__ a plain key", () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}'));
    expect(Object.keys(merged as object)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
