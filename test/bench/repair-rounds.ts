import { cpus } from "node:os";
import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { connect } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import { lambdaKey } from "../../src/model/keys.ts";
import { encodeWake } from "../../src/queue/wake-message.ts";
import { buildAccount, eachOf } from "./account.ts";
import { startDynamoDbStandIn, type DynamoDbStandIn } from "./dynamodb-stand-in.ts";
import { DYNAMODB_LATENCY_MS } from "./log-throughput.ts";
import { switchEvents } from "./planted-drift.ts";
import { machineBusyMs, processorMsOf } from "./processor-time.ts";
import { writeBindings, writeFileSystems } from "./records.ts";
import { ReplicaUnderTest } from "./replica-under-test.ts";
import type { ScenarioContext } from "./scenario.ts";
import { INSTALLATION, SERVICE_USER } from "./service-under-test.ts";
import { startSimulatedAws, type SimulatedAws } from "./simulated-aws.ts";

const ROUND_DEADLINE_MS = 120_000;
const BIND_DEADLINE_MS = 120_000;
const AT_ONCE = 24;

/** What is to be repaired, by whom. */
export interface Ground {
  aws: SimulatedAws;
  database: DynamoDbStandIn;
  functionNames: string[];
  replicas: ReplicaUnderTest[];
}

/** What one round took, from the first wake until the last key was repaired. */
export interface Round {
  keysPerSecond: number;
  /** User and system time by repaired key, ms. */
  cpuMs: { replicas: number; simulator: number; database: number };
  /** Requests by repaired key; those to AWS with queue and events. */
  calls: { database: number; aws: number };
  /** The same by table and by service, e.g. { "GetItem keys": 1, "lambda.GetFunction": 2 }. */
  callsBy: Record<string, number>;
  /** How many cores were at work on average: for this benchmark, and for anybody on this machine. */
  cores: { ours: number; anybodys: number; all: number };
}

/** Since the processes began. */
interface Used {
  replicasMs: number;
  simulatorMs: number;
  databaseMs: number;
  ownMs: number;
  machineMs: number;
  databaseCalls: Record<string, number>;
  awsCalls: Record<string, number>;
}

/** Bound functions, and one replica that has converged on all of them, while nothing takes its time yet. */
export async function prepareGround(context: ScenarioContext): Promise<Ground> {
  const { scaledKeys } = context.scale;
  const aws = await startSimulatedAws();
  context.cleanUp(() => aws.stop());
  const database = await startDynamoDbStandIn();
  context.cleanUp(() => database.stop());
  const shape = { fileSystems: 1, functionsPerFileSystem: scaledKeys, rolesPerFileSystem: 10 };
  const account = await buildAccount(aws, shape);
  const replicas = [await startReplica(context, { aws, database })];
  const client = connect(replicas[0]!.url, "bench");
  const functionNames = account.fileSystems.flatMap((fileSystem) => fileSystem.functionNames);
  const bound = converged(
    replicas,
    functionNames.map((name) => keyOf(aws, name)),
    BIND_DEADLINE_MS,
  );
  await writeFileSystems(client, aws, account, "Observe");
  await writeBindings(client, account);
  await bound;
  await database.setLatency(DYNAMODB_LATENCY_MS);
  return { aws, database, functionNames, replicas };
}

export async function startReplica(
  context: ScenarioContext,
  { aws, database }: Pick<Ground, "aws" | "database">,
): Promise<ReplicaUnderTest> {
  const replica = await ReplicaUnderTest.start(database.url, aws);
  context.cleanUp(() => replica.close());
  return replica;
}

const keyOf = ({ account, region }: SimulatedAws, functionName: string): string =>
  lambdaKey({ account, region, functionName });

