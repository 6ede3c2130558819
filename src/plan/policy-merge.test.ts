import { describe, expect, test } from "vitest";
import { mergeForeign } from "./policy-merge.ts";

const KEPT = { Sid: "kept", Effect: "Deny", Principal: "*", Action: "a:b" };
const NEW = { Sid: "new", Effect: "Allow", Principal: "*", Action: "a:b" };
const OURS = { Sid: "mooring-test-rw-1", Effect: "Allow", Principal: "*", Action: "a:b" };

function merge(atMs: number, statements: object[], foreign = [KEPT]) {
  const edits = [{ atMs, policy: JSON.stringify({ Statement: statements }) }];
  return mergeForeign({
    installation: "test",
    foreign,
    edits,
    basisReadAtMs: 10_400,
    putAtMs: 10_900,
    callDeadlineMs: 8_000,
  });
}

describe("a foreign edit between our read and our Put", () => {
  test("gives back what it added", () => expect(merge(10_500, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("counts in the second of our read, as events have whole seconds", () =>
    expect(merge(10_000, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("counts until our call has surely ended", () => expect(merge(18_900, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("replaces a statement that it edited, in its place", () => {
    const edited = { ...KEPT, Action: "a:c" };
    expect(merge(10_500, [edited])).toEqual([edited]);
  });
  test("never brings back statements of ours", () => expect(merge(10_500, [KEPT, OURS])).toEqual([KEPT]));
});

describe("nothing is merged from", () => {
  test("an edit that our read had seen", () => expect(merge(9_999, [KEPT, NEW])).toEqual([KEPT]));
  test("an edit after our Put: what stands is theirs", () => expect(merge(18_901, [KEPT, NEW])).toEqual([KEPT]));
  test("a text that is no policy", () => {
    const input = {
      installation: "test",
      foreign: [KEPT],
      edits: [{ atMs: 10_500, policy: "{" }],
      basisReadAtMs: 10_400,
      putAtMs: 10_900,
      callDeadlineMs: 8_000,
    };
    expect(mergeForeign(input)).toEqual([KEPT]);
  });
  test("an edit before we ever put a policy", () => {
    const input = {
      installation: "test",
      foreign: [],
      edits: [{ atMs: 10, policy: JSON.stringify({ Statement: [NEW] }) }],
      basisReadAtMs: 0,
      putAtMs: 0,
      callDeadlineMs: 8_000,
    };
    expect(mergeForeign(input)).toEqual([]);
  });
});
