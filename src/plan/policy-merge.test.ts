import { describe, expect, test } from "vitest";
import { type MergeInput, mergeForeign, rememberPut, seenPuts, stillLost } from "./policy-merge.ts";

const KEPT = { Sid: "kept", Effect: "Deny", Principal: "*", Action: "a:b" };
const NEW = { Sid: "new", Effect: "Allow", Principal: "*", Action: "a:b" };
const OTHER = { Sid: "other", Effect: "Allow", Principal: "*", Action: "a:d" };
const OURS = { Sid: "mooring-test-rw-1", Effect: "Allow", Principal: "*", Action: "a:b" };

const PUTS = rememberPut([], { basisReadAtMs: 10_400, putAtMs: 10_900, foreign: [KEPT] });

function mergeAll(edits: { atMs: number; statements: object[] }[], given: Partial<MergeInput> = {}) {
  return mergeForeign({
    installation: "test",
    foreign: [KEPT],
    edits: edits.map(({ atMs, statements }) => ({ atMs, policy: JSON.stringify({ Statement: statements }) })),
    puts: PUTS,
    waiting: [],
    callDeadlineMs: 8_000,
    staleMs: 0,
    ...given,
  });
}

const merge = (atMs: number, statements: object[], given: Partial<MergeInput> = {}) =>
  mergeAll([{ atMs, statements }], given);

describe("a foreign edit between our read and our Put", () => {
  test("gives back what it added", () => expect(merge(10_500, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("counts in the second of our read, as events have whole seconds", () =>
    expect(merge(10_000, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("counts until our call has surely ended", () => expect(merge(18_900, [KEPT, NEW])).toEqual([KEPT, NEW]));
  test("counts as long before our read as that may have been stale", () =>
    expect(merge(6_000, [KEPT, NEW], { staleMs: 5_000 })).toEqual([KEPT, NEW]));
  test("replaces a statement that it edited, in its place", () => {
    const edited = { ...KEPT, Action: "a:c" };
    expect(merge(10_500, [edited])).toEqual([edited]);
  });
  test("never brings back statements of ours", () => expect(merge(10_500, [KEPT, OURS])).toEqual([KEPT]));
  test("is merged though more Puts of ours followed before its event came", () => {
    const puts = rememberPut(PUTS, { basisReadAtMs: 11_000, putAtMs: 11_100, foreign: [KEPT] });
    expect(merge(10_500, [KEPT, NEW], { puts })).toEqual([KEPT, NEW]);
  });
  test("is merged with another one of the same second, whichever event came first", () => {
    const edits = [
      { atMs: 10_000, statements: [KEPT, NEW, OTHER] },
      { atMs: 10_000, statements: [KEPT, NEW] },
    ];
    expect(mergeAll(edits)).toEqual([KEPT, NEW, OTHER]);
  });
});

describe("nothing is merged from", () => {
  test("an edit that our read had seen", () => expect(merge(9_999, [KEPT, NEW])).toEqual([KEPT]));
  test("an edit after our Put: what stands is theirs", () => expect(merge(18_901, [KEPT, NEW])).toEqual([KEPT]));
  test("an edit after a read that showed what our Put had done", () =>
    expect(merge(12_000, [KEPT, NEW], { puts: seenPuts(PUTS, 11_500) })).toEqual([KEPT]));
  test("a statement that our Put was computed from and that somebody removed since", () =>
    expect(merge(10_500, [KEPT, NEW], { foreign: [] })).toEqual([NEW]));
  test("a text that is no policy", () =>
    expect(mergeAll([], { edits: [{ atMs: 10_500, policy: "{" }] })).toEqual([KEPT]));
  test("an edit before we ever put a policy", () => expect(merge(10, [NEW], { foreign: [], puts: [] })).toEqual([]));
});

test("what could not be put back yet is merged without its event, until it stands in the policy", () => {
  const lost = stillLost(merge(10_500, [KEPT, NEW]), [KEPT]);
  expect(lost).toEqual([NEW]);
  expect(mergeAll([], { waiting: lost })).toEqual([KEPT, NEW]);
  expect(mergeAll([], { waiting: lost, foreign: [KEPT, NEW] })).toEqual([KEPT, NEW]);
  expect(stillLost([KEPT, NEW], [KEPT, NEW])).toEqual([]);
});

test("a read before a Put does not show what it did", () => {
  expect(seenPuts(PUTS, 10_800)).toEqual(PUTS);
});

test("a dozen Puts are remembered, the newest", () => {
  let puts = PUTS;
  for (let n = 1; n <= 20; n += 1) puts = rememberPut(puts, { basisReadAtMs: n, putAtMs: n, foreign: [] });
  expect(puts.map(({ putAtMs }) => putAtMs)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});
