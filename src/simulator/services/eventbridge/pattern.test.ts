import { describe, expect, test } from "vitest";
import { compilePattern, PatternError } from "./pattern.ts";

const matches = (pattern: object, event: object) => compilePattern(JSON.stringify(pattern))(event);

const EVENT = {
  version: "0",
  source: "aws.elasticfilesystem",
  "detail-type": "AWS API Call via CloudTrail",
  account: "111122223333",
  resources: ["arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "arn:aws:ec2:eu-west-1:111122223333:volume/v-2"],
  detail: {
    eventName: "UpdateFunctionConfiguration20150331v2",
    state: "Running",
    count: 5,
    price: 3.018e2,
    ok: true,
    nothing: null,
    empty: "",
    none: [],
    sourceIPAddress: "10.0.0.17",
    path: "dir/sub\\file*.png",
    numbers: [1, 20],
    nested: { deep: { leaf: "x" } },
    items: [
      { name: "a", size: 1 },
      { name: "b", size: 2 },
    ],
  },
};

const detail = (pattern: object) => ({ detail: pattern });

describe("a pattern matches", () => {
  test.each<[string, object]>([
    ["an exact text", { source: ["aws.elasticfilesystem"] }],
    ["one of several texts", { source: ["aws.lambda", "aws.elasticfilesystem"] }],
    ["several fields at once", { source: ["aws.elasticfilesystem"], account: ["111122223333"] }],
    ["an element of the event's array", { resources: ["arn:aws:ec2:eu-west-1:111122223333:volume/v-2"] }],
    ["a nested leaf", detail({ nested: { deep: { leaf: ["x"] } } })],
    ["a number by value, not by its spelling", detail({ price: [301.8] })],
    ["true", detail({ ok: [true] })],
    ["null", detail({ nothing: [null] })],
    ["the empty text", detail({ empty: [""] })],
    ["a prefix", detail({ eventName: [{ prefix: "UpdateFunctionConfiguration" }] })],
    ["a prefix whatever its case", detail({ eventName: [{ prefix: { "equals-ignore-case": "UPDATE" } }] })],
    ["a suffix", detail({ eventName: [{ suffix: "v2" }] })],
    ["a suffix whatever its case", detail({ eventName: [{ suffix: { "equals-ignore-case": "V2" } }] })],
    ["a text whatever its case", detail({ state: [{ "equals-ignore-case": "RUNNING" }] })],
    ["anything but a text", detail({ state: [{ "anything-but": "stopped" }] })],
    ["anything but several texts", detail({ state: [{ "anything-but": ["stopped", "overloaded"] }] })],
    ["anything but numbers", detail({ count: [{ "anything-but": [100, 200] }] })],
    ["anything but a prefix", detail({ state: [{ "anything-but": { prefix: "init" } }] })],
    ["anything but several prefixes", detail({ state: [{ "anything-but": { prefix: ["init", "stop"] } }] })],
    ["anything but a suffix", detail({ path: [{ "anything-but": { suffix: ".txt" } }] })],
    [
      "anything but a text whatever its case",
      detail({ state: [{ "anything-but": { "equals-ignore-case": ["STOPPED"] } }] }),
    ],
    ["anything but a wildcard", detail({ path: [{ "anything-but": { wildcard: "*/lib/*" } }] })],
    ["an equal number", detail({ count: [{ numeric: ["=", 5] }] })],
    ["a number in an open range", detail({ count: [{ numeric: [">", 4, "<", 6] }] })],
    ["a number at the closed end of a range", detail({ count: [{ numeric: [">=", 5, "<=", 5.5] }] })],
    ["one number of an array", detail({ numbers: [{ numeric: [">", 10] }] })],
    ["a field that exists", detail({ state: [{ exists: true }] })],
    ["null as a field that exists", detail({ nothing: [{ exists: true }] })],
    ["a field that does not exist", detail({ errorCode: [{ exists: false }] })],
    ["a nested field below one that does not exist", detail({ error: { code: [{ exists: false }] } })],
    ["an empty array as no field", detail({ none: [{ exists: false }] })],
    ["an object as no leaf", detail({ nested: [{ exists: false }] })],
    ["absence or a value", detail({ state: [{ exists: false }, "Running"] })],
    ["a wildcard", detail({ path: [{ wildcard: "dir/*.png" }] })],
    ["an escaped star and backslash", detail({ path: [{ wildcard: "dir/sub\\\\file\\*.png" }] })],
    ["a wildcard that stands for nothing", detail({ state: [{ wildcard: "Running*" }] })],
    ["an address in a network", detail({ sourceIPAddress: [{ cidr: "10.0.0.0/24" }] })],
    ["one element of an array of objects", detail({ items: { name: ["b"], size: [2] } })],
    ["the first alternative of $or", { $or: [{ source: ["aws.elasticfilesystem"] }, { source: ["aws.lambda"] }] }],
    ["an alternative of $or below the top", detail({ $or: [{ count: [99] }, { state: ["Running"] }] })],
    ["$or inside $or", detail({ $or: [{ state: ["x"] }, { $or: [{ count: [5] }, { count: [6] }] }] })],
    [
      "$or beside another field",
      { source: ["aws.elasticfilesystem"], detail: { state: ["Running"], $or: [{ count: [5] }, { count: [6] }] } },
    ],
  ])("%s", (_, pattern) => {
    expect(matches(pattern, EVENT)).toBe(true);
  });
});

describe("a pattern does not match", () => {
  test.each<[string, object]>([
    ["another text", { source: ["aws.lambda"] }],
    ["a text in another case", detail({ state: ["running"] })],
    ["a part of a text", { source: ["aws."] }],
    ["when only one of two fields fits", { source: ["aws.elasticfilesystem"], account: ["999999999999"] }],
    ["a field that is not there", { "no-such-field": ["x"] }],
    ["a number written as text", detail({ count: ["5"] })],
    ["null by the empty text", detail({ nothing: [""] })],
    ["a prefix in another case", detail({ state: [{ prefix: "run" }] })],
    ["a prefix of a number", detail({ count: [{ prefix: "5" }] })],
    ["an empty array by any value", detail({ none: ["x", { prefix: "" }] })],
    ["anything but the very text", detail({ state: [{ "anything-but": ["Running"] }] })],
    ["anything but its prefix", detail({ state: [{ "anything-but": { prefix: "Run" } }] })],
    ["anything but its wildcard", detail({ path: [{ "anything-but": { wildcard: "dir/*" } }] })],
    ["anything but, where there is no field", detail({ errorCode: [{ "anything-but": "x" }] })],
    ["a number outside the range", detail({ count: [{ numeric: [">", 5, "<=", 9] }] })],
    ["a text by a numeric range", detail({ state: [{ numeric: [">", 0] }] })],
    ["a field that should not exist", detail({ state: [{ exists: false }] })],
    ["a field that should exist", detail({ errorCode: [{ exists: true }] })],
    ["an object as a field that exists", detail({ nested: [{ exists: true }] })],
    ["a wildcard whose end is another", detail({ path: [{ wildcard: "dir/*.jpg" }] })],
    ["a wildcard with dots taken literally", detail({ state: [{ wildcard: "R.nning" }] })],
    ["an address outside the network", detail({ sourceIPAddress: [{ cidr: "10.0.1.0/24" }] })],
    ["a text that is no address", detail({ state: [{ cidr: "10.0.0.0/24" }] })],
    ["two elements of an array together", detail({ items: { name: ["a"], size: [2] } })],
    ["no alternative of $or", detail({ $or: [{ count: [1] }, { count: [2] }] })],
  ])("%s", (_, pattern) => {
    expect(matches(pattern, EVENT)).toBe(false);
  });

  test("an IPv6 address outside its network, but one inside", () => {
    const pattern = { ip: [{ cidr: "2001:db8::/32" }] };
    expect(matches(pattern, { ip: "2001:db8::1" })).toBe(true);
    expect(matches(pattern, { ip: "2001:db9::1" })).toBe(false);
  });
});

describe("a pattern is refused", () => {
  test.each<[string, string, string]>([
    ["text that is not JSON", "{", "Invalid JSON"],
    ["an array", "[]", "not an object"],
    ["nothing at all", "{}", "Empty objects"],
    ["a value without an array", '{"source":"aws.ec2"}', '"source" must be an object or an array'],
    ["an empty array", '{"source":[]}', "Empty arrays"],
    ["an empty object", '{"detail":{}}', "Empty objects"],
    ["an array in an array", '{"source":[["x"]]}', "Match value must be"],
    ["an unknown operator", '{"source":[{"like":"x"}]}', "Unrecognized match type like"],
    ["two operators at once", '{"source":[{"prefix":"a","suffix":"b"}]}', "Only one key"],
    ["a prefix that is a number", '{"source":[{"prefix":5}]}', "prefix match pattern must be a string"],
    ["exists with a text", '{"source":[{"exists":"yes"}]}', "exists match pattern"],
    ["a comparison that does not exist", '{"a":[{"numeric":["!=",5]}]}', "Unrecognized numeric range operator"],
    ["half a comparison", '{"a":[{"numeric":[">"]}]}', "once or twice"],
    ["a range upside down", '{"a":[{"numeric":[">",9,"<",1]}]}', "Bottom must be less than top"],
    ["two stars in a row", '{"a":[{"wildcard":"a**b"}]}', "Consecutive wildcard"],
    ["a stray backslash", String.raw`{"a":[{"wildcard":"a\\b"}]}`, "Invalid escape"],
    ["a network without bits", '{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR"],
    ["anything-but nothing", '{"a":[{"anything-but":[]}]}', "Empty arrays"],
    ["anything-but with exists", '{"a":[{"anything-but":{"exists":true}}]}', "Unsupported anything-but"],
    ["$or with one alternative", '{"$or":[{"a":["x"]}]}', "at least 2 Objects"],
  ])("%s", (_, text, reason) => {
    expect(() => compilePattern(text)).toThrow(PatternError);
    expect(() => compilePattern(text)).toThrow(reason);
  });
});
