import { expect, test } from "vitest";
import { deepFreeze, remembered } from "./remembered.ts";

test("an answer is worked out once, and anew after so many others that it was forgotten", () => {
  const asked: string[] = [];
  const length = remembered(2, (text) => {
    asked.push(text);
    return text.length;
  });
  expect([length("a"), length("a"), length("bb")]).toEqual([1, 1, 2]);
  expect(asked).toEqual(["a", "bb"]);
  expect([length("ccc"), length("bb"), length("a")]).toEqual([3, 2, 1]);
  expect(asked, "the oldest was forgotten").toEqual(["a", "bb", "ccc", "a"]);
});

test("that there is no answer is remembered, too", () => {
  let times = 0;
  const nothing = remembered(2, () => void (times += 1));
  nothing("a");
  nothing("a");
  expect(times).toBe(1);
});

test("frozen data cannot be changed at any depth", () => {
  const data = deepFreeze({ list: [{ name: "a" }] });
  expect(() => {
    data.list[0]!.name = "b";
  }).toThrow(TypeError);
});
