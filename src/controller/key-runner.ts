import type { Cause } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { parseKey, type ParsedKey } from "../model/keys.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import type { Reconciler, Run, RunReport } from "../reconcilers/reconciler.ts";
import { LeaseLostError, type KeyItem, type Lease, type ReleaseFields } from "../store/store.ts";
import { backoffMs } from "./backoff.ts";

/** By kind of key; a kind that nobody serves is an error of the run, not of the process. */
export type Reconcilers = Partial<Record<ParsedKey["kind"], Reconciler>>;

/** When the key wants to be looked at again; null = when something happens. */
export interface KeyOutcome {
  againInMs: number | null;
}

/** A key that stays dirty goes back to the queue after so many runs under one visit. */
const RUNS_PER_VISIT_MAX = 5;

export interface KeyRunnerPorts extends ReconcilerPorts {
  /** For what nobody waits for: a run that broke. */
  logError(message: string, error: unknown): void;
}

/**
 * Takes one key's lease, runs its reconciler, and hands the lease back with what the run learned.
 *
 * If somebody else holds the lease, the key is marked dirty for the holder and this returns at once.
 */
export async function runKey(
  key: ReconcileKey,
  cause: Cause,
  reconcilers: Reconcilers,
  ports: KeyRunnerPorts,
  signal: AbortSignal,
): Promise<KeyOutcome> {
  const lease = await acquireSettled(key, ports);
  if (lease === "held") return { againInMs: null };
  let item = lease.item;
  for (let n = 1; ; n += 1) {
    const ended = await runOnce({ key, lease, item, cause, signal }, reconcilers, ports);
    if (ended === "lost") return { againInMs: ports.settings.backoffBaseMs };
    const released = await ports.store.keys.release(lease, ended.fields);
    if (ended.fields.seenSlot !== undefined) ports.store.records.settled(key, ended.fields.seenSlot);
    if (released !== "dirty") return { againInMs: ended.againInMs };
    // Under a lease that is nearly used up another run could not make its calls: the next visit goes on.
    const isUsedUp = n >= RUNS_PER_VISIT_MAX || lease.expiresAtMs - ports.clock.nowMs() < ports.settings.leaseMs / 2;
    if (isUsedUp) {
      await ports.store.keys.release(lease, {});
      return { againInMs: 0 };
    }
    item = (await ports.store.keys.get(key)) ?? item;
    if (!(await settled(lease, item, ports))) return { againInMs: ports.settings.backoffBaseMs };
  }
}

/**
 * A lease that is safe to act under. After an expired one, calls of its holder may still be under
 * way: their deadline is waited out, and what it had begun is closed as Unknown.
 */
async function acquireSettled(key: ReconcileKey, ports: KeyRunnerPorts): Promise<Lease | "held"> {
  const { store, settings, clock, chance } = ports;
  const lease = await store.keys.acquire(key, chance.uuid(), settings.leaseMs);
  if (lease === "held") return lease;
  if (!lease.takenOver) {
    await closeOpenIntents(lease, ports);
    return lease;
  }
  await clock.sleep(settings.callDeadlineMs);
  await closeOpenIntents(lease, ports);
  // The wait has used the lease up; a fresh one gives the run its full time.
  if ((await store.keys.release(lease, {})) === "dirty") await store.keys.release(lease, {});
  const fresh = await store.keys.acquire(key, chance.uuid(), settings.leaseMs);
  return fresh === "held" ? fresh : { ...fresh, takenOver: true };
}

async function closeOpenIntents(lease: Lease, ports: KeyRunnerPorts): Promise<void> {
  for (const intent of lease.item.openIntents) {
    const { entry } = intent.record;
    await ports.store.keys.closeIntent(lease, {
      type: "Outcome",
      intentId: intent.intentId,
      operation: intent.operation,
      target: intent.target,
      outcome: "Unknown",
      requestId: null,
      detail: {
        message:
          "the run that made this call ended before its answer was noted; the entries after this one say what was found",
      },
      bindings: entry.bindings,
      fileSystem: entry.fileSystem,
    });
  }
}

/** False = the lease was lost. A run that broke may have left an intent open, and if the next one converges, nobody else looks. */
async function settled(lease: Lease, item: KeyItem, ports: KeyRunnerPorts): Promise<boolean> {
  try {
    await closeOpenIntents({ ...lease, item }, ports);
    return true;
  } catch (error) {
    if (error instanceof LeaseLostError) return false;
    throw error;
  }
}

type Ended = { fields: ReleaseFields; againInMs: number | null };

async function runOnce(run: Run, reconcilers: Reconcilers, ports: KeyRunnerPorts): Promise<Ended | "lost"> {
  try {
    const reconcile = reconcilers[parseKey(run.key).kind];
    if (reconcile === undefined) throw new Error(`Cannot reconcile ${run.key}: this version serves no such workload`);
    return endedOf(await reconcile(run), run.item, ports, run.key);
  } catch (error) {
    if (error instanceof LeaseLostError) return "lost";
    ports.logError(`run of ${run.key} broke`, error);
    const failures = run.item.failures + 1;
    const againInMs = backoffMs(failures, ports.settings, ports.chance);
    ports.report({ type: "stalled", key: run.key, why: error instanceof Error ? error.message : String(error) });
    return { fields: { failures, dueAtMs: ports.clock.nowMs() + againInMs }, againInMs };
  }
}

function endedOf(report: RunReport, item: KeyItem, ports: KeyRunnerPorts, key: ReconcileKey): Ended {
  const { result } = report;
  const failures = result.kind === "stalled" ? item.failures + 1 : 0;
  const againInMs =
    result.kind === "waiting"
      ? result.afterMs
      : result.kind === "stalled"
        ? backoffMs(failures, ports.settings, ports.chance)
        : report.lookAgainInMs;
  if (result.kind !== "converged") {
    const { why } = result;
    ports.report(
      result.kind === "stalled"
        ? { type: "stalled", key, why }
        : { type: "waiting", key, afterMs: result.afterMs, why },
    );
  }
  const fields: ReleaseFields = {
    dueAtMs: againInMs === null ? null : ports.clock.nowMs() + againInMs,
    failures,
    seenSlot: report.seenSlot,
    removals: report.removals,
    memory: report.memory,
    ...(report.convergedReadAtMs === undefined ? {} : { convergedReadAtMs: report.convergedReadAtMs }),
    ...(report.accountedFor.length === 0 ? {} : { forgetNoted: report.accountedFor }),
  };
  return { fields, againInMs };
}
