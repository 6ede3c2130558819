import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FN_KEY,
  FS_KEY,
  ManualClock,
  NOW_MS,
  aNote,
  acquired,
  anIntent,
  anOutcome,
  replica,
} from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import type { Engine } from "./engine.ts";
import { LeaseLostError } from "./store.ts";
import type { Lease, Store } from "./store.ts";

export function describeKeys(under: EngineUnderTest): void {
  describe(`key items over ${under.name}`, () => {
    describeLeases(under);
    describeIntents(under);
    describeNotes(under);
    describeDue(under);
  });
}

function describeLeases(under: EngineUnderTest): void {
  test("a held key is marked dirty, which its holder meets at release, once", async () => {
    const { keys } = await replica(await under.open());
    const lease = await keys.acquire(FN_KEY, "run-1", 20_000);
    if (lease === "held") throw new Error("a fresh key is free");
    expect(lease).toMatchObject({
      fence: 1,
      takenOver: false,
      expiresAtMs: NOW_MS + 20_000,
      item: { dirty: false, chain: { seq: 0 } },
    });
    expect(await keys.acquire(FN_KEY, "run-2", 20_000)).toBe("held");
    expect((await keys.get(FN_KEY))?.dirty).toBe(true);
    expect(await keys.release(lease, { failures: 2 })).toBe("dirty");
    expect(await keys.get(FN_KEY)).toMatchObject({ owner: "run-1", dirty: false, failures: 2 });
    expect(await keys.release(lease, { failures: 0 })).toBe("released");
    expect(await keys.get(FN_KEY)).toMatchObject({ owner: null, failures: 0 });
    expect(await keys.release(lease, {})).toBe("lost");
  });

  test("an expired lease is taken over under a higher fence, and its old holder can write no more", async () => {
    const clock = new ManualClock();
    const engine = await under.open();
    const [one, two] = [await replica(engine, { clock }), await replica(engine, { clock })];
    const old = await acquired(one, FN_KEY, "run-1", 1_000);
    clock.advance(999);
    expect(await two.keys.acquire(FN_KEY, "run-2", 1_000)).toBe("held");
    clock.advance(1);
    const fresh = await acquired(two, FN_KEY, "run-3", 1_000);
    expect(fresh).toMatchObject({ fence: 2, takenOver: true, item: { dirty: false } });
    await expect(one.keys.beginIntent(old, anIntent("i1"))).rejects.toThrow(LeaseLostError);
    await expect(one.keys.closeIntent(old, anOutcome("i1"))).rejects.toThrow(LeaseLostError);
    await expect(
      one.keys.append(old, { type: "Converged", bindings: [], fileSystem: null, tookMs: null }),
    ).rejects.toThrow(LeaseLostError);
    expect(await one.keys.release(old, { failures: 9 })).toBe("lost");
    expect(await two.keys.get(FN_KEY)).toMatchObject({ owner: "run-3", failures: 0, chain: { seq: 0 } });
    expect(await two.keys.release(fresh, {})).toBe("released");
  });

  test("a holder's write between another's look at its expired lease and the taking is known to the successor", async () => {
    const clock = new ManualClock();
    const engine = await under.open();
    const slow = await replica(engine, { clock });
    const lease = await acquired(slow, FS_KEY, "slow", 1_000);
    const entry = { type: "Converged" as const, bindings: [], fileSystem: null, tookMs: null };
    const last = () => slow.keys.append(lease, entry);
    const ahead = new ManualClock();
    ahead.advance(1_000);
    const fast = await replica(beforeFirstWrite(engine, last), { clock: ahead });
    const taken = await acquired(fast, FS_KEY, "fast");
    expect(taken.item.chain.seq).toBe(1);
    await fast.keys.append(taken, entry);
    expect((await fast.audit.verify()).faults).toEqual([]);
  });

  test("a lease that expired but was not taken still counts", async () => {
    const clock = new ManualClock();
    const { keys } = await replica(await under.open(), { clock });
    const lease = await keys.acquire(FN_KEY, "run-1", 1_000);
    clock.advance(5_000);
    await keys.beginIntent(lease as Lease, anIntent("i1"));
    expect(await keys.release(lease as Lease, {})).toBe("released");
  });

  test("what a run leaves behind is there for the next, the rest stays", async () => {
    const store = await replica(await under.open());
    const first = await acquired(store, FN_KEY, "run-1");
    const left = {
      dueAtMs: NOW_MS + 5,
      failures: 3,
      seenSlot: 1,
      convergedReadAtMs: NOW_MS,
      removals: [{ atMs: NOW_MS, count: 2 }],
      memory: { absent: ["fsap-1"] },
    };
    await store.keys.release(first, left);
    const second = await acquired(store, FN_KEY, "run-2");
    expect(second.item).toMatchObject({ ...left, fence: 2 });
    await store.keys.release(second, { failures: 0 });
    expect(await store.keys.get(FN_KEY)).toMatchObject({ ...left, failures: 0 });
    const third = await acquired(store, FN_KEY, "run-3");
    await expect(store.keys.release(third, { memory: { x: "x".repeat(17_000) } })).rejects.toThrow(
      /at most 16384 bytes/,
    );
  });

  test("whatever many holders do, never two hold one key, and no dirty mark is lost", async () => {
    const actions = fc.array(fc.record({ who: fc.nat(3), wait: fc.constantFrom(0, 0, 0, 400, 1_200) }), {
      minLength: 5,
      maxLength: 30,
    });
    const check = fc.asyncProperty(actions, async (list) => {
      const clock = new ManualClock();
      const engine = await under.open();
      const stores = await Promise.all([replica(engine, { clock }), replica(engine, { clock })]);
      await playLeases(stores, list, clock);
    });
    await fc.assert(check, { seed: 5, numRuns: under.runs, endOnFailure: true });
  });
}

