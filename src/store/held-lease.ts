import { possiblyUncopied, bodyOf } from "./key-row.ts";
import type { KeyBody } from "./key-row.ts";
import type { Engine, KeyFields, KeyRow } from "./engine.ts";
import { LeaseLostError } from "./store.ts";
import type { EngineAudit } from "./audit-trail.ts";
import type { AuditRecord } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";

/** Reads and repeats of one write before we give up: only an unanswered earlier write makes more than one necessary. */
const ATTEMPTS_MAX = 5;

/**
 * A lease in this process: the holder's copy of the item, so that a write needs no read before it.
 * Operations of one lease run one after the other. Each write is conditional on owner, fence and
 * revision; the revision keeps a late write of our own from undoing a newer one.
 */
export class HeldLease {
  readonly key: ReconcileKey;
  readonly owner: string;
  readonly fence: number;
  /** The row as last seen; `body` and `rev` in it are ours alone. */
  row: KeyFields;
  body: KeyBody;
  readonly #engine: Engine;
  readonly #audit: EngineAudit;
  /** False while records of the chain may lack their copy in the audit table. */
  #copied: boolean;
  /** True after a write whose outcome is unknown. */
  #stale = false;
  #line: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, audit: EngineAudit, row: KeyRow) {
    this.#engine = engine;
    this.#audit = audit;
    this.key = row.key;
    this.owner = row.owner!;
    this.fence = row.fence;
    this.row = row;
    this.body = bodyOf(row);
    this.#copied = possiblyUncopied(this.body).length === 0;
  }

  /** Runs `work` after what was begun before, on a state that is known and copied. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#line.then(async () => {
      if (this.#stale) await this.reload();
      await this.ensureCopied();
      return await work();
    });
    this.#line = result.catch(() => undefined);
    return result;
  }

  /** Writes the chain's next record: key item first, then the audit table. */
  async append(record: AuditRecord, body: KeyBody): Promise<void> {
    await this.#writeBody(body);
    this.#copied = false;
    await this.#audit.copy(record);
    this.#settleCopies();
  }

  /** Completes copies that a crash or a failed write left out. */
  async ensureCopied(): Promise<void> {
    if (this.#copied) return;
    for (const record of possiblyUncopied(this.body)) await this.#audit.copy(record);
    this.#settleCopies();
  }

  /** Writes fields under this lease. @returns false if a condition did not hold: reload and decide. */
  async tryWrite(expected: Partial<KeyFields>, set: Partial<KeyFields>): Promise<boolean> {
    this.#stale = true;
    const { owner, fence } = this;
    const written = await this.#engine.writeKeyRow(this.key, { owner, fence, rev: this.row.rev, ...expected }, set);
    this.#stale = false;
    if (written) this.row = { ...this.row, ...set };
    return written;
  }

  /** @throws {LeaseLostError} if the lease is no longer ours. */
  async reload(): Promise<void> {
    const row = await this.#engine.keyRow(this.key);
    if (row?.owner !== this.owner || row.fence !== this.fence) {
      throw new LeaseLostError(
        `The lease of ${this.key} with fence ${this.fence} is lost: ${row?.owner ? `fence ${row.fence} holds it` : "it was released"}`,
      );
    }
    if (row.rev !== this.row.rev) {
      this.body = bodyOf(row);
      this.#copied = possiblyUncopied(this.body).length === 0;
    }
    this.row = row;
    this.#stale = false;
  }

  async #writeBody(body: KeyBody): Promise<void> {
    const set = { body: JSON.stringify(body), rev: this.row.rev + 1 };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (await this.tryWrite({}, set)) {
        this.body = body;
        return;
      }
      await this.reload();
      // The answer to a write that a lower layer repeated: it met itself.
      if (this.row.rev === set.rev && this.row.body === set.body) return;
      if (this.row.rev >= set.rev)
        throw new Error(
          `Cannot write the item of ${this.key}: an earlier write of this lease arrived late. Run the key again`,
        );
    }
    throw new Error(
      `Cannot write the item of ${this.key}: its condition failed ${ATTEMPTS_MAX} times although the lease is held`,
    );
  }

  #settleCopies(): void {
    this.#copied = true;
    // Not worth a write of its own: the next one carries it.
    this.body = { ...this.body, uncopied: null };
  }
}
