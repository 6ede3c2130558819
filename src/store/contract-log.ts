import { describe, expect, test, vi } from "vitest";
import { refOf } from "../model/records.ts";
import {
  FN_KEY,
  FS_KEY,
  aBinding,
  aFileSystem,
  aWorkloadFacet,
  acquired,
  dump,
  facetOf,
  proposal,
  put,
  replica,
} from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { SlotCompactedError } from "./store.ts";
import type { RecordsView, WatchEvent } from "./store.ts";

export function describeLog(under: EngineUnderTest): void {
  describe(`commit log over ${under.name}`, () => {
    describeRecords(under);
    describeGroups(under);
    describeWatch(under);
  });
}

function describeRecords(under: EngineUnderTest): void {
  test("a commit shows in the view under each of its indexes, with its slot as resourceVersion", async () => {
    const { records } = await replica(await under.open());
    const { slot, records: written } = await records.commit(() =>
      put(aFileSystem("shared"), aBinding("a"), aBinding("b", { functionName: "fn-a" })),
    );
    const view = records.view();
    expect(slot).toBe(2);
    expect(view.head).toBe(2);
    expect(written.map((record) => record.resourceVersion)).toEqual([2, 2, 2]);
    expect(view.binding("media", "a")?.resourceVersion).toBe(2);
    expect(view.bindingsOfFileSystem("shared").map((record) => record.metadata.name)).toEqual(["a", "b"]);
    expect(view.bindingsOfWorkload("lambda/fn-a").map((record) => record.metadata.name)).toEqual(["a", "b"]);
    expect(view.bindingByUid("uid-b")?.metadata.name).toBe("b");
    expect(
      view.fileSystemById({ account: "111122223333", region: "eu-west-1", fileSystemId: "fs-0123456789abcdef0" })
        ?.metadata.name,
    ).toBe("shared");
    expect(view.bindingsOfFileSystem("share")).toEqual([]);
  });

  test("a view that was handed out never changes, and its records cannot be changed", async () => {
    const { records } = await replica(await under.open());
    await records.commit(() => put(aBinding("a")));
    const before = records.view();
    const seen = dump(before);
    await records.commit(() => put(aBinding("b"), aBinding("a", { path: "/elsewhere" })));
    expect(dump(before)).toEqual(seen);
    expect(() => before.binding("media", "a")!.metadata.finalizers.push("x")).toThrow(TypeError);
  });

  test("a put keeps the facets of its incarnation, and a new incarnation begins without", async () => {
    const { records } = await replica(await under.open());
    const a = aBinding("a");
    await records.commit(() => put({ ...a, facets: { workload: aWorkloadFacet(9) } }));
    expect(records.view().binding("media", "a")?.facets).toEqual({});
    await records.commit(() => proposal([facetOf(a, aWorkloadFacet(3))]));
    await records.commit(() => put({ ...a, spec: { ...a.spec, suspend: true } }));
    expect(records.view().binding("media", "a")).toMatchObject({
      spec: { suspend: true },
      facets: { workload: { fence: 3 } },
    });
    await records.commit(() => put(aBinding("a", { metadata: { uid: "uid-again" } })));
    expect(records.view().binding("media", "a")?.facets).toEqual({});
    expect(records.view().bindingByUid("uid-a")).toBeUndefined();
  });

  test("a facet or a finalizer under a lower fence is skipped, as is one for another incarnation", async () => {
    const { records } = await replica(await under.open());
    const a = aBinding("a", { metadata: { deletionTimestamp: "2026-01-02T00:00:00Z" } });
    await records.commit(() => put(a));
    await records.commit(() => proposal([facetOf(a, aWorkloadFacet(5, { mounted: "fsap-new" }))]));
    await records.commit(() => proposal([facetOf(a, aWorkloadFacet(4, { mounted: "fsap-old" }))]));
    const other = { ...refOf(a), uid: "uid-other" };
    await records.commit(() => proposal([{ type: "workloadFacet", ref: other, facet: aWorkloadFacet(9) }]));
    await records.commit(() =>
      proposal([{ type: "releaseFinalizer", ref: refOf(a), finalizer: "mooring.dev/mount", key: FN_KEY, fence: 4 }]),
    );
    const stored = records.view().binding("media", "a");
    expect(stored).toMatchObject({ resourceVersion: 3, facets: { workload: { mounted: "fsap-new", fence: 5 } } });
    expect(stored?.metadata.finalizers).toHaveLength(2);
  });

  test("the last finalizer takes a record away only if its deletion was asked for", async () => {
    const { records } = await replica(await under.open());
    const events: WatchEvent[] = [];
    records.watch(records.view().head, (event) => events.push(event));
    const release = (finalizer: string) =>
      proposal([{ type: "releaseFinalizer" as const, ref: refOf(a), finalizer, key: FS_KEY, fence: 1 }]);
    const a = aBinding("a", { metadata: { finalizers: ["one", "two"] } });
    await records.commit(() => put(a));
    await records.commit(() => release("one"));
    await records.commit(() =>
      put({ ...a, metadata: { ...a.metadata, finalizers: ["two"], deletionTimestamp: "2026-01-02T00:00:00Z" } }),
    );
    expect(records.view().binding("media", "a")).toBeDefined();
    const { slot, records: last } = await records.commit(() => release("two"));
    expect(records.view().binding("media", "a")).toBeUndefined();
    expect(records.view().bindingsOfWorkload("lambda/fn-a")).toEqual([]);
    expect(last).toMatchObject([{ metadata: { finalizers: [] }, resourceVersion: slot }]);
    expect(events.map(({ type }) => type)).toEqual(["ADDED", "MODIFIED", "MODIFIED", "DELETED"]);
    expect(events.at(-1)?.record.resourceVersion).toBe(slot);
  });
}

