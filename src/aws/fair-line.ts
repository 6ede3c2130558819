/** "user": somebody changed a spec and waits; "drift": somebody else changed AWS; "sweep": background comparison. */
export type Priority = "user" | "drift" | "sweep";

/** Most urgent first. */
export const PRIORITIES: readonly Priority[] = ["user", "drift", "sweep"];

/** On whose behalf a request is made. */
export interface Turn {
  priority: Priority;
  /** The reconcile key whose run it is; whatever shares a key shares its turns. */
  key: string;
}

/**
 * Those who wait for one thing: user before drift before sweep; within a priority the keys take turns, one request each,
 * so that a key with a thousand requests delays its neighbours by one.
 */
export class FairLine<Waiter> {
  readonly #lines: Record<Priority, Map<string, Waiter[]>> = { user: new Map(), drift: new Map(), sweep: new Map() };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  join({ priority, key }: Turn, waiter: Waiter): void {
    const line = this.#lines[priority];
    const own = line.get(key);
    if (own === undefined) line.set(key, [waiter]);
    else own.push(waiter);
    this.#size += 1;
  }

  leave({ priority, key }: Turn, waiter: Waiter): void {
    const line = this.#lines[priority];
    const own = line.get(key) ?? [];
    const at = own.indexOf(waiter);
    if (at === -1) return;
    own.splice(at, 1);
    if (own.length === 0) line.delete(key);
    this.#size -= 1;
  }

  next(): Waiter | undefined {
    const line = PRIORITIES.map((priority) => this.#lines[priority]).find(({ size }) => size > 0);
    const first = line?.entries().next().value;
    if (line === undefined || first === undefined) return undefined;
    const [key, own] = first;
    const waiter = own.shift();
    // To the end of the line, if it wants more.
    line.delete(key);
    if (own.length > 0) line.set(key, own);
    this.#size -= 1;
    return waiter;
  }
}
