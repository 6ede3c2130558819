import { Option, type Command } from "commander";
import { parseDuration } from "../config.ts";
import type { AuditRecord } from "../model/audit.ts";
import type { Clock } from "../model/clock.ts";
import type { Client } from "./client.ts";
import { realClock } from "./clock.ts";
import { parseRecordName } from "./record-name.ts";
import { historyRows, renderHistory } from "./render-history.ts";
import type { Shell } from "./run.ts";
import { connectTo, serverOption } from "./service-option.ts";
import type { Terminal } from "./terminal.ts";
import { EXIT, UserError } from "./user-error.ts";

interface HistoryOptions {
  fileSystem?: string;
  actor?: string;
  since?: string;
  limit: string;
  follow?: boolean;
  output?: string;
  server?: string;
}

const HISTORY = "/apis/mooring.dev/v1/history";
const LIMIT_MAX = 1_000;
const FOLLOW_POLL_MS = 1_000;

const HELP = `
WHO is the API's user for changes of records, "mooring" for its own calls (for whom or against whom),
and the principal that CloudTrail names for what others did in AWS.

Examples:
  mooring history media/thumbnailer
  mooring history --file-system shared --since 2h
  mooring history --actor deploy-bot -o json
  mooring history verify`;

/** `mooring history`: who changed what, what Mooring did about it, and whether that record is intact. */
export function addHistory(program: Command, shell: Shell): void {
  const history = program
    .command("history")
    .description("Show what happened: when, who, what, with which outcome and AWS request id.")
    .argument("[binding]", "NAMESPACE/NAME of a Binding (default: everything)")
    .option("--file-system <name>", "of a FileSystem and all that happened on it")
    .option("--actor <name>", "only what this user or principal did or caused")
    .option("--since <time>", 'a duration back from now ("90m", "7d") or a time ("2026-01-31T08:00:00Z")')
    .option("--limit <n>", `newest entries to show, at most ${LIMIT_MAX}`, "100")
    .option("--follow", "go on showing what happens, until Ctrl-C")
    .addOption(new Option("-o, --output <format>", "json: one audit record a line").choices(["json"]))
    .addOption(serverOption())
    .addHelpText("after", HELP)
    .action((binding: string | undefined, options: HistoryOptions) => showHistory(binding, options, shell.terminal));
  history
    .command("verify")
    .description("Recompute the hash chains of the whole history; exits 1 if a record is missing or was changed.")
    .addOption(serverOption())
    .action((_options: unknown, command: Command) => verifyHistory(connectTo(command.optsWithGlobals()), shell));
}

async function showHistory(binding: string | undefined, options: HistoryOptions, terminal: Terminal): Promise<void> {
  const query = queryOf(binding, options, realClock.nowMs());
  const client = connectTo(options);
  const print = (records: AuditRecord[], isFirst: boolean): void => {
    const lines =
      options.output === "json"
        ? records.toSorted((a, b) => a.atMs - b.atMs).map((record) => JSON.stringify(record))
        : renderHistory(historyRows(records), terminal.paint, !isFirst);
    lines.forEach((line) => terminal.out(line));
  };
  const records = await withOutcomes(client, query, await fetchRecords(client, query));
  if (records.length === 0 && options.follow !== true) return terminal.err("Nothing in the history fits.");
  print(records, true);
  if (options.follow === true) await follow(client, query, records, (more) => print(more, false), realClock);
}

/**
 * The query that the options ask for.
 *
 * @throws {UserError} for what cannot be read, with what is allowed.
 */
export function queryOf(binding: string | undefined, options: HistoryOptions, nowMs: number): URLSearchParams {
  const query = new URLSearchParams();
  if (binding !== undefined) {
    const name = parseRecordName(binding);
    if (name.kind === "FileSystem") {
      throw new UserError(
        `"${binding}" is no NAMESPACE/NAME; for a FileSystem write: mooring history --file-system ${binding}`,
        EXIT.usage,
      );
    }
    query.set("binding", binding);
  }
  if (options.fileSystem !== undefined) query.set("fileSystem", options.fileSystem);
  if (options.actor !== undefined) query.set("actor", options.actor);
  if (options.since !== undefined) query.set("since", String(parseSince(options.since, nowMs)));
  query.set("limit", String(parseLimit(options.limit)));
  return query;
}

function parseSince(text: string, nowMs: number): number {
  const backMs = parseDuration(text);
  if (backMs !== null) return nowMs - backMs;
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new UserError(
    `--since is "${text}"; allowed is a duration ("90m", "7d") or a time ("2026-01-31T08:00:00Z").`,
    EXIT.usage,
  );
}

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new UserError(`--limit is "${text}"; allowed is a whole number from 1 to ${LIMIT_MAX}.`, EXIT.usage);
}

async function fetchRecords(client: Client, query: URLSearchParams): Promise<AuditRecord[]> {
  return (await client.request<{ items: AuditRecord[] }>("GET", `${HISTORY}?${query.toString()}`)).items;
}

/** How a call ended names nobody, so a search for an actor finds the intents alone: their outcomes are fetched, too. */
async function withOutcomes(client: Client, query: URLSearchParams, records: AuditRecord[]): Promise<AuditRecord[]> {
  if (!query.has("actor")) return records;
  const intents = new Set<string>();
  const chains = new Map<string, number>();
  for (const { entry, chain, atMs } of records) {
    if (entry.type !== "Intent") continue;
    intents.add(entry.intentId);
    chains.set(chain, Math.min(atMs, chains.get(chain) ?? atMs));
  }
  const found = [...records];
  for (const [chain, sinceMs] of chains) {
    const of = { chain, since: String(sinceMs), limit: String(LIMIT_MAX) };
    for (const record of await fetchRecords(client, new URLSearchParams(of))) {
      if (record.entry.type === "Outcome" && intents.has(record.entry.intentId)) found.push(record);
    }
  }
  return found;
}

/** Asks again from the time of the newest record on; what was printed already is known by its hash. */
async function follow(
  client: Client,
  query: URLSearchParams,
  printed: AuditRecord[],
  print: (records: AuditRecord[]) => void,
  clock: Clock,
): Promise<void> {
  const seen = new Set(printed.map((record) => record.hash));
  let newestMs = Math.max(0, ...printed.map((record) => record.atMs));
  for (;;) {
    await clock.sleep(FOLLOW_POLL_MS);
    query.set("since", String(newestMs));
    const news = await withOutcomes(client, query, await fetchRecords(client, query));
    const fresh = news.filter((record) => !seen.has(record.hash));
    for (const record of fresh) {
      seen.add(record.hash);
      newestMs = Math.max(newestMs, record.atMs);
    }
    if (fresh.length > 0) print(fresh);
  }
}

interface Verification {
  chains: number;
  records: number;
  faults: { chain: string; seq: number; what: string }[];
}

async function verifyHistory(client: Client, { terminal, exitWith }: Shell): Promise<void> {
  const { chains, records, faults } = await client.request<Verification>("GET", `${HISTORY}/verify`);
  for (const fault of faults) terminal.err(`${terminal.paint.red("x")} ${fault.chain} #${fault.seq}: ${fault.what}`);
  if (faults.length > 0) exitWith(EXIT.failed);
  terminal.out(
    `${records} records in ${chains} chains: ${faults.length === 0 ? "intact" : `${faults.length} at fault`}`,
  );
}
