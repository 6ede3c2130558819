import { DatabaseSync } from "node:sqlite";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import { tableDefinitions } from "../../src/store/dynamodb-tables.ts";
import type { Engine } from "../../src/store/engine.ts";
import { sqliteEngineOn } from "../../src/store/sqlite-engine.ts";
import { DynamoDbModel } from "./dynamodb-model.ts";

/** What outlives the processes: the store's database. */
export interface Database {
  /** As a process that starts would open it. */
  open(): Engine;
  /** Looks at the database itself, past all latencies and faults, without opening it as a process. */
  readonly truth: Engine;
  /** A backup of everything; to be called brings it back. Null = this engine has none. */
  backUp(): (() => void) | null;
  close(): void;
}

export type EngineName = "dynamodb" | "sqlite";

const PREFIX = "sim-";

export function databaseOf(name: EngineName): Database {
  return name === "sqlite" ? sqliteDatabase() : dynamoDbDatabase();
}

function dynamoDbDatabase(): Database {
  const model = new DynamoDbModel(tableDefinitions(PREFIX));
  let restored = 0;
  const over = (documents: DynamoDbModel["documents"]): Engine =>
    openDynamoDbEngine({ client: null as never, tablePrefix: PREFIX, documents });
  // DynamoDB restores into new tables: what is still under way to the old ones never reaches those.
  const ofNow = (): DynamoDbModel["documents"] => {
    const opened = restored;
    const send = async (command: object): Promise<unknown> => {
      if (opened !== restored) throw new Error("The table was replaced by a restored one");
      return model.documents.send(command as never);
    };
    return { send } as never;
  };
  return {
    open: () => over(ofNow()),
    truth: over(model.documents),
    backUp: () => {
      const backup = model.snapshot();
      return () => {
        restored += 1;
        model.restore(backup);
      };
    },
    close: () => undefined,
  };
}

function sqliteDatabase(): Database {
  const database = new DatabaseSync(":memory:");
  return {
    open: () => sqliteEngineOn(database),
    truth: sqliteEngineOn(database),
    backUp: () => null,
    close: () => database.close(),
  };
}
