import type { AuditRecord, Cause, DriftEntry, IntentEntry, OutcomeEntry } from "../model/audit.ts";
import { table, type Palette } from "./terminal.ts";

/** One line of the history. An intent and its outcome are one line. */
export interface HistoryRow {
  atMs: number;
  who: string;
  what: string;
  on: string;
  outcome: string;
  requestId: string;
}

const OURSELVES = "mooring";

/**
 * Turns audit records into lines, oldest first.
 *
 * @param records in any order. An intent without its outcome among them is shown as "open": its
 *   outcome is not known (yet).
 */
export function historyRows(records: AuditRecord[]): HistoryRow[] {
  const ordered = records.toSorted((a, b) => a.atMs - b.atMs || (a.chain === b.chain ? a.seq - b.seq : 0));
  const outcomes = new Map<string, OutcomeEntry>();
  const intents = new Set<string>();
  for (const { entry } of ordered) {
    if (entry.type === "Outcome") outcomes.set(entry.intentId, entry);
    if (entry.type === "Intent") intents.add(entry.intentId);
  }
  return ordered.flatMap((record) => rowOf(record, outcomes, intents) ?? []);
}

function rowOf(
  { atMs, entry }: AuditRecord,
  outcomes: Map<string, OutcomeEntry>,
  intents: Set<string>,
): HistoryRow | null {
  const subject = entry.bindings.length > 0 ? shortList(entry.bindings) : (entry.fileSystem ?? "");
  switch (entry.type) {
    case "SpecChanged":
      return {
        atMs,
        who: entry.actor,
        what: VERBS[entry.verb],
        on: subject,
        outcome: `commit ${entry.slot}`,
        requestId: "",
      };
    case "Intent":
      return actionRow(atMs, entry, outcomes.get(entry.intentId));
    case "Outcome":
      // The intent may lie beyond the page that was asked for.
      return intents.has(entry.intentId) ? null : actionRow(atMs, entry, entry);
    case "Drift":
      return {
        atMs,
        who: entry.actor ?? "(not known)",
        what: withoutVersion(entry.event?.name ?? "drift"),
        on: driftedObject(entry),
        outcome: "drift",
        requestId: "",
      };
    case "Attributed":
      return {
        atMs,
        who: entry.actor,
        what: withoutVersion(entry.event.name),
        on: subject,
        outcome: "caused a repaired drift",
        requestId: "",
      };
    case "Contended":
      return {
        atMs,
        who: OURSELVES,
        what: "holds back",
        on: `${entry.what}, undone ${entry.undoings} times by ${entry.actor}`,
        outcome: `until ${new Date(entry.heldUntilMs).toISOString().slice(11, 19)}Z`,
        requestId: "",
      };
    case "Converged":
      return {
        atMs,
        who: OURSELVES,
        what: "verified",
        on: subject,
        outcome: entry.tookMs === null ? "converged" : `converged in ${seconds(entry.tookMs)}`,
        requestId: "",
      };
  }
}

const LISTED_MAX = 2;

function shortList(names: string[]): string {
  if (names.length <= LISTED_MAX) return names.join(", ");
  return `${names.slice(0, LISTED_MAX).join(", ")} and ${names.length - LISTED_MAX} more`;
}

/** What drifted, without the name of the call, which has a column of its own. */
function driftedObject({ what, event }: DriftEntry): string {
  return event !== null && what.startsWith(`${event.name} `) ? shortArn(what.slice(event.name.length + 1)) : what;
}

/** CloudTrail names Lambda's calls with the version of their API, e.g. UpdateFunctionConfiguration20150331v2. */
export function withoutVersion(text: string): string {
  return text.replace(/\b([A-Za-z]+)20\d{6}(v\d+)?\b/, "$1");
}

const VERBS = {
  created: "created record",
  updated: "changed record",
  deletionRequested: "asked for deletion of record",
  removed: "removed record",
} as const;

function actionRow(atMs: number, call: IntentEntry | OutcomeEntry, outcome: OutcomeEntry | undefined): HistoryRow {
  return {
    atMs,
    who: call.type === "Intent" ? `${OURSELVES}${causeText(call.cause)}` : OURSELVES,
    what: call.operation.slice(call.operation.indexOf(":") + 1),
    on: shortArn(call.target),
    outcome: outcome === undefined ? "open" : outcomeText(outcome),
    requestId: outcome?.requestId ?? "",
  };
}

function causeText(cause: Cause): string {
  if (cause.kind === "SpecChange") return ` for ${cause.actor}`;
  if (cause.kind === "Drift") return cause.actor === null ? " against drift" : ` against ${cause.actor}`;
  return "";
}

function outcomeText({ outcome, detail }: OutcomeEntry): string {
  const code = typeof detail === "object" && detail !== null && "code" in detail ? ` ${String(detail.code)}` : "";
  return outcome === "Done" ? "Done" : `${outcome}${code}`;
}

/** An ARN without what is the same for all of them: `function:thumbnailer`, `fs-…`, `fsap-…`. */
export function shortArn(target: string): string {
  if (!target.startsWith("arn:")) return target;
  return target
    .split(":")
    .slice(5)
    .join(":")
    .replace(/^(file-system|access-point)\//, "");
}

/** "46 ms", "0.4 s", "12 s", "3 min". */
export function seconds(ms: number): string {
  if (ms < 95) return `${ms} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

const HEAD = ["WHEN", "WHO", "WHAT", "ON", "OUTCOME", "REQUEST ID"];

/** A table for people. `headless` leaves its head out, for the later pages of `--follow`. */
export function renderHistory(rows: HistoryRow[], paint: Palette, headless = false): string[] {
  const cells = rows.map((row) => [when(row.atMs), row.who, row.what, row.on, row.outcome, row.requestId]);
  const lines = table([HEAD, ...cells]);
  const coloured = lines.map((line, i) => (i === 0 ? paint.bold(line) : paintRow(line, rows[i - 1]!, paint)));
  return headless ? coloured.slice(1) : coloured;
}

function paintRow(line: string, row: HistoryRow, paint: Palette): string {
  if (row.outcome === "drift") return paint.yellow(line);
  if (/^(Failed|Unknown|open)/.test(row.outcome)) return paint.red(line);
  return line;
}

/** Local times would make two people's copies of one history differ. */
function when(atMs: number): string {
  return new Date(atMs).toISOString().replace("T", " ").replace(/Z$/, "Z");
}
