import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { DynamoDbStandIn } from "./dynamodb-stand-in.ts";
import type { Load } from "./log-load.ts";
import { LOG_PROCESS, inLogProcess, type LogPlace } from "./log-store.ts";
import type { ScenarioContext } from "./scenario.ts";
import { percentile } from "./statistics.ts";

/** As many runs as a replica has under way by default. */
const COMMITTERS = 8;
/** What DynamoDB takes for one request from within its region: "single-digit milliseconds", says AWS. */
export const DYNAMODB_LATENCY_MS = 5;

/** What a writer prints at its end. */
type WriterLoad = Load & { cpuMs: number };

/** Commits of so many replicas' runs on SQLite. Its file belongs to one process: there they all commit in one. */
export async function throughputOnSqlite(context: ScenarioContext, place: LogPlace, replicas: number): Promise<void> {
  const loads = await loadsOf(context, place, { processes: 1, committers: replicas * COMMITTERS });
  report(context, `SQLite, runs of ${replicas}`, loads, `${replicas * COMMITTERS} runs at once in one process`);
}

/** Commits of so many replicas, each a process of its own, on a DynamoDB that takes its time as the real one does. */
export async function throughputOnDynamoDb(
  context: ScenarioContext,
  dynamodb: DynamoDbStandIn,
  place: LogPlace,
  replicas: number,
): Promise<void> {
  await dynamodb.setLatency(DYNAMODB_LATENCY_MS);
  const cpuBeforeMs = await dynamodb.cpuMs();
  const loads = await loadsOf(context, place, { processes: replicas, committers: COMMITTERS });
  const cpuMs = (await dynamodb.cpuMs()) - cpuBeforeMs;
  await dynamodb.setLatency(0);
  const who = `${replicas} processes with ${COMMITTERS} runs at once each, ${DYNAMODB_LATENCY_MS} ms a request; the database itself used ${seconds(cpuMs)} CPU s`;
  report(context, `DynamoDB, ${replicas}`, loads, who, { databaseCpuMs: cpuMs });
}

async function loadsOf(
  { scale, cleanUp }: ScenarioContext,
  place: LogPlace,
  writers: { processes: number; committers: number },
): Promise<WriterLoad[]> {
  // The first one makes the log, so that none races for that.
  await inLogProcess(place, "open");
  const args = [String(writers.committers), String(scale.logLoadMs)];
  const children = Array.from({ length: writers.processes }, (_, n) => spawnWriter(place, `writer-${n}`, args));
  cleanUp(async () => children.forEach(({ child }) => void child.kill("SIGKILL")));
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin?.write("go\n");
  return Promise.all(children.map(({ load }) => load));
}

function report(
  { scale, measured }: ScenarioContext,
  where: string,
  loads: readonly WriterLoad[],
  who: string,
  parts: Record<string, number> = {},
): void {
  const latencies = loads.flatMap(({ latenciesMs }) => latenciesMs);
  const slots = loads.reduce((sum, load) => sum + load.slots, 0);
  const cpuMs = loads.reduce((sum, load) => sum + load.cpuMs, 0);
  const counts = loads.map(({ latenciesMs }) => latenciesMs.length);
  const name = where.endsWith(" 1") ? `${where} replica` : `${where} replicas`;
  measured({
    what: `commits on ${name}`,
    value: latencies.length / (scale.logLoadMs / 1_000),
    unit: "commits/s",
    target: null,
    note: `${who}; ${(latencies.length / slots).toFixed(1)} commits a slot; writers used ${seconds(cpuMs)} CPU s in ${seconds(scale.logLoadMs)} s${loads.length === 1 ? "" : `, and had ${Math.min(...counts)}-${Math.max(...counts)} commits each`}`,
    parts: { ...parts, slots, cpuMs },
  });
  measured({
    what: `p99 of a commit on ${name}`,
    value: percentile(latencies, 0.99),
    unit: "ms",
    target: null,
    note: `p50 ${percentile(latencies, 0.5).toFixed(1)} ms, longest ${Math.max(...latencies.map(Math.ceil))} ms; until it is durable, applied and in the history`,
    parts: { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) },
  });
}

function spawnWriter(place: LogPlace, name: string, args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [LOG_PROCESS, JSON.stringify(place), "write", name, ...args], {
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
    return JSON.parse(text.slice("ready\n".length)) as WriterLoad;
  });
  load.catch((error: unknown) => ready.reject(error));
  return { child, ready: ready.promise, load };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
