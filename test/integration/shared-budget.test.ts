import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsConnection, createAws } from "../../src/aws/create-aws.ts";
import { QUOTAS } from "../../src/aws/quotas.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import type { TokenPool } from "../../src/model/token-pool.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { dynamoDbStores, type Stores } from "./stores.ts";
import { World } from "./world.ts";

const SHARE = 0.5;
const PER_SECOND = QUOTAS["lambda-control"].perSecond * SHARE;
const CALLS_EACH = 15;

let stores: Stores;
let world: World;
const replicas: Store[] = [];

beforeAll(async () => {
  stores = await dynamoDbStores();
  world = await World.withoutMooring();
  const times = { clock: realClock, chance: realChance, installation: "test" };
  for (const _ of [1, 2]) replicas.push(await openStore({ engine: await stores.open("shared"), ...times }));
});

afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await world.close();
  await stores.close();
});

function connect(tokens?: TokenPool): AwsConnection {
  return createAws({
    account: "111122223333",
    region: "eu-west-1",
    credentials: { accessKeyId: "mooring", secretAccessKey: "none" },
    endpoint: world.simulator.url,
    callDeadlineMs: 60_000,
    quotaShare: SHARE,
    ...(tokens && { tokens }),
    clock: realClock,
    chance: realChance,
    customUserAgent: "test",
  });
}

/** Lets two replicas call as fast as they may. @returns how long all calls took, seconds. */
async function secondsOf(connections: AwsConnection[]): Promise<number> {
  const startMs = performance.now();
  const calls = connections.flatMap(({ lambda }) =>
    Array.from({ length: CALLS_EACH }, () => lambda.listVersions("thumbnailer")),
  );
  await Promise.all(calls);
  for (const connection of connections) connection.destroy();
  return (performance.now() - startMs) / 1_000;
}

/** What one budget grants at once, and then second by second. */
const LEAST_SECONDS = (2 * CALLS_EACH - PER_SECOND) / PER_SECOND;

test("two replicas on one store make no more calls together than the share allows", async () => {
  const seconds = await secondsOf(replicas.map(({ tokens }) => connect(tokens)));
  expect(seconds).toBeGreaterThan(LEAST_SECONDS * 0.95);
});

test("a replica that joins finds in the store what the others have spent", async () => {
  // The share was used up a moment ago, so that nothing is granted at once.
  const seconds = await secondsOf([connect(replicas[1]!.tokens)]);
  expect(seconds).toBeGreaterThan((CALLS_EACH - PER_SECOND) / PER_SECOND);
});
