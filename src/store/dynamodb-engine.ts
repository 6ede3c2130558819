import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { AuditTable } from "./dynamodb-audit.ts";
import type { Documents } from "./dynamodb-items.ts";
import { ABSENT, Table, compareAndSet, inPartition, newer, withoutNulls } from "./dynamodb-items.ts";
import { DUE_INDEX, DUE_SHARDS, ensureTables } from "./dynamodb-tables.ts";
import type { AuditItem, Engine, KeyFields, KeyRow, Marker, ProjectionItem, SlotItem } from "./engine.ts";

export interface DynamoDbOptions {
  /** Its retries and deadlines hold for every call. The caller destroys it. */
  client: DynamoDBClient;
  /** Begins the names of the three tables, e.g. "mooring-". */
  tablePrefix: string;
  /** What items are read and written with. Default: the SDK's document client on `client`. */
  documents?: Documents;
}

/** The store in DynamoDB, for production: any number of replicas. */
export interface DynamoDbEngine extends Engine {
  /**
   * Creates the tables that are missing and waits until they can be used. For dev and tests: production's are deployed.
   *
   * @returns the names of those that were missing.
   */
  ensureTables(): Promise<string[]>;
  /**
   * Voids the leases that an earlier process left, and makes their keys due at once. Only for who knows that no other
   * replica uses these tables: a running one would lose its leases. Reads the whole table of keys.
   */
  endLeases(): Promise<void>;
}

export function openDynamoDbEngine({ client, tablePrefix, documents }: DynamoDbOptions): DynamoDbEngine {
  return new EngineOnDynamoDb(client, tablePrefix, documents ?? documentsOn(client));
}

