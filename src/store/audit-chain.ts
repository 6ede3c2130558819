import { createHash } from "node:crypto";
import type { AuditEntry, AuditRecord } from "../model/audit.ts";
import { canonicalJson } from "./canonical-json.ts";

export interface ChainHead {
  seq: number;
  hash: string;
}

/** Head of a chain without records. */
export const EMPTY_CHAIN: ChainHead = Object.freeze({ seq: 0, hash: "" });

/** The record that follows `head`. The entry is taken as its JSON shows it, since that is what is stored and hashed. */
export function nextRecord(chain: string, head: ChainHead, atMs: number, entry: AuditEntry): AuditRecord {
  const stored = JSON.parse(JSON.stringify(entry)) as AuditEntry;
  const record = { chain, seq: head.seq + 1, prevHash: head.hash, atMs, entry: stored };
  return { ...record, hash: hashOf(record) };
}

/** SHA-256, hex, over the canonical JSON of everything but the hash. */
export function hashOf(record: Omit<AuditRecord, "hash">): string {
  const { chain, seq, prevHash, atMs, entry } = record;
  return createHash("sha256").update(canonicalJson({ chain, seq, prevHash, atMs, entry })).digest("hex");
}

/** What is wrong with a record that should follow `head`; null = nothing. */
export function faultOf(record: AuditRecord, chain: string, head: ChainHead): string | null {
  if (record.chain !== chain) return `belongs to chain ${record.chain}`;
  if (record.seq !== head.seq + 1) return `seq ${head.seq + 1} is missing`;
  if (record.prevHash !== head.hash) return "does not follow its predecessor: prevHash differs";
  if (record.hash !== hashOf(record)) return "was altered: hash differs";
  return null;
}

/** Names of the indexes under which a record is found. */
export function indexesOf(record: AuditRecord): string[] {
  const { entry } = record;
  const indexes = ["all", ...new Set(entry.bindings.map((binding) => `binding/${binding}`))];
  if (entry.fileSystem !== null) indexes.push(`fileSystem/${entry.fileSystem}`);
  const actor = actorOf(entry);
  if (actor !== null) indexes.push(`actor/${actor}`);
  return indexes;
}

/** Who is behind an entry: who changed the spec or AWS, or whose act a call of ours answers; null = Mooring itself. */
export function actorOf(entry: AuditEntry): string | null {
  if (entry.type === "Intent") return "actor" in entry.cause ? entry.cause.actor : null;
  return "actor" in entry ? entry.actor : null;
}
