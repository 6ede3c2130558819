import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { describeStore } from "./contract.ts";
import { FN_KEY, ManualClock, aBinding, acquired, dump, put, replica, seededChance } from "./contract-fixtures.ts";
import { openStore } from "./open-store.ts";
import { openSqliteEngine } from "./sqlite-engine.ts";

const directories: string[] = [];

function freshFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "mooring-store-"));
  directories.push(directory);
  return join(directory, "store.db");
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

describeStore({ name: "SQLite", open: async () => openSqliteEngine(":memory:"), runs: 40 });

test("a file that is open elsewhere is refused with what to do", () => {
  const file = freshFile();
  openSqliteEngine(file);
  expect(() => openSqliteEngine(file)).toThrow(/another process has it open\. Stop that Mooring/);
});

test("a file that is no database is refused", () => {
  const directory = freshFile().replace(/store\.db$/, "");
  expect(() => openSqliteEngine(directory)).toThrow(/unable to open|Cannot open/);
});

test("what was committed is there after a restart, closing the store frees the file", async () => {
  const file = freshFile();
  const open = () =>
    openStore({
      engine: openSqliteEngine(file),
      clock: new ManualClock(),
      chance: seededChance(1),
      installation: "test",
    });
  const first = await open();
  await first.records.commit(() => put(aBinding("a")));
  const seen = dump(first.records.view());
  await first.close();
  const second = await open();
  expect(dump(second.records.view())).toEqual(seen);
  await second.close();
});

test("a lease is void after a restart, and the next holder knows that it was not released", async () => {
  const file = freshFile();
  const engine = openSqliteEngine(file);
  const first = await acquired(await replica(engine), FN_KEY, "run-1");
  await engine.close();
  const second = await acquired(await replica(openSqliteEngine(file)), FN_KEY, "run-2");
  expect(second).toMatchObject({ takenOver: true, fence: first.fence + 1 });
});

test("a key whose holder ended without releasing it is due at once after a restart, and only such a key", async () => {
  const file = freshFile();
  const engine = openSqliteEngine(file);
  const store = await replica(engine);
  await acquired(store, FN_KEY, "run-1");
  await store.keys.release(await acquired(store, "lambda/released", "run-2"), {});
  await engine.close();
  const { keys } = await replica(openSqliteEngine(file));
  expect(await keys.due(1, 10)).toEqual([FN_KEY]);
});