/** Takes every mount away while no event is delivered, then wakes all keys, and waits until each was repaired. */
export async function repairAll(ground: Ground, round: string, count: number): Promise<Round> {
  const { aws, replicas } = ground;
  const functionNames = ground.functionNames.slice(0, count);
  await switchEvents(aws, false);
  await unmountAll(aws, functionNames, `somebody-${round}`);
  await switchEvents(aws, true);
  const keys = functionNames.map((name) => keyOf(aws, name));
  const before = await usedBy(ground);
  const done = converged(replicas, keys, ROUND_DEADLINE_MS);
  const startMs = realClock.nowMs();
  await wakeAll(aws, keys);
  await done;
  const tookMs = realClock.nowMs() - startMs;
  return roundOf(before, await usedBy(ground), keys.length, tookMs);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

async function usedBy({ aws, database, replicas }: Ground): Promise<Used> {
  const each = await Promise.all(replicas.map((replica) => replica.used()));
  const databaseCalls: Record<string, number> = {};
  for (const replica of each)
    for (const [name, count] of Object.entries(replica.databaseCalls))
      databaseCalls[name] = (databaseCalls[name] ?? 0) + count;
  const { user, system } = process.cpuUsage();
  return {
    replicasMs: sumOf(each.map(({ cpuUs }) => cpuUs / 1_000)),
    simulatorMs: processorMsOf(aws.pid) ?? Number.NaN,
    databaseMs: await database.cpuMs(),
    ownMs: (user + system) / 1_000,
    machineMs: machineBusyMs(),
    databaseCalls,
    awsCalls: await aws.callsBy(SERVICE_USER),
  };
}

function roundOf(before: Used, after: Used, keys: number, tookMs: number): Round {
  const used = (name: Exclude<keyof Used, "databaseCalls" | "awsCalls">): number => after[name] - before[name];
  const callsOf = (name: "databaseCalls" | "awsCalls"): Record<string, number> =>
    Object.fromEntries(
      Object.entries(after[name]).map(([call, count]) => [call, (count - (before[name][call] ?? 0)) / keys]),
    );
  const [database, aws] = [callsOf("databaseCalls"), callsOf("awsCalls")];
  const ours = used("replicasMs") + used("simulatorMs") + used("databaseMs") + used("ownMs");
  return {
    keysPerSecond: (keys * 1_000) / tookMs,
    cpuMs: {
      replicas: used("replicasMs") / keys,
      simulator: used("simulatorMs") / keys,
      database: used("databaseMs") / keys,
    },
    calls: { database: sumOf(Object.values(database)), aws: sumOf(Object.values(aws)) },
    callsBy: { ...database, ...aws },
    cores: { ours: ours / tookMs, anybodys: used("machineMs") / tookMs, all: cpus().length },
  };
}

async function unmountAll({ url, region }: SimulatedAws, functionNames: string[], person: string): Promise<void> {
  const credentials = { accessKeyId: person, secretAccessKey: "not-a-secret" };
  const client = new LambdaClient({ endpoint: url, region, credentials });
  await eachOf(functionNames, AT_ONCE, (FunctionName) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName, FileSystemConfigs: [] })),
  );
  client.destroy();
}

async function wakeAll({ url, region }: SimulatedAws, keys: string[]): Promise<void> {
  const credentials = { accessKeyId: "bench", secretAccessKey: "not-a-secret" };
  const client = new SQSClient({ endpoint: url, region, credentials });
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: `mooring-${INSTALLATION}-fast` }));
  const batches = Array.from({ length: Math.ceil(keys.length / 10) }, (_, n) => keys.slice(n * 10, n * 10 + 10));
  await eachOf(batches, AT_ONCE, (batch) => {
    const Entries = batch.map((key, n) => ({ Id: `${n}`, MessageBody: encodeWake({ key, cause: "drift" }) }));
    return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  });
  client.destroy();
}

/** Resolves when each of the keys has converged on one of the replicas. */
async function converged(replicas: readonly ReplicaUnderTest[], keys: string[], withinMs: number): Promise<void> {
  const missing = new Set(keys);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ends = replicas.map((replica) =>
    replica.onConverged((key) => {
      missing.delete(key);
      if (missing.size === 0) resolve();
    }),
  );
  const giveUp = new AbortController();
  void realClock
    .sleep(withinMs, giveUp.signal)
    .then(() => reject(new Error(`${missing.size} of ${keys.length} keys were not repaired in time`)));
  await promise.finally(() => {
    giveUp.abort("over");
    for (const end of ends) end();
  });
}
