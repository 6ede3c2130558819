import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedMap } from "./sorted-map.ts";

const steps = fc.array(
  fc.record({
    key: fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom("a", "b", "c", "d", "é") }),
    keep: fc.boolean(),
  }),
  { maxLength: 400 },
);

test("behaves like a Map that is sorted by key, and older snapshots stay as they were", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const model = new Map<string, number>();
      let map = SortedMap.empty<number>();
      const snapshots: [SortedMap<number>, [string, number][]][] = [];
      list.forEach(({ key, keep }, index) => {
        map = keep ? map.set(key, index) : map.delete(key);
        if (keep) model.set(key, index);
        else model.delete(key);
        if (index % 50 === 0) snapshots.push([map, [...model].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      });
      snapshots.push([map, [...model].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      for (const [snapshot, expected] of snapshots) {
        expect([...snapshot.entries()]).toEqual(expected);
        expect(snapshot.size).toBe(expected.length);
        expect(snapshot.withPrefix("b")).toEqual(
          expected.filter(([key]) => key.startsWith("b")).map(([, value]) => value),
        );
        for (const [key, value] of expected) expect(snapshot.get(key)).toBe(value);
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("holds many chunks and finds a prefix that spans them", () => {
  let map = SortedMap.empty<number>();
  for (let n = 0; n < 5_000; n++) map = map.set(`k${String((n * 7919) % 5_000).padStart(5, "0")}`, n);
  expect(map.size).toBe(5_000);
  expect(map.withPrefix("k01")).toHaveLength(1_000);
  expect(map.get("k04999")).toBeDefined();
  expect(map.get("x")).toBeUndefined();
});

test("made at once it is as if made one by one, and goes on in the same way", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 6 }), { maxLength: 300 }), (keys) => {
      const oneByOne = keys.reduce((map, key, index) => map.set(key, index), SortedMap.empty<number>());
      const atOnce = SortedMap.of(keys.map((key, index) => [key, index] as const));
      const later = (map: SortedMap<number>) => [
        ...map
          .set("new", -1)
          .delete(keys[0] ?? "")
          .entries(),
      ];
      expect([...atOnce.entries()]).toEqual([...oneByOne.entries()]);
      expect(atOnce.size).toBe(oneByOne.size);
      expect(later(atOnce)).toEqual(later(oneByOne));
      for (const key of keys) expect(atOnce.get(key)).toBe(oneByOne.get(key));
    }),
    { seed: 7 },
  );
});
