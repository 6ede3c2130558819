import type { SpecChangedEntry } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { refOf } from "../model/records.ts";
import type { BindingRecord, FileSystemRecord, RecordRef, StoredRecord } from "../model/records.ts";
import { recordId } from "./records-view.ts";
import type { Records } from "./records-view.ts";
import { specChangeOf } from "./spec-change.ts";
import type { Change, Proposal, WatchEvent } from "./store.ts";

export interface SpecChange {
  chain: string;
  entry: SpecChangedEntry;
  atMs: number;
}

type Facet = { key: string; fence: number };

/**
 * Applies the proposals of one slot, one after the other, to a snapshot: the same function for a slot
 * about to be written, one read from the tail, and one replayed at start, so all replicas agree.
 *
 * `baseline` names records that are known as of a later slot than the snapshot (projections written
 * ahead of the marker): changes of theirs up to that slot are skipped.
 */
export class SlotInProgress {
  readonly slot: number;
  readonly atMs: number;
  readonly wakes = new Set<ReconcileKey>();
  readonly specChanges: SpecChange[] = [];
  /** Includes what was added so far; its head is the slot's only after the first addition. */
  view: Records;
  readonly #base: Records;
  readonly #baseline: ReadonlyMap<string, number>;
  readonly #touched = new Map<string, RecordRef>();

  constructor(base: Records, atMs: number, baseline: ReadonlyMap<string, number>) {
    this.slot = base.head + 1;
    this.view = base;
    this.#base = base;
    this.#baseline = baseline;
    this.atMs = atMs;
  }

  /** @returns the records that the proposal touched, as it left them; one that it removed in its last state. */
  add(proposal: Proposal): StoredRecord[] {
    this.view = this.view.at(this.slot);
    const results = new Map<string, StoredRecord>();
    for (const change of proposal.changes) {
      const ref = change.type === "put" ? refOf(change.record) : change.ref;
      const id = recordId(ref);
      if ((this.#baseline.get(id) ?? 0) >= this.slot) continue;
      const result = this.#apply(change, ref, proposal.by.actor);
      if (result) results.set(id, result);
      else if (!results.has(id)) addCurrent(results, id, this.view.find(ref), ref);
    }
    for (const key of proposal.wakes) this.wakes.add(key);
    return [...results.values()];
  }

  /** The snapshot as of this slot. */
  done(): Records {
    return this.view.at(this.slot);
  }

  /** What a watcher learns of this slot: the difference it made, record by record. */
  events(): WatchEvent[] {
    const events: WatchEvent[] = [];
    for (const ref of this.#touched.values()) {
      const before = this.#base.find(ref);
      const after = this.view.find(ref);
      events.push(...difference(this.slot, before, after));
    }
    return events;
  }

  /** The records that were changed, by id. */
  touched(): ReadonlyMap<string, RecordRef> {
    return this.#touched;
  }

  #apply(change: Change, ref: RecordRef, actor: string): StoredRecord | null {
    const before = this.view.find(ref);
    const next = changed(change, before);
    if (next === null) return null;
    const after = deepFreeze({ ...next, resourceVersion: this.slot });
    const removed = after.metadata.deletionTimestamp !== undefined && after.metadata.finalizers.length === 0;
    this.view = removed ? (before ? this.view.remove(before) : this.view) : this.view.put(after);
    this.#touched.set(recordId(ref), ref);
    this.#noteSpecChange(before, after, removed, actor);
    return after;
  }

  #noteSpecChange(before: StoredRecord | undefined, after: StoredRecord, removed: boolean, actor: string): void {
    const change = specChangeOf({ before, after, removed, actor, slot: this.slot });
    if (change) this.specChanges.push({ ...change, atMs: this.atMs });
  }
}

function addCurrent(
  into: Map<string, StoredRecord>,
  id: string,
  record: StoredRecord | undefined,
  ref: RecordRef,
): void {
  if (record?.metadata.uid === ref.uid) into.set(id, record);
}

/** The record after the change; null if the change does not apply (other incarnation, lower fence, nothing to take off). */
function changed(change: Change, before: StoredRecord | undefined): StoredRecord | null {
  if (change.type === "put") {
    const kept = before?.metadata.uid === change.record.metadata.uid ? before.facets : {};
    return { ...change.record, facets: kept } as StoredRecord;
  }
  if (before === undefined || before.metadata.uid !== change.ref.uid) return null;
  if (change.type === "releaseFinalizer") return withoutFinalizer(before, change);
  return withFacet(before, change);
}

function withoutFinalizer(before: StoredRecord, change: Change & { type: "releaseFinalizer" }): StoredRecord | null {
  const finalizers = before.metadata.finalizers.filter((name) => name !== change.finalizer);
  if (finalizers.length === before.metadata.finalizers.length) return null;
  const facets: (Facet | undefined)[] = Object.values(before.facets);
  if (facets.some((facet) => facet !== undefined && isOutdated(change, facet))) return null;
  return { ...before, metadata: { ...before.metadata, finalizers } };
}

function withFacet(
  before: StoredRecord,
  change: Exclude<Change, { type: "put" | "releaseFinalizer" }>,
): StoredRecord | null {
  if (change.type === "fileSystemFacet") {
    if (before.kind !== "FileSystem" || isOutdated(change.facet, before.facets.fileSystem)) return null;
    return { ...before, facets: { ...before.facets, fileSystem: change.facet } } satisfies FileSystemRecord;
  }
  if (before.kind !== "Binding") return null;
  const name = change.type === "workloadFacet" ? "workload" : "accessPoint";
  if (isOutdated(change.facet, before.facets[name])) return null;
  return { ...before, facets: { ...before.facets, [name]: change.facet } } satisfies BindingRecord;
}

/** Fences of two keys cannot be compared: only a lower fence of the same key marks a late write. */
function isOutdated(incoming: Facet, stored: Facet | undefined): boolean {
  return stored !== undefined && stored.key === incoming.key && incoming.fence < stored.fence;
}

/** What turns `before` into `after`, as watch events of `slot`. */
export function difference(
  slot: number,
  before: StoredRecord | undefined,
  after: StoredRecord | undefined,
): WatchEvent[] {
  if (before === after) return [];
  if (before === undefined) return [{ slot, type: "ADDED", record: after! }];
  const gone: WatchEvent = { slot, type: "DELETED", record: Object.freeze({ ...before, resourceVersion: slot }) };
  if (after === undefined) return [gone];
  if (before.metadata.uid !== after.metadata.uid) return [gone, { slot, type: "ADDED", record: after }];
  return [{ slot, type: "MODIFIED", record: after }];
}

/** What turns one snapshot into a later one, record by record. */
export function differences(before: Records, after: Records): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const old of [...before.fileSystems(), ...before.bindings()]) {
    const ref = { kind: old.kind, ...old.metadata };
    if (after.find(ref) === undefined) events.push(...difference(after.head, old, undefined));
  }
  for (const record of [...after.fileSystems(), ...after.bindings()]) {
    const old = before.find({ kind: record.kind, ...record.metadata });
    if (old?.resourceVersion !== record.resourceVersion) events.push(...difference(after.head, old, record));
  }
  return events;
}

/** Records are shared by everybody who holds a view: a write to one must fail loudly. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
