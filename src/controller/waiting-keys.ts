import { PRIORITIES, type Priority } from "../aws/fair-line.ts";
import type { ReconcileKey } from "../model/keys.ts";

/** The keys of one priority, in the order of their arrival. */
interface Line {
  keys: ReconcileKey[];
  newestIsNext: boolean;
}

/**
 * Keys that are due and wait for a free place: user before drift before sweep.
 *
 * Of one priority it is in turn the one that waits longest and the one that came last. So a single change that comes
 * while thousands of others wait is served at once, and the oldest still waits at most twice as long as in a queue.
 */
export class WaitingKeys {
  readonly #lines: Record<Priority, Line> = { user: emptyLine(), drift: emptyLine(), sweep: emptyLine() };
  readonly #priorities = new Map<ReconcileKey, Priority>();

  /** A key that waits already keeps its place, unless it becomes more urgent. */
  add(key: ReconcileKey, priority: Priority): void {
    const before = this.#priorities.get(key);
    if (before !== undefined) {
      if (moreUrgent(before, priority) === before) return;
      const { keys } = this.#lines[before];
      keys.splice(keys.indexOf(key), 1);
    }
    this.#priorities.set(key, priority);
    this.#lines[priority].keys.push(key);
  }

  take(): ReconcileKey | undefined {
    const line = PRIORITIES.map((priority) => this.#lines[priority]).find(({ keys }) => keys.length > 0);
    if (line === undefined) return undefined;
    const key = line.newestIsNext ? line.keys.pop()! : line.keys.shift()!;
    line.newestIsNext = !line.newestIsNext;
    this.#priorities.delete(key);
    return key;
  }
}

/** The more urgent of two priorities. */
export function moreUrgent(a: Priority, b: Priority): Priority {
  return PRIORITIES.indexOf(a) <= PRIORITIES.indexOf(b) ? a : b;
}

function emptyLine(): Line {
  return { keys: [], newestIsNext: false };
}
