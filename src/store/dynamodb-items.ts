import { DeleteCommand, GetCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient, QueryCommandInput, UpdateCommandInput } from "@aws-sdk/lib-dynamodb";

export type Item = Record<string, unknown>;
type Condition = Pick<
  UpdateCommandInput,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** What sends commands on items in JavaScript's own types. */
export type Documents = Pick<DynamoDBDocumentClient, "send">;

/**
 * One table, by single-item conditional writes and consistent reads only: that much every DynamoDB
 * (and every emulator) has. A failed condition is an answer, not an error.
 */
export class Table {
  readonly name: string;
  readonly #client: Documents;

  constructor(client: Documents, name: string) {
    this.#client = client;
    this.name = name;
  }

  async get<T>(key: Item): Promise<T | null> {
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }));
    return (Item as T | undefined) ?? null;
  }

  /** @returns false if the condition did not hold. */
  async put(item: Item, condition: Condition = {}): Promise<boolean> {
    return holds(this.#client.send(new PutCommand({ TableName: this.name, Item: item, ...condition })));
  }

  /**
   * Puts an item where there is none.
   *
   * @returns true, or the item that stands there: DynamoDB answers with it, without a read. Who does not (some emulators)
   * is asked for it.
   */
  async putAbsent<T>(item: { pk: string; sk: string } & Item): Promise<true | T> {
    const put = {
      TableName: this.name,
      Item: item,
      ...ABSENT,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      await this.#client.send(new PutCommand(put));
      return true;
    } catch (error) {
      const failed = error as Error & { Item?: Record<string, AttributeValue> };
      if (failed.name !== "ConditionalCheckFailedException") throw error;
      const there = failed.Item ? (unmarshalled(failed.Item) as T) : await this.get<T>({ pk: item.pk, sk: item.sk });
      if (there === null) throw new Error(`Item ${item.sk} of ${this.name} is there and is not`, { cause: error });
      return there;
    }
  }

  /** @returns false if the condition did not hold. */
  async update(key: Item, update: Omit<UpdateCommandInput, "TableName" | "Key">): Promise<boolean> {
    return holds(this.#client.send(new UpdateCommand({ TableName: this.name, Key: key, ...update })));
  }

  async delete(key: Item, condition: Condition = {}): Promise<boolean> {
    return holds(this.#client.send(new DeleteCommand({ TableName: this.name, Key: key, ...condition })));
  }

  /** One page; `more` tells whether another follows. */
  async page<T>(query: Omit<QueryCommandInput, "TableName">): Promise<{ items: T[]; next: Item | undefined }> {
    const { Items, LastEvaluatedKey } = await this.#client.send(new QueryCommand({ TableName: this.name, ...query }));
    return { items: (Items ?? []) as T[], next: LastEvaluatedKey };
  }

  /** Items one by one over all pages, up to `limit`. A page may be empty and yet not the last. */
  async *items<T>(query: Omit<QueryCommandInput, "TableName">): AsyncGenerator<T> {
    let next: Item | undefined;
    do {
      const page = await this.page<T>(next ? { ...query, ExclusiveStartKey: next } : query);
      yield* page.items;
      next = page.next;
    } while (next);
  }

  /** All items that the filter lets through, read consistently: as dear as the table is big. */
  async *scan<T>(filter: string, names: Record<string, string>): AsyncGenerator<T> {
    const input = { TableName: this.name, FilterExpression: filter, ExpressionAttributeNames: names };
    let next: Item | undefined;
    do {
      const scan = new ScanCommand({ ...input, ConsistentRead: true, ...(next && { ExclusiveStartKey: next }) });
      const page = await this.#client.send(scan);
      yield* (page.Items ?? []) as T[];
      next = page.LastEvaluatedKey;
    } while (next);
  }
}

/** The query of one partition's items with sort keys from `from` to `to`, both included. Consistent. */
export function inPartition(
  pk: string,
  range: { from?: string; to?: string } = {},
  more: Partial<QueryCommandInput> = {},
): Omit<QueryCommandInput, "TableName"> {
  return {
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":pk": pk, ":from": range.from ?? " ", ":to": range.to ?? "\u{10FFFF}" },
    ConsistentRead: true,
    ...more,
  };
}

export const ABSENT: Condition = { ConditionExpression: "attribute_not_exists(pk)" };

/** True only if the item is absent or its `slot` is lower. */
export function newer(slot: number): Condition {
  return {
    ConditionExpression: "attribute_not_exists(pk) OR #slot < :slot",
    ExpressionAttributeNames: { "#slot": "slot" },
    ExpressionAttributeValues: { ":slot": slot },
  };
}

/** Compares and sets fields of one item; null stands for an absent attribute. */
export function compareAndSet(expected: object, set: object): Omit<UpdateCommandInput, "TableName" | "Key"> {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const conditions = ["attribute_exists(pk)"];
  for (const [name, value] of Object.entries(expected)) {
    names[`#${name}`] = name;
    if (value === null) conditions.push(`attribute_not_exists(#${name})`);
    else conditions.push(`#${name} = :was_${name}`);
    if (value !== null) values[`:was_${name}`] = value;
  }
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(set)) {
    names[`#${name}`] = name;
    if (value === null) removes.push(`#${name}`);
    else sets.push(`#${name} = :${name}`);
    if (value !== null) values[`:${name}`] = value;
  }
  const parts = [
    sets.length > 0 ? `SET ${sets.join(", ")}` : "",
    removes.length > 0 ? `REMOVE ${removes.join(", ")}` : "",
  ];
  return {
    UpdateExpression: parts.filter(Boolean).join(" "),
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}

/** The document client leaves the item of a refusal as it came. The store writes texts and numbers only. */
function unmarshalled(item: Record<string, AttributeValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)]));
}

/** DynamoDB has no null keys in indexes: null attributes are left out of an item. */
export function withoutNulls(item: object): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}

async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if ((error as Error).name === "ConditionalCheckFailedException") return false;
    throw error;
  }
}
