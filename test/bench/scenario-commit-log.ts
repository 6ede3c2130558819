import { join } from "node:path";
import { startDynamoDbStandIn, type DynamoDbStandIn } from "./dynamodb-stand-in.ts";
import { copyLog } from "./log-copy.ts";
import { inLogProcess, openEngine, type LogPlace } from "./log-store.ts";
import { DYNAMODB_LATENCY_MS, throughputOnDynamoDb, throughputOnSqlite } from "./log-throughput.ts";
import { logUnderLoad } from "./log-under-load.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const UNDER_LOAD_MAX_MS = 30_000;

/** The commit log by itself: how fast it is, how a replica starts on many records, and whether it stays whole under load. */
export const commitLog: Scenario = {
  name: "commit-log",
  async run(context) {
    const { scale, directory, cleanUp } = context;
    const dynamodb = await startDynamoDbStandIn();
    cleanUp(() => dynamodb.stop());
    const sqlite = (name: string): LogPlace => ({ sqlite: join(directory, `${name}.db`) });
    const inDynamoDb = (name: string): LogPlace => ({ dynamodb: dynamodb.url, tablePrefix: `${name}-` });
    for (const replicas of scale.logReplicas) {
      await throughputOnSqlite(context, sqlite(`load-${replicas}`), replicas);
      await throughputOnDynamoDb(context, dynamodb, inDynamoDb(`load${replicas}`), replicas);
    }
    await underLoad(context, "SQLite", sqlite("whole"));
    await underLoad(context, "DynamoDB", inDynamoDb("whole"));
    for (const count of scale.logRecords) {
      const file = join(directory, `start-${count}.db`);
      const onDynamoDb = { dynamodb: dynamodb.url, tablePrefix: `start${count}-` };
      context.progress(`writing ${count} records`);
      await inLogProcess({ sqlite: file }, "fill", String(count), String(scale.logFillMs));
      await startUp(context, null, { sqlite: file }, count);
      context.progress("copying them to DynamoDB");
      await copyLog(file, onDynamoDb);
      await startUp(context, dynamodb, onDynamoDb, count);
    }
  },
};

async function underLoad({ scale, measured }: ScenarioContext, engine: string, place: LogPlace): Promise<void> {
  const opened = await openEngine(place);
  const found = await logUnderLoad(opened, scale.logSlots, UNDER_LOAD_MAX_MS);
  await opened.close();
  measured({
    what: `gaps and faults with checkpoints and compaction under load, ${engine}`,
    value: found.gaps + found.slotFaults + found.differences,
    unit: "faults",
    target: { is: "at most", value: 0 },
    note: `${found.slots} slots, ${found.checkpoints} checkpoints, ${found.bodiesDropped} bodies dropped; a follower saw every commit once, in order`,
    parts: { ...found },
  });
}

/** @param dynamodb null = SQLite. */
async function startUp(
  { measured, scale }: ScenarioContext,
  dynamodb: DynamoDbStandIn | null,
  place: LogPlace,
  count: number,
): Promise<void> {
  const engine = dynamodb === null ? "SQLite" : "DynamoDB";
  // Completes the history of the log's tail, as whoever commits does at once.
  await inLogProcess(place, "open");
  await dynamodb?.setLatency(DYNAMODB_LATENCY_MS);
  const { openMs, cpuMs, held, head, rss } = JSON.parse(await inLogProcess(place, "open")) as Record<
    "openMs" | "cpuMs" | "held" | "head" | "rss",
    number
  >;
  await dynamodb?.setLatency(0);
  const targetMs = count > 10_000 ? 15_000 : 2_000;
  const latency = dynamodb === null ? "" : `, ${DYNAMODB_LATENCY_MS} ms a request`;
  measured({
    what: `start-up on ${engine}, ${held.toLocaleString("en-US")} bindings`,
    value: openMs / 1_000,
    unit: "s",
    target: { is: "below", value: targetMs / 1_000 },
    needsFullScale: true,
    note: `${(cpuMs / 1_000).toFixed(1)} CPU s${latency}; ${head} slots, ${Math.round(rss / 2 ** 20)} MiB RSS${held < count ? `; of ${count.toLocaleString("en-US")} asked for, so many could be written in ${scale.logFillMs / 1_000} s` : ""}`,
    parts: { openMs, cpuMs },
  });
}
