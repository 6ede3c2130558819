import { later } from "../later.ts";
import type { EfsContext, LifeCycleState } from "./state.ts";

interface Changing {
  state: LifeCycleState;
  dueMs: number | null;
}

/** Ends a state such as `creating` after `delayMs`, unless the record has gone on to another state by then. */
export function endState({ world }: EfsContext, record: Changing, delayMs: number, finish: () => void): void {
  const { state } = record;
  record.dueMs = world.clock.nowMs() + delayMs;
  later(world, delayMs, () => {
    if (record.state !== state) return;
    record.dueMs = null;
    finish();
  });
}

/**
 * Takes up again, after a restart, what was going on. At least 1 ms is left even for what is
 * overdue, so that what was saved can be seen as it was.
 */
export function resumeState(context: EfsContext, record: Changing, finish: () => void): void {
  if (record.dueMs === null) return;
  endState(context, record, Math.max(1, record.dueMs - context.world.clock.nowMs()), finish);
}