function documentsOn(client: DynamoDBClient): Documents {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Bodies dropped at once. */
const DROPS_AT_ONCE = 8;

/** Partitions of the log table. */
const SLOTS = "slot";
const RECORDS = "record";
const CHECKPOINT = "checkpoint";

class EngineOnDynamoDb implements DynamoDbEngine {
  readonly #client: DynamoDBClient;
  readonly #prefix: string;
  readonly #log: Table;
  readonly #keys: Table;
  readonly #audit: AuditTable;

  constructor(client: DynamoDBClient, prefix: string, documents: Documents) {
    this.#client = client;
    this.#prefix = prefix;
    this.#log = new Table(documents, `${prefix}log`);
    this.#keys = new Table(documents, `${prefix}keys`);
    this.#audit = new AuditTable(documents, new Table(documents, `${prefix}audit`));
  }

  ensureTables(): Promise<string[]> {
    return ensureTables(this.#client, this.#prefix);
  }

  async endLeases(): Promise<void> {
    for await (const { pk, owner, fence } of this.#keys.scan<KeyFields & { pk: string }>("attribute_exists(#owner)", {
      "#owner": "owner",
    }))
      await this.#keys.update({ pk }, compareAndSet({ owner, fence }, { expiresAtMs: 0, nextAtMs: 0 }));
  }

  async putSlot(item: SlotItem): Promise<true | SlotItem> {
    const there = await this.#log.putAbsent<SlotItem>({
      pk: SLOTS,
      sk: padded(item.slot),
      ...withoutNulls(item),
    });
    return there === true || slotOf(there);
  }

  async slot(slot: number): Promise<SlotItem | null> {
    const item = await this.#log.get<SlotItem>({ pk: SLOTS, sk: padded(slot) });
    return item && slotOf(item);
  }

  async slotsAfter(slot: number): Promise<{ items: SlotItem[]; more: boolean }> {
    const page = await this.#log.page<SlotItem>(inPartition(SLOTS, { from: padded(slot + 1) }));
    return { items: page.items.map(slotOf), more: page.next !== undefined };
  }

  async dropBodies(from: number, to: number): Promise<void> {
    let next = from;
    const drop = async (): Promise<void> => {
      while (next <= to) await this.#log.update({ pk: SLOTS, sk: padded(next++) }, compareAndSet({}, { body: null }));
    };
    await Promise.all(Array.from({ length: DROPS_AT_ONCE }, drop));
  }

  async putProjection(item: ProjectionItem): Promise<void> {
    await this.#log.put({ pk: RECORDS, sk: item.id, ...withoutNulls(item) }, newer(item.slot));
  }

  async projectionsAfter(id: string): Promise<{ items: ProjectionItem[]; more: boolean }> {
    const after = id === "" ? {} : { ExclusiveStartKey: { pk: RECORDS, sk: id } };
    const page = await this.#log.page<ProjectionItem>(inPartition(RECORDS, {}, after));
    const items = page.items.map(({ id, slot, body }) => ({ id, slot, body: body ?? null }));
    return { items, more: page.next !== undefined };
  }

  async deleteTombstone(id: string, slot: number): Promise<void> {
    await this.#log.delete(
      { pk: RECORDS, sk: id },
      {
        ConditionExpression: "#slot = :slot AND attribute_not_exists(#body)",
        ExpressionAttributeNames: { "#slot": "slot", "#body": "body" },
        ExpressionAttributeValues: { ":slot": slot },
      },
    );
  }

  async marker(): Promise<Marker | null> {
    const item = await this.#log.get<{ body: string }>({ pk: CHECKPOINT, sk: "marker" });
    return item && (JSON.parse(item.body) as Marker);
  }

  putMarker(marker: Marker): Promise<boolean> {
    return this.#log.put(
      { pk: CHECKPOINT, sk: "marker", slot: marker.slot, body: JSON.stringify(marker) },
      newer(marker.slot),
    );
  }

  async putBlob(name: string, body: string): Promise<void> {
    await this.#log.put({ pk: CHECKPOINT, sk: name, body });
  }

  async blob(name: string): Promise<string | null> {
    return (await this.#log.get<{ body: string }>({ pk: CHECKPOINT, sk: name }))?.body ?? null;
  }

  async deleteBlob(name: string): Promise<void> {
    await this.#log.delete({ pk: CHECKPOINT, sk: name });
  }

  async keyRow(key: string): Promise<KeyRow | null> {
    const item = await this.#keys.get<KeyFields & { pk: string }>({ pk: key });
    return item && rowOf(item);
  }

  writeKeyRow(key: string, expected: Partial<KeyFields> | null, set: Partial<KeyFields>): Promise<boolean> {
    if (expected === null) return this.#keys.put({ pk: key, dueShard: shardOf(key), ...withoutNulls(set) }, ABSENT);
    return this.#keys.update({ pk: key }, compareAndSet(expected, set));
  }

  async dueKeys(nowMs: number, limit: number): Promise<string[]> {
    const shards = await Promise.all(
      Array.from({ length: DUE_SHARDS }, (_, shard) => this.#dueOf(String(shard), nowMs, limit)),
    );
    const due = shards.flat().toSorted((a, b) => a.nextAtMs - b.nextAtMs || (a.pk < b.pk ? -1 : 1));
    return due.slice(0, limit).map(({ pk }) => pk);
  }

  putAudit(item: AuditItem): Promise<boolean> {
    return this.#audit.put(item);
  }

  auditAfter(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    return this.#audit.after(chain, seq, limit);
  }

  auditBefore(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    return this.#audit.before(chain, seq, limit);
  }

  auditByIndex(
    index: string,
    from: string,
    below: string,
    limit: number,
  ): Promise<{ position: string; body: string }[]> {
    return this.#audit.byIndex(index, from, below, limit);
  }

  chains(): Promise<string[]> {
    return this.#audit.chains();
  }

  async close(): Promise<void> {
    // The client is the caller's.
  }

  /** The due index is eventually consistent; a key found twice or late does no harm. */
  async #dueOf(shard: string, nowMs: number, limit: number): Promise<{ pk: string; nextAtMs: number }[]> {
    const found: { pk: string; nextAtMs: number }[] = [];
    const query = {
      IndexName: DUE_INDEX,
      KeyConditionExpression: "dueShard = :shard AND nextAtMs <= :now",
      FilterExpression: "expiresAtMs <= :now",
      ExpressionAttributeValues: { ":shard": shard, ":now": nowMs },
    };
    for await (const item of this.#keys.items<{ pk: string; nextAtMs: number }>(query)) {
      found.push(item);
      if (found.length === limit) break;
    }
    return found;
  }
}

function padded(slot: number): string {
  return String(slot).padStart(12, "0");
}

function slotOf({ slot, writeId, prev, sum, body }: SlotItem): SlotItem {
  return { slot, writeId, prev, sum, body: body ?? null };
}

function rowOf(item: KeyFields & { pk: string }): KeyRow {
  const { owner, fence, expiresAtMs, dirty, dueAtMs, wakeAtMs, nextAtMs, rev, body, notedRev, noted } = item;
  return {
    key: item.pk,
    owner: owner ?? null,
    dueAtMs: dueAtMs ?? null,
    wakeAtMs: wakeAtMs ?? null,
    nextAtMs: nextAtMs ?? null,
    fence,
    expiresAtMs,
    dirty,
    rev,
    body,
    notedRev,
    noted,
  };
}

function shardOf(key: string): string {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (hash * 31 + key.charCodeAt(at)) >>> 0;
  return String(hash % DUE_SHARDS);
}
