import { describe, expect, test } from "vitest";
import type { WorkloadFacet } from "../model/facets.ts";
import { aBinding, aWorkloadFacet, facetOf, proposal, put, replica } from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { LOG_FORMAT, makeSlot } from "./slot.ts";
import { NewerFormatError } from "./store.ts";

/** As versions before the format was numbered began a log. */
const UNNUMBERED = {
  slot: 1,
  writeId: "w1",
  prev: "",
  sum: "bcf326c6c6f0e442b66d07f627d8858b",
  body: '{"atMs":1767312000000,"installation":"test","proposals":[]}',
};

/** Replicas of two versions on one log, as in a rolling update. */
export function describeFormats(under: EngineUnderTest): void {
  describe(`versions over ${under.name}`, () => {
    test("what an older version wrote without a number of its format is read, and written on", async () => {
      const engine = await under.open();
      await engine.putSlot(UNNUMBERED);
      const store = await replica(engine);
      const { slot } = await store.records.commit(() => put(aBinding("a")));
      expect(slot).toBe(2);
      expect(JSON.parse((await engine.slot(2))?.body ?? "")).toMatchObject({ format: LOG_FORMAT });
    });

    test("a field that only the newer version knows outlives what the older one writes", async () => {
      const engine = await under.open();
      const [newer, older] = await Promise.all([replica(engine), replica(engine)]);
      const binding = aBinding("a");
      await newer.records.commit(() => put(binding));
      const told = { ...aWorkloadFacet(1), ofTheFuture: { is: "kept" } } as WorkloadFacet;
      await newer.records.commit(() => proposal([facetOf(binding, told)]));
      await older.records.refresh();
      await older.records.commit(() => proposal([facetOf(binding, aWorkloadFacet(2, { echo: "fsap-2" }))]));
      const { workload } = (await newer.records.refresh()).binding("media", "a")?.facets ?? {};
      expect(workload).toMatchObject({ ofTheFuture: { is: "kept" }, fence: 2, echo: "fsap-2" });
      await older.records.commit(() => put({ ...binding, metadata: { ...binding.metadata, labels: { a: "b" } } }));
      expect((await newer.records.refresh()).binding("media", "a")?.facets.workload).toEqual(workload);
    });

    test("a field that this version knows goes when its writer leaves it out", async () => {
      const store = await replica(await under.open());
      const binding = aBinding("a");
      await store.records.commit(() => put(binding));
      await store.records.commit(() => proposal([facetOf(binding, aWorkloadFacet(1, { namedBy: { "fsap-1": [] } }))]));
      await store.records.commit(() => proposal([facetOf(binding, aWorkloadFacet(2))]));
      expect(store.records.view().binding("media", "a")?.facets.workload).not.toHaveProperty("namedBy");
    });

    test("a newer format is refused by who cannot read it: it writes nothing more, and says what to do", async () => {
      const engine = await under.open();
      const older = await replica(engine);
      const { slot } = await older.records.commit(() => put(aBinding("a")));
      const { sum } = (await engine.slot(slot))!;
      const item = { slot: slot + 1, prev: sum, writeId: "newer", atMs: 1, proposals: ["{}"], format: LOG_FORMAT + 1 };
      await engine.putSlot(makeSlot(item));
      const refusal = /has format 2.*newer version has written it. Replace this replica by the newer version/;
      await expect(older.records.refresh()).rejects.toThrow(refusal);
      await expect(older.records.commit(() => put(aBinding("b")))).rejects.toBeInstanceOf(NewerFormatError);
      await expect(replica(engine)).rejects.toThrow(refusal);
      expect(await engine.slot(slot + 2)).toBeNull();
    });
  });
}
