import type { AuditEntry, AuditRecord, NotedEvent } from "../model/audit.ts";
import type { AccessPointFacet, FileSystemFacet, WorkloadFacet } from "../model/facets.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { BindingRecord, FileSystemRecord, Provenance, RecordRef, StoredRecord } from "../model/records.ts";
import type { TokenPool } from "../model/token-pool.ts";
import type { WorkloadId } from "../model/workload.ts";

/**
 * Everything that Mooring remembers: the records in their commit log, one item per reconcile
 * key, and the audit. Two engines (SQLite, DynamoDB) stand behind this one interface and pass
 * one contract suite.
 */
export interface Store {
  readonly records: CommitLog;
  readonly keys: KeyItems;
  readonly audit: Audit;
  /** Rates that all replicas keep to together. */
  readonly tokens: TokenPool;
  /** Resolves if the log turns out damaged, or of a format that a newer version wrote: nothing is written any more. */
  readonly stopped: Promise<LogDamagedError>;
  close(): Promise<void>;
}

/** One thing that a commit changes. */
export type Change =
  /**
   * Creates or replaces spec and metadata; facets are kept as they are in the log (a new uid begins without).
   * With a deletionTimestamp and no finalizer, the record is removed.
   */
  | { type: "put"; record: StoredRecord }
  /** Facets carry the fence of their writer's lease; on apply, a lower fence than the stored one is skipped. */
  | { type: "workloadFacet"; ref: RecordRef; facet: WorkloadFacet }
  | { type: "accessPointFacet"; ref: RecordRef; facet: AccessPointFacet }
  | { type: "fileSystemFacet"; ref: RecordRef; facet: FileSystemFacet }
  /** Takes one finalizer off. The last one off a record with a deletionTimestamp removes the record. */
  | { type: "releaseFinalizer"; ref: RecordRef; finalizer: string; key: ReconcileKey; fence: number };

export interface Proposal {
  changes: Change[];
  /** Keys to be looked at once this is committed: they are pending until a run has seen this slot. */
  wakes: ReconcileKey[];
  /** Who asked; for changes of spec this is what the history names. */
  by: Provenance;
}

/** Records as of one slot. Cheap to hold; never mutated after it was handed out. */
export interface RecordsView {
  /** Highest slot applied; 0 = empty log. */
  readonly head: number;
  binding(namespace: string, name: string): BindingRecord | undefined;
  fileSystem(name: string): FileSystemRecord | undefined;
  bindings(): Iterable<BindingRecord>;
  fileSystems(): Iterable<FileSystemRecord>;
  bindingsOfFileSystem(fileSystemName: string): BindingRecord[];
  /** All that share one workload; the account and region are the service's own for now. */
  bindingsOfWorkload(id: WorkloadId): BindingRecord[];
  bindingByUid(uid: string): BindingRecord | undefined;
  fileSystemById(fs: { account: string; region: string; fileSystemId: string }): FileSystemRecord | undefined;
}

export type WatchEvent = { slot: number; type: "ADDED" | "MODIFIED" | "DELETED"; record: StoredRecord };

export interface CommitLog {
  /** What this replica has applied so far. Costs no read. */
  view(): RecordsView;
  /** Reads the tail of the log consistently, applies it, and returns the view. Call before planning. */
  refresh(): Promise<RecordsView>;
  /**
   * Appends to the log. `propose` is called with the newest view and answers what to write, or
   * throws (a validation error), which rejects this commit alone; it is called again with a newer view
   * after a lost race. Concurrent commits of one replica share a slot where they fit (200 KB).
   * An empty proposal (no change, no wake) writes nothing.
   * An unanswered put is resolved by its writeId before anything else is written.
   *
   * @returns the slot, once durable and applied to the view.
   */
  commit(propose: (view: RecordsView) => Proposal): Promise<{ slot: number; records: StoredRecord[] }>;
  /**
   * Calls `listener` for every change after `afterSlot`, in order, each once, the past first.
   *
   * @returns a function that ends the watch.
   * @throws {SlotCompactedError} if `afterSlot` is older than the history kept.
   */
  watch(afterSlot: number, listener: (event: WatchEvent) => void): () => void;
  /** Keys with a wake that no finished run has seen yet, with the slot and time (ms) of their latest wake. */
  pending(): { key: ReconcileKey; slot: number; sinceMs: number }[];
  /** A run of `key` that began at `slot` or later has finished: wakes up to `slot` are no longer pending. */
  settled(key: ReconcileKey, slot: number): void;
  /** Called for every applied commit that wakes keys, own or other replicas'. @returns a function that ends it. */
  onWake(listener: (keys: ReconcileKey[], slot: number) => void): () => void;
}

export class SlotCompactedError extends Error {
  override readonly name = "SlotCompactedError";
}

/** The log has a hole, a torn slot, or is shorter than something proves it once was. Writes must stop. */
export class LogDamagedError extends Error {
  override readonly name: string = "LogDamagedError";
}

/** A newer version has written what this one cannot read: it stops before it misreads, or loses, any of it. */
export class NewerFormatError extends LogDamagedError {
  override readonly name = "NewerFormatError";
}

/** The lease is gone (expired and taken, or another fence): the run must end without further writes. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface OpenIntent {
  intentId: string;
  operation: string;
  target: string;
  atMs: number;
  /** The audit entry, so that a successor can complete the copy and close it as Unknown. */
  record: AuditRecord;
}

