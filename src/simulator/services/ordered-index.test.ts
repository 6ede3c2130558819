import { expect, test } from "vitest";
import { OrderedIndex } from "./ordered-index.ts";

function filled(count: number): OrderedIndex<number> {
  const index = new OrderedIndex<number>();
  for (let n = 0; n < count; n++) index.set(`id-${n}`, n);
  return index;
}

test("pages follow each other without gap or repeat, and the last one has no token", () => {
  const index = filled(7);
  const first = index.page(3, undefined);
  const second = index.page(3, first?.next);
  const third = index.page(3, second?.next);
  expect([first?.items, second?.items, third?.items]).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  expect(third?.next).toBeUndefined();
});

test("a page that ends exactly at the end promises no further page", () => {
  expect(filled(4).page(4, undefined)?.next).toBeUndefined();
});

test("an item that went away between two pages hides no other", () => {
  const index = filled(6);
  const first = index.page(3, undefined);
  index.delete("id-0");
  index.delete("id-2");
  expect(index.page(3, first?.next)?.items).toEqual([3, 4, 5]);
});

test("an item that is set again keeps its place", () => {
  const index = filled(3);
  index.set("id-1", 100);
  expect(index.values()).toEqual([0, 100, 2]);
});

test("a token of somebody else is refused", () => {
  expect(filled(3).page(2, "nonsense")).toBeNull();
});
