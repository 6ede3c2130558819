import { describe, expect, test } from "vitest";
import { FN_KEY, ManualClock, aBinding, aFileSystem, dump, proposal, put, replica } from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { LogDamagedError } from "./store.ts";

export function describeStarts(under: EngineUnderTest): void {
  describe(`starts over ${under.name}`, () => {
    describeStart(under);
    describeDamage(under);
  });
}

function describeStart(under: EngineUnderTest): void {
  test("a log of another installation is refused by name", async () => {
    const engine = await under.open();
    await replica(engine);
    await expect(replica(engine, { installation: "other" })).rejects.toThrow(
      /belongs to installation "test", not "other"/,
    );
  });

  test("a start from a checkpoint shows the same records and pending wakes, with old slots compacted", async () => {
    const engine = await under.open();
    const options = { checkpointEvery: 10, keepSlots: 5, clock: new ManualClock() };
    const first = await replica(engine, options);
    await first.records.commit(() => put(aFileSystem("shared")));
    for (let n = 0; n < 38; n++) {
      const record = aBinding(`b${n % 7}`, { path: `/v${n}` });
      await first.records.commit(() =>
        proposal([{ type: "put", record }], [`lambda/arn:aws:lambda:eu-west-1:111122223333:function:f${n % 3}`]),
      );
    }
    await first.close();
    const again = await replica(engine, options);
    expect(dump(again.records.view())).toEqual(dump(first.records.view()));
    expect(again.records.pending()).toEqual(expect.arrayContaining(first.records.pending()));
    expect((await engine.slot(5))?.body).toBeNull();
    expect((await engine.marker())?.slot).toBe(40);
    expect((await engine.slot(1))?.body).not.toBeNull();
  });

  test("a replica that slept through a compaction catches up, and its watchers with it", async () => {
    const engine = await under.open();
    const options = { checkpointEvery: 10, keepSlots: 0 };
    const [one, two] = [await replica(engine, options), await replica(engine, options)];
    await one.records.commit(() => put(aBinding("gone"), aBinding("same")));
    await two.records.refresh();
    const mirror = new Map<string, number>();
    two.records.watch(two.records.view().head, ({ type, record }) => {
      if (type === "DELETED") mirror.delete(record.metadata.name);
      else mirror.set(record.metadata.name, record.resourceVersion);
    });
    mirror.set("gone", 2).set("same", 2);
    const gone = aBinding("gone", { metadata: { deletionTimestamp: "2026-01-02T00:00:00Z", finalizers: [] } });
    await one.records.commit(() => proposal([{ type: "put", record: gone }], [FN_KEY]));
    for (let n = 0; n < 30; n++) await one.records.commit(() => put(aBinding(`b${n % 4}`, { path: `/v${n}` })));
    await one.close();
    await two.records.refresh();
    expect(dump(two.records.view())).toEqual(dump(one.records.view()));
    expect(mirror).toEqual(
      new Map([...two.records.view().bindings()].map((record) => [record.metadata.name, record.resourceVersion])),
    );
    expect(two.records.pending().map((wake) => wake.key)).toEqual([FN_KEY]);
  });
}

function describeDamage(under: EngineUnderTest): void {
  test.each([
    ["a missing slot", (slot: number) => slot !== 4],
    ["a missing end", (slot: number) => slot < 8],
  ])("%s is found at start", async (_what, keeps) => {
    const engine = await under.open();
    const { records, keys } = await replica(engine);
    for (let n = 0; n < 8; n++)
      await records.commit(() => proposal([{ type: "put", record: aBinding(`b${n}`) }], [FN_KEY]));
    const lease = await keys.acquire(FN_KEY, "run", 1_000);
    if (lease !== "held") await keys.release(lease, { seenSlot: 9 });
    const damaged = Object.create(engine) as typeof engine;
    damaged.slotsAfter = async (slot) => {
      const page = await engine.slotsAfter(slot);
      return { ...page, items: page.items.filter((item) => keeps(item.slot)) };
    };
    await expect(replica(bound(damaged, engine))).rejects.toThrow(LogDamagedError);
  });

  test("a torn slot that a lost race answers with stops its reader, and is not taken for somebody else's commit", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    const torn = Object.create(engine) as typeof engine;
    torn.putSlot = async (item) => {
      const there = await engine.putSlot(item);
      return there === true ? true : { ...there, body: there.body?.replace("alice", "mallory") ?? null };
    };
    const third = await replica(bound(torn, engine));
    await one.records.commit(() => put(aBinding("a")));
    await expect(third.records.commit(() => put(aBinding("b")))).rejects.toThrow(/Slot 2 of the log is torn/);
    expect((await third.stopped).message).toMatch(/Slot 2 of the log is torn/);
    await expect(two.records.commit(() => put(aBinding("b")))).resolves.toMatchObject({ slot: 3 });
  });

  test("a log that is shorter than its checkpoint, as one restored by itself is, is refused", async () => {
    const engine = await under.open();
    const options = { checkpointEvery: 4, keepSlots: 100 };
    const first = await replica(engine, options);
    for (let n = 0; n < 8; n++) await first.records.commit(() => put(aBinding(`b${n}`)));
    await first.close();
    expect((await engine.marker())?.slot).toBe(8);
    const restored = Object.create(engine) as typeof engine;
    restored.slot = async (slot) => (slot >= 6 ? null : await engine.slot(slot));
    await expect(replica(bound(restored, engine), options)).rejects.toThrow(
      /shorter than, or differs from, its checkpoint at slot 8.*Restore log and checkpoint together/,
    );
  });

  test("a torn slot is found, and stops all writing", async () => {
    const engine = await under.open();
    const [one, two] = [await replica(engine), await replica(engine)];
    const torn = Object.create(engine) as typeof engine;
    torn.slotsAfter = async (slot) => {
      const page = await engine.slotsAfter(slot);
      return {
        ...page,
        items: page.items.map((item) => ({ ...item, body: item.body?.replace("alice", "mallory") ?? null })),
      };
    };
    const third = await replica(bound(torn, engine));
    await one.records.commit(() => put(aBinding("a")));
    await expect(third.records.refresh()).rejects.toThrow(/Slot 2 of the log is torn/);
    await expect(third.records.commit(() => put(aBinding("b")))).rejects.toThrow(LogDamagedError);
    await expect(two.records.commit(() => put(aBinding("b")))).resolves.toMatchObject({ slot: 3 });
  });
}

/** Lets the overridden methods of `over` stand before those of `engine`, whose private state needs its own `this`. */
function bound<T extends object>(over: T, engine: T): T {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Object.hasOwn(over, name) ? Reflect.get(over, name) : Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
