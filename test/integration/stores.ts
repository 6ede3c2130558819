import { once } from "node:events";
import { copyFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";

/** Stores of one engine, by name, and copies of them, as a backup makes and brings back. */
export interface Stores {
  open(name: string): Promise<Engine>;
  /** Of a store that nobody has open. */
  copy(from: string, to: string): Promise<void>;
  close(): Promise<void>;
}

/** Every engine, by name, and how its stores are kept. */
export const ENGINES: readonly { engine: string; stores: (directory: string) => Promise<Stores> }[] = [
  { engine: "SQLite", stores: async (directory) => sqliteStores(directory) },
  { engine: "DynamoDB", stores: () => dynamoDbStores() },
];

function sqliteStores(directory: string): Stores {
  const file = (name: string): string => join(directory, `${name}.db`);
  return {
    open: async (name) => openSqliteEngine(file(name)),
    copy: async (from, to) => copyFileSync(file(from), file(to)),
    close: async () => undefined,
  };
}

const TABLES = ["log", "keys", "audit"];

/** In a DynamoDB of this process; a copy is of the items of all tables. */
export async function dynamoDbStores(): Promise<Stores> {
  const server: Server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "mooring", secretAccessKey: "none" },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const open = async (name: string): Promise<Engine> => {
    const engine = openDynamoDbEngine({ client, tablePrefix: `${name}-` });
    await engine.ensureTables();
    return engine;
  };
  return {
    open,
    async copy(from, to) {
      await open(to);
      for (const table of TABLES) {
        for (let next: Record<string, unknown> | undefined, isFirst = true; isFirst || next; isFirst = false) {
          const page = await documents.send(
            new ScanCommand({ TableName: `${from}-${table}`, ...(next && { ExclusiveStartKey: next }) }),
          );
          for (const Item of page.Items ?? [])
            await documents.send(new PutCommand({ TableName: `${to}-${table}`, Item }));
          next = page.LastEvaluatedKey;
        }
      }
    },
    async close() {
      client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
