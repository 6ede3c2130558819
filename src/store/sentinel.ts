import type { Engine } from "./engine.ts";
import { openSlot } from "./slot.ts";
import { LogDamagedError } from "./store.ts";

/**
 * Slot 1 names the installation that the log belongs to, and is never compacted: a store that was emptied, or that
 * is somebody else's, cannot be mistaken for ours.
 *
 * @throws {LogDamagedError} if slot 1 is missing or torn.
 * @throws {Error} if the log belongs to another installation.
 */
export async function checkSentinel(engine: Engine, expected: string): Promise<void> {
  const first = await engine.slot(1);
  if (!first?.body) {
    throw new LogDamagedError(
      "Slot 1 of the log, which names the installation, is missing. Restore the store from a backup",
    );
  }
  const { installation } = openSlot({ ...first, body: first.body }, "");
  if (installation === expected) return;
  const given = installation ?? "(none)";
  throw new Error(
    `This store belongs to installation "${given}", not "${expected}". Give that installation id, or another store`,
  );
}