async function playLeases(stores: Store[], list: { who: number; wait: number }[], clock: ManualClock): Promise<void> {
  const held = new Map<number, Lease>();
  let fence = 0;
  let dirtied = false;
  for (const [index, { who, wait }] of list.entries()) {
    clock.advance(wait);
    const store = stores[who % 2]!;
    const mine = held.get(who);
    const holder = [...held.values()].find((lease) => lease.fence === fence);
    if (mine) {
      const expected = mine !== holder ? "lost" : dirtied ? "dirty" : "released";
      expect(await store.keys.release(mine, {})).toBe(expected);
      if (mine === holder) dirtied = false;
      if (expected !== "dirty") held.delete(who);
    } else {
      const lease = await store.keys.acquire(FN_KEY, `run-${index}`, 1_000);
      const isHeld = holder !== undefined && holder.expiresAtMs > clock.nowMs();
      expect(lease === "held").toBe(isHeld);
      if (lease === "held") dirtied = true;
      else {
        expect(lease).toMatchObject({ fence: fence + 1, takenOver: holder !== undefined });
        fence = lease.fence;
        dirtied = false;
        held.set(who, lease);
      }
    }
  }
}

function describeIntents(under: EngineUnderTest): void {
  test("what a run is to leave behind is durable with its intent, so that a crash after it forgets nothing", async () => {
    const store = await replica(await under.open());
    const lease = await acquired(store, FS_KEY, "run-1");
    await store.keys.beginIntent(lease, anIntent("i1"), {
      memory: { putAtMs: 7 },
      removals: [{ atMs: NOW_MS, count: 2 }],
    });
    const left = { memory: { putAtMs: 7 }, removals: [{ atMs: NOW_MS, count: 2 }] };
    expect(await store.keys.get(FS_KEY)).toMatchObject(left);
    await store.keys.beginIntent(lease, anIntent("i2"));
    await store.keys.release(lease, {});
    expect(await store.keys.get(FS_KEY)).toMatchObject(left);
  });

  test("an intent stands in item and history until its outcome closes it and leaves the request id", async () => {
    const store = await replica(await under.open());
    const lease = await acquired(store, FS_KEY, "run-1");
    await store.keys.beginIntent(lease, anIntent("i1"));
    const open = await store.keys.get(FS_KEY);
    expect(open?.openIntents).toMatchObject([
      { intentId: "i1", operation: "elasticfilesystem:CreateAccessPoint", record: { seq: 1 } },
    ]);
    expect((await store.audit.query({ chain: FS_KEY })).records).toEqual([open?.openIntents[0]?.record]);
    await store.keys.closeIntent(lease, anOutcome("i1"));
    await store.keys.append(lease, { type: "Converged", bindings: ["media/a"], fileSystem: "shared", tookMs: 12 });
    await store.keys.release(lease, {});
    expect(await store.keys.get(FS_KEY)).toMatchObject({
      openIntents: [],
      ownCalls: [{ requestId: "req-i1", outcomeAtMs: NOW_MS }],
      chain: { seq: 3 },
    });
    expect(await store.audit.verify(FS_KEY)).toEqual({ chains: 1, records: 3, faults: [] });
  });

  test("entries that are written at once stand in the order in which they were given", async () => {
    const store = await replica(await under.open());
    const lease = await acquired(store, FS_KEY, "run-1");
    const ids = Array.from({ length: 40 }, (_, index) => `i${index}`);
    await Promise.all(
      ids.flatMap((id) => [store.keys.beginIntent(lease, anIntent(id)), store.keys.closeIntent(lease, anOutcome(id))]),
    );
    const { records } = await store.audit.query({ chain: FS_KEY, limit: 1_000 });
    expect(
      records.toReversed().map(({ entry }) => `${entry.type} ${"intentId" in entry ? entry.intentId : ""}`),
    ).toEqual(ids.flatMap((id) => [`Intent ${id}`, `Outcome ${id}`]));
    expect((await store.keys.get(FS_KEY))?.ownCalls).toHaveLength(32);
    expect((await store.audit.verify()).faults).toEqual([]);
  });

  test("an intent that is begun twice stands once", async () => {
    const store = await replica(await under.open());
    const lease = await acquired(store, FS_KEY, "run-1");
    await store.keys.beginIntent(lease, anIntent("i1"));
    await store.keys.beginIntent(lease, anIntent("i1"));
    expect((await store.keys.get(FS_KEY))?.chain.seq).toBe(1);
  });
}

