import { createHash } from "node:crypto";
import type { SlotItem } from "./engine.ts";
import { LogDamagedError, NewerFormatError } from "./store.ts";
import type { Proposal } from "./store.ts";

/**
 * Which shapes of the log this version reads and writes. It is raised only for what an older version would misread:
 * another kind of change, another meaning of a field. A field more needs no other number, since what is not known is
 * kept. Slots without a number are of format 1.
 */
export const LOG_FORMAT = 1;

/** What a slot's body says. */
export interface SlotBody {
  /** Absent = 1. */
  format?: number;
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
  /** Default: this version's. */
  format?: number;
}): SlotItem {
  const { slot, prev, writeId, atMs } = fields;
  const owner = fields.installation === undefined ? "" : `"installation":${JSON.stringify(fields.installation)},`;
  const body = `{"format":${fields.format ?? LOG_FORMAT},"atMs":${atMs},${owner}"proposals":[${fields.proposals.join(",")}]}`;
  return { slot, writeId, prev, body, sum: sumOf({ slot, prev, writeId, body }) };
}

/**
 * Reads a slot that follows the one with checksum `prev`.
 *
 * @throws {LogDamagedError} if it is torn or follows another slot.
 * @throws {NewerFormatError} if a newer version wrote it in a shape that this one cannot read.
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
  const body = parsed(item);
  const { format = LOG_FORMAT } = body;
  if (format > LOG_FORMAT)
    throw new NewerFormatError(
      `Slot ${item.slot} of the log has format ${format}, and this Mooring reads formats up to ${LOG_FORMAT}: a newer version has written it. Replace this replica by the newer version`,
    );
  return body;
}

function parsed({ slot, body }: { slot: number; body: string }): SlotBody {
  try {
    return JSON.parse(body) as SlotBody;
  } catch (cause) {
    throw new LogDamagedError(`Slot ${slot} of the log is not JSON`, { cause });
  }
}

function sumOf(item: { slot: number; prev: string; writeId: string; body: string }): string {
  return createHash("sha256")
    .update(`${item.slot}\n${item.prev}\n${item.writeId}\n`)
    .update(item.body)
    .digest("hex")
    .slice(0, 32);
}
