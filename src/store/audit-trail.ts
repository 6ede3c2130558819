import type { AuditEntry, AuditRecord } from "../model/audit.ts";
import type { SpecChange } from "./apply-proposal.ts";
import { EMPTY_CHAIN, actorOf, faultOf, indexesOf, nextRecord } from "./audit-chain.ts";
import type { ChainHead } from "./audit-chain.ts";
import { canonicalJson } from "./canonical-json.ts";
import { auditPosition, timePosition } from "./engine.ts";
import type { Engine } from "./engine.ts";
import type { Audit, AuditQuery } from "./store.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
/** Records of one chain that are read at once. */
const PAGE = 200;
const RACES_MAX = 50;

interface Found {
  cursor: string;
  record: AuditRecord;
}

/** The history over any engine. See Audit for what it promises. */
export class EngineAudit implements Audit {
  readonly #engine: Engine;
  readonly #nowMs: () => number;
  /** Head that a chain should have, as its key item says; null = not known. */
  readonly #provenHead: (chain: string) => Promise<ChainHead | null>;

  constructor(engine: Engine, nowMs: () => number, provenHead: (chain: string) => Promise<ChainHead | null>) {
    this.#engine = engine;
    this.#nowMs = nowMs;
    this.#provenHead = provenHead;
  }

  /**
   * Copies a record whose place in its chain is already decided. Safe to repeat.
   *
   * @throws {Error} if another record stands at that place: the chain would fork.
   */
  async copy(record: AuditRecord): Promise<void> {
    if (await this.#put(record)) return;
    const [stored] = await this.#engine.auditBefore(record.chain, record.seq + 1, 1);
    if (stored?.seq === record.seq && (JSON.parse(stored.body) as AuditRecord).hash === record.hash) return;
    throw new Error(
      `Cannot append to audit chain ${record.chain}: another record stands at seq ${record.seq}. Run "mooring history verify"`,
    );
  }

  appendSpecChange(chain: string, entry: AuditEntry & { type: "SpecChanged" }): Promise<void> {
    return this.appendSpecChangeAt({ chain, entry, atMs: this.#nowMs() });
  }

  /** As appendSpecChange, with the time of the commit. */
  async appendSpecChangeAt({ chain, entry, atMs }: SpecChange): Promise<void> {
    const wanted = canonicalJson(entry);
    for (let race = 0; race < RACES_MAX; race++) {
      const state = await this.#headUnless(chain, entry.slot, wanted);
      if (state === "present") return;
      if (await this.#put(nextRecord(chain, state, atMs, entry))) return;
    }
    throw new Error(`Cannot append to audit chain ${chain}: ${RACES_MAX} times in a row another writer came first`);
  }

  async query(query: AuditQuery): Promise<{ records: AuditRecord[]; cursor: string | null }> {
    const limit = Math.min(Math.max(1, Math.floor(query.limit ?? LIMIT_DEFAULT)), LIMIT_MAX);
    const source = query.chain === undefined ? this.#byIndex(query, limit) : this.#byChain(query.chain, query, limit);
    const found: Found[] = [];
    for await (const item of source) {
      if (!matches(item.record, query)) continue;
      found.push(item);
      if (found.length > limit) break;
    }
    const page = found.slice(0, limit);
    return {
      records: page.map(({ record }) => record),
      cursor: found.length > limit ? encode(page.at(-1)!.cursor) : null,
    };
  }

  async verify(
    chain?: string,
  ): Promise<{ chains: number; records: number; faults: { chain: string; seq: number; what: string }[] }> {
    const chains = chain === undefined ? await this.#engine.chains() : [chain];
    const faults: { chain: string; seq: number; what: string }[] = [];
    let records = 0;
    for (const name of chains) records += await this.#verifyChain(name, faults);
    return { chains: chains.length, records, faults };
  }

  #put(record: AuditRecord): Promise<boolean> {
    const { chain, seq } = record;
    return this.#engine.putAudit({
      chain,
      seq,
      position: auditPosition(record),
      indexes: indexesOf(record),
      body: JSON.stringify(record),
    });
  }

  /** The chain's head, unless the entry is in the chain already. Slots mostly ascend, so few records are read. */
  async #headUnless(chain: string, slot: number, wanted: string): Promise<ChainHead | "present"> {
    let head: ChainHead | null = null;
    let below = Number.MAX_SAFE_INTEGER;
    for (let size = 1; ; size = PAGE) {
      const page = await this.#engine.auditBefore(chain, below, size);
      for (const { seq, body } of page) {
        const { entry, hash } = JSON.parse(body) as AuditRecord;
        head ??= { seq, hash };
        if (entry.type !== "SpecChanged" || entry.slot < slot) return head;
        if (entry.slot === slot && canonicalJson(entry) === wanted) return "present";
        below = seq;
      }
      if (page.length < size) return head ?? EMPTY_CHAIN;
    }
  }

