/**
 * What a database must be able to do for the store. Everything with a meaning (groups, validation,
 * leases, chains, watches) is written once, above this line; an engine only keeps items.
 *
 * Every write touches one item under one condition, since that is all that each backend offers.
 * Reads are consistent (they see every write that was answered before they began) unless a method
 * says otherwise. A rejected promise means that the outcome is unknown.
 */
export interface Engine {
  /** Writes a slot of the log if it is absent. @returns true, or what stands there already. */
  putSlot(item: SlotItem): Promise<true | SlotItem>;
  slot(slot: number): Promise<SlotItem | null>;
  /** Slots above `slot`, ascending, one page of them. */
  slotsAfter(slot: number): Promise<{ items: SlotItem[]; more: boolean }>;
  /** Drops the bodies of the slots `from`..`to`; the slots themselves stay. Safe to repeat. */
  dropBodies(from: number, to: number): Promise<void>;

  /** Writes a projection unless the stored one is as new or newer. */
  putProjection(item: ProjectionItem): Promise<void>;
  /** Projections with an id above `id`, ascending, one page of them: all at once are too many to hold as text. */
  projectionsAfter(id: string): Promise<{ items: ProjectionItem[]; more: boolean }>;
  /** Deletes a projection without body if it still is of `slot`. */
  deleteTombstone(id: string, slot: number): Promise<void>;

  marker(): Promise<Marker | null>;
  /** Writes the marker unless the stored one is as new or newer. @returns false if it was. */
  putMarker(marker: Marker): Promise<boolean>;
  /** Small texts (at most 300 KB) under a name, for what a marker refers to. */
  putBlob(name: string, body: string): Promise<void>;
  blob(name: string): Promise<string | null>;
  deleteBlob(name: string): Promise<void>;

  keyRow(key: string): Promise<KeyRow | null>;
  /**
   * Sets fields of a key's row if the named fields still have the `expected` values; `null` expects
   * that there is no row yet, and `set` then is the whole row.
   *
   * @returns false if the condition did not hold.
   */
  writeKeyRow(key: string, expected: Partial<KeyFields> | null, set: Partial<KeyFields>): Promise<boolean>;
  /** Keys with `nextAtMs` up to `nowMs` and no lease that is still good then; earliest first. May lag behind writes. */
  dueKeys(nowMs: number, limit: number): Promise<string[]>;

  /** Appends a record and its index entries if (chain, seq) is absent; completes the index entries either way. @returns false if present. */
  putAudit(item: AuditItem): Promise<boolean>;
  /** Bodies of one chain with a seq above `seq`, ascending, one page (empty = end). */
  auditAfter(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]>;
  /** Bodies of one chain with a seq below `seq`, descending, at most `limit`. */
  auditBefore(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]>;
  /** Entries of one index with positions in [from, below), descending, at most `limit`; fewer only at the end. May lag behind writes. */
  auditByIndex(
    index: string,
    from: string,
    below: string,
    limit: number,
  ): Promise<{ position: string; body: string }[]>;
  /** Names of all chains. */
  chains(): Promise<string[]>;

  close(): Promise<void>;
}

/** One slot of the log. */
export interface SlotItem {
  slot: number;
  /** Fresh for every attempt to write, so that the writer of an unanswered put can recognise it. */
  writeId: string;
  /** `sum` of the slot before; empty for slot 1. */
  prev: string;
  /** Checksum over slot, prev, writeId and body. */
  sum: string;
  /** JSON; null once compacted. */
  body: string | null;
}

/** One record as of `slot`, readable; body null = it was removed in that slot. */
export interface ProjectionItem {
  id: string;
  slot: number;
  body: string | null;
}

/** All projections are at least as new as `slot`; earlier slots need not be replayed. */
export interface Marker {
  slot: number;
  sum: string;
  /** Names of the blobs that hold the wakes pending at `slot`. */
  pending: string[];
  /** The bodies of the slots 2 to here were dropped. */
  compacted: number;
}

/** A key item as fields that can be compared and set one by one. */
export interface KeyFields {
  /** Null = free. */
  owner: string | null;
  fence: number;
  /** 0 = free or void. */
  expiresAtMs: number;
  /** 0 or 1. */
  dirty: number;
  /** As the last run left it. */
  dueAtMs: number | null;
  /** As somebody without the lease asked for since. */
  wakeAtMs: number | null;
  /** The earlier of both, and no later than a lease's end: what the due index is made of. */
  nextAtMs: number | null;
  /** Raised with every write of `body`, so that a late write cannot undo a newer one. */
  rev: number;
  /** JSON that only the lease's holder writes. */
  body: string;
  /** Raised with every write of `noted`. */
  notedRev: number;
  /** JSON that anybody may add to. */
  noted: string;
}

export interface KeyRow extends KeyFields {
  key: string;
}

export interface AuditItem {
  chain: string;
  seq: number;
  /** Sorts by time, then seq, then chain. */
  position: string;
  indexes: string[];
  body: string;
}

/** Position of an audit record in every index: sorts by time, then seq, then chain. */
export function auditPosition(record: { atMs: number; seq: number; chain: string }): string {
  return `${timePosition(record.atMs)}${String(record.seq).padStart(12, "0")}#${record.chain}`;
}

/** Sorts before every position of `atMs` or later, and after every earlier one. */
export function timePosition(atMs: number): string {
  return `${String(Math.max(0, Math.floor(atMs))).padStart(15, "0")}#`;
}
