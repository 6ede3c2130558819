import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { AuditItem, Engine, KeyFields, KeyRow, Marker, ProjectionItem, SlotItem } from "./engine.ts";

const PAGE_SLOTS = 500;
const PAGE_PROJECTIONS = 1_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS slots (slot INTEGER PRIMARY KEY, writeId TEXT NOT NULL, prev TEXT NOT NULL, sum TEXT NOT NULL, body TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS projections (id TEXT PRIMARY KEY, slot INTEGER NOT NULL, body TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS blobs (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS marker (one INTEGER PRIMARY KEY CHECK (one = 1), slot INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, owner TEXT, fence INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL, dirty INTEGER NOT NULL,
    dueAtMs INTEGER, wakeAtMs INTEGER, nextAtMs INTEGER, rev INTEGER NOT NULL, body TEXT NOT NULL,
    notedRev INTEGER NOT NULL, noted TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS keysDue ON keys (nextAtMs) WHERE nextAtMs IS NOT NULL;
  CREATE TABLE IF NOT EXISTS audit (chain TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (chain, seq)) STRICT;
  CREATE TABLE IF NOT EXISTS auditIndex (
    name TEXT NOT NULL, position TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (name, position)
  ) STRICT, WITHOUT ROWID;
`;

export interface SqliteOptions {
  /**
   * True waits for the disk after each write. False (the default) survives a crash of the process, but a
   * power failure may take the last writes away; Mooring then finds access points newer than
   * its log and stops writing until the restore is confirmed.
   */
  fsync?: boolean;
}

/**
 * The store in one file, for a laptop or a single box. The file is locked for as long as it is open: there is
 * never a second writer, so leases left by an earlier process are void, and their keys are due at once.
 *
 * @param file a path, or ":memory:".
 * @throws {Error} if another process has the file open, or it is not a database.
 */
export function openSqliteEngine(file: string, options: SqliteOptions = {}): Engine {
  const db = new DatabaseSync(file);
  try {
    return sqliteEngineOn(db, options);
  } catch (cause) {
    db.close();
    throw openError(file, cause);
  }
}

/** The same on a database that is open already, e.g. one in memory that outlives the process simulated on it. */
export function sqliteEngineOn(db: DatabaseSync, options: SqliteOptions = {}): Engine {
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
  // The log is folded back (with a wait for the disk) every 32 MB instead of every 4: that halves the cost of a write.
  db.exec(`PRAGMA synchronous = ${options.fsync ? "FULL" : "NORMAL"}; PRAGMA wal_autocheckpoint = 8000;`);
  // The first write takes the lock, which EXCLUSIVE then keeps.
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA} UPDATE keys SET expiresAtMs = 0, nextAtMs = 0 WHERE owner IS NOT NULL; COMMIT;`);
  return new SqliteEngine(db);
}

function openError(file: string, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message))
    return new Error(
      `Cannot open ${file}: another process has it open. Stop that Mooring, or give another data directory`,
      { cause },
    );
  return new Error(`Cannot open ${file} as Mooring's store: ${message}`, { cause });
}

class SqliteEngine implements Engine {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async putSlot({ slot, writeId, prev, sum, body }: SlotItem): Promise<true | SlotItem> {
    const sql = "INSERT OR IGNORE INTO slots (slot, writeId, prev, sum, body) VALUES (?, ?, ?, ?, ?)";
    return this.#run(sql, slot, writeId, prev, sum, body) === 1 || this.#slot(slot)!;
  }

  async slot(slot: number): Promise<SlotItem | null> {
    return this.#slot(slot);
  }

  async slotsAfter(slot: number): Promise<{ items: SlotItem[]; more: boolean }> {
    const items = this.#all<SlotItem>("SELECT * FROM slots WHERE slot > ? ORDER BY slot LIMIT ?", slot, PAGE_SLOTS);
    return { items, more: items.length === PAGE_SLOTS };
  }

  async dropBodies(from: number, to: number): Promise<void> {
    this.#run("UPDATE slots SET body = NULL WHERE slot BETWEEN ? AND ?", from, to);
  }

