import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("the order in which members were set does not show", () => {
  expect(canonicalJson({ b: 1, a: { d: [1, { y: 2, x: 3 }], c: null } })).toBe(
    '{"a":{"c":null,"d":[1,{"x":3,"y":2}]},"b":1}',
  );
});

test("undefined members are left out, as in the stored JSON", () => {
  expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
});

test("a value and its copy read back from JSON have one text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy: unknown = JSON.parse(JSON.stringify(value));
      expect(canonicalJson(copy)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(copy);
    }),
    { seed: 1, numRuns: 300 },
  );
});
