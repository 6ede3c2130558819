import { createHash } from "node:crypto";
import type { SlotItem } from "./engine.ts";
import { LogDamagedError } from "./store.ts";
import type { Proposal } from "./store.ts";

/** What a slot's body says. */
export interface SlotBody {
  /** Clock of the writer, ms since the epoch. */
  atMs: number;
  /** Slot 1 only: whose log this is. */
  installation?: string;
  proposals: Proposal[];
}

/** Builds slot n+1. `proposals` are JSON texts, so that nothing is serialised twice. */
export function makeSlot(fields: {
  slot: number;
  prev: string;
  writeId: string;
  atMs: number;
  proposals: string[];
  installation?: string;
}): SlotItem {
  const { slot, prev, writeId, atMs } = fields;
  const owner = fields.installation === undefined ? "" : `"installation":${JSON.stringify(fields.installation)},`;
  const body = `{"atMs":${atMs},${owner}"proposals":[${fields.proposals.join(",")}]}`;
  return { slot, writeId, prev, body, sum: sumOf({ slot, prev, writeId, body }) };
}

/**
 * Reads a slot that follows the one with checksum `prev`.
 *
 * @throws {LogDamagedError} if it is torn or follows another slot.
 */
export function openSlot(item: SlotItem & { body: string }, prev: string): SlotBody {
  if (item.sum !== sumOf(item))
    throw new LogDamagedError(
      `Slot ${item.slot} of the log is torn: its checksum does not match its body. Restore the store from a backup`,
    );
  if (item.prev !== prev)
    throw new LogDamagedError(
      `Slot ${item.slot} of the log does not follow slot ${item.slot - 1}: the log was changed or restored beneath a running service`,
    );
  try {
    return JSON.parse(item.body) as SlotBody;
  } catch (cause) {
    throw new LogDamagedError(`Slot ${item.slot} of the log is not JSON`, { cause });
  }
}

function sumOf(item: { slot: number; prev: string; writeId: string; body: string }): string {
  return createHash("sha256")
    .update(`${item.slot}\n${item.prev}\n${item.writeId}\n`)
    .update(item.body)
    .digest("hex")
    .slice(0, 32);
}