function describeGroups(under: EngineUnderTest): void {
  test("concurrent commits share slots, and a refused one refuses itself alone", async () => {
    const { records } = await replica(await under.open());
    const names = Array.from({ length: 40 }, (_, index) => `b${index}`);
    const results = await Promise.allSettled(
      names.map((name, index) =>
        records.commit(() => {
          if (index % 10 === 3) throw new Error(`no ${name}`);
          return put(aBinding(name));
        }),
      ),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(4);
    expect([...records.view().bindings()]).toHaveLength(36);
    expect(records.view().head).toBeLessThan(12);
  });

  test("a proposal sees what its neighbours in the same slot propose", async () => {
    const { records } = await replica(await under.open());
    const claim = (name: string) => (view: RecordsView) => {
      if (view.bindingsOfWorkload("lambda/fn").length > 0) throw new Error("the function is taken");
      return put(aBinding(name, { functionName: "fn" }));
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => records.commit(claim(name))));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(records.view().bindingsOfWorkload("lambda/fn")).toHaveLength(1);
  });

  test("an empty proposal writes nothing", async () => {
    const { records } = await replica(await under.open());
    expect(await records.commit(() => proposal([]))).toEqual({ slot: 1, records: [] });
    expect(records.view().head).toBe(1);
  });

  test("a refusal is given on a view that is not older than the commit", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    await one.records.commit(() => put(aBinding("a")));
    await expect(
      two.records.commit((view) => {
        if (!view.binding("media", "a")) throw new Error("there is no a");
        return put(aBinding("b"));
      }),
    ).resolves.toMatchObject({ slot: 3 });
  });

  test("facets that do not fit into one slot take several, a put that does not fit is refused", async () => {
    const { records } = await replica(await under.open());
    const bindings = Array.from({ length: 30 }, (_, index) => aBinding(`b${index}`));
    await records.commit(() => put(...bindings));
    const big = aWorkloadFacet(1, { roleArns: ["x".repeat(20_000)] });
    const { slot, records: written } = await records.commit(() =>
      proposal(
        bindings.map((binding) => facetOf(binding, big)),
        [FS_KEY],
      ),
    );
    expect(slot).toBeGreaterThan(4);
    expect(written).toHaveLength(30);
    expect([...records.view().bindings()].every((binding) => binding.facets.workload?.fence === 1)).toBe(true);
    const huge = aBinding("huge", { metadata: { labels: { x: "x".repeat(210_000) } } });
    await expect(records.commit(() => put(huge))).rejects.toThrow(/at most 204800/);
  });
}

function describeWatch(under: EngineUnderTest): void {
  test("a watch gets the past first and every change once, in order, own and foreign", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    await one.records.commit(() => put(aBinding("a")));
    const start = one.records.view().head;
    await one.records.commit(() => put(aBinding("b")));
    const seen: string[] = [];
    const end = one.records.watch(start, ({ slot, type, record }) =>
      seen.push(`${slot} ${type} ${record.metadata.name}`),
    );
    await two.records.commit(() => put(aBinding("c"), aBinding("a", { path: "/new" })));
    await one.records.refresh();
    end();
    await one.records.commit(() => put(aBinding("d")));
    expect(seen).toEqual(["3 ADDED b", "4 ADDED c", "4 MODIFIED a"]);
  });

  test("a watch that goes back further than the history is refused, and so is one from a slot that does not exist", async () => {
    const { records } = await replica(await under.open(), { keepChanges: 5 });
    for (let n = 0; n < 20; n++) await records.commit(() => put(aBinding(`b${n}`)));
    expect(() => records.watch(2, () => undefined)).toThrow(SlotCompactedError);
    expect(() => records.watch(99, () => undefined)).toThrow(SlotCompactedError);
    const listener = vi.fn<(event: WatchEvent) => void>();
    records.watch(records.view().head - 5, listener);
    expect(listener).toHaveBeenCalledTimes(5);
  });

  test("a woken key is pending on every replica until a run that began late enough has finished", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    const woken = vi.fn<(keys: string[], slot: number) => void>();
    two.records.onWake(woken);
    const { slot } = await one.records.commit(() =>
      proposal([{ type: "put", record: aBinding("a") }], [FN_KEY, FS_KEY]),
    );
    await two.records.refresh();
    expect(woken.mock.calls).toEqual([[[FN_KEY, FS_KEY], slot]]);
    expect(two.records.pending().map((wake) => [wake.key, wake.slot])).toEqual([
      [FN_KEY, slot],
      [FS_KEY, slot],
    ]);
    two.records.settled(FN_KEY, slot - 1);
    expect(two.records.pending()).toHaveLength(2);
    two.records.settled(FN_KEY, slot);
    expect(two.records.pending().map((wake) => wake.key)).toEqual([FS_KEY]);
  });

  test("a wake that a finished run has seen is not pending after a restart, nor for a replica that meets the item", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    const { slot } = await one.records.commit(() => proposal([], [FN_KEY, FS_KEY]));
    await two.records.refresh();
    await one.keys.release(await acquired(one, FN_KEY, "run-1"), { seenSlot: slot });
    expect(one.records.pending().map((wake) => wake.key)).toEqual([FS_KEY]);
    expect((await replica(engine)).records.pending().map((wake) => wake.key)).toEqual([FS_KEY]);
    await acquired(two, FN_KEY, "run-2");
    expect(two.records.pending().map((wake) => wake.key)).toEqual([FS_KEY]);
  });
}
