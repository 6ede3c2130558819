import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { realClock } from "../../src/cli/clock.ts";
import { forgetAmbientAws } from "../../src/config.ts";
import { holdRecords } from "./held-records.ts";
import { commitInLoops } from "./log-load.ts";
import { openEngine, openLog, withoutHistory, type LogPlace } from "./log-store.ts";

/**
 * One replica's commit log in a process of its own. argv: the place as JSON, a mode and its arguments; prints one line of
 * JSON at its end.
 *
 * - write NAME COMMITTERS MS: says "ready", waits for a line, then commits for that long (and two seconds before, to warm up)
 * - fill COUNT MS: writes so many bindings, or as many as that time allows, without their history
 * - open: opens the log and says how long that took, and how much processor time, from the engine on
 */
const WARM_UP_MS = 2_000;

const [placeJson = "", mode, ...args] = process.argv.slice(2);
forgetAmbientAws();
const opened = await openEngine(JSON.parse(placeJson) as LogPlace);
const engine = mode === "fill" ? withoutHistory(opened) : opened;
const cpuBefore = process.cpuUsage();
const startMs = performance.now();
const store = await openLog(engine);
const openMs = performance.now() - startMs;
const openCpuMs = cpuMsSince(cpuBefore);
const told = JSON.stringify(await perform());
// What a process that exits has not written yet is lost.
await new Promise<void>((resolve) => void process.stdout.write(`${told}\n`, () => resolve()));
await store.close();
process.exit(0);

async function perform(): Promise<unknown> {
  if (mode === "write") {
    const [name = "", committers, ms] = args;
    console.log("ready");
    await once(process.stdin, "data");
    const warmMs = realClock.nowMs() + WARM_UP_MS;
    await commitInLoops(store, name, Number(committers), () => realClock.nowMs() > warmMs);
    const endMs = realClock.nowMs() + Number(ms);
    const before = process.cpuUsage();
    const load = await commitInLoops(store, name, Number(committers), () => realClock.nowMs() > endMs);
    return { ...load, cpuMs: cpuMsSince(before) };
  }
  if (mode === "fill") {
    const [count, ms] = args;
    const endMs = realClock.nowMs() + Number(ms);
    const home = { account: "111122223333", region: "eu-west-1" };
    await holdRecords(store, home, Number(count), () => realClock.nowMs() > endMs);
    return {};
  }
  const view = store.records.view();
  return {
    openMs,
    cpuMs: openCpuMs,
    held: [...view.bindings()].length,
    head: view.head,
    rss: process.memoryUsage().rss,
  };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