  async putProjection({ id, slot, body }: ProjectionItem): Promise<void> {
    this.#run(
      "INSERT INTO projections (id, slot, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET slot = excluded.slot, body = excluded.body WHERE slot < excluded.slot",
      id,
      slot,
      body,
    );
  }

  async projectionsAfter(id: string): Promise<{ items: ProjectionItem[]; more: boolean }> {
    const sql = "SELECT * FROM projections WHERE id > ? ORDER BY id LIMIT ?";
    const items = this.#all<ProjectionItem>(sql, id, PAGE_PROJECTIONS);
    return { items, more: items.length === PAGE_PROJECTIONS };
  }

  async deleteTombstone(id: string, slot: number): Promise<void> {
    this.#run("DELETE FROM projections WHERE id = ? AND slot = ? AND body IS NULL", id, slot);
  }

  async marker(): Promise<Marker | null> {
    const row = this.#get<{ body: string }>("SELECT body FROM marker");
    return row && (JSON.parse(row.body) as Marker);
  }

  async putMarker(marker: Marker): Promise<boolean> {
    return (
      this.#run(
        "INSERT INTO marker (one, slot, body) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET slot = excluded.slot, body = excluded.body WHERE slot < excluded.slot",
        marker.slot,
        JSON.stringify(marker),
      ) === 1
    );
  }

  async putBlob(name: string, body: string): Promise<void> {
    this.#run("INSERT OR REPLACE INTO blobs (name, body) VALUES (?, ?)", name, body);
  }

  async blob(name: string): Promise<string | null> {
    return this.#get<{ body: string }>("SELECT body FROM blobs WHERE name = ?", name)?.body ?? null;
  }

  async deleteBlob(name: string): Promise<void> {
    this.#run("DELETE FROM blobs WHERE name = ?", name);
  }

  async keyRow(key: string): Promise<KeyRow | null> {
    return this.#get<KeyRow>("SELECT * FROM keys WHERE key = ?", key);
  }

  async writeKeyRow(key: string, expected: Partial<KeyFields> | null, set: Partial<KeyFields>): Promise<boolean> {
    const names = Object.keys(set);
    const values = Object.values(set) as SQLInputValue[];
    if (expected === null) {
      const marks = names.map(() => ", ?").join("");
      return (
        this.#run(`INSERT OR IGNORE INTO keys (key, ${names.join(", ")}) VALUES (?${marks})`, key, ...values) === 1
      );
    }
    const conditions = Object.keys(expected)
      .map((name) => ` AND ${name} IS ?`)
      .join("");
    const sql = `UPDATE keys SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE key = ?${conditions}`;
    return this.#run(sql, ...values, key, ...(Object.values(expected) as SQLInputValue[])) === 1;
  }

  async dueKeys(nowMs: number, limit: number): Promise<string[]> {
    const sql = "SELECT key FROM keys WHERE nextAtMs <= ? AND expiresAtMs <= ? ORDER BY nextAtMs, key LIMIT ?";
    return this.#all<{ key: string }>(sql, nowMs, nowMs, limit).map(({ key }) => key);
  }

  async putAudit({ chain, seq, position, indexes, body }: AuditItem): Promise<boolean> {
    this.#db.exec("BEGIN");
    try {
      const written =
        this.#run("INSERT OR IGNORE INTO audit (chain, seq, body) VALUES (?, ?, ?)", chain, seq, body) === 1;
      if (written)
        for (const name of indexes)
          this.#run(
            "INSERT INTO auditIndex (name, position, chain, seq) VALUES (?, ?, ?, ?)",
            name,
            position,
            chain,
            seq,
          );
      this.#db.exec("COMMIT");
      return written;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  async auditAfter(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    return this.#all("SELECT seq, body FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?", chain, seq, limit);
  }

  async auditBefore(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    return this.#all(
      "SELECT seq, body FROM audit WHERE chain = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
      chain,
      seq,
      limit,
    );
  }

  async auditByIndex(
    index: string,
    from: string,
    below: string,
    limit: number,
  ): Promise<{ position: string; body: string }[]> {
    return this.#all(
      `SELECT position, audit.body AS body FROM auditIndex JOIN audit ON audit.chain = auditIndex.chain AND audit.seq = auditIndex.seq
       WHERE name = ? AND position >= ? AND position < ? ORDER BY position DESC LIMIT ?`,
      index,
      from,
      below,
      limit,
    );
  }

  async chains(): Promise<string[]> {
    return this.#all<{ chain: string }>("SELECT DISTINCT chain FROM audit ORDER BY chain").map(({ chain }) => chain);
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #slot(slot: number): SlotItem | null {
    return this.#get<SlotItem>("SELECT * FROM slots WHERE slot = ?", slot);
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  #get<Row>(sql: string, ...values: SQLInputValue[]): Row | null {
    return (this.#prepared(sql).get(...values) as Row | undefined) ?? null;
  }

  #all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
