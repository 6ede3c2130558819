import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../model/audit.ts";
import { refOf } from "../model/records.ts";
import {
  FN_KEY,
  FS_KEY,
  ManualClock,
  NOW_MS,
  aBinding,
  aFileSystem,
  acquired,
  anIntent,
  anOutcome,
  facetOf,
  aWorkloadFacet,
  proposal,
  put,
  replica,
} from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import type { Engine } from "./engine.ts";
import type { AuditQuery, Store } from "./store.ts";

export function describeAudit(under: EngineUnderTest): void {
  describe(`history over ${under.name}`, () => {
    describeSpecChanges(under);
    describeQueries(under);
    describeVerify(under);
  });
}

function describeSpecChanges(under: EngineUnderTest): void {
  test("each change of spec is told with who, what, before and after", async () => {
    const store = await replica(await under.open());
    const { records } = store;
    const a = aBinding("a", { metadata: { finalizers: ["f"] } });
    await records.commit(() => proposal([{ type: "put", record: a }], [], "alice"));
    await records.commit((view) =>
      proposal(
        [{ type: "put", record: { ...view.binding("media", "a")!, spec: { ...a.spec, suspend: true } } }],
        [],
        "bob",
      ),
    );
    const doomed = {
      ...a,
      metadata: { ...a.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" },
      spec: { ...a.spec, suspend: true },
    };
    await records.commit(() => proposal([{ type: "put", record: doomed }], [], "carol"));
    await records.commit(() =>
      proposal([{ type: "releaseFinalizer", ref: refOf(a), finalizer: "f", key: FS_KEY, fence: 1 }], [], "mooring"),
    );
    const { records: history } = await store.audit.query({ chain: "record/Binding/media/a" });
    const told = history.toReversed().map(({ entry }) => entry) as (AuditEntry & { type: "SpecChanged" })[];
    expect(told.map(({ verb, actor, slot }) => `${verb} ${actor} ${slot}`)).toEqual([
      "created alice 2",
      "updated bob 3",
      "deletionRequested carol 4",
      "removed mooring 5",
    ]);
    expect(told[1]).toMatchObject({
      bindings: ["media/a"],
      fileSystem: "shared",
      before: { spec: { suspend: false } },
      after: { spec: { suspend: true } },
    });
    expect([told[0]?.before, told[3]?.after]).toEqual([null, null]);
  });

  test("what no person decided is not told: facets, finalizers, Mooring's annotations; a consent is", async () => {
    const store = await replica(await under.open());
    const { records } = store;
    const a = aBinding("a");
    await records.commit(() => put(a, aFileSystem("shared")));
    await records.commit(() => proposal([facetOf(a, aWorkloadFacet(1))]));
    const annotated = (annotations: Record<string, string>) =>
      put({ ...a, metadata: { ...a.metadata, finalizers: ["x"], annotations } });
    await records.commit(() => annotated({ "mooring.dev/reconcile-at": "now" }));
    expect((await store.audit.query({ binding: "media/a" })).records).toHaveLength(1);
    await records.commit(() => annotated({ "mooring.dev/confirm-removal": "hash" }));
    expect((await store.audit.query({ binding: "media/a" })).records).toHaveLength(2);
    expect((await store.audit.query({ fileSystem: "shared" })).records.map(({ chain }) => chain)).toContain(
      "record/FileSystem//shared",
    );
  });

  test("an entry that is given twice stands once", async () => {
    const { audit } = await replica(await under.open());
    const entry = (slot: number) => ({
      type: "SpecChanged" as const,
      bindings: ["media/a"],
      fileSystem: "shared",
      actor: "alice",
      slot,
      verb: "updated" as const,
      before: null,
      after: { n: slot },
    });
    await Promise.all([
      audit.appendSpecChange("record/x", entry(5)),
      audit.appendSpecChange("record/x", entry(5)),
      audit.appendSpecChange("record/x", entry(6)),
    ]);
    await audit.appendSpecChange("record/x", entry(5));
    expect(await audit.verify("record/x")).toEqual({ chains: 1, records: 2, faults: [] });
  });
}

function describeQueries(under: EngineUnderTest): void {
  test("a query finds by binding, file system, chain, actor and time, newest first", async () => {
    const store = await furnished(under);
    const intents = async (query: AuditQuery) =>
      (await store.audit.query(query)).records.flatMap(({ entry }) =>
        entry.type === "Intent" ? [entry.intentId] : [],
      );
    expect(await intents({})).toEqual(["i9", "i8", "i7", "i6", "i5", "i4", "i3", "i2", "i1", "i0"]);
    expect(await intents({ binding: "media/b1" })).toEqual(["i7", "i4", "i1"]);
    expect(await intents({ binding: "media/b1", fileSystem: "fs-even" })).toEqual(["i4"]);
    expect(await intents({ fileSystem: "fs-odd" })).toEqual(["i9", "i7", "i5", "i3", "i1"]);
    expect(await intents({ chain: FN_KEY })).toEqual(["i9", "i7", "i5", "i3", "i1"]);
    expect(await intents({ actor: "deploy-bot" })).toEqual(["i9", "i6", "i3", "i0"]);
    expect(await intents({ sinceMs: NOW_MS + 2 * HOUR, untilMs: NOW_MS + 4 * HOUR })).toEqual(["i4", "i3", "i2"]);
    expect(await intents({ sinceMs: NOW_MS + 4 * HOUR, untilMs: NOW_MS })).toEqual([]);
    expect(await intents({ binding: "media/nobody" })).toEqual([]);
  });

  test.each<AuditQuery>([
    {},
    { fileSystem: "fs-even" },
    { chain: FN_KEY },
    { binding: "media/b1", actor: "deploy-bot" },
  ])("pages of %o join to the whole", async (query) => {
    const store = await furnished(under);
    const { records: whole } = await store.audit.query(query);
    const joined = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Store["audit"]["query"]>> = await store.audit.query({
        ...query,
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      expect(page.records.length).toBeLessThanOrEqual(3);
      joined.push(...page.records);
      ({ cursor } = page);
    } while (cursor !== null);
    expect(joined).toEqual(whole);
  });

  test("an entry about many bindings is found by each", async () => {
    const store = await replica(await under.open());
    const bindings = Array.from({ length: 60 }, (_, n) => `media/b${n}`);
    const lease = await acquired(store, FS_KEY, "run-1");
    await store.keys.beginIntent(lease, anIntent("i1", { bindings }));
    for (const binding of ["media/b0", "media/b31", "media/b59"])
      expect((await store.audit.query({ binding })).records).toHaveLength(1);
    await expect(store.audit.query({ cursor: "nonsense" })).rejects.toThrow(/Cannot read the cursor/);
  });
}

const HOUR = 3_600_000;

/** Ten intents, one an hour over midnight's edge, over two chains, three bindings, two file systems and two actors. */
async function furnished(under: EngineUnderTest): Promise<Store> {
  const clock = new ManualClock();
  const store = await replica(await under.open(), { clock });
  const leases = [await acquired(store, FS_KEY, "run-1"), await acquired(store, FN_KEY, "run-2")];
  for (let n = 0; n < 10; n++) {
    const about = { bindings: [`media/b${n % 3}`], fileSystem: n % 2 === 0 ? "fs-even" : "fs-odd" };
    const cause = { kind: "Drift" as const, actor: n % 3 === 0 ? "deploy-bot" : null, eventName: null };
    await store.keys.beginIntent(leases[n % 2]!, anIntent(`i${n}`, { ...about, cause }));
    await store.keys.closeIntent(leases[n % 2]!, anOutcome(`i${n}`, about));
    clock.advance(HOUR);
  }
  return store;
}

function describeVerify(under: EngineUnderTest): void {
  test.each<[string, (item: { seq: number; body: string }) => { seq: number; body: string } | null, string]>([
    [
      "an altered record",
      (item) => ({ ...item, body: item.body.replace("it is missing", "for no reason") }),
      "hash differs",
    ],
    ["a missing record", (item) => (item.seq === 2 ? null : item), "seq 2 is missing"],
    ["a cut end", (item) => (item.seq > 2 ? null : item), "is missing: the key item knows 4"],
    ["a record that is no JSON", (item) => (item.seq === 3 ? { ...item, body: "{" } : item), "is not JSON"],
  ])("%s is found", async (_what, alter, what) => {
    const engine = await under.open();
    const store = await replica(engine);
    const lease = await acquired(store, FS_KEY, "run-1");
    for (const id of ["i1", "i2"]) {
      await store.keys.beginIntent(lease, anIntent(id));
      await store.keys.closeIntent(lease, anOutcome(id));
    }
    await store.keys.release(lease, {});
    expect((await store.audit.verify()).faults).toEqual([]);
    const { faults } = await (await replica(altered(engine, alter))).audit.verify();
    expect(faults.map((fault) => fault.what).join("\n")).toContain(what);
    expect(faults.every(({ chain }) => chain === FS_KEY)).toBe(true);
  });
}

function altered(
  engine: Engine,
  alter: (item: { seq: number; body: string }) => { seq: number; body: string } | null,
): Engine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === "auditAfter")
        return async (...args: Parameters<Engine["auditAfter"]>) =>
          (await target.auditAfter(...args)).flatMap((item) => alter(item) ?? []);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
