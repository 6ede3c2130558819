import type { AuditEntry, AuditRecord, IntentEntry, OutcomeEntry } from "../model/audit.ts";

/** One entry of the history, told in a sentence. An intent and its outcome are one telling. */
export interface Telling {
  record: AuditRecord;
  /** CamelCase. */
  reason: string;
  message: string;
  type: "Normal" | "Warning";
}

/** Tells the records (of any order); an intent whose outcome is among them is told with it. */
export function tellings(records: AuditRecord[]): Telling[] {
  const intents = new Map<string, AuditRecord>();
  const closed = new Set<string>();
  for (const record of records) {
    if (record.entry.type === "Intent") intents.set(record.entry.intentId, record);
    if (record.entry.type === "Outcome") closed.add(record.entry.intentId);
  }
  return records
    .filter(({ entry }) => entry.type !== "Intent" || !closed.has(entry.intentId))
    .map((record) => ({ record, ...tell(record, intents) }));
}

type Sentence = Omit<Telling, "record">;

function tell({ entry, atMs }: AuditRecord, intents: Map<string, AuditRecord>): Sentence {
  switch (entry.type) {
    case "Intent":
      return normal(entry.operation, `Started on ${entry.target}: ${entry.why}${causeOf(entry)}`);
    case "Outcome":
      return outcome(entry, intents.get(entry.intentId), atMs);
    case "SpecChanged":
      return normal(SPEC_REASONS[entry.verb], `${SPEC_VERBS[entry.verb]} by ${entry.actor}`);
    case "Drift":
      return warning("Drifted", `${entry.what}, by ${entry.actor ?? "somebody not known yet"}${callOf(entry.event)}`);
    case "Attributed":
      return normal("Attributed", `It was ${entry.actor}${callOf(entry.event)}`);
    case "Contended":
      return warning(
        "Contended",
        `${entry.actor} has undone ${entry.what} ${entry.undoings} times; its next correction waits until ${new Date(entry.heldUntilMs).toISOString()}`,
      );
    case "Converged":
      return normal(
        "Converged",
        `Read back and as declared${entry.tookMs === null ? "" : `, after ${seconds(entry.tookMs)}`}`,
      );
  }
}

function outcome(entry: OutcomeEntry, intent: AuditRecord | undefined, atMs: number): Sentence {
  const started = intent?.entry.type === "Intent" ? intent.entry : undefined;
  const took = intent ? ` in ${seconds(atMs - intent.atMs)}` : "";
  const why = started ? `: ${started.why}${causeOf(started)}` : "";
  if (entry.outcome === "Done") return normal(entry.operation, `Done${took} on ${entry.target}${why}`);
  const result = entry.outcome === "Failed" ? `Failed${took}` : "Outcome not known";
  return warning(entry.operation, `${result} on ${entry.target}${why}${detailOf(entry.detail)}`);
}

const SPEC_REASONS = {
  created: "Created",
  updated: "Updated",
  deletionRequested: "DeletionRequested",
  removed: "Removed",
} as const;
const SPEC_VERBS = {
  created: "Created",
  updated: "Changed",
  deletionRequested: "Deletion asked for",
  removed: "Removed",
} as const;

function causeOf({ cause }: IntentEntry): string {
  if (cause.kind === "SpecChange") return ` (asked for by ${cause.actor})`;
  if (cause.kind === "Drift") return ` (changed by ${cause.actor ?? "somebody not known yet"})`;
  return "";
}

function callOf(event: (AuditEntry & { type: "Drift" })["event"]): string {
  if (!event) return "";
  return ` with ${event.name}${event.sourceIp === null ? "" : ` from ${event.sourceIp}`} at ${new Date(event.atMs).toISOString()}`;
}

function detailOf(detail: unknown): string {
  if (detail === null || detail === undefined) return "";
  return `; AWS: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`.slice(0, 500);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function normal(reason: string, message: string): Sentence {
  return { reason: bare(reason), message, type: "Normal" };
}

function warning(reason: string, message: string): Sentence {
  return { reason: bare(reason), message, type: "Warning" };
}

/** "elasticfilesystem:CreateAccessPoint" → "CreateAccessPoint": reasons are CamelCase. */
function bare(reason: string): string {
  return reason.slice(reason.indexOf(":") + 1);
}
