import type { AuditRecord } from "../model/audit.ts";
import type { Audit, AuditQuery } from "../store/store.ts";
import { badRequest } from "./api-error.ts";
import { pointInTime } from "./durations.ts";
import { text, whole } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";

/** One entry of the history, newest first in a list. */
export type HistoryItem = AuditRecord & {
  /** `atMs` as RFC 3339 with milliseconds, for people. */
  at: string;
};

/** Answer of GET /apis/mooring.dev/v1/history. */
export interface HistoryList {
  kind: "HistoryList";
  apiVersion: "mooring.dev/v1";
  /** `continue` goes into the next query's `cursor`; absent = no more. */
  metadata: { continue?: string };
  items: HistoryItem[];
}

/** Answer of GET /apis/mooring.dev/v1/history/verify. */
export interface HistoryVerification {
  kind: "HistoryVerification";
  apiVersion: "mooring.dev/v1";
  intact: boolean;
  chains: number;
  records: number;
  faults: { chain: string; seq: number; what: string }[];
}

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
const PARAMETERS = ["binding", "fileSystem", "chain", "actor", "since", "until", "limit", "cursor"];

/**
 * What changed, who did it, what was done; newest first.
 *
 * Query: binding=<namespace>/<name>, fileSystem, chain, actor, since and until (RFC 3339, ms since the epoch,
 * or how long ago: 15m, 2h), limit (1-1000, default 100), cursor.
 *
 * @throws {ApiError} 400 on a parameter that is unknown or cannot be read.
 */
export async function queryHistory(audit: Audit, query: Query, nowMs: number): Promise<HistoryList> {
  const { records, cursor } = await audit.query(auditQuery(query, nowMs));
  return {
    kind: "HistoryList",
    apiVersion: "mooring.dev/v1",
    metadata: cursor === null ? {} : { continue: cursor },
    items: records.map((record) => ({ ...record, at: new Date(record.atMs).toISOString() })),
  };
}

export async function verifyHistory(audit: Audit, query: Query): Promise<HistoryVerification> {
  const { chains, records, faults } = await audit.verify(text(query, "chain"));
  return {
    kind: "HistoryVerification",
    apiVersion: "mooring.dev/v1",
    intact: faults.length === 0,
    chains,
    records,
    faults,
  };
}

function auditQuery(query: Query, nowMs: number): AuditQuery {
  const unknown = Object.keys(query).filter((name) => !PARAMETERS.includes(name));
  if (unknown.length > 0)
    throw badRequest(`Unknown parameter ${unknown.join(", ")}: allowed are ${PARAMETERS.join(", ")}.`);
  const binding = text(query, "binding");
  if (binding !== undefined && !/^[^/]+\/[^/]+$/.test(binding))
    throw badRequest(`binding is "${binding}": <namespace>/<name> is needed.`);
  const limit = whole(query, "limit") ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX) throw badRequest(`limit is ${limit}: allowed are 1 to ${LIMIT_MAX}.`);
  const since = time(query, "since", nowMs);
  const until = time(query, "until", nowMs);
  const optional = {
    binding,
    fileSystem: text(query, "fileSystem"),
    chain: text(query, "chain"),
    actor: text(query, "actor"),
    sinceMs: since,
    untilMs: until,
    cursor: text(query, "cursor"),
  };
  return { limit, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) };
}

function time(query: Query, name: string, nowMs: number): number | undefined {
  const given = text(query, name);
  if (given === undefined) return undefined;
  const ms = pointInTime(given, nowMs);
  if (ms === undefined)
    throw badRequest(
      `${name} is "${given}": allowed are RFC 3339 (2026-11-02T10:00:00Z), ms since the epoch, or how long ago (90s, 15m, 2h, 7d).`,
    );
  return ms;
}
