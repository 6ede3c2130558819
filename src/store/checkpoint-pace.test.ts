import { expect, test } from "vitest";
import { CheckpointPace } from "./checkpoint-pace.ts";

const MIB = 1024 * 1024;

function due(pace: CheckpointPace, sizes: number[]): number[] {
  return sizes.flatMap((size, index) => (pace.landed(size) ? [index + 1] : []));
}

test("a checkpoint is due after so many slots, however small", () => {
  expect(
    due(
      new CheckpointPace(3),
      Array.from({ length: 10 }, () => 1),
    ),
  ).toEqual([3, 6, 9]);
});

test("large slots bring it about earlier, so that a start replays 4 MB at most", () => {
  expect(
    due(
      new CheckpointPace(1_000),
      Array.from({ length: 9 }, () => 2 * MIB),
    ),
  ).toEqual([2, 4, 6, 8]);
});

test("who begins at a checkpoint counts as those do who saw it written", () => {
  const [old, young] = [new CheckpointPace(5), new CheckpointPace(5)];
  due(old, [1, 1, 1, 1, 1]);
  young.restart();
  expect(
    due(
      young,
      Array.from({ length: 12 }, () => 1),
    ),
  ).toEqual(
    due(
      old,
      Array.from({ length: 12 }, () => 1),
    ),
  );
});
