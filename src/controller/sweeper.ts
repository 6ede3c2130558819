import type { ReconcileKey } from "../model/keys.ts";
import type { WorkQueue } from "../queue/queue.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { createRevisionCache } from "../reconcilers/revision-cache.ts";
import type { TaskTargetScan } from "../reconcilers/task-targets.ts";
import type { Scheduler } from "./scheduler.ts";
import { sweep } from "./sweep.ts";

/** Wakes that a crash or a lost message swallowed are sent again once they are this old. */
const PENDING_AGE_MS = 2_000;
const PENDING_CHECK_MS = 2_000;
/** Leaves a due key to the replica that remembers it before others scan for it. */
const DUE_GRACE_MS = 3_000;
const DUE_MAX = 100;
/** Requests for a sweep within this time are one sweep. */
const REQUEST_GATHER_MS = 1_000;

interface SweeperPorts {
  ports: ReconcilerPorts;
  targets: TaskTargetScan;
  scheduler: Scheduler;
  queue: WorkQueue;
  signal: AbortSignal;
  logError(message: string, error: unknown): void;
}

/** The safety net below the events: the full sweep, overdue keys, and wakes that nobody answered. */
export function startSweeper({ ports, targets, scheduler, queue, signal, logError }: SweeperPorts) {
  const { clock, chance, settings, store } = ports;
  const revisions = createRevisionCache(ports.aws);
  let requested = new AbortController();
  let current: Promise<ReconcileKey[]> | null = null;

  async function now(): Promise<ReconcileKey[]> {
    current ??= sweepAndWake().finally(() => (current = null));
    return current;
  }

  async function sweepAndWake(): Promise<ReconcileKey[]> {
    const keys = await sweep(ports, revisions, targets);
    if (keys.length > 0)
      await queue.send(
        "slow",
        keys.map((key) => ({ key, cause: "sweep" as const })),
      );
    return keys;
  }

  async function sweepLoop(): Promise<void> {
    while (!signal.aborted) {
      const jitteredMs = settings.sweepIntervalMs * (0.9 + 0.2 * chance.random());
      await clock.sleep(jitteredMs, AbortSignal.any([signal, requested.signal]));
      if (signal.aborted) return;
      if (requested.signal.aborted) {
        requested = new AbortController();
        await clock.sleep(REQUEST_GATHER_MS, signal);
      }
      await now().catch((error: unknown) => logError("the sweep failed; the next one tries again", error));
    }
  }

  async function pendingLoop(): Promise<void> {
    // At once, too: a start after a crash has something to go on with.
    while (!signal.aborted) {
      await wakeForgotten().catch((error: unknown) => logError("cannot look for forgotten keys; trying again", error));
      await clock.sleep(PENDING_CHECK_MS, signal);
    }
  }

  async function wakeForgotten(): Promise<void> {
    await store.records.refresh();
    const nowMs = clock.nowMs();
    for (const { key, slot, sinceMs } of store.records.pending()) {
      if (nowMs - sinceMs < PENDING_AGE_MS) continue;
      const item = await store.keys.get(key);
      if (item !== null && item.seenSlot >= slot) store.records.settled(key, item.seenSlot);
      else await request(key);
    }
    for (const key of await store.keys.due(nowMs - DUE_GRACE_MS, DUE_MAX)) await request(key);
  }

  async function request(key: ReconcileKey): Promise<void> {
    void scheduler.request({ key, cause: { kind: "Sweep" }, priority: "sweep", gather: false });
  }

  return { now, request: () => requested.abort(), ended: Promise.all([sweepLoop(), pendingLoop()]) };
}
