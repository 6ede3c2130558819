import type { AuditRecord, NotedEvent } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { EMPTY_CHAIN } from "./audit-chain.ts";
import type { ChainHead } from "./audit-chain.ts";
import type { KeyFields, KeyRow } from "./engine.ts";
import type { KeyItem, ReleaseFields } from "./store.ts";

/** Noted events kept for a key, and the most that their JSON may take: they share an item of 400 KB. */
const NOTED_MAX = 16;
const NOTED_BYTES_MAX = 160 * 1024;
/** Ids of noted events that are remembered, forgotten events included: a redelivery must not note twice. */
const NOTED_IDS_MAX = 64;
const OWN_CALLS_MAX = 32;
const MEMORY_BYTES_MAX = 16 * 1024;

/** The part of a key item that only the lease's holder writes. */
export interface KeyBody extends Pick<
  KeyItem,
  "failures" | "openIntents" | "chain" | "seenSlot" | "convergedReadAtMs" | "removals" | "ownCalls" | "memory"
> {
  /** The chain's head, if its copy in the audit table may be missing and no open intent holds it. */
  uncopied: AuditRecord | null;
}

/** The part that anybody may add to. */
interface Noted {
  events: NotedEvent[];
  ids: string[];
}

/** An item among those of the keys that nobody leases and that is never due. */
export const NEVER_DUE: Omit<KeyFields, "rev" | "body"> = {
  owner: null,
  fence: 0,
  expiresAtMs: 0,
  dirty: 0,
  dueAtMs: null,
  wakeAtMs: null,
  nextAtMs: null,
  notedRev: 0,
  noted: "{}",
};

export function newRow(): KeyFields {
  const body: KeyBody = {
    failures: 0,
    openIntents: [],
    chain: EMPTY_CHAIN,
    seenSlot: 0,
    convergedReadAtMs: null,
    removals: [],
    ownCalls: [],
    memory: {},
    uncopied: null,
  };
  return {
    ...NEVER_DUE,
    rev: 0,
    body: JSON.stringify(body),
    noted: JSON.stringify({ events: [], ids: [] } satisfies Noted),
  };
}

export function bodyOf(row: KeyFields): KeyBody {
  return JSON.parse(row.body) as KeyBody;
}

export function itemOf(key: ReconcileKey, row: KeyFields): KeyItem {
  const { uncopied: _, ...body } = bodyOf(row);
  const { owner, fence, expiresAtMs } = row;
  return {
    key,
    owner,
    fence,
    expiresAtMs,
    dirty: row.dirty === 1,
    dueAtMs: earlier(row.dueAtMs, row.wakeAtMs),
    ...body,
    noted: notedOf(row).events,
  };
}

/** Records whose copies in the audit table may be missing, in the order of their chain. */
export function possiblyUncopied(body: KeyBody): AuditRecord[] {
  const records = body.openIntents.map(({ record }) => record);
  if (body.uncopied) records.push(body.uncopied);
  return records.toSorted((a, b) => a.seq - b.seq);
}

/** The newest record of the chain that must stand in the audit table. */
export function provenHeadOf(row: KeyRow): ChainHead {
  const body = bodyOf(row);
  const underway = possiblyUncopied(body).find((record) => record.seq === body.chain.seq);
  return underway ? { seq: underway.seq - 1, hash: underway.prevHash } : body.chain;
}

export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/**
 * When a key is to be looked at: at its due times; and under a lease at the latest when that expires, since a holder
 * that died, or could not hand it back, has left work undone that nobody else may know of.
 */
export function nextAtMs(row: Pick<KeyFields, "owner" | "expiresAtMs" | "dueAtMs" | "wakeAtMs">): number | null {
  const dueAtMs = earlier(row.dueAtMs, row.wakeAtMs);
  return row.owner === null ? dueAtMs : earlier(dueAtMs, row.expiresAtMs);
}

/** The row's noted events with one more; null if this event was noted before. */
export function withNote(row: KeyFields, event: NotedEvent): string | null {
  const { events, ids } = notedOf(row);
  if (ids.includes(event.id)) return null;
  const kept = [...events, event].slice(-NOTED_MAX);
  while (kept.length > 1 && Buffer.byteLength(JSON.stringify(kept)) > NOTED_BYTES_MAX) kept.shift();
  return JSON.stringify({ events: kept, ids: [...ids, event.id].slice(-NOTED_IDS_MAX) } satisfies Noted);
}

/** The row's noted events without those of these ids; null if that drops none. */
export function withoutNotes(row: KeyFields, forgotten: readonly string[]): string | null {
  const { events, ids } = notedOf(row);
  const kept = events.filter(({ id }) => !forgotten.includes(id));
  return kept.length === events.length ? null : JSON.stringify({ events: kept, ids } satisfies Noted);
}

/** @throws {RangeError} if the reconciler's memory is too large. */
export function withRelease(body: KeyBody, fields: ReleaseFields): KeyBody {
  const { failures, seenSlot, convergedReadAtMs, removals, memory } = fields;
  if (memory !== undefined) checkMemory(memory);
  return {
    ...body,
    ...(failures === undefined ? {} : { failures }),
    ...(seenSlot === undefined ? {} : { seenSlot }),
    ...(convergedReadAtMs === undefined ? {} : { convergedReadAtMs }),
    ...(removals === undefined ? {} : { removals }),
    ...(memory === undefined ? {} : { memory }),
  };
}

export function withOwnCall(body: KeyBody, requestId: string | null, outcomeAtMs: number): KeyBody {
  if (requestId === null) return body;
  return { ...body, ownCalls: [...body.ownCalls, { requestId, outcomeAtMs }].slice(-OWN_CALLS_MAX) };
}

function checkMemory(memory: Record<string, unknown>): void {
  const bytes = Buffer.byteLength(JSON.stringify(memory));
  if (bytes > MEMORY_BYTES_MAX)
    throw new RangeError(
      `Cannot keep ${bytes} bytes of memory for a key: at most ${MEMORY_BYTES_MAX} bytes of JSON fit. Keep less`,
    );
}

function notedOf(row: KeyFields): Noted {
  return JSON.parse(row.noted) as Noted;
}