function describeNotes(under: EngineUnderTest): void {
  test("an event is noted once, held or not, and does not disturb the holder", async () => {
    const store = await replica(await under.open());
    expect((await store.keys.note(FS_KEY, aNote("e0"))).noted).toHaveLength(1);
    const lease = await acquired(store, FS_KEY, "run-1");
    expect(lease.item.noted.map(({ id }) => id)).toEqual(["e0"]);
    await store.keys.beginIntent(lease, anIntent("i1"));
    expect((await store.keys.note(FS_KEY, aNote("e1", NOW_MS + 5))).noted.map(({ id }) => id)).toEqual(["e0", "e1"]);
    expect((await store.keys.note(FS_KEY, aNote("e1"))).noted).toHaveLength(2);
    await store.keys.closeIntent(lease, anOutcome("i1"));
    expect(await store.keys.release(lease, { forgetNoted: ["e0"] })).toBe("released");
    expect((await store.keys.get(FS_KEY))?.noted.map(({ id }) => id)).toEqual(["e1"]);
    expect((await store.keys.note(FS_KEY, aNote("e0"))).noted.map(({ id }) => id)).toEqual(["e1"]);
  });

  test("an event that came while the run was under way stays, however its time compares: clocks differ", async () => {
    const store = await replica(await under.open());
    await store.keys.note(FS_KEY, aNote("fast-clock", NOW_MS + 20_000));
    const lease = await acquired(store, FS_KEY, "run-1");
    await store.keys.note(FS_KEY, aNote("meanwhile", NOW_MS));
    expect(await store.keys.release(lease, { forgetNoted: ["fast-clock"] })).toBe("released");
    expect((await store.keys.get(FS_KEY))?.noted.map(({ id }) => id)).toEqual(["meanwhile"]);
  });

  test("the newest 16 events are kept", async () => {
    const { keys } = await replica(await under.open());
    for (let n = 0; n < 20; n++) await keys.note(FS_KEY, aNote(`e${n}`));
    const noted = (await keys.get(FS_KEY))?.noted.map(({ id }) => id);
    expect(noted).toEqual(Array.from({ length: 16 }, (_, n) => `e${n + 4}`));
  });
}

