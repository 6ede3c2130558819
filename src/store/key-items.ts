import type { AuditEntry, NotedEvent } from "../model/audit.ts";
import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { nextRecord } from "./audit-chain.ts";
import type { EngineAudit } from "./audit-trail.ts";
import type { Engine, KeyFields, KeyRow } from "./engine.ts";
import { HeldLease } from "./held-lease.ts";
import {
  bodyOf,
  earlier,
  itemOf,
  nextAtMs,
  newRow,
  withNote,
  withOwnCall,
  withRelease,
  withoutNotes,
} from "./key-row.ts";
import type { KeyBody } from "./key-row.ts";
import { LeaseLostError } from "./store.ts";
import type { KeyItem, KeyItems, Lease, LeftBehind, OpenIntent, ReleaseFields } from "./store.ts";

/** Repeats of a read-and-write that lost against others each time. */
const RACES_MAX = 50;

/** One item per reconcile key, over any engine. See KeyItems for what it promises. */
export class EngineKeyItems implements KeyItems {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #audit: EngineAudit;
  readonly #onSeen: (key: ReconcileKey, slot: number) => void;
  /** Leases granted by this object and not yet released: at most one per key. */
  readonly #held = new Map<ReconcileKey, HeldLease>();

  /** @param onSeen told whenever an item shows that a finished run has seen `slot`. */
  constructor(engine: Engine, clock: Clock, audit: EngineAudit, onSeen: (key: ReconcileKey, slot: number) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#audit = audit;
    this.#onSeen = onSeen;
  }

  async acquire(key: ReconcileKey, owner: string, leaseMs: number): Promise<Lease | "held"> {
    for (let race = 0; race < RACES_MAX; race++) {
      const nowMs = this.#clock.nowMs();
      const row = await this.#engine.keyRow(key);
      if (row && row.owner !== null && row.expiresAtMs > nowMs) {
        if (await this.#markDirty(row)) return "held";
        continue;
      }
      const taken = await this.#take(key, row, owner, nowMs + leaseMs);
      if (taken) return await this.#grant(taken, row !== null && row.owner !== null);
    }
    throw contended(key);
  }

  async release(lease: Lease, fields: ReleaseFields): Promise<"released" | "dirty" | "lost"> {
    try {
      const held = await this.#heldBy(lease);
      return await held.run(() => this.#release(held, fields));
    } catch (error) {
      if (error instanceof LeaseLostError) return "lost";
      throw error;
    }
  }

  async beginIntent(lease: Lease, entry: AuditEntry & { type: "Intent" }, left: LeftBehind = {}): Promise<void> {
    await this.#append(lease, entry, (old) => {
      const body = withRelease(old, left);
      if (body.openIntents.some((intent) => intent.intentId === entry.intentId)) return null;
      const { record, atMs } = this.#next(lease.key, body, entry);
      const { intentId, operation, target } = entry;
      const intent: OpenIntent = { intentId, operation, target, atMs, record };
      return {
        record,
        body: { ...body, chain: headOf(record), openIntents: [...body.openIntents, intent], uncopied: null },
      };
    });
  }

