import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ServiceName } from "./behaviour.ts";
import { SERVICES } from "./behaviour.ts";
import type { Result } from "./probe.ts";

/** What the fidelity page has a column for. */
export interface Column {
  id: string;
  title: string;
  services: readonly (typeof SERVICES)[number][];
}

const ALL_BUT_DYNAMODB = SERVICES.filter((service) => service !== "dynamodb");

/** The simulator has no DynamoDB: `npm start` takes dynalite for that. */
export const COLUMNS = [
  { id: "simulator", title: "Mooring's simulator", services: ALL_BUT_DYNAMODB },
  { id: "dynalite", title: "dynalite", services: ["dynamodb"] },
  { id: "dynamodb-local", title: "DynamoDB Local", services: ["dynamodb"] },
  { id: "moto", title: "moto", services: SERVICES },
  { id: "ministack", title: "MiniStack", services: SERVICES },
  { id: "localstack", title: "LocalStack, free code", services: SERVICES },
] as const satisfies readonly Column[];

export type ColumnId = (typeof COLUMNS)[number]["id"];

/** What was found, as it is kept beside the probe. */
export interface KeptResults {
  /** Which version, and how it was started; null = it was not probed. */
  probed: string | null;
  results: Result[];
}

const fileOf = (id: ColumnId): string => fileURLToPath(new URL(`results/${id}.json`, import.meta.url));

export function readResults(id: ColumnId): KeptResults {
  if (!existsSync(fileOf(id))) return { probed: null, results: [] };
  return JSON.parse(readFileSync(fileOf(id), "utf8")) as KeptResults;
}

export function keepResults(id: ColumnId, kept: KeptResults): void {
  const results = kept.results.map((result) => ({
    ...result,
    note: result.note === null ? null : scrubbed(result.note),
  }));
  writeFileSync(fileOf(id), `${JSON.stringify({ ...kept, results }, null, 2)}\n`);
}

/** Without what differs from run to run: names, ids, accounts, ports. */
export function scrubbed(note: string): string {
  return note
    .replaceAll(/mprobe[a-z0-9]*/g, "mprobe")
    .replaceAll(/\b(fs|fsap|fsmt|sg|subnet|vpc|eni)-[0-9a-f]{8,17}\b/g, "$1-…")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "…")
    .replaceAll(/:\d{12}:/g, ":…:")
    .replaceAll(/"\d{12}\\*"/g, '"…"')
    .replaceAll(/\b\d{10,}(\.\d+)?\b/g, "…");
}

export const serviceColumns = (service: ServiceName): readonly Column[] =>
  COLUMNS.filter((column) => (column.services as readonly ServiceName[]).includes(service));