function describeDue(under: EngineUnderTest): void {
  test("keys come due earliest first, free ones only, and no later than was asked for", async () => {
    const clock = new ManualClock();
    const store = await replica(await under.open(), { clock });
    const { keys } = store;
    await keys.wakeAt("k/3", NOW_MS + 300);
    await keys.wakeAt("k/1", NOW_MS + 500);
    await keys.wakeAt("k/1", NOW_MS + 100);
    await keys.wakeAt("k/1", NOW_MS + 900);
    const lease = await acquired(store, "k/2", "run-1");
    await keys.release(lease, { dueAtMs: NOW_MS + 200 });
    expect(await keys.due(NOW_MS + 99, 10)).toEqual([]);
    expect(await keys.due(NOW_MS + 300, 10)).toEqual(["k/1", "k/2", "k/3"]);
    expect(await keys.due(NOW_MS + 300, 2)).toEqual(["k/1", "k/2"]);
    await acquired(store, "k/1", "run-2", 1_000);
    expect(await keys.due(NOW_MS + 300, 10)).toEqual(["k/2", "k/3"]);
    expect(await keys.due(NOW_MS + 1_000, 10)).toEqual(["k/1", "k/2", "k/3"]);
  });

  test("a lease that ends without being handed back makes its key due", async () => {
    const { keys } = await replica(await under.open());
    expect(await keys.acquire("k/1", "dies", 1_000)).not.toBe("held");
    expect(await keys.acquire("k/2", "lives", 1_000)).not.toBe("held");
    expect((await keys.get("k/1"))?.dueAtMs).toBeNull();
    // One that asks in vain marks it dirty, and relies upon the holder.
    expect(await keys.acquire("k/1", "asks", 1_000)).toBe("held");
    expect(await keys.due(NOW_MS + 999, 10)).toEqual([]);
    expect(await keys.due(NOW_MS + 1_000, 10)).toEqual(["k/1", "k/2"]);
  });

  test("a wake that is asked for during a run survives the run's own due time", async () => {
    const store = await replica(await under.open());
    const { keys } = store;
    await keys.wakeAt(FN_KEY, NOW_MS);
    const lease = await acquired(store, FN_KEY, "run-1");
    expect(lease.item.dueAtMs).toBe(NOW_MS);
    await keys.wakeAt(FN_KEY, NOW_MS + 50);
    await keys.release(lease, { dueAtMs: null });
    expect((await keys.get(FN_KEY))?.dueAtMs).toBe(NOW_MS + 50);
    const next = await acquired(store, FN_KEY, "run-2");
    await keys.release(next, { dueAtMs: null });
    expect(await keys.due(NOW_MS + 1_000, 10)).toEqual([]);
  });
}

/** The engine, with something that happens right before the first write to a key's item. */
function beforeFirstWrite(engine: Engine, happens: () => Promise<void>): Engine {
  let pending = true;
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name !== "writeKeyRow") return member.bind(target);
      return async (...args: unknown[]) => {
        if (pending) {
          pending = false;
          await happens();
        }
        return await member.apply(target, args);
      };
    },
  });
}
