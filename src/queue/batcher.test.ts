import { expect, test } from "vitest";
import { Batcher } from "./batcher.ts";

/** A sender whose batches end when the test says so. */
function setUp(itemsMax: number, inFlightMax: number) {
  const batches: { items: number[]; end(outcome?: (Error | null)[]): void; crash(error: Error): void }[] = [];
  const batcher = new Batcher<number>(
    (items) => new Promise((resolve, crash) => batches.push({ items, end: (outcome = []) => resolve(outcome), crash })),
    itemsMax,
    inFlightMax,
  );
  return { batcher, batches, turn: () => new Promise(setImmediate) };
}

test("what arrives in one turn goes out together, up to the maximum", async () => {
  const { batcher, batches, turn } = setUp(10, 4);
  const all = Promise.all(Array.from({ length: 25 }, (_, n) => batcher.add(n)));
  await turn();
  expect(batches.map(({ items }) => items.length)).toEqual([10, 10, 5]);
  batches.forEach((batch) => batch.end());
  await all;
});

test("what arrives while all batches are under way waits and goes together", async () => {
  const { batcher, batches, turn } = setUp(10, 1);
  const first = batcher.add(1);
  await turn();
  const later = [batcher.add(2), batcher.add(3)];
  await turn();
  expect(batches).toHaveLength(1);
  batches[0]!.end();
  await first;
  await turn();
  expect(batches[1]!.items).toEqual([2, 3]);
  batches[1]!.end();
  await Promise.all(later);
});

test("an entry that failed fails alone", async () => {
  const { batcher, batches, turn } = setUp(10, 1);
  const all = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await turn();
  batches[0]!.end([new Error("refused"), null]);
  expect((await all).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});

test("a batch that failed fails all its entries, and the next ones still go out", async () => {
  const { batcher, batches, turn } = setUp(1, 1);
  const all = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await turn();
  batches[0]!.crash(new Error("connection lost"));
  await turn();
  batches[1]!.end();
  expect((await all).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});
