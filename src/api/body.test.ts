import { describe, expect, test } from "vitest";
import { decodeObject } from "./body.ts";

const JSON_TYPE = "application/json; charset=utf-8";

describe("decoding a body", () => {
  test("reads JSON and YAML to the same value", () => {
    const expected = { a: { b: [1, "0750"] } };
    expect(decodeObject('{"a":{"b":[1,"0750"]}}', JSON_TYPE)).toEqual({ value: expected, duplicates: [] });
    expect(decodeObject('a:\n  b: [1, "0750"]\n', "application/yaml")).toEqual({ value: expected, duplicates: [] });
  });

  test.each([
    ['{"a": 1,}', "line 1 column 9"],
    ['{\n  "a": tru\n}', "line 2 column 8"],
    ['{"a": }', "line 1 column 7"],
    ["[1 2]", "line 1 column 4"],
    ['{"a": "x\ny"}', "line 1 column 7"],
    ["{} {}", "line 1 column 4"],
    ["kind: Binding", "line 1 column 1"],
    ['{"a":', "line 1 column 6"],
  ])("says where malformed JSON breaks: %j", (text, position) => {
    expect(() => decodeObject(text, JSON_TYPE)).toThrow(position);
  });

  test("says where malformed YAML breaks", () => {
    expect(() => decodeObject("a: 1\nb: [1, 2\nc: 3\n", "application/yaml")).toThrow(/line 3, column 1/);
  });

  test("refuses YAML whose aliases grow without bound", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      ..."bcdefg".split("").map((c, i) => `${c}: &${c} [${Array(10).fill(`*${"abcdefg"[i]}`).join(",")}]`),
    ];
    expect(() => decodeObject(bomb.join("\n"), "application/yaml")).toThrow(/alias/i);
  });

  test("reports keys that stand twice, wherever they are", () => {
    const text = '{"spec":{"mode":"a","x":[{"k":1},{"k":1,"k":2}],"mode":"b"},"s":"\\"spec\\":{"}';
    expect(decodeObject(text, JSON_TYPE).duplicates).toEqual(["spec.x[1].k", "spec.mode"]);
    expect(decodeObject("a: 1\nb: 2\na: 3\n", "application/yaml").duplicates).toEqual(["line 3, column 1"]);
  });

  test.each([
    ["application/vnd.kubernetes.protobuf", /no protobuf form/],
    ["text/plain", /text\/plain is not understood/],
  ])("refuses %s with what to send instead", (type, message) => {
    expect(() => decodeObject("{}", type)).toThrow(message);
  });
});
