/**
 * The history: append-only, one hash chain per reconcile key (or per record for changes of spec).
 * Field values are whitelisted by their writers: never environment variables, never code URLs.
 */
export interface AuditRecord {
  /** Chain: a reconcile key, or `record/<Kind>/<namespace>/<name>` for changes of spec. */
  chain: string;
  /** 1, 2, 3, … without gaps in one chain. */
  seq: number;
  /** Hash of the predecessor; empty string for seq 1. */
  prevHash: string;
  /** SHA-256, hex, over the canonical JSON of everything else. */
  hash: string;
  /** ms since the epoch. */
  atMs: number;
  entry: AuditEntry;
}

export type AuditEntry =
  | IntentEntry
  | OutcomeEntry
  | SpecChangedEntry
  | DriftEntry
  | AttributedEntry
  | ContendedEntry
  | ConvergedEntry;

interface EntryBase {
  /** `<namespace>/<name>` of every Binding concerned. */
  bindings: string[];
  /** Name of the FileSystem record concerned, if any. */
  fileSystem: string | null;
}

/** Written before the call is made. */
export interface IntentEntry extends EntryBase {
  type: "Intent";
  intentId: string;
  operation: string;
  target: string;
  why: string;
  cause: Cause;
  before: unknown;
  after: unknown;
}

export interface OutcomeEntry extends EntryBase {
  type: "Outcome";
  intentId: string;
  operation: string;
  target: string;
  outcome: "Done" | "Failed" | "Unknown";
  requestId: string | null;
  /** What AWS answered (an id, an error code and message), whitelisted. */
  detail: unknown;
}

export interface SpecChangedEntry extends EntryBase {
  type: "SpecChanged";
  actor: string;
  slot: number;
  verb: "created" | "updated" | "deletionRequested" | "removed";
  before: unknown;
  after: unknown;
}

/** Drift was seen: a non-empty plan although nobody changed the spec. */
export interface DriftEntry extends EntryBase {
  type: "Drift";
  what: string;
  /** Who did it according to CloudTrail; null = not known (yet). */
  actor: string | null;
  event: { id: string; name: string; atMs: number; sourceIp: string | null; userAgent: string | null } | null;
}

/** The event of a drift that had been repaired before the event arrived. */
export interface AttributedEntry extends EntryBase {
  type: "Attributed";
  actor: string;
  event: { id: string; name: string; atMs: number; sourceIp: string | null; userAgent: string | null };
}

/** The same actor keeps undoing the same thing: this correction of it waits. */
export interface ContendedEntry extends EntryBase {
  type: "Contended";
  actor: string;
  /** What is undone, e.g. "the mount of media/thumbnailer". */
  what: string;
  /** How often, since the quarrel began. */
  undoings: number;
  /** ms since the epoch. */
  heldUntilMs: number;
}

/** A run that acted has verified by a fresh read that nothing is left to do. */
export interface ConvergedEntry extends EntryBase {
  type: "Converged";
  /** ms from the event (or the first sight) of what caused the run to its verification; null if unknown. */
  tookMs: number | null;
}

/** Why a run acts. */
export type Cause =
  | { kind: "SpecChange"; actor: string; generation: number }
  | { kind: "Drift"; actor: string | null; eventName: string | null }
  | { kind: "Counterpart"; key: string }
  | { kind: "Sweep" };

/** A foreign (or our own) mutating call, as CloudTrail told it, reduced to what may be kept. */
export interface NotedEvent {
  /** CloudTrail's eventID; notes of the same id are stored once. */
  id: string;
  /** e.g. "DeleteAccessPoint". */
  name: string;
  /** Readable principal: user name, role name (`role/session`), service, or ARN. */
  actor: string;
  actorArn: string;
  /** eventTime, ms since the epoch. */
  atMs: number;
  /** When Mooring received it. */
  receivedAtMs: number;
  requestId: string | null;
  sourceIp: string | null;
  userAgent: string | null;
  /** Ids the call was about: accessPointId, functionName, policy text of a PutFileSystemPolicy, … */
  subject: Record<string, string>;
  /** Of Lambda's calls: false = it leaves FileSystemConfigs as they are. Absent = not known, or not Lambda's. */
  touchesMounts?: boolean;
}
