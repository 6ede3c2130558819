import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { realClock } from "../../src/cli/clock.ts";
import { forgetAmbientAws } from "../../src/config.ts";
import { holdRecords } from "./held-records.ts";
import { commitInLoops } from "./log-load.ts";
import { openEngine, openLog, type LogPlace } from "./log-store.ts";

/**
 * One replica's commit log in a process of its own. argv: the place as JSON, a mode and its arguments; prints one line of
 * JSON at its end.
 *
 * - write NAME COMMITTERS MS: says "ready", waits for a line, then commits for that long
 * - fill COUNT MS: writes so many bindings, or as many as that time allows
 * - open: opens the log and says how long that took, from the engine on
 */
const [placeJson = "", mode, ...args] = process.argv.slice(2);
forgetAmbientAws();
const engine = await openEngine(JSON.parse(placeJson) as LogPlace);
const startMs = performance.now();
const store = await openLog(engine);
const openMs = performance.now() - startMs;
console.log(JSON.stringify(await perform()));
await store.close();
process.exit(0);

async function perform(): Promise<unknown> {
  if (mode === "write") {
    const [name = "", committers, ms] = args;
    console.log("ready");
    await once(process.stdin, "data");
    const endMs = realClock.nowMs() + Number(ms);
    return commitInLoops(store, name, Number(committers), () => realClock.nowMs() > endMs);
  }
  if (mode === "fill") {
    const [count, ms] = args;
    const endMs = realClock.nowMs() + Number(ms);
    const home = { account: "111122223333", region: "eu-west-1" };
    await holdRecords(store, home, Number(count), () => realClock.nowMs() > endMs);
    return {};
  }
  const view = store.records.view();
  return { openMs, held: [...view.bindings()].length, head: view.head, rss: process.memoryUsage().rss };
}
