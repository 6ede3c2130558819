import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { BatchGetCommandInput, BatchGetCommandOutput } from "@aws-sdk/lib-dynamodb";
import { ABSENT, inPartition } from "./dynamodb-items.ts";
import type { Documents, Item, Table } from "./dynamodb-items.ts";
import type { AuditItem } from "./engine.ts";

/** DynamoDB's limits for one batch. */
const BATCH_WRITE_MAX = 25;
const BATCH_GET_MAX = 100;
const BATCHES_AT_ONCE = 4;

/** Days are compared as text, which ends to work with the year 10,000. */
const LAST_DAY_MS = Date.UTC(9999, 11, 31);

const CHAINS = "chains";
const DAYS = "days";

/**
 * The audit table. Partitions: `chain/<chain>` holds the records by seq; `index/<name>` holds pointers to
 * them by position. The index "all" is cut into days (`day/<yyyy-mm-dd>`), so that no partition sees every
 * write for ever; `days` and `chains` list what there is.
 *
 * Pointers are written before their record: a crash between leaves a pointer to nothing, which a query skips,
 * never a record that no query finds.
 */
export class AuditTable {
  readonly #client: Documents;
  readonly #table: Table;
  /** Days that this process knows to be listed. */
  readonly #listedDays = new Set<string>();

  constructor(client: Documents, table: Table) {
    this.#client = client;
    this.#table = table;
  }

  async put(item: AuditItem): Promise<boolean> {
    const { chain, seq, position, indexes, body } = item;
    const day = dayOf(position);
    const pointers: Item[] = indexes.map((name) => ({ pk: partitionOf(name, day), sk: position, chain, seq }));
    if (seq === 1) pointers.push({ pk: CHAINS, sk: chain });
    if (!this.#listedDays.has(day)) pointers.push({ pk: DAYS, sk: day });
    await this.#putAll(pointers);
    this.#listedDays.add(day);
    return this.#table.put({ pk: `chain/${chain}`, sk: padded(seq), seq, body }, ABSENT);
  }

  async after(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    const query = inPartition(`chain/${chain}`, { from: padded(seq + 1) }, { Limit: limit });
    return first(this.#table.items<{ seq: number; body: string }>(query), limit);
  }

  async before(chain: string, seq: number, limit: number): Promise<{ seq: number; body: string }[]> {
    const query = inPartition(`chain/${chain}`, { to: padded(seq - 1) }, { Limit: limit, ScanIndexForward: false });
    return first(this.#table.items<{ seq: number; body: string }>(query), limit);
  }

  async byIndex(
    index: string,
    from: string,
    below: string,
    limit: number,
  ): Promise<{ position: string; body: string }[]> {
    if (from >= below) return [];
    const pointers = index === "all" ? this.#byDay(from, below) : this.#pointers(`index/${index}`, from, below);
    const found: { position: string; body: string }[] = [];
    let batch: Pointer[] = [];
    for await (const pointer of pointers) {
      batch.push(pointer);
      if (batch.length < Math.min(BATCH_GET_MAX, limit - found.length)) continue;
      found.push(...(await this.#records(batch)));
      batch = [];
      if (found.length === limit) return found;
    }
    return [...found, ...(await this.#records(batch))];
  }

  async chains(): Promise<string[]> {
    const chains: string[] = [];
    for await (const { sk } of this.#table.items<{ sk: string }>(inPartition(CHAINS))) chains.push(sk);
    return chains;
  }

  async *#byDay(from: string, below: string): AsyncGenerator<Pointer> {
    const days = inPartition(DAYS, { from: dayOf(from), to: dayOf(below) }, { ScanIndexForward: false });
    for await (const { sk } of this.#table.items<{ sk: string }>(days)) yield* this.#pointers(`day/${sk}`, from, below);
  }

  async *#pointers(pk: string, from: string, below: string): AsyncGenerator<Pointer> {
    const query = inPartition(pk, { from, to: below }, { ScanIndexForward: false });
    for await (const pointer of this.#table.items<Pointer>(query)) if (pointer.sk !== below) yield pointer;
  }

  /** The records that pointers name, in their order; those without a record are left out. */
  async #records(pointers: Pointer[]): Promise<{ position: string; body: string }[]> {
    const bodies = new Map<string, string>();
    let keys: Item[] | undefined = keysOf(pointers);
    while (keys && keys.length > 0) {
      const request: BatchGetCommandInput = {
        RequestItems: { [this.#table.name]: { Keys: keys, ConsistentRead: true } },
      };
      const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await this.#client.send(
        new BatchGetCommand(request),
      );
      for (const item of Responses?.[this.#table.name] ?? []) bodies.set(`${item["pk"]}\n${item["sk"]}`, item["body"]);
      keys = UnprocessedKeys?.[this.#table.name]?.Keys;
    }
    return pointers.flatMap(({ chain, seq, sk }) => {
      const body = bodies.get(`chain/${chain}\n${padded(seq)}`);
      // A pointer left by a crash may name a place that another record took.
      return body === undefined || !isAt(body, sk) ? [] : [{ position: sk, body }];
    });
  }

  async #putAll(items: Item[]): Promise<void> {
    const batches: Item[][] = [];
    for (let at = 0; at < items.length; at += BATCH_WRITE_MAX) batches.push(items.slice(at, at + BATCH_WRITE_MAX));
    const worker = async (): Promise<void> => {
      for (let batch = batches.shift(); batch; batch = batches.shift()) await this.#putBatch(batch);
    };
    await Promise.all(Array.from({ length: Math.min(BATCHES_AT_ONCE, batches.length) }, worker));
  }

  async #putBatch(items: Item[]): Promise<void> {
    const request = { RequestItems: { [this.#table.name]: items.map((Item) => ({ PutRequest: { Item } })) } };
    const { UnprocessedItems } = await this.#client.send(new BatchWriteCommand(request));
    // What was throttled goes one by one: the client's own retries and waits then apply.
    for (const { PutRequest } of UnprocessedItems?.[this.#table.name] ?? [])
      if (PutRequest?.Item) await this.#table.put(PutRequest.Item);
  }
}

interface Pointer {
  sk: string;
  chain: string;
  seq: number;
}

/** Each once, as DynamoDB demands: a pointer whose record lost its place names the same one as that of who won it. */
function keysOf(pointers: readonly Pointer[]): Item[] {
  const keys = pointers.map(({ chain, seq }) => ({ pk: `chain/${chain}`, sk: padded(seq) }));
  return [...new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
}

function partitionOf(index: string, day: string): string {
  return index === "all" ? `day/${day}` : `index/${index}`;
}

/** UTC day of a position, which begins with ms since the epoch in 15 digits. */
function dayOf(position: string): string {
  return new Date(Math.min(Number(position.slice(0, 15)), LAST_DAY_MS)).toISOString().slice(0, 10);
}

function isAt(body: string, position: string): boolean {
  const { atMs } = JSON.parse(body) as { atMs: number };
  return atMs === Number(position.slice(0, 15));
}

function padded(seq: number): string {
  return String(Math.min(Math.max(seq, 0), 999_999_999_999)).padStart(12, "0");
}

async function first<T extends { seq: number; body: string }>(
  items: AsyncGenerator<T>,
  limit: number,
): Promise<{ seq: number; body: string }[]> {
  const found: { seq: number; body: string }[] = [];
  for await (const { seq, body } of items) {
    found.push({ seq, body });
    if (found.length === limit) break;
  }
  return found;
}