  async *#byIndex(query: AuditQuery, limit: number): AsyncGenerator<Found> {
    const index = indexFor(query);
    const from = timePosition(query.sinceMs ?? 0);
    let below =
      query.cursor === undefined
        ? timePosition(Math.min((query.untilMs ?? Number.MAX_SAFE_INTEGER) + 1, 999_999_999_999_999))
        : decode(query.cursor);
    for (;;) {
      const page = await this.#engine.auditByIndex(index, from, below, limit + 1);
      for (const { position, body } of page) yield { cursor: position, record: JSON.parse(body) as AuditRecord };
      if (page.length <= limit) return;
      below = page.at(-1)!.position;
    }
  }

  async *#byChain(chain: string, query: AuditQuery, limit: number): AsyncGenerator<Found> {
    let below = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(decode(query.cursor));
    if (!Number.isSafeInteger(below)) throw badCursor();
    for (;;) {
      const page = await this.#engine.auditBefore(chain, below, limit + 1);
      for (const { seq, body } of page) yield { cursor: String(seq), record: JSON.parse(body) as AuditRecord };
      if (page.length <= limit) return;
      below = page.at(-1)!.seq;
    }
  }

  async #verifyChain(chain: string, faults: { chain: string; seq: number; what: string }[]): Promise<number> {
    let head: ChainHead = EMPTY_CHAIN;
    let records = 0;
    // Read first: what is appended while we walk is then no fault.
    const proven = await this.#provenHead(chain);
    for (
      let page = await this.#engine.auditAfter(chain, 0, PAGE);
      page.length > 0;
      page = await this.#engine.auditAfter(chain, head.seq, PAGE)
    ) {
      for (const { seq, body } of page) {
        const record = parse(body);
        const fault = record === null ? "is not JSON" : faultOf(record, chain, head);
        if (fault !== null) faults.push({ chain, seq, what: fault });
        if (proven?.seq === seq && record !== null && proven.hash !== record.hash)
          faults.push({ chain, seq, what: "differs from the key item's head of the chain" });
        head = { seq, hash: record?.hash ?? "" };
        records += 1;
      }
    }
    if (proven && proven.seq > head.seq)
      faults.push({ chain, seq: head.seq + 1, what: `is missing: the key item knows ${proven.seq} records` });
    return records;
  }
}

/** The most selective index that a query names; the rest is filtered. */
function indexFor(query: AuditQuery): string {
  if (query.binding !== undefined) return `binding/${query.binding}`;
  if (query.actor !== undefined) return `actor/${query.actor}`;
  if (query.fileSystem !== undefined) return `fileSystem/${query.fileSystem}`;
  return "all";
}

function matches({ atMs, entry }: AuditRecord, query: AuditQuery): boolean {
  return (
    (query.binding === undefined || entry.bindings.includes(query.binding)) &&
    (query.fileSystem === undefined || entry.fileSystem === query.fileSystem) &&
    (query.actor === undefined || actorOf(entry) === query.actor) &&
    (query.sinceMs === undefined || atMs >= query.sinceMs) &&
    (query.untilMs === undefined || atMs <= query.untilMs)
  );
}

function parse(body: string): AuditRecord | null {
  try {
    return JSON.parse(body) as AuditRecord;
  } catch {
    return null;
  }
}

function encode(position: string): string {
  return Buffer.from(position).toString("base64url");
}

function decode(cursor: string): string {
  const position = Buffer.from(cursor, "base64url").toString();
  if (!/^\d/.test(position)) throw badCursor();
  return position;
}

function badCursor(): Error {
  return new Error(
    "Cannot read the cursor of this history query: give the cursor of the previous answer unchanged, or none to begin with the newest",
  );
}
