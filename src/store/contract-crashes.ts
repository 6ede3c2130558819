import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../model/audit.ts";
import type { BindingRecord } from "../model/records.ts";
import {
  FN_KEY,
  FS_KEY,
  ManualClock,
  aBinding,
  acquired,
  anIntent,
  anOutcome,
  proposal,
  put,
  replica,
} from "./contract-fixtures.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { faultyEngine } from "./engine-faults.ts";
import type { Fault } from "./engine-faults.ts";
import type { Store } from "./store.ts";

/** What a process knew to be done when it died. */
interface Witness {
  committed: string[];
  begun: string[];
  closed: string[];
}

/** A process that dies before or after any one write: what it was told is true, and its successor mends the rest. */
export function describeCrashes(under: EngineUnderTest): void {
  describe(`crashes over ${under.name}`, () => {
    test.each<[Fault]>([["fails before"], ["fails after"]])(
      "nothing acknowledged is lost and history is whole, when write n %s",
      async (fault) => {
        const total = await writesOfTheStory(under);
        const stride = under.runs < 10 ? 3 : 1;
        for (let fatal = 1; fatal <= total; fatal += stride) await dieAt(under, fatal, fault);
      },
    );

    test("an intent whose process died is handed to the next holder, with its copy in the history", async () => {
      const clock = new ManualClock();
      const engine = await under.open();
      const { engine: dying } = faultyEngine(
        engine,
        (_, operation) => (operation === "putAudit" ? "fails before" : "none"),
        { dies: true },
      );
      const dead = await replica(dying, { clock });
      const lease = await acquired(dead, FS_KEY, "run-1", 1_000);
      await expect(dead.keys.beginIntent(lease, anIntent("i1"))).rejects.toThrow(/putAudit fails before/);
      clock.advance(1_000);
      const store = await replica(engine, { clock });
      expect((await store.audit.query({ chain: FS_KEY })).records).toEqual([]);
      const next = await acquired(store, FS_KEY, "run-2");
      expect(next).toMatchObject({ takenOver: true, item: { openIntents: [{ intentId: "i1" }] } });
      expect((await store.audit.query({ chain: FS_KEY })).records).toEqual([next.item.openIntents[0]?.record]);
      await store.keys.closeIntent(next, anOutcome("i1", { outcome: "Unknown", requestId: null }));
      expect((await store.keys.get(FS_KEY))?.openIntents).toEqual([]);
    });

    test("a lease whose answer was lost is known to its holder when the write is repeated", async () => {
      const engine = await under.open();
      const repeats = new Proxy(engine, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== "function") return member;
          if (name !== "writeKeyRow" && name !== "putSlot") return member.bind(target);
          // What an SDK does when the first answer is lost: the second meets the first.
          return async (...args: unknown[]) => {
            await member.apply(target, args);
            return await member.apply(target, args);
          };
        },
      });
      const store = await replica(repeats);
      expect(await store.records.commit(() => put(aBinding("a")))).toMatchObject({ slot: 2 });
      const lease = await acquired(store, FS_KEY, "run-1");
      await store.keys.beginIntent(lease, anIntent("i1"));
      await store.keys.closeIntent(lease, anOutcome("i1"));
      expect(await store.keys.release(lease, { failures: 1 })).toBe("released");
      expect(await store.keys.get(FS_KEY)).toMatchObject({ owner: null, failures: 1, chain: { seq: 2 } });
    });
  });
}

async function writesOfTheStory(under: EngineUnderTest): Promise<number> {
  const counted = faultyEngine(await under.open(), () => "none", { dies: true });
  await story(await replica(counted.engine, { checkpointEvery: 3, keepSlots: 1 }), emptyWitness());
  return counted.writes();
}

async function dieAt(under: EngineUnderTest, fatal: number, fault: Fault): Promise<void> {
  const clock = new ManualClock();
  const engine = await under.open();
  const options = { checkpointEvery: 3, keepSlots: 1, clock };
  const dying = faultyEngine(engine, (write) => (write === fatal ? fault : "none"), { dies: true });
  const witness = emptyWitness();
  await replica(dying.engine, options)
    .then((store) => story(store, witness))
    .catch(() => undefined);
  clock.advance(60_000);
  await expectMended(await replica(engine, options), witness);
  await engine.close();
}

function emptyWitness(): Witness {
  return { committed: [], begun: [], closed: [] };
}

/** Commits of which some share a slot, several checkpoints, and two runs with intents. */
async function story({ records, keys, close }: Store, witness: Witness): Promise<void> {
  const commit = async (name: string, path = "/first"): Promise<void> => {
    await records.commit(() => proposal([{ type: "put", record: aBinding(name, { path }) }], [FN_KEY]));
    witness.committed.push(name);
  };
  for (const run of [1, 2]) {
    await Promise.all([commit(`a${run}`), commit(`b${run}`)]);
    await commit(`c${run}`);
    const lease = await keys.acquire(FS_KEY, `run-${run}`, 20_000);
    if (lease === "held") throw new Error("the story's key is held");
    for (const id of [`i${run}`, `j${run}`]) {
      await keys.beginIntent(lease, anIntent(id));
      witness.begun.push(id);
      await keys.closeIntent(lease, anOutcome(id));
      witness.closed.push(id);
    }
    await keys.release(lease, { seenSlot: records.view().head });
    await commit(`d${run}`);
    for (const path of ["/second", "/third", "/fourth"]) await commit(`a${run}`, path);
  }
  await close();
}

async function expectMended(store: Store, witness: Witness): Promise<void> {
  const view = store.records.view();
  for (const name of witness.committed) expect(view.binding("media", name)).toBeDefined();
  const lease = await acquired(store, FS_KEY, "successor");
  for (const intent of lease.item.openIntents)
    await store.keys.closeIntent(lease, anOutcome(intent.intentId, { outcome: "Unknown" }));
  await store.keys.release(lease, {});
  expect((await store.audit.verify()).faults).toEqual([]);
  const { records: history } = await store.audit.query({ limit: 1_000 });
  const told = (type: string): string[] =>
    history.flatMap(({ entry }) => (entry.type === type && "intentId" in entry ? [entry.intentId] : []));
  expect(told("Intent")).toEqual(expect.arrayContaining(witness.begun));
  expect(told("Outcome").toSorted()).toEqual(told("Intent").toSorted());
  expect(told("Outcome")).toEqual(expect.arrayContaining(witness.closed));
  expectToldOnce(history, [...view.bindings()]);
}

/** Each record's changes are told once, from its creation to what it is now, each beginning where the last one ended. */
function expectToldOnce(history: AuditRecord[], bindings: BindingRecord[]): void {
  const changes = history.flatMap(({ entry }) => (entry.type === "SpecChanged" ? [entry] : [])).toReversed();
  const byBinding = Map.groupBy(changes, ({ bindings: [name] }) => name);
  expect(new Set(byBinding.keys())).toEqual(new Set(bindings.map(({ metadata }) => `media/${metadata.name}`)));
  for (const binding of bindings) {
    const told = byBinding.get(`media/${binding.metadata.name}`)!.toSorted((a, b) => a.slot - b.slot);
    expect(told[0]).toMatchObject({ verb: "created", before: null });
    for (let n = 1; n < told.length; n++)
      expect(told[n]).toMatchObject({ verb: "updated", before: told[n - 1]!.after });
    expect(told.at(-1)?.after).toMatchObject({ spec: binding.spec });
  }
}
