import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startDynamoDb } from "../replicas/dynamodb.ts";
import type { Load } from "./log-load.ts";
import { openEngine, type LogPlace } from "./log-store.ts";
import { logUnderLoad } from "./log-under-load.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { percentile } from "./statistics.ts";

const PROCESS = fileURLToPath(new URL("./log-process.ts", import.meta.url));
/** As many runs as a replica has under way by default. */
const COMMITTERS = 8;
const UNDER_LOAD_MAX_MS = 30_000;
const OUTPUT_MAX = 64 * 2 ** 20;

/** The commit log by itself: how fast it is, how a replica starts on many records, and whether it stays whole under load. */
export const commitLog: Scenario = {
  name: "commit-log",
  async run(context) {
    const { scale, directory, cleanUp } = context;
    const dynamodb = await startDynamoDb();
    cleanUp(() => dynamodb.stop());
    const sqlite = (name: string): LogPlace => ({ sqlite: join(directory, `${name}.db`) });
    const inDynamoDb = (name: string): LogPlace => ({ dynamodb: dynamodb.url, tablePrefix: `${name}-` });
    for (const replicas of scale.logReplicas) {
      await throughput(context, "SQLite", sqlite(`load-${replicas}`), {
        processes: 1,
        committers: replicas * COMMITTERS,
      });
      await throughput(context, "DynamoDB", inDynamoDb(`load${replicas}`), {
        processes: replicas,
        committers: COMMITTERS,
      });
    }
    await underLoad(context, "SQLite", sqlite("whole"));
    await underLoad(context, "DynamoDB", inDynamoDb("whole"));
    for (const count of scale.logRecords) {
      await startUp(context, "SQLite", sqlite(`start-${count}`), count);
      await startUp(context, "DynamoDB", inDynamoDb(`start${count}`), count);
    }
  },
};

type Writers = { processes: number; committers: number };

/** SQLite's file belongs to one process: there the runs of so many replicas commit in one. */
async function throughput(context: ScenarioContext, engine: string, place: LogPlace, writers: Writers): Promise<void> {
  const { scale, measured, cleanUp } = context;
  // The first one makes the log, so that none races for that.
  await run(place, "open");
  const args = [String(writers.committers), String(scale.logLoadMs)];
  const children = Array.from({ length: writers.processes }, (_, n) => spawnWriter(place, `writer-${n}`, args));
  cleanUp(async () => children.forEach(({ child }) => void child.kill("SIGKILL")));
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin?.write("go\n");
  const loads = await Promise.all(children.map(({ load }) => load));
  const latencies = loads.flatMap(({ latenciesMs }) => latenciesMs);
  const slots = loads.reduce((sum, load) => sum + load.slots, 0);
  const who =
    writers.processes === 1
      ? `${writers.committers} runs at once in one process`
      : `${writers.processes} processes with ${writers.committers} runs at once each`;
  measured({
    what: `commits on ${engine}, runs of ${(writers.processes * writers.committers) / COMMITTERS} replicas`,
    value: latencies.length / (scale.logLoadMs / 1_000),
    unit: "commits/s",
    target: null,
    note: `${who}; p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms, ${(latencies.length / slots).toFixed(1)} commits a slot`,
    parts: { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), slots },
  });
}

function spawnWriter(place: LogPlace, name: string, args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [PROCESS, JSON.stringify(place), "write", name, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  const ready = Promise.withResolvers<void>();
  child.stdout!.on("data", (data: Buffer) => {
    text += data.toString("utf8");
    if (text.startsWith("ready\n")) ready.resolve();
  });
  const load = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(`a writer ended with code ${code}`);
    return JSON.parse(text.slice("ready\n".length)) as Load;
  });
  load.catch((error: unknown) => ready.reject(error));
  return { child, ready: ready.promise, load };
}

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

async function startUp(context: ScenarioContext, engine: string, place: LogPlace, count: number): Promise<void> {
  const { measured, progress, scale } = context;
  progress(`writing ${count} records on ${engine}`);
  await run(place, "fill", String(count), String(scale.logFillMs));
  const { openMs, held, head, rss } = JSON.parse(await run(place, "open")) as Record<
    "openMs" | "held" | "head" | "rss",
    number
  >;
  const targetMs = count > 10_000 ? 15_000 : 2_000;
  measured({
    what: `start-up on ${engine}, ${held.toLocaleString("en-US")} bindings`,
    value: openMs / 1_000,
    unit: "s",
    target: engine === "SQLite" ? { is: "below", value: targetMs / 1_000 } : null,
    needsFullScale: true,
    note: `${head} slots, ${Math.round(rss / 2 ** 20)} MiB RSS${held < count ? `; of ${count.toLocaleString("en-US")} asked for, so many could be written in ${scale.logFillMs / 1_000} s` : ""}`,
  });
}

async function run(place: LogPlace, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(place), ...args], {
    maxBuffer: OUTPUT_MAX,
  });
  return stdout;
}
