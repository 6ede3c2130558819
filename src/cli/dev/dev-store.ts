import { once } from "node:events";
import { rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Engine } from "../../store/engine.ts";
import { openSqliteEngine } from "../../store/sqlite-engine.ts";
import { assertLoopback } from "../loopback.ts";
import { EXIT, UserError } from "../user-error.ts";
import type { DataDirectory } from "./data-directory.ts";
import { whyNoAnswer } from "./why-no-answer.ts";

/** Which store `mooring dev` stands on. */
export type DevStoreChoice =
  | { engine: "sqlite" }
  /** Without an endpoint, DynamoDB runs in this process and keeps its tables in the data directory. */
  | { engine: "dynamodb"; tablePrefix: string; endpoint: string | null };

export interface DevStore {
  engine: Engine;
  /** Where the records are, for the transcript. */
  told: string;
  /** File of the simulated account that belongs to these records. */
  accountFile: string;
  /** Ends the connection and, if it runs here, the database. */
  close(): Promise<void>;
}

/** Tables are told apart by it; the database is on this machine, wherever it says it is. */
const REGION = "eu-west-1";
/** A person waits for the first answer. */
const FIRST_ANSWER_MS = 3_000;

/**
 * Opens the store that was asked for. The simulated account has a file for each kind of store: records and account
 * describe one another, so that changing the store is changing the world.
 *
 * @throws {UserError} if the endpoint is not on this machine, or nothing there speaks DynamoDB.
 */
export async function openDevStore(choice: DevStoreChoice, directory: DataDirectory): Promise<DevStore> {
  if (choice.engine === "sqlite") {
    const engine = openSqliteEngine(directory.storeFile);
    return { engine, told: "SQLite", accountFile: directory.simulatorFile, close: async () => {} };
  }
  const accountFile = `${directory.path}/simulator-dynamodb.json`;
  const server = choice.endpoint === null ? await startDynalite(`${directory.path}/dynamodb`) : null;
  const url = server?.url ?? assertLoopback(choice.endpoint ?? "", "DynamoDB endpoint");
  const opened = await connect(url, choice.tablePrefix).catch(async (error: unknown) => {
    await server?.close();
    throw error;
  });
  // Records that are gone would leave an account full of objects that claim to be of a later time.
  if (opened.isNew) rmSync(accountFile, { force: true });
  // The directory's lock keeps a second process away from this database, as SQLite's does from its file.
  if (server !== null) await opened.engine.endLeases();
  const where = server === null ? `DynamoDB at ${url}` : "DynamoDB (dynalite in this process)";
  const kept = server === null && opened.isNew ? "; whether they outlive that process is its own affair" : "";
  return {
    engine: opened.engine,
    told: `${where}, tables ${choice.tablePrefix}*${kept}`,
    accountFile,
    close: async () => {
      opened.destroy();
      await server?.close();
    },
  };
}

async function connect(endpoint: string, tablePrefix: string) {
  const [{ DynamoDBClient, ListTablesCommand }, { openDynamoDbEngine }] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("../../store/dynamodb-engine.ts"),
  ]);
  const credentials = { accessKeyId: "mooring", secretAccessKey: "not-a-secret" };
  const requestHandler = { requestTimeout: FIRST_ANSWER_MS, throwOnRequestTimeout: true };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials, requestHandler });
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }));
    const engine = openDynamoDbEngine({ client, tablePrefix });
    const made = await engine.ensureTables();
    return { engine, isNew: made.length > 0, destroy: () => client.destroy() };
  } catch (error) {
    client.destroy();
    throw noDynamoDb(endpoint, error);
  }
}

function noDynamoDb(endpoint: string, error: unknown): UserError {
  return new UserError(
    `No DynamoDB answers at ${endpoint} (${whyNoAnswer(error)}). Start one there, e.g. DynamoDB Local, or leave the endpoint out: then one runs in this process.`,
    EXIT.unavailable,
    { cause: error },
  );
}

/** @param path directory of its LevelDB, which survives a kill of this process. */
async function startDynalite(path: string): Promise<{ url: string; close(): Promise<void> }> {
  const { default: dynalite } = await import("dynalite").catch((error: unknown) => {
    throw new UserError(
      "--store dynamodb needs the package dynalite, a development dependency: install with npm ci (without --omit=dev), or name a DynamoDB of your own with --dynamodb-endpoint URL.",
      EXIT.usage,
      { cause: error },
    );
  });
  const server: Server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, close };
}