/** The one item that a reconcile key has in the store. */
export interface KeyItem {
  key: ReconcileKey;
  fence: number;
  /** Null = free. */
  owner: string | null;
  expiresAtMs: number;
  /** Set by a message that met a lease: the holder must run again. */
  dirty: boolean;
  /** When this key wants to be looked at again, ms; null = not by itself. */
  dueAtMs: number | null;
  failures: number;
  openIntents: OpenIntent[];
  chain: { seq: number; hash: string };
  /** Head of the log that the last finished run had seen. */
  seenSlot: number;
  /** Start of the read of the last converged run, ms; null = never converged. */
  convergedReadAtMs: number | null;
  /** Removals carried out in the last hour, for the blast radius. */
  removals: { atMs: number; count: number }[];
  /** Request ids of own mutating calls and when their outcome was known; the newest 32. */
  ownCalls: { requestId: string; outcomeAtMs: number }[];
  /** Mutating calls by others (and unrecognised own ones) that concern this key; the newest 16. */
  noted: NotedEvent[];
  /** The reconciler's own memory across runs, opaque to the store; at most 16 KB of JSON. */
  memory: Record<string, unknown>;
}

export interface Lease {
  key: ReconcileKey;
  /** Unique per acquisition. */
  owner: string;
  fence: number;
  expiresAtMs: number;
  /** The item as it was at the acquisition (fence already raised). */
  item: KeyItem;
  /** True if the previous lease had expired instead of being released: wait out the call deadline first. */
  takenOver: boolean;
}

/** What a run leaves behind at release. Omitted = unchanged. */
export interface ReleaseFields {
  dueAtMs?: number | null;
  failures?: number;
  seenSlot?: number;
  convergedReadAtMs?: number;
  removals?: { atMs: number; count: number }[];
  memory?: Record<string, unknown>;
  /** Ids of noted events that are dropped: the run has accounted for them. */
  forgetNoted?: readonly string[];
}

/** What a run hands on to the next. */
export type LeftBehind = Pick<ReleaseFields, "memory" | "removals">;

export interface KeyItems {
  /**
   * Takes the lease if it is free or expired; otherwise marks the key dirty for the holder.
   * Never grants a lease twice: `owner` must be fresh for each acquisition.
   */
  acquire(key: ReconcileKey, owner: string, leaseMs: number): Promise<Lease | "held">;
  /** Frees the lease if it is still ours and nobody marked the key dirty; "dirty" clears the mark and keeps the lease. */
  release(lease: Lease, fields: ReleaseFields): Promise<"released" | "dirty" | "lost">;
  /**
   * Under the lease: appends the intent to the audit chain (key item first, then the audit table).
   *
   * @param left what the run would leave behind at release, durable with the intent: a crash after it forgets nothing.
   * @throws {LeaseLostError}
   */
  beginIntent(lease: Lease, entry: AuditEntry & { type: "Intent" }, left?: LeftBehind): Promise<void>;
  /** Under the lease: closes the intent and remembers the request id as an own call. @throws {LeaseLostError} */
  closeIntent(lease: Lease, entry: AuditEntry & { type: "Outcome" }): Promise<void>;
  /** Under the lease: any other entry for this key's chain. @throws {LeaseLostError} */
  append(lease: Lease, entry: AuditEntry): Promise<void>;
  /** Stores who did it, without a lease; once per event id. Returns the item afterwards. */
  note(key: ReconcileKey, event: NotedEvent): Promise<KeyItem>;
  get(key: ReconcileKey): Promise<KeyItem | null>;
  /** Sets an earlier (or first) due time, without a lease. */
  wakeAt(key: ReconcileKey, dueAtMs: number): Promise<void>;
  /** Keys whose dueAtMs has passed, earliest first; not those under a lease, whose holders set their next time. */
  due(nowMs: number, limit: number): Promise<ReconcileKey[]>;
}

export interface AuditQuery {
  /** `<namespace>/<name>` of a Binding. */
  binding?: string;
  fileSystem?: string;
  chain?: string;
  actor?: string;
  sinceMs?: number;
  untilMs?: number;
  /** Default 100, at most 1,000. Newest first. */
  limit?: number;
  cursor?: string;
}

export interface Audit {
  query(query: AuditQuery): Promise<{ records: AuditRecord[]; cursor: string | null }>;
  /** Appends a change of spec to its record's own chain; idempotent by slot. Called by the commit log. */
  appendSpecChange(chain: string, entry: AuditEntry & { type: "SpecChanged" }): Promise<void>;
  /** Walks one chain (or all) and checks seq and hashes. */
  verify(
    chain?: string,
  ): Promise<{ chains: number; records: number; faults: { chain: string; seq: number; what: string }[] }>;
}

/** The item of a key that nothing has touched yet. */
export function emptyKeyItem(key: ReconcileKey): KeyItem {
  return {
    key,
    fence: 0,
    owner: null,
    expiresAtMs: 0,
    dirty: false,
    dueAtMs: null,
    failures: 0,
    openIntents: [],
    chain: { seq: 0, hash: "" },
    seenSlot: 0,
    convergedReadAtMs: null,
    removals: [],
    ownCalls: [],
    noted: [],
    memory: {},
  };
}
