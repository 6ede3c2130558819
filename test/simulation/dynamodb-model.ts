import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { Documents } from "../../src/store/dynamodb-items.ts";
import { type Attributes, holds, nameOf, updated, valueOf } from "./dynamodb-expressions.ts";

interface Input {
  TableName: string;
  Key: Attributes;
  Item: Attributes;
  RequestItems: Record<string, unknown>;
  IndexName?: string;
  ConditionExpression?: string;
  ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
  UpdateExpression?: string;
  KeyConditionExpression: string;
  FilterExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
  ExclusiveStartKey?: Attributes;
  Limit?: number;
  ScanIndexForward?: boolean;
}

/** Items of one page of a query, where its Limit does not say less: small, so that paging is what is tested. */
const PAGE_ITEMS_MAX = 200;
/** DynamoDB ends a page with the item that makes it 1 MB. */
const PAGE_BYTES_MAX = 2 ** 20;

/**
 * DynamoDB in this process: tables of items, single-item conditional writes, consistent reads.
 *
 * Takes the place of the SDK's document client. It answers at once; latency and faults are added around it. That it
 * behaves as DynamoDB does for all that the store asks is shown by the store's contract suite, which it passes as
 * dynalite does. The index is consistent, too; delays of it are left out, as the store only takes it for a hint.
 */
export class DynamoDbModel {
  readonly documents: Documents = { send: (command: object) => this.#send(command) } as never;
  #tables = new Map<string, Table>();

  /** @param pageItemsMax items of one page at most, however small they are. */
  constructor(definitions: CreateTableCommandInput[], pageItemsMax = PAGE_ITEMS_MAX) {
    for (const definition of definitions) this.#tables.set(definition.TableName!, new Table(definition, pageItemsMax));
  }

  /** A backup. */
  snapshot(): ReadonlyMap<string, Table> {
    return new Map([...this.#tables].map(([name, table]) => [name, table.copy()]));
  }

  /** What a restored backup leaves: everything as it was then. */
  restore(snapshot: ReadonlyMap<string, Table>): void {
    this.#tables = new Map([...snapshot].map(([name, table]) => [name, table.copy()]));
  }

  async #send(command: object): Promise<unknown> {
    const input = (command as { input: Input }).input;
    const operation = command.constructor.name;
    switch (operation) {
      case "BatchGetCommand":
        return this.#batchGet(input.RequestItems as Record<string, { Keys: Attributes[] }>);
      case "BatchWriteCommand":
        return this.#batchWrite(input.RequestItems as Record<string, { PutRequest: { Item: Attributes } }[]>);
      default:
        return this.#table(input.TableName).send(operation, input);
    }
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw Object.assign(new Error(`no table ${name}`), { name: "ResourceNotFoundException" });
    return table;
  }

  #batchGet(requests: Record<string, { Keys: Attributes[] }>): object {
    const answers = Object.entries(requests).map(([name, { Keys }]) => [
      name,
      Keys.flatMap((key) => this.#table(name).get(key) ?? []),
    ]);
    return { Responses: Object.fromEntries(answers) as object, UnprocessedKeys: {} };
  }

  #batchWrite(requests: Record<string, { PutRequest: { Item: Attributes } }[]>): object {
    for (const [name, puts] of Object.entries(requests))
      for (const { PutRequest } of puts) this.#table(name).put(PutRequest.Item);
    return { UnprocessedItems: {} };
  }
}

/** Items of one partition in the order of their sort keys. */
class Partition {
  readonly sorts: string[];
  readonly items: Map<string, Attributes>;

  constructor(sorts: string[] = [], items = new Map<string, Attributes>()) {
    this.sorts = sorts;
    this.items = items;
  }

  /** Where `sort` is, or would be. */
  at(sort: string): number {
    let low = 0;
    let high = this.sorts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorts[middle]! < sort) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Items from place `from` up to `to`, until there are `size` of them or 1 MB. */
  page(from: number, to: number, size: number, isForward: boolean): { items: Attributes[]; isFull: boolean } {
    const items: Attributes[] = [];
    let bytes = 0;
    for (let n = 0; n < to - from; n++) {
      const item = this.items.get(this.sorts[isForward ? from + n : to - 1 - n]!)!;
      items.push(item);
      bytes += bytesOf(item);
      if (items.length === size || bytes >= PAGE_BYTES_MAX) return { items, isFull: true };
    }
    return { items, isFull: false };
  }

  put(sort: string, item: Attributes): void {
    if (!this.items.has(sort)) this.sorts.splice(this.at(sort), 0, sort);
    this.items.set(sort, item);
  }

  delete(sort: string): void {
    if (this.items.delete(sort)) this.sorts.splice(this.at(sort), 1);
  }
}

class Table {
  readonly #definition: CreateTableCommandInput;
  readonly #pageItemsMax: number;
  readonly #hash: string;
  readonly #range: string | undefined;
  #partitions = new Map<string, Partition>();

