import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { openDynamoDbEngine, type DynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { SlotItem } from "../../src/store/engine.ts";

/** What a DynamoDB did with writers who all wanted the same item. */
export interface Races {
  races: number;
  /** Races in which not exactly one writer was told that it won. */
  wrong: number;
  /** Calls that were neither accepted nor refused. */
  errors: number;
  /** Races whose item, read consistently afterwards, is not the winner's. */
  lost: number;
  seconds: number;
}

export function dynamoDbAt(url: string): DynamoDBClient {
  return new DynamoDBClient({
    region: "eu-west-1",
    endpoint: url,
    credentials: { accessKeyId: "111122223333", secretAccessKey: "none" },
    maxAttempts: 1,
  });
}

/** Lets `writers` clients put the same slot at once, `races` times over. */
export async function raceForSlots(url: string, tablePrefix: string, writers = 16, races = 50): Promise<Races> {
  const clients = Array.from({ length: writers }, () => dynamoDbAt(url));
  const engines = clients.map((client) => openDynamoDbEngine({ client, tablePrefix }));
  const result = { races, wrong: 0, errors: 0, lost: 0 };
  await engines[0]!.ensureTables();
  const startMs = performance.now();
  for (let slot = 1; slot <= races; slot++) {
    const settled = await Promise.allSettled(engines.map((engine, index) => engine.putSlot(itemOf(slot, index))));
    const winners = settled.flatMap((one, index) => (one.status === "fulfilled" && one.value === true ? [index] : []));
    result.errors += settled.filter(({ status }) => status === "rejected").length;
    if (winners.length !== 1) result.wrong++;
    else if ((await writerOf(engines[0]!, slot)) !== winners[0]) result.lost++;
  }
  clients.forEach((client) => client.destroy());
  return { ...result, seconds: (performance.now() - startMs) / 1_000 };
}

/** Increments one row by many compare-and-sets at once. @returns what it holds in the end, and what it ought to. */
export async function raceToCount(url: string, tablePrefix: string, writers = 8, each = 20): Promise<[number, number]> {
  const client = dynamoDbAt(url);
  const engine = openDynamoDbEngine({ client, tablePrefix });
  await engine.ensureTables();
  const empty = { owner: null, expiresAtMs: 0, dirty: 0, dueAtMs: null, wakeAtMs: null, nextAtMs: null };
  const row = { ...empty, fence: 0, rev: 0, body: "{}", notedRev: 0, noted: "{}" };
  await engine.writeKeyRow("race", null, row);
  const add = async (): Promise<void> => {
    for (let added = 0; added < each;) {
      const { fence } = (await engine.keyRow("race"))!;
      if (await engine.writeKeyRow("race", { fence }, { fence: fence + 1 })) added++;
    }
  };
  await Promise.all(Array.from({ length: writers }, add));
  const held = (await engine.keyRow("race"))!.fence;
  client.destroy();
  return [held, writers * each];
}

function itemOf(slot: number, writer: number): SlotItem {
  return { slot, writeId: `w${writer}`, prev: "", sum: "", body: JSON.stringify({ writer }) };
}

async function writerOf(engine: DynamoDbEngine, slot: number): Promise<number> {
  return Number((await engine.slot(slot))!.writeId.slice(1));
}
