import { forgetAmbientAws } from "../../src/config.ts";
import { holdRecords } from "./held-records.ts";
import { startServiceUnderTest } from "./service-under-test.ts";

/**
 * One service in a process of its own, so that its memory is its own: brings its store to a number of
 * records, starts anew on them, lists them once through the API, and tells what it takes.
 *
 * argv: "fill" or "measure", store file, number of bindings, simulator URL, account, region. "measure" prints one line of JSON.
 */
const [mode, storeFile = "", count, url = "", account = "", region = ""] = process.argv.slice(2);
forgetAmbientAws();
const aws = { url, account, region };
const mooring = await startServiceUnderTest(aws, storeFile);
if (mode === "fill") {
  await holdRecords(mooring.store, aws, Number(count));
} else {
  const list = await fetch(`${mooring.url}/apis/mooring.dev/v1/bindings`);
  await list.text();
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const held = [...mooring.store.records.view().bindings()].length;
  console.log(JSON.stringify({ held, rss, heapUsed }));
}
await mooring.close();
process.exit(0);
