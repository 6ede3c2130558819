import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refOf } from "../model/records.ts";
import {
  FN_KEY,
  ManualClock,
  aBinding,
  aWorkloadFacet,
  dump,
  facetOf,
  proposal,
  put,
  replica,
} from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { faultyEngine } from "./engine-faults.ts";
import type { Fault } from "./engine-faults.ts";
import type { Proposal, RecordsView, Store, WatchEvent } from "./store.ts";

/** One step of a random history over five names. */
interface Step {
  replica: number;
  name: number;
  what: "put" | "facet" | "delete" | "release";
  /** Steps with the same number are asked for at once. */
  round: number;
}

const steps = fc.array(
  fc.record({
    replica: fc.nat(2),
    name: fc.nat(4),
    what: fc.constantFrom("put", "put", "facet", "delete", "release"),
    round: fc.nat(6),
  }),
  { minLength: 5, maxLength: 40 },
) as fc.Arbitrary<Step[]>;

/** Several replicas on one log: whatever they race for, all agree in the end. */
export function describeReplicas(under: EngineUnderTest): void {
  describe(`replicas over ${under.name}`, () => {
    test("three that race for one function: one gets it, all agree who", async () => {
      const engine = await under.open();
      const stores = await Promise.all([replica(engine), replica(engine), replica(engine)]);
      const claim = (name: string) => (view: RecordsView) => {
        if (view.bindingsOfWorkload("lambda/fn").length > 0) throw new Error("the function is taken");
        return put(aBinding(name, { functionName: "fn" }));
      };
      const results = await Promise.allSettled(stores.map((store, index) => store.records.commit(claim(`b${index}`))));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await expectAgreement(stores);
    });

    test("three that count: no increment is lost, no slot is written twice", async () => {
      const engine = await under.open();
      const stores = await Promise.all([replica(engine), replica(engine), replica(engine)]);
      await stores[0]!.records.commit(() => put(aBinding("counter")));
      const increment = (view: RecordsView): Proposal => {
        const old = view.binding("media", "counter") ?? aBinding("counter");
        return put({ ...old, metadata: { ...old.metadata, generation: old.metadata.generation + 1 } });
      };
      const results = await Promise.all(Array.from({ length: 30 }, (_, n) => stores[n % 3]!.records.commit(increment)));
      await expectAgreement(stores);
      expect(stores[0]!.records.view().binding("media", "counter")?.metadata.generation).toBe(31);
      expect(new Set(results.map(({ slot }) => slot)).size).toBeGreaterThan(2);
    });

    test("pools of tokens are shared, drawn from by whoever comes, and outlive a process", async () => {
      const engine = await under.open();
      const clock = new ManualClock();
      const stores = await Promise.all([replica(engine, { clock }), replica(engine, { clock })]);
      const limits = { perSecond: 10, capacity: 20 };
      const draws = await Promise.all(Array.from({ length: 12 }, (_, n) => stores[n % 2]!.tokens.draw("x", limits, 3)));
      expect(draws.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(20);
      clock.advance(500);
      const third = await replica(engine, { clock });
      expect(await third.tokens.draw("x", limits, 9)).toEqual({ tokens: 5, againInMs: 100 });
      expect(await stores[0]!.tokens.draw("x", limits, 1)).toEqual({ tokens: 0, againInMs: 100 });
      expect(await stores[1]!.tokens.draw("y", limits, 99)).toMatchObject({ tokens: 20 });
      expect(await third.keys.due(clock.nowMs() + 1e9, 10)).toEqual([]);
    });

    test("random histories: replicas agree, watchers saw it all, and a restart shows the same", async () => {
      const check = fc.asyncProperty(steps, fc.integer({ min: 2, max: 9 }), async (list, checkpointEvery) => {
        const engine = await under.open();
        const options = { checkpointEvery, keepSlots: 3 };
        const stores = await Promise.all([
          replica(engine, options),
          replica(engine, options),
          replica(engine, options),
        ]);
        const mirrors = stores.map(mirrorOf);
        await play(stores, list);
        await expectAgreement(stores);
        for (const mirror of mirrors) expect(mirror).toEqual(versionsOf(stores[0]!.records.view()));
        await Promise.all(stores.map((store) => store.close()));
        const again = await replica(engine, options);
        expect(dump(again.records.view())).toEqual(dump(stores[0]!.records.view()));
        expect((await again.audit.verify()).faults).toEqual([]);
      });
      await fc.assert(check, { seed: 4711, numRuns: under.runs, endOnFailure: true });
    });

    test("lost replies and failed writes: an acknowledged commit happened once, a refused one not twice", async () => {
      const faults = fc.infiniteStream(fc.constantFrom<Fault>("none", "none", "none", "fails before", "fails after"));
      const check = fc.asyncProperty(faults, async (stream) => {
        const engine = await under.open();
        await replica(engine);
        const next = (): Fault => stream.next().value ?? "none";
        const faulty = faultyEngine(engine, (_, operation) => (operation === "putSlot" ? next() : "none"), {
          dies: false,
        });
        const [one, two] = [await replica(faulty.engine), await replica(engine)];
        const increment = (view: RecordsView): Proposal => {
          const old = view.binding("media", "counter") ?? aBinding("counter");
          return put({ ...old, metadata: { ...old.metadata, generation: old.metadata.generation + 1 } });
        };
        let [done, unknown] = [0, 0];
        for (let n = 0; n < 12; n++) {
          const results = await Promise.allSettled([one.records.commit(increment), two.records.commit(increment)]);
          done += results.filter(({ status }) => status === "fulfilled").length;
          unknown += results.filter(({ status }) => status === "rejected").length;
        }
        await expectAgreement([one, two]);
        const generation = one.records.view().binding("media", "counter")?.metadata.generation ?? 1;
        expect(generation - 1).toBeGreaterThanOrEqual(done);
        expect(generation - 1).toBeLessThanOrEqual(done + unknown);
      });
      await fc.assert(check, { seed: 99, numRuns: under.runs, endOnFailure: true });
    });
  });
}

async function expectAgreement(stores: Store[]): Promise<void> {
  for (const store of stores) await store.records.refresh();
  for (const store of stores) expect(dump(store.records.view())).toEqual(dump(stores[0]!.records.view()));
}

async function play(stores: Store[], list: Step[]): Promise<void> {
  for (let round = 0; round <= 6; round++) {
    const now = list.filter((step) => step.round === round);
    await Promise.all(now.map((step) => stores[step.replica]!.records.commit((view) => propose(view, step))));
  }
}

function propose(view: RecordsView, { name, what, replica: by, round }: Step): Proposal {
  const old = view.binding("media", `b${name}`);
  if (what === "put" || !old) {
    const fresh = old ?? aBinding(`b${name}`, { metadata: { uid: `uid-${name}-${view.head}` } });
    return proposal(
      [
        {
          type: "put",
          record: {
            ...fresh,
            spec: { ...fresh.spec, rootDirectory: { ...fresh.spec.rootDirectory, path: `/v${round}` } },
          },
        },
      ],
      [FN_KEY],
    );
  }
  if (what === "facet") return proposal([facetOf(old, aWorkloadFacet(by + round, { mounted: `fsap-${round}` }))]);
  if (what === "delete")
    return put({ ...old, metadata: { ...old.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" } });
  const [finalizer] = old.metadata.finalizers;
  return proposal([
    { type: "releaseFinalizer", ref: refOf(old), finalizer: finalizer ?? "none", key: FN_KEY, fence: by + round },
  ]);
}

function mirrorOf(store: Store): Map<string, number> {
  const mirror = new Map<string, number>();
  let last = 0;
  store.records.watch(store.records.view().head, ({ slot, type, record }: WatchEvent) => {
    expect(slot).toBeGreaterThanOrEqual(last);
    last = slot;
    if (type === "ADDED") expect(mirror.has(record.metadata.name)).toBe(false);
    if (type === "DELETED") mirror.delete(record.metadata.name);
    else mirror.set(record.metadata.name, record.resourceVersion);
  });
  return mirror;
}

function versionsOf(view: RecordsView): Map<string, number> {
  return new Map([...view.bindings()].map((record) => [record.metadata.name, record.resourceVersion]));
}
