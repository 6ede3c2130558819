import type { Chance, Clock } from "../model/clock.ts";
import { EngineAudit } from "./audit-trail.ts";
import { EngineCommitLog } from "./commit-log.ts";
import type { Engine } from "./engine.ts";
import { EngineKeyItems, seenSlotOf } from "./key-items.ts";
import { provenHeadOf } from "./key-row.ts";
import type { LogDamagedError, Store } from "./store.ts";
import { EngineTokenPool } from "./token-pool.ts";

export interface OpenStoreOptions {
  engine: Engine;
  clock: Clock;
  chance: Chance;
  /** Id of this installation: a log belongs to the one that began it. */
  installation: string;
  /** Slots from one checkpoint to the next: what a start has to replay. Default 1,000. */
  checkpointEvery?: number;
  /** Slots behind a checkpoint that keep their bodies, for replicas that lag behind. Default 10,000. */
  keepSlots?: number;
  /** Changes that a watch can go back, at least. Default 10,000. */
  keepChanges?: number;
}

/**
 * Opens the store: loads the last checkpoint, replays the tail of the log, completes the history.
 * Several replicas may open one DynamoDB store at once. Closing the store closes its engine.
 *
 * @throws {LogDamagedError} if the log has a hole, a torn slot, or lost its end.
 * @throws {Error} if the log belongs to another installation.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { engine, clock, chance, installation } = options;
  const audit = new EngineAudit(
    engine,
    () => clock.nowMs(),
    async (chain) => {
      const row = await engine.keyRow(chain);
      return row && provenHeadOf(row);
    },
  );
  const stopped = Promise.withResolvers<LogDamagedError>();
  const records = new EngineCommitLog({
    engine,
    clock,
    chance,
    installation,
    checkpointEvery: options.checkpointEvery ?? 1_000,
    keepSlots: options.keepSlots ?? 10_000,
    keepChanges: options.keepChanges ?? 10_000,
    seenSlot: async (key) => seenSlotOf(await engine.keyRow(key)),
    appendSpecChange: (change) => audit.appendSpecChangeAt(change),
    onDamage: stopped.resolve,
  });
  const keys = new EngineKeyItems(engine, clock, audit, (key, slot) => records.settled(key, slot));
  await records.open();
  const close = async (): Promise<void> => {
    await records.close();
    await engine.close();
  };
  return { records, keys, audit, tokens: new EngineTokenPool(engine, clock), stopped: stopped.promise, close };
}