  constructor(definition: CreateTableCommandInput, pageItemsMax: number) {
    this.#definition = definition;
    this.#pageItemsMax = pageItemsMax;
    [this.#hash = "", this.#range] = definition.KeySchema!.map(({ AttributeName }) => AttributeName!);
  }

  /** Items are never changed in place, so that a copy shares them. */
  copy(): Table {
    const copy = new Table(this.#definition, this.#pageItemsMax);
    for (const [key, { sorts, items }] of this.#partitions)
      copy.#partitions.set(key, new Partition([...sorts], new Map(items)));
    return copy;
  }

  send(operation: string, input: Input): object {
    switch (operation) {
      case "GetCommand": {
        const item = this.get(input.Key);
        return item === undefined ? {} : { Item: { ...item } };
      }
      case "PutCommand":
        this.#check(input, this.get(input.Item));
        this.put(input.Item);
        return {};
      case "UpdateCommand": {
        const before = this.get(input.Key);
        this.#check(input, before);
        this.put(updated(input.UpdateExpression!, before ?? input.Key, input));
        return {};
      }
      case "DeleteCommand":
        this.#check(input, this.get(input.Key));
        this.#partitions.get(String(input.Key[this.#hash]))?.delete(this.#sortOf(input.Key));
        return {};
      case "QueryCommand":
        return input.IndexName === undefined ? this.#query(input) : this.#queryIndex(input);
      case "ScanCommand":
        return { Items: [...this.#all()].filter((item) => holds(input.FilterExpression!, item, input)) };
      default:
        throw new Error(`The model of DynamoDB does not know ${operation}; add it there`);
    }
  }

  get(key: Attributes): Attributes | undefined {
    return this.#partitions.get(String(key[this.#hash]))?.items.get(this.#sortOf(key));
  }

  put(item: Attributes): void {
    const key = item[this.#hash];
    if (typeof key !== "string" || key === "") throw new Error(`ValidationException: ${this.#hash} must be a text`);
    let partition = this.#partitions.get(key);
    if (partition === undefined) this.#partitions.set(key, (partition = new Partition()));
    partition.put(this.#sortOf(item), stored(item));
  }

  *#all(): Generator<Attributes> {
    for (const { sorts, items } of this.#partitions.values()) for (const sort of sorts) yield items.get(sort)!;
  }

  #sortOf(key: Attributes): string {
    return this.#range === undefined ? "" : String(key[this.#range]);
  }

  #check(input: Input, item: Attributes | undefined): void {
    if (input.ConditionExpression === undefined || holds(input.ConditionExpression, item, input)) return;
    const Item =
      input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && item !== undefined ? { Item: onTheWire(item) } : {};
    throw Object.assign(new Error("The conditional request failed"), {
      name: "ConditionalCheckFailedException",
      ...Item,
    });
  }

  /** `pk = :pk`, and optionally `sk BETWEEN :from AND :to`. */
  #query(input: Input): object {
    const form = /^(\S+) = (:\S+)(?: AND (\S+) BETWEEN (:\S+) AND (:\S+))?$/.exec(input.KeyConditionExpression);
    if (form === null || nameOf(form[1]!, input) !== this.#hash)
      throw new Error(`The model of DynamoDB does not know the query "${input.KeyConditionExpression}"; add it there`);
    const partition = this.#partitions.get(String(valueOf(form[2]!, input)));
    if (partition === undefined) return { Items: [] };
    const { ScanIndexForward: isForward = true, ExclusiveStartKey: start, Limit = this.#pageItemsMax } = input;
    let from = form[4] === undefined ? 0 : partition.at(String(valueOf(form[4], input)));
    let to = form[5] === undefined ? partition.sorts.length : endAfter(partition, String(valueOf(form[5], input)));
    if (start !== undefined && isForward) from = Math.max(from, endAfter(partition, this.#sortOf(start)));
    if (start !== undefined && !isForward) to = Math.min(to, partition.at(this.#sortOf(start)));
    const size = Math.min(Limit, this.#pageItemsMax);
    const { items, isFull } = partition.page(from, to, size, isForward);
    // As DynamoDB does it: a page that is just full names a next one, which may turn out to be empty.
    const last = isFull ? items.at(-1) : undefined;
    return { Items: items.map((item) => ({ ...item })), ...(last && { LastEvaluatedKey: this.#keyOf(last) }) };
  }

  /** The due index: `shard = :shard AND at <= :now`, with a filter. */
  #queryIndex(input: Input): object {
    const index = this.#definition.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === input.IndexName);
    const range = index?.KeySchema?.find(({ KeyType }) => KeyType === "RANGE")?.AttributeName;
    if (range === undefined) throw new Error(`The model of DynamoDB knows no index ${input.IndexName}`);
    const found = [...this.#all()].filter(
      (item) =>
        holds(input.KeyConditionExpression, item, input) &&
        (input.FilterExpression === undefined || holds(input.FilterExpression, item, input)),
    );
    found.sort((a, b) => Number(a[range]) - Number(b[range]));
    return { Items: found.map((item) => ({ ...item })) };
  }

  #keyOf(item: Attributes): Attributes {
    const names = this.#range === undefined ? [this.#hash] : [this.#hash, this.#range];
    return Object.fromEntries(names.map((name) => [name, item[name]]));
  }
}

function endAfter(partition: Partition, sort: string): number {
  const at = partition.at(sort);
  return partition.sorts[at] === sort ? at + 1 : at;
}

/** The SDK's document client hands out the item of a refusal as it came over the wire. */
function onTheWire(item: Attributes): Record<string, { S: string } | { N: string }> {
  const wire = (value: unknown) => (typeof value === "string" ? { S: value } : { N: String(value) });
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, wire(value)]));
}

/** What counts is names and values; a number counts as a few bytes. */
function bytesOf(item: Attributes): number {
  let bytes = 0;
  for (const name in item) bytes += name.length + (typeof item[name] === "string" ? item[name].length : 8);
  return bytes;
}

/** Only texts and numbers: all that the store writes. */
function stored(item: Attributes): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined) continue;
    if (typeof value !== "string" && typeof value !== "number")
      throw new Error(`The model of DynamoDB keeps texts and numbers only; ${name} is ${JSON.stringify(value)}`);
    kept[name] = value;
  }
  return kept;
}
