import type { RecordRef, StoredRecord } from "../model/records.ts";
import { deepFreeze } from "./apply-proposal.ts";
import type { Engine, Marker } from "./engine.ts";
import type { PendingWake } from "./pending-wakes.ts";
import { Records } from "./records-view.ts";
import { LogDamagedError } from "./store.ts";

/** Keeps a blob of pending wakes (each at most some 250 bytes) below an engine's 300 KB. */
const WAKES_PER_BLOB = 1_000;
const LOAD_ATTEMPTS_MAX = 5;
const PROJECTIONS_AT_ONCE = 8;

/** Where a replica begins: the records as of the last checkpoint. */
export interface Loaded {
  view: Records;
  sum: string;
  pending: PendingWake[];
  /** Records that are known as of a later slot than `view.head`, and that slot. */
  baseline: Map<string, number>;
}

/** @throws {LogDamagedError} if the log does not reach up to its own checkpoint. */
export async function loadCheckpoint(engine: Engine): Promise<Loaded> {
  for (let attempt = 1; attempt <= LOAD_ATTEMPTS_MAX; attempt++) {
    // The marker first: projections are then at least as new as it, and the tail newer than both.
    const marker = await engine.marker();
    const pending = marker ? await readPending(engine, marker) : [];
    // Another replica has replaced this checkpoint in between.
    if (pending === null) continue;
    if (marker) await checkSlotOf(engine, marker);
    const { view, baseline } = await readProjections(engine, marker?.slot ?? 0);
    return { view, baseline, pending, sum: marker?.sum ?? "" };
  }
  throw new LogDamagedError(
    "The log's checkpoint is incomplete: its list of pending wakes is missing. Restore the store from a backup",
  );
}

async function checkSlotOf(engine: Engine, marker: Marker): Promise<void> {
  const slot = await engine.slot(marker.slot);
  if (slot?.sum === marker.sum) return;
  throw new LogDamagedError(
    `The log is shorter than, or differs from, its checkpoint at slot ${marker.slot}: parts of it were lost or restored. Restore log and checkpoint together`,
  );
}

async function readProjections(
  engine: Engine,
  head: number,
): Promise<{ view: Records; baseline: Map<string, number> }> {
  const baseline = new Map<string, number>();
  const records: StoredRecord[] = [];
  for (let after = "", more = true; more;) {
    const page = await engine.projectionsAfter(after);
    for (const item of page.items) {
      if (item.slot > head) baseline.set(item.id, item.slot);
      if (item.body !== null) records.push(deepFreeze(JSON.parse(item.body) as StoredRecord));
    }
    after = page.items.at(-1)?.id ?? after;
    more = page.more;
  }
  return { view: Records.of(head, records), baseline };
}

async function readPending(engine: Engine, marker: Marker): Promise<PendingWake[] | null> {
  const wakes: PendingWake[] = [];
  for (const name of marker.pending) {
    const body = await engine.blob(name);
    if (body === null) return null;
    wakes.push(...(JSON.parse(body) as PendingWake[]));
  }
  return wakes;
}

export interface Snapshot {
  view: Records;
  sum: string;
  pending: PendingWake[];
}

/**
 * Writes readable projections of what changed since the last checkpoint, then moves the marker.
 * The cost follows the number of changed records, not of all. A crash anywhere leaves
 * projections ahead of the marker, which loadCheckpoint can tell.
 */
export class Checkpointer {
  readonly #engine: Engine;
  readonly #keepSlots: number;
  #changed = new Map<string, { ref: RecordRef; slot: number }>();

  /** @param keepSlots how many slots behind a checkpoint keep their bodies. */
  constructor(engine: Engine, keepSlots: number) {
    this.#engine = engine;
    this.#keepSlots = keepSlots;
  }

  changed(touched: ReadonlyMap<string, RecordRef>, slot: number): void {
    for (const [id, ref] of touched) this.#changed.set(id, { ref, slot });
  }

  async write(snapshot: Snapshot): Promise<void> {
    const { view, sum, pending } = snapshot;
    const old = await this.#engine.marker();
    if (old && old.slot >= view.head) return;
    const compacted = await this.#compact(old);
    const removed = await this.#project(view, old?.slot ?? 0);
    const names = await this.#writePending(view.head, pending);
    if (!(await this.#engine.putMarker({ slot: view.head, sum, pending: names, compacted }))) return;
    await this.#tidy(view.head, removed, old);
  }

  /** Bodies are dropped only behind a checkpoint that is already durable. */
  async #compact(marker: Marker | null): Promise<number> {
    if (!marker) return 1;
    const upTo = marker.slot - this.#keepSlots;
    if (upTo <= marker.compacted) return marker.compacted;
    await this.#engine.dropBodies(Math.max(2, marker.compacted + 1), upTo);
    return upTo;
  }

  async #project(view: Records, after: number): Promise<{ id: string; slot: number }[]> {
    const removed: { id: string; slot: number }[] = [];
    const changed = [...this.#changed].filter(([, { slot }]) => slot > after);
    const write = async (): Promise<void> => {
      for (let next = changed.pop(); next !== undefined; next = changed.pop()) {
        const [id, { ref, slot }] = next;
        // A record that has changed again since is still written as of this checkpoint.
        const record = view.find(ref);
        const asOf = record?.resourceVersion ?? Math.min(slot, view.head);
        if (!record) removed.push({ id, slot: asOf });
        await this.#engine.putProjection({ id, slot: asOf, body: record ? JSON.stringify(record) : null });
      }
    };
    await Promise.all(Array.from({ length: PROJECTIONS_AT_ONCE }, write));
    return removed;
  }

  async #writePending(head: number, pending: PendingWake[]): Promise<string[]> {
    const names: string[] = [];
    for (let at = 0; at < pending.length; at += WAKES_PER_BLOB) {
      const name = `pending/${String(head).padStart(12, "0")}/${names.length}`;
      await this.#engine.putBlob(name, JSON.stringify(pending.slice(at, at + WAKES_PER_BLOB)));
      names.push(name);
    }
    return names;
  }

  async #tidy(head: number, removed: { id: string; slot: number }[], old: Marker | null): Promise<void> {
    for (const [id, { slot }] of this.#changed) if (slot <= head) this.#changed.delete(id);
    for (const { id, slot } of removed) await this.#engine.deleteTombstone(id, slot);
    for (const name of old?.pending ?? []) await this.#engine.deleteBlob(name);
  }
}
