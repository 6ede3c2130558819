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
  const credentials = { accessKeyId: "bench", secretAccessKey: "not-a-secret" };
  const client = new DynamoDBClient({ endpoint: place.dynamodb, region: "eu-west-1", credentials });
  const engine = openDynamoDbEngine({ client, tablePrefix: place.tablePrefix });
  await engine.ensureTables();
  return engine;
}

export function openLog(engine: Engine, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  return openStore({ engine, clock: realClock, chance: realChance, installation: INSTALLATION, ...options });
}
