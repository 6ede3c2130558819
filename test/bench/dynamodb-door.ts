import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { DynamoDbModel } from "../simulation/dynamodb-model.ts";

/** So many items make no page full: only its bytes do, as in DynamoDB. */
const PAGE_ITEMS_MAX = 100_000;

const COMMANDS: Record<string, new (input: never) => object> = {
  GetItem: GetCommand,
  PutItem: PutCommand,
  UpdateItem: UpdateCommand,
  DeleteItem: DeleteCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  BatchGetItem: BatchGetCommand,
  BatchWriteItem: BatchWriteCommand,
};

/** An attribute as it goes over the wire. */
type Wire = { S: string } | { N: string };

/** Members that hold attributes by name, at any depth of a request or an answer. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "Item",
  "Items",
  "Key",
  "Keys",
  "ExclusiveStartKey",
  "LastEvaluatedKey",
  "ExpressionAttributeValues",
]);

/** DynamoDB's JSON protocol in front of the model of the simulation, which passes the store's contract suite. */
export class DynamoDbDoor {
  readonly #tables = new Map<string, DynamoDbModel>();

  /** @param operation as in X-Amz-Target, e.g. "PutItem". @throws an error whose name is DynamoDB's, or the model's own. */
  async answer(operation: string, body: Record<string, unknown>): Promise<object> {
    if (operation === "CreateTable") return this.#create(body as unknown as CreateTableCommandInput);
    const table = this.#tables.get(tableOf(body));
    if (table === undefined) throw named("ResourceNotFoundException", `no table ${tableOf(body)}`);
    if (operation === "DescribeTable") return { Table: { TableName: tableOf(body), TableStatus: "ACTIVE" } };
    const command = COMMANDS[operation];
    if (command === undefined) throw named("UnknownOperationException", `${operation} is not modelled`);
    const answer = await table.documents.send(new command(walked(body, fromWire) as never) as never);
    return operation === "BatchGetItem" ? batchAnswer(answer) : (walked(answer, toWire) as object);
  }

  #create(definition: CreateTableCommandInput): object {
    const name = definition.TableName!;
    if (this.#tables.has(name)) throw named("ResourceInUseException", `table ${name} exists`);
    this.#tables.set(name, new DynamoDbModel([definition], PAGE_ITEMS_MAX));
    return { TableDescription: { TableName: name, TableStatus: "ACTIVE" } };
  }
}

/** The store's batches name one table each. */
function tableOf(body: Record<string, unknown>): string {
  return typeof body["TableName"] === "string" ? body["TableName"] : Object.keys(body["RequestItems"] as object)[0]!;
}

function walked(value: unknown, turn: (attribute: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => walked(one, turn));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      ATTRIBUTES.has(name) ? attributesOf(member, turn) : walked(member, turn),
    ]),
  );
}

function attributesOf(value: unknown, turn: (attribute: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => attributesOf(one, turn));
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, turn(one as never)]));
}

function batchAnswer(answer: object): object {
  const { Responses = {} } = answer as { Responses?: Record<string, object[]> };
  const tables = Object.entries(Responses).map(([name, items]) => [name, attributesOf(items, toWire)]);
  return { Responses: Object.fromEntries(tables) as object, UnprocessedKeys: {} };
}

function fromWire(attribute: Wire): string | number {
  if ("S" in attribute) return attribute.S;
  if ("N" in attribute) return Number(attribute.N);
  throw new Error(`the model keeps texts and numbers only, not ${JSON.stringify(attribute)}`);
}

function toWire(value: string | number): Wire {
  return typeof value === "string" ? { S: value } : { N: String(value) };
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
