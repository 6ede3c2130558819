import type { Clock } from "../model/clock.ts";
import type { Engine, SlotItem } from "./engine.ts";
import { LogDamagedError } from "./store.ts";

/** A slot may still be on its way to us while a later one is seen: so often the tail is read again. */
const HOLE_READS_MAX = 3;

/** Waits between the attempts to get an answer to a put, ms. */
const PUT_RETRIES_MS = [20, 100, 500];

/** Slots after `head`, in order and without holes, as one page. */
export interface TailPage {
  items: SlotItem[];
  more: boolean;
}

/**
 * Reads one page of the log's tail.
 *
 * A page is not a snapshot: it may show n+2 and, read a moment earlier, miss n+1. Since n+2 is only written
 * by who has seen n+1, reading again must show both; if it does not, n+1 is lost.
 *
 * @throws {LogDamagedError} on a hole.
 */
export async function readTailPage(engine: Engine, head: number): Promise<TailPage> {
  for (let read = 1; ; read++) {
    const page = await engine.slotsAfter(head);
    const gap = page.items.findIndex((item, index) => item.slot !== head + 1 + index);
    if (gap === -1) return page;
    if (read === HOLE_READS_MAX) {
      throw new LogDamagedError(
        `Slot ${head + 1 + gap} of the log is missing although slot ${page.items[gap]!.slot} exists. Restore the store from a backup`,
      );
    }
  }
}

/**
 * Writes a slot, asking again until there is an answer. A put that is repeated after a lost reply
 * meets itself, which its writeId shows.
 *
 * @returns true if the slot is ours, or what somebody else wrote there.
 * @throws what the engine threw, if no answer was to be had: the slot may or may not be ours then.
 */
export async function putSlotSurely(engine: Engine, clock: Clock, item: SlotItem): Promise<true | SlotItem> {
  for (let attempt = 0; ; attempt++) {
    try {
      const there = await engine.putSlot(item);
      return there === true || there.writeId === item.writeId || there;
    } catch (error) {
      const waitMs = PUT_RETRIES_MS[attempt];
      if (waitMs === undefined) throw error;
      await clock.sleep(waitMs);
    }
  }
}
