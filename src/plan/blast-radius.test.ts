import { expect, test } from "vitest";
import { believeAbsent } from "./absence.ts";
import { blastRadius } from "./blast-radius.ts";

function removals(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `removal ${i}`);
}

test.each<[string, number, number, number, boolean]>([
  ["three are always free", 3, 0, 3, false],
  ["four of ten are held back", 4, 0, 10, true],
  ["four of twenty are a fifth, and go", 4, 0, 20, false],
  ["five of twenty are held back", 5, 0, 20, true],
  ["one more after three in the last hour is held back", 1, 3, 7, true],
  ["one more of many after three is not", 1, 3, 50, false],
  ["nothing to remove is never held back", 0, 100, 1, false],
])("%s", (_what, count, lastHour, total, withheld) => {
  expect(blastRadius(removals(count), lastHour, total, undefined).withheld).toBe(withheld);
});

test("the hash that confirms one plan confirms no other, and does not depend on the order", () => {
  const { planHash } = blastRadius(removals(5), 0, 5, undefined);
  expect(blastRadius(removals(5).toReversed(), 0, 5, planHash).withheld).toBe(false);
  expect(blastRadius(removals(6), 0, 6, planHash).withheld).toBe(true);
});

test.each<[string, number | undefined, number, number, boolean, number]>([
  ["a first miss is never believed", undefined, 100, 0, false, 1],
  ["a second is, with a gap of 0", 100, 100, 0, true, 1],
  ["a second before the gap is over is not", 100, 5_099, 5_000, false, 1],
  ["a second at the gap is", 100, 5_100, 5_000, true, 1],
])("absence: %s", (_what, sinceMs, readAtMs, gapMs, believed, waitMs) => {
  expect(believeAbsent(sinceMs, readAtMs, gapMs)).toMatchObject({ believed, waitMs });
});