  async closeIntent(lease: Lease, entry: AuditEntry & { type: "Outcome" }): Promise<void> {
    await this.#append(lease, entry, (body) => {
      const { record, atMs } = this.#next(lease.key, body, entry);
      const openIntents = body.openIntents.filter((intent) => intent.intentId !== entry.intentId);
      return {
        record,
        body: withOwnCall({ ...body, chain: headOf(record), openIntents, uncopied: record }, entry.requestId, atMs),
      };
    });
  }

  async append(lease: Lease, entry: AuditEntry): Promise<void> {
    await this.#append(lease, entry, (body) => {
      const { record } = this.#next(lease.key, body, entry);
      return { record, body: { ...body, chain: headOf(record), uncopied: record } };
    });
  }

  async note(key: ReconcileKey, event: NotedEvent): Promise<KeyItem> {
    for (let race = 0; race < RACES_MAX; race++) {
      const row = await this.#engine.keyRow(key);
      const noted = withNote(row ?? newRow(), event);
      if (row && noted === null) return itemOf(key, row);
      const set = { noted: noted!, notedRev: (row?.notedRev ?? 0) + 1 };
      if (await this.#engine.writeKeyRow(key, row && { notedRev: row.notedRev }, row ? set : { ...newRow(), ...set })) {
        return itemOf(key, { ...(row ?? newRow()), ...set });
      }
    }
    throw contended(key);
  }

  async get(key: ReconcileKey): Promise<KeyItem | null> {
    const row = await this.#engine.keyRow(key);
    return row && itemOf(key, row);
  }

  async wakeAt(key: ReconcileKey, dueAtMs: number): Promise<void> {
    for (let race = 0; race < RACES_MAX; race++) {
      const row = await this.#engine.keyRow(key);
      if (row && row.wakeAtMs !== null && row.wakeAtMs <= dueAtMs) return;
      const set = { wakeAtMs: dueAtMs, nextAtMs: nextAtMs({ ...(row ?? newRow()), wakeAtMs: dueAtMs }) };
      // Kept apart from the holder's own due time, so that a release cannot overwrite it.
      const expected = row && { wakeAtMs: row.wakeAtMs, dueAtMs: row.dueAtMs };
      if (await this.#engine.writeKeyRow(key, expected, row ? set : { ...newRow(), ...set })) return;
    }
    throw contended(key);
  }

  due(nowMs: number, limit: number): Promise<ReconcileKey[]> {
    return this.#engine.dueKeys(nowMs, limit);
  }

  async #markDirty(row: KeyRow): Promise<boolean> {
    const { owner, fence, dirty } = row;
    // Marked, with its holder there, when it was read: whatever takes the mark away looks again after this was asked.
    if (dirty === 1) return true;
    return this.#engine.writeKeyRow(row.key, { owner, fence }, { dirty: 1 });
  }

  /** @returns the row as taken; null if somebody else was faster. */
  async #take(key: ReconcileKey, row: KeyRow | null, owner: string, expiresAtMs: number): Promise<KeyRow | null> {
    const old = row ?? newRow();
    const dueAtMs = earlier(old.dueAtMs, old.wakeAtMs);
    const held = { owner, expiresAtMs, dueAtMs, wakeAtMs: null };
    const set = { ...held, fence: old.fence + 1, dirty: 0, nextAtMs: nextAtMs(held) };
    const { fence, wakeAtMs, rev } = old;
    // By `rev`, too: a holder whose clock is behind may still write what its successor would not know of.
    const expected = row && { owner: old.owner, fence, rev, wakeAtMs, dueAtMs: old.dueAtMs };
    if (await this.#engine.writeKeyRow(key, expected, row ? set : { ...old, ...set })) return { ...old, ...set, key };
    // A lower layer may have repeated a write that had succeeded: then the lease is ours.
    const now = await this.#engine.keyRow(key);
    return now?.owner === owner && now.fence === set.fence ? now : null;
  }

  async #grant(row: KeyRow, takenOver: boolean): Promise<Lease> {
    const { key, fence, expiresAtMs } = row;
    const held = new HeldLease(this.#engine, this.#audit, row);
    this.#held.set(key, held);
    await held.ensureCopied();
    const item = itemOf(key, row);
    this.#onSeen(key, item.seenSlot);
    return { key, owner: held.owner, fence, expiresAtMs, item, takenOver };
  }

  async #append(
    lease: Lease,
    entry: AuditEntry,
    change: (body: KeyBody) => { record: ReturnType<typeof nextRecord>; body: KeyBody } | null,
  ): Promise<void> {
    const held = await this.#heldBy(lease);
    await held.run(async () => {
      const next = change(held.body);
      if (next) await held.append(next.record, next.body);
    });
  }

  #next(key: ReconcileKey, body: KeyBody, entry: AuditEntry): { record: ReturnType<typeof nextRecord>; atMs: number } {
    const atMs = this.#clock.nowMs();
    return { record: nextRecord(key, body.chain, atMs, entry), atMs };
  }

  /** @throws {LeaseLostError} */
  async #heldBy(lease: Lease): Promise<HeldLease> {
    const held = this.#held.get(lease.key);
    if (held?.owner === lease.owner && held.fence === lease.fence) return held;
    const row = await this.#engine.keyRow(lease.key);
    if (row?.owner !== lease.owner || row.fence !== lease.fence)
      throw new LeaseLostError(`The lease of ${lease.key} with fence ${lease.fence} is lost`);
    const found = new HeldLease(this.#engine, this.#audit, row);
    this.#held.set(lease.key, found);
    return found;
  }

  async #release(held: HeldLease, fields: ReleaseFields): Promise<"released" | "dirty" | "lost"> {
    const body = withRelease(held.body, fields);
    for (let race = 0; race < RACES_MAX; race++) {
      const { expected, set, outcome } = releaseOf(held.row, body, fields);
      if (await held.tryWrite(expected, set)) return this.#released(held, body, outcome);
      const row = await this.#engine.keyRow(held.key);
      // The answer to a write that a lower layer repeated: it met itself.
      if (row?.rev === held.row.rev + 1 && row.fence === held.fence && row.body === set.body)
        return this.#released(held, body, row.owner === null ? "released" : "dirty");
      await held.reload();
    }
    throw contended(held.key);
  }

  #released(held: HeldLease, body: KeyBody, outcome: "released" | "dirty"): "released" | "dirty" {
    held.body = body;
    this.#onSeen(held.key, body.seenSlot);
    if (outcome === "released" && this.#held.get(held.key) === held) this.#held.delete(held.key);
    return outcome;
  }
}

/** The write that ends a run, given the row as last seen. */
function releaseOf(
  row: KeyFields,
  body: KeyBody,
  fields: ReleaseFields,
): { expected: Partial<KeyFields>; set: Partial<KeyFields>; outcome: "released" | "dirty" } {
  const { dirty, wakeAtMs, notedRev } = row;
  const dueAtMs = fields.dueAtMs === undefined ? row.dueAtMs : fields.dueAtMs;
  const noted = fields.forgetNoted === undefined ? null : withoutNotes(row, fields.forgetNoted);
  const common = {
    dueAtMs,
    nextAtMs: nextAtMs({ ...row, dueAtMs }),
    body: JSON.stringify(body),
    rev: row.rev + 1,
    ...(noted === null ? {} : { noted, notedRev: notedRev + 1 }),
  };
  // Whether an event came since the row was seen matters only if events are to be forgotten.
  const expected = { dirty, wakeAtMs, ...(fields.forgetNoted === undefined ? {} : { notedRev }) };
  if (dirty === 1) return { expected, set: { ...common, dirty: 0 }, outcome: "dirty" };
  return {
    expected,
    set: { ...common, owner: null, expiresAtMs: 0, nextAtMs: earlier(dueAtMs, wakeAtMs) },
    outcome: "released",
  };
}

function headOf(record: { seq: number; hash: string }): { seq: number; hash: string } {
  return { seq: record.seq, hash: record.hash };
}

function contended(key: ReconcileKey): Error {
  return new Error(`Cannot change the item of ${key}: ${RACES_MAX} times in a row another writer came first`);
}

/** Head of the log that the last finished run of a key had seen, from its row. */
export function seenSlotOf(row: KeyRow | null): number {
  return row ? bodyOf(row).seenSlot : 0;
}
