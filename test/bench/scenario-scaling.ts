import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { connect } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import { lambdaKey } from "../../src/model/keys.ts";
import { encodeWake } from "../../src/queue/wake-message.ts";
import { startDynamoDb } from "../replicas/dynamodb.ts";
import { buildAccount, eachOf } from "./account.ts";
import { switchEvents } from "./planted-drift.ts";
import { writeBindings, writeFileSystems } from "./records.ts";
import type { Measurement } from "./report.ts";
import { ReplicaUnderTest } from "./replica-under-test.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { INSTALLATION, SERVICE_USER } from "./service-under-test.ts";
import { startSimulatedAws, type SimulatedAws } from "./simulated-aws.ts";

/** What AWS takes for each call of the service. */
const LATENCY_MS = 50;
const REPLICAS = [1, 2, 4] as const;
/** The median of so many rounds counts, after one that warms up the processes which are new. */
const ROUNDS = 3;
const ROUND_DEADLINE_MS = 60_000;
const BIND_DEADLINE_MS = 120_000;
const AT_ONCE = 24;

/** What is to be repaired, by whom. */
interface Ground {
  aws: SimulatedAws;
  databaseUrl: string;
  functionNames: string[];
  replicas: ReplicaUnderTest[];
}

interface Round {
  keysPerSecond: number;
  cpuMsPerRun: number;
}

/**
 * Independent keys on 1, 2 and 4 replicas, one after the other in one run: every function has lost its mount, all are
 * woken at once, and each run observes, repairs and verifies, while AWS takes 50 ms for every call.
 */
export const scaledReplicas: Scenario = {
  name: "scaling",
  async run(context) {
    const ground = await prepare(context);
    const results = new Map<number, Round>();
    for (const count of REPLICAS) {
      while (ground.replicas.length < count) ground.replicas.push(await startReplica(context, ground));
      const rounds: Round[] = [];
      for (let n = 0; n <= ROUNDS; n += 1) {
        const round = await repairAll(ground, `${count}-${n}`);
        context.progress(
          `${count} replicas: ${round.keysPerSecond.toFixed(1)} keys/s, ${round.cpuMsPerRun.toFixed(1)} ms`,
        );
        if (n > 0) rounds.push(round);
      }
      results.set(count, median(rounds));
    }
    measurementsOf(results, ground.functionNames.length).forEach(context.measured);
  },
};

async function prepare(context: ScenarioContext): Promise<Ground> {
  const { scaledKeys } = context.scale;
  const aws = await startSimulatedAws();
  context.cleanUp(() => aws.stop());
  const database = await startDynamoDb();
  context.cleanUp(() => database.stop());
  const shape = { fileSystems: 1, functionsPerFileSystem: scaledKeys, rolesPerFileSystem: 10 };
  const account = await buildAccount(aws, shape);
  const replicas = [await startReplica(context, { aws, databaseUrl: database.url })];
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
  await aws.addFault({ kind: "latency", caller: SERVICE_USER, ms: LATENCY_MS });
  return { aws, databaseUrl: database.url, functionNames, replicas };
}

async function startReplica(
  context: ScenarioContext,
  { aws, databaseUrl }: Pick<Ground, "aws" | "databaseUrl">,
): Promise<ReplicaUnderTest> {
  const replica = await ReplicaUnderTest.start(databaseUrl, aws);
  context.cleanUp(() => replica.close());
  return replica;
}

const keyOf = ({ account, region }: SimulatedAws, functionName: string): string =>
  lambdaKey({ account, region, functionName });

/** Takes every mount away while no event is delivered, then wakes all keys, and waits until each was repaired. */
async function repairAll({ aws, functionNames, replicas }: Ground, round: string): Promise<Round> {
  await switchEvents(aws, false);
  await unmountAll(aws, functionNames, `somebody-${round}`);
  await switchEvents(aws, true);
  const keys = functionNames.map((name) => keyOf(aws, name));
  const cpuBefore = await cpuSecondsOf(replicas);
  const done = converged(replicas, keys, ROUND_DEADLINE_MS);
  const startMs = realClock.nowMs();
  await wakeAll(aws, keys);
  await done;
  const seconds = (realClock.nowMs() - startMs) / 1_000;
  const cpuSeconds = (await cpuSecondsOf(replicas)) - cpuBefore;
  return { keysPerSecond: keys.length / seconds, cpuMsPerRun: (cpuSeconds * 1_000) / keys.length };
}

async function cpuSecondsOf(replicas: readonly ReplicaUnderTest[]): Promise<number> {
  const each = await Promise.all(replicas.map((replica) => replica.cpuSeconds()));
  return each.reduce((sum, seconds) => sum + seconds, 0);
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

const median = (rounds: readonly Round[]): Round =>
  rounds.toSorted((a, b) => a.keysPerSecond - b.keysPerSecond)[Math.floor(rounds.length / 2)]!;

function measurementsOf(results: ReadonlyMap<number, Round>, keys: number): Measurement[] {
  const one = results.get(1)!;
  const four = results.get(4)!;
  const told = (of: (round: Round) => number) =>
    [...results].map(([count, round]) => `${of(round).toFixed(1)} at ${count}`).join(", ");
  const shape = `${keys} independent keys, AWS at ${LATENCY_MS} ms`;
  return [
    {
      what: `repairs, 1 replica, ${shape}`,
      value: one.keysPerSecond,
      unit: "keys/s",
      target: null,
    },
    {
      what: `repairs at 4 replicas, by those at one`,
      value: four.keysPerSecond / one.keysPerSecond,
      unit: "×",
      target: { is: "at least", value: 3.6 },
      needsFullScale: true,
      note: `keys/s: ${told((round) => round.keysPerSecond)}`,
    },
    {
      what: `processor time of a run at 4 replicas, by that at one`,
      value: four.cpuMsPerRun / one.cpuMsPerRun,
      unit: "×",
      target: { is: "at most", value: 1.1 },
      needsFullScale: true,
      note: `ms of all replicas: ${told((round) => round.cpuMsPerRun)}`,
    },
  ];
}
