import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeStore } from "../../src/store/contract.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import { PLAYED } from "./free-world.ts";
import { type Emulator, startEmulator } from "./start-emulator.ts";
import { dynamoDbAt, raceForSlots, raceToCount } from "./store-races.ts";

describe("on DynamoDB Local", () => {
  let emulator: Emulator;
  let client: DynamoDBClient;
  let engines = 0;

  beforeAll(async () => {
    emulator = await startEmulator("dynamodb-local", PLAYED);
    client = dynamoDbAt(emulator.url);
    console.log(`the store's contract: ${emulator.image}`);
  }, 300_000);
  afterAll(async () => {
    client?.destroy();
    await emulator?.stop();
  });

  describeStore({
    name: "DynamoDB Local",
    async open() {
      const engine = openDynamoDbEngine({ client, tablePrefix: `t${++engines}-` });
      await engine.ensureTables();
      return engine;
    },
    runs: 4,
  });

  test("sixteen who put the same slot at once: one wins, and its item is what is read", async () => {
    const { wrong, errors, lost } = await raceForSlots(emulator.url, "races-");
    expect({ wrong, errors, lost }).toEqual({ wrong: 0, errors: 0, lost: 0 });
  });

  test("eight who count one row up by compare-and-set: nothing is lost", async () => {
    const [held, ought] = await raceToCount(emulator.url, "counts-");
    expect(held).toBe(ought);
  });
});
