import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeStore } from "./contract.ts";
import { openDynamoDbEngine } from "./dynamodb-engine.ts";
import type { DynamoDbEngine } from "./dynamodb-engine.ts";

const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
let client: DynamoDBClient;
let engines = 0;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAFAKE", secretAccessKey: "fake" },
  });
});

afterAll(async () => {
  client.destroy();
  server.close();
  await once(server, "close");
});

async function open(): Promise<DynamoDbEngine> {
  const engine = openDynamoDbEngine({ client, tablePrefix: `t${++engines}-` });
  await engine.ensureTables();
  return engine;
}

describeStore({ name: "DynamoDB", open, runs: 4 });

test("tables that exist already are left as they are", async () => {
  const engine = await open();
  await engine.putBlob("kept", "x");
  await engine.ensureTables();
  expect(await engine.blob("kept")).toBe("x");
});

test("ending the leases makes the keys of a process that died due at once, and leaves the others as they are", async () => {
  const engine = await open();
  const row = { fence: 1, dirty: 0, dueAtMs: null, wakeAtMs: null, rev: 0, body: "{}", notedRev: 0, noted: "{}" };
  await engine.writeKeyRow("lambda/held", null, { ...row, owner: "dead", expiresAtMs: 9_000, nextAtMs: 9_000 });
  await engine.writeKeyRow("lambda/free", null, { ...row, owner: null, expiresAtMs: 0, nextAtMs: 8_000 });
  expect(await engine.dueKeys(1_000, 10)).toEqual([]);
  await engine.endLeases();
  expect(await engine.dueKeys(1_000, 10)).toEqual(["lambda/held"]);
  expect(await engine.keyRow("lambda/free")).toMatchObject({ nextAtMs: 8_000 });
});

test("two writers that meet at one place of a chain leave one record there, and a history that can be read", async () => {
  const engine = await open();
  const at = (atMs: number) => {
    const position = `${String(atMs).padStart(15, "0")}/000000000001/key`;
    return { chain: "key", seq: 1, position, indexes: ["all", "binding/b"], body: JSON.stringify({ atMs }) };
  };
  expect(await engine.putAudit(at(1_000))).toBe(true);
  expect(await engine.putAudit(at(1_007))).toBe(false);
  for (const index of ["all", "binding/b"])
    expect(await engine.auditByIndex(index, "0", "9", 10)).toEqual([
      { position: at(1_000).position, body: at(1_000).body },
    ]);
});
