import { pino } from "pino";
import { realClock } from "../../src/cli/clock.ts";
import { startMooring, type Mooring } from "../../src/cli/compose.ts";
import type { BindingRecord } from "../../src/model/records.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/model/settings.ts";
import { isReady } from "../../src/model/status.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/** Access key, and so user name, of the service: its calls are counted by it. */
export const SERVICE_USER = "mooring";
export const INSTALLATION = "bench";

/** As the numbers are defined: no waiting, no budgets, and no sweep but the ones that are asked for. */
export const BENCH_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  installation: INSTALLATION,
  settleMs: 0,
  propagationMs: 0,
  absenceGapMs: 0,
  sweepIntervalMs: 24 * 60 * 60 * 1_000,
  quotaShare: Number.POSITIVE_INFINITY,
};

/** Starts the service on a store file, as `serve` does. */
export async function startServiceUnderTest(
  aws: Pick<SimulatedAws, "url" | "account" | "region">,
  storeFile: string,
  settings: Partial<Settings> = {},
): Promise<Mooring> {
  return startMooring({
    home: { account: aws.account, region: aws.region },
    settings: { ...BENCH_SETTINGS, ...settings },
    listen: { host: "127.0.0.1", port: 0, flag: "--port" },
    engine: openSqliteEngine(storeFile),
    aws: { endpoint: aws.url, credentials: { accessKeyId: SERVICE_USER, secretAccessKey: "not-a-secret" } },
    queues: null,
    eventBus: "default",
    log: pino({ level: "error" }, pino.destination(2)),
  });
}

const POLL_MS = 20;

/**
 * Waits until every binding is ready. @returns how many are not when `deadlineMs` has passed.
 *
 * Asks for one binding at a time, not for all of them at each look: the watcher shares the service's process.
 */
export async function awaitAllReady({ store }: Mooring, deadlineMs: number): Promise<number> {
  const endMs = realClock.nowMs() + deadlineMs;
  const isReadyNow = ({ metadata }: BindingRecord): boolean => {
    const binding = store.records.view().binding(metadata.namespace, metadata.name);
    return binding !== undefined && isReady(binding);
  };
  let waiting = [...store.records.view().bindings()];
  while (waiting.length > 0 && realClock.nowMs() < endMs) {
    while (waiting.length > 0 && isReadyNow(waiting.at(-1)!)) waiting.pop();
    if (waiting.length === 0) waiting = [...store.records.view().bindings()].filter((binding) => !isReady(binding));
    if (waiting.length > 0) await realClock.sleep(POLL_MS);
  }
  return waiting.length;
}

/** Waits until no run has acted for `quietMs`, so that a measurement starts from rest. */
export async function awaitRest({ service, store }: Mooring, quietMs: number, deadlineMs: number): Promise<void> {
  const endMs = realClock.nowMs() + deadlineMs;
  let lastMs = realClock.nowMs();
  const unsubscribe = service.onActivity(() => (lastMs = realClock.nowMs()));
  while (realClock.nowMs() < endMs && (realClock.nowMs() - lastMs < quietMs || store.records.pending().length > 0)) {
    await realClock.sleep(POLL_MS);
  }
  unsubscribe();
}
