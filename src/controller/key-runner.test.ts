import { expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import type { Run, RunReport } from "../reconcilers/reconciler.ts";
import { FN_KEY, ManualClock, anIntent, replica, seededChance } from "../store/contract-fixtures.ts";
import { openSqliteEngine } from "../store/sqlite-engine.ts";
import { runKey, type KeyRunnerPorts } from "./key-runner.ts";

const CONVERGED: RunReport = {
  result: { kind: "converged" },
  acted: 0,
  seenSlot: 0,
  removals: [],
  memory: {},
  accountedFor: [],
  lookAgainInMs: null,
};

test("what a broken run left open has its outcome before a dirty key runs again", async () => {
  const store = await replica(openSqliteEngine(":memory:"));
  const ports = {
    store,
    clock: new ManualClock(),
    chance: seededChance(1),
    settings: DEFAULT_SETTINGS,
    report: () => undefined,
    logError: () => undefined,
  } as unknown as KeyRunnerPorts;
  const seen: number[] = [];
  const lambda = async ({ lease }: Run) => {
    seen.push((await store.keys.get(FN_KEY))?.openIntents.length ?? 0);
    if (seen.length > 1) return CONVERGED;
    await store.keys.beginIntent(lease, anIntent("i-1"));
    expect(await store.keys.acquire(FN_KEY, "somebody", 20_000)).toBe("held");
    throw new Error("the store did not answer");
  };

  await runKey(FN_KEY, { kind: "Sweep" }, { lambda }, ports, new AbortController().signal);

  expect(seen).toEqual([0, 0]);
  expect((await store.keys.get(FN_KEY))?.openIntents).toEqual([]);
});
