import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog, type Mooring, startMooring } from "../../src/cli/compose.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import {
  accessPoints,
  expectMounts,
  ourAccessPoints,
  makeFunction,
  mountsOf,
  putStatements,
  statements,
} from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { type Manifest, TEST_SETTINGS, World } from "./world.ts";

const server: Server = dynalite({ createTableMs: 0 });
const credentials = { accessKeyId: "mooring", secretAccessKey: "none" };
let dynamodb: DynamoDBClient;
let world: World;
let replicas: Mooring[] = [];
let asked = 0;

const NAMES = Array.from({ length: 6 }, (_, n) => `worker-${n}`);
const bindings = NAMES.map((name) => aBinding(name));

async function startReplica(name: string): Promise<Mooring> {
  const engine = openDynamoDbEngine({ client: dynamodb, tablePrefix: "moor-" });
  await engine.ensureTables();
  return startMooring({
    home: { account: "111122223333", region: "eu-west-1" },
    settings: TEST_SETTINGS,
    listen: { host: "127.0.0.1", port: 0, flag: "--port" },
    engine,
    aws: { endpoint: world.simulator.url, credentials },
    queues: null,
    eventBus: "default",
    log: createLog("error", join(world.directory, `${name}.log`)),
  });
}

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  dynamodb = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: "eu-west-1", credentials });
  world = await World.withoutMooring();
  for (const name of NAMES) await makeFunction(world, name);
  replicas = [await startReplica("a"), await startReplica("b")];
  // Every request goes to another one than the request before.
  world.useService(async () => replicas[asked++ % replicas.length]!.url);
});

afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await world.close();
  dynamodb.destroy();
  server.close();
});

/** Waits until the replica that is asked next knows the record, too. */
async function known(manifest: Manifest): Promise<void> {
  for (const _ of replicas) {
    await world.until(`${manifest.metadata.name} is known everywhere`, async () => {
      const { status } = await world.get(manifest);
      return status === 200 ? { is: true } : { not: status };
    });
  }
}

async function allReady(): Promise<void> {
  for (const _ of replicas) await world.ready(...bindings);
  for (const name of NAMES) {
    await world.until(`${name} mounts`, async () => {
      const mounts = await mountsOf(world, name);
      return mounts.length === 1 ? { is: true } : { not: mounts };
    });
    await expectMounts(world, name);
  }
  await world.until("each binding has its one access point", async () => {
    const uids = await Promise.all(bindings.map(async (binding) => (await world.get(binding)).body.metadata.uid));
    const owners = (await ourAccessPoints(world)).map(
      ({ Tags }) => Tags.find(({ Key }) => Key === "mooring.dev/binding")?.Value ?? "nobody",
    );
    return owners.toSorted().join() === uids.toSorted().join() ? { is: true } : { not: owners };
  });
}

/** How many access points of ours were ever made: those that live, and those that were deleted. */
const created = (): number => {
  const { byCaller, errors } = world.simulator.simulator.calls.counts();
  const refused = Object.entries(errors).filter(([name]) => name.startsWith("efs.CreateAccessPoint"));
  return (byCaller["mooring"]?.["efs.CreateAccessPoint"] ?? 0) - refused.reduce((sum, [, count]) => sum + count, 0);
};

let deleted = 0;

/** Three kinds of sabotage at once, each of another object. */
async function spoil(round: number): Promise<void> {
  const [first, second] = [round % NAMES.length, (round + 1) % NAMES.length];
  const victim = (await accessPoints(world)).find(({ RootDirectory }) => RootDirectory.Path === `/${NAMES[first]}`);
  if (victim !== undefined) {
    deleted += 1;
    await world.aws(`deploy-bot-${round}`, "efs", "DeleteAccessPoint", { AccessPointId: victim.AccessPointId });
  }
  await world.aws(`alice-${round}`, "lambda", "UpdateFunctionConfiguration", {
    FunctionName: NAMES[second],
    FileSystemConfigs: [],
  });
  const ours = (await statements(world)).filter(({ Sid }) => Sid.startsWith("mooring-"));
  const rest = (await statements(world)).filter((one) => one.Sid !== ours[round % Math.max(ours.length, 1)]?.Sid);
  // Another one each time: somebody who keeps undoing the same thing is made to wait.
  await putStatements(world, `bob-${round}`, rest);
}

test("records written to either one are made, once each", async () => {
  await world.create(aFileSystem());
  await known(aFileSystem());
  await Promise.all(bindings.map((binding) => world.create(binding)));
  for (const binding of bindings) await known(binding);
  await allReady();
  expect(created()).toBe(bindings.length);
});

test("what one refuses, the other refuses as well, whoever has taken the first", async () => {
  const twice = await Promise.all(
    ["x", "y"].map((name) => world.request("POST", "/namespaces/media/bindings", aBinding("reporter", {}, name))),
  );
  expect(new Set(twice.map(({ status }) => status))).toEqual(new Set([201, 422]));
  const winner = twice.findIndex(({ status }) => status === 201);
  const binding = aBinding("reporter", {}, ["x", "y"][winner]!);
  await known(binding);
  await world.ready(binding);
  await world.delete(binding);
  for (const _ of replicas) await world.gone(binding);
});

test("sabotages and changes at once are repaired, and nothing is made twice", async () => {
  const before = created();
  for (let round = 0; round < 4; round += 1) {
    await spoil(round);
    const access = round % 2 === 0 ? "ReadOnly" : "ReadWrite";
    await world.patch(bindings[(round + 2) % bindings.length]!, { spec: { access } });
    await allReady();
  }
  expect(created() - before).toBe(deleted);
});

test("one of them closed in the middle of it leaves the work to the other", async () => {
  const before = { created: created(), deleted };
  await spoil(4);
  const [leaving, staying] = replicas as [Mooring, Mooring];
  const closed = leaving.close();
  replicas = [staying];
  await spoil(1);
  await closed;
  // Neither needs a sweep nor the 30 s after which a received message shows again by itself.
  await allReady();
  expect(created() - before.created).toBe(deleted - before.deleted);
});

test("a third one that comes later takes its part", async () => {
  replicas.push(await startReplica("c"));
  await spoil(2);
  await allReady();
});

test("the history is whole: chains, outcomes, and each event told once", async () => {
  const { audit } = replicas[0]!.store;
  await world.until("every intent has its outcome", async () => {
    const { records } = await audit.query({ limit: 1_000 });
    const open = records.flatMap(({ entry }) => (entry.type === "Intent" ? [entry.intentId] : []));
    const closed = records.flatMap(({ entry }) => (entry.type === "Outcome" ? [entry.intentId] : []));
    return open.toSorted().join() === closed.toSorted().join() ? { is: true } : { not: { open, closed } };
  });
  const verified = await audit.verify();
  expect(verified.faults).toEqual([]);
  const { records } = await audit.query({ limit: 1_000 });
  const told = records.flatMap(({ entry, chain }) =>
    entry.type === "Drift" && entry.event !== null ? [`${chain} ${entry.event.id}`] : [],
  );
  expect(told.length).toBeGreaterThan(5);
  expect(new Set(told).size).toBe(told.length);
});
