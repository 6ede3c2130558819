import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openStore, type OpenStoreOptions } from "../../src/store/open-store.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import type { Store } from "../../src/store/store.ts";
import { INSTALLATION } from "./service-under-test.ts";

/** Where a log lies: a SQLite file, or tables behind an address. As JSON on the command line of a process. */
export type LogPlace = { sqlite: string } | { dynamodb: string; tablePrefix: string };

export async function openEngine(place: LogPlace): Promise<Engine> {
  if ("sqlite" in place) return openSqliteEngine(place.sqlite);
  const engine = openDynamoDbEngine({ client: dynamoDbAt(place.dynamodb), tablePrefix: place.tablePrefix });
  await engine.ensureTables();
  return engine;
}

export function dynamoDbAt(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: "bench", secretAccessKey: "not-a-secret" };
  return new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
}

export function openLog(engine: Engine, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  return openStore({ engine, clock: realClock, chance: realChance, installation: INSTALLATION, ...options });
}

/** The same log without a history beside it, which a start does not read. */
export function withoutHistory(engine: Engine): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name === "putAudit") return async () => true;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

export const LOG_PROCESS = fileURLToPath(new URL("./log-process.ts", import.meta.url));
const OUTPUT_MAX = 64 * 2 ** 20;

/** Runs one mode of the log's process to its end. @returns what it prints. */
export async function inLogProcess(place: LogPlace, ...args: string[]): Promise<string> {
  const argv = [LOG_PROCESS, JSON.stringify(place), ...args];
  return (await promisify(execFile)(process.execPath, argv, { maxBuffer: OUTPUT_MAX })).stdout;
}
