import type { Cause } from "../model/audit.ts";
import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { Settings } from "../model/settings.ts";
import type { Priority } from "../aws/fair-line.ts";
import type { KeyOutcome } from "./key-runner.ts";
import { moreUrgent, WaitingKeys } from "./waiting-keys.ts";

/** Changes of spec are gathered; everything else runs at once. */
export interface Request {
  key: ReconcileKey;
  cause: Cause;
  priority: Priority;
  gather: boolean;
}

/** Makes one run of a key. */
export type RunKey = (key: ReconcileKey, cause: Cause, priority: Priority) => Promise<KeyOutcome>;

interface Slot {
  /** The run under way. */
  running: Promise<void> | null;
  /** The run that comes next; resolved when it has ended. */
  next: { request: Request; firstAtMs: number; notBeforeMs: number; done: PromiseWithResolvers<boolean> } | null;
  timer: AbortController | null;
}

/**
 * Decides which key runs when on this replica: one run per key at a time, `concurrency` keys at
 * once, changes of users before drift before sweeps, requests for the same key merged.
 */
export class Scheduler {
  readonly #run: RunKey;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #slots = new Map<ReconcileKey, Slot>();
  readonly #ready = new WaitingKeys();
  #active = 0;
  #stopped = false;

  constructor(run: RunKey, clock: Clock, settings: Settings) {
    this.#run = run;
    this.#clock = clock;
    this.#settings = settings;
  }

  /**
   * Resolves when a run of the key that began after this call has ended.
   *
   * @returns false if the scheduler was stopped before that: whoever asked must not take it for done.
   */
  request(request: Request): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false);
    const slot = this.#slotOf(request.key);
    const nowMs = this.#clock.nowMs();
    const quietMs = request.gather ? this.#settings.gatherQuietMs : 0;
    if (slot.next === null) {
      slot.next = { request, firstAtMs: nowMs, notBeforeMs: nowMs + quietMs, done: Promise.withResolvers<boolean>() };
    } else {
      slot.next.request = merged(slot.next.request, request);
      const latestMs = slot.next.firstAtMs + this.#settings.gatherMaxMs;
      slot.next.notBeforeMs = slot.next.request.gather ? Math.min(nowMs + quietMs, latestMs) : nowMs;
    }
    const { promise } = slot.next.done;
    this.#arm(request.key, slot);
    return promise;
  }

  /** Resolves when no run of the key is under way. */
  async idle(key: ReconcileKey): Promise<void> {
    await this.#slots.get(key)?.running;
  }

  get active(): number {
    return this.#active;
  }

  /**
   * Ends what is under way, and begins nothing more.
   *
   * @returns runs that this replica had set itself and does not live to make, with the rest of their wait.
   */
  async stop(): Promise<{ key: ReconcileKey; afterMs: number }[]> {
    this.#stopped = true;
    for (const slot of this.#slots.values()) {
      slot.timer?.abort();
      slot.next?.done.resolve(false);
    }
    await Promise.all([...this.#slots.values()].map((slot) => slot.running ?? Promise.resolve()));
    const nowMs = this.#clock.nowMs();
    return [...this.#slots].flatMap(([key, { next }]) =>
      next === null ? [] : [{ key, afterMs: Math.max(0, next.notBeforeMs - nowMs) }],
    );
  }

  #slotOf(key: ReconcileKey): Slot {
    let slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, (slot = { running: null, next: null, timer: null }));
    return slot;
  }

  /** Queues the key once it is due; while it runs or waits, only its `next` is amended. */
  #arm(key: ReconcileKey, slot: Slot): void {
    if (this.#stopped || slot.running !== null || slot.next === null) return;
    slot.timer?.abort();
    slot.timer = null;
    const waitMs = slot.next.notBeforeMs - this.#clock.nowMs();
    if (waitMs > 0) {
      const timer = new AbortController();
      slot.timer = timer;
      void this.#clock.sleep(waitMs, timer.signal).then(() => {
        if (!timer.signal.aborted) this.#arm(key, slot);
      });
      return;
    }
    this.#ready.add(key, slot.next.request.priority);
    this.#pump();
  }

  #pump(): void {
    while (!this.#stopped && this.#active < this.#settings.concurrency) {
      const key = this.#ready.take();
      if (key === undefined) return;
      const slot = this.#slotOf(key);
      if (slot.next !== null && slot.running === null) this.#start(key, slot);
    }
  }

  #start(key: ReconcileKey, slot: Slot): void {
    const { request, done } = slot.next!;
    slot.next = null;
    this.#active += 1;
    slot.running = this.#run(key, request.cause, request.priority).then((outcome) => {
      this.#active -= 1;
      slot.running = null;
      done.resolve(true);
      if (outcome.againInMs !== null) this.#later(key, request.priority, outcome.againInMs);
      if (slot.next !== null) this.#arm(key, slot);
      else if (slot.timer === null) this.#slots.delete(key);
      this.#pump();
    });
  }

  /** A wait that this replica remembers; the key item's dueAt is for the case that it does not live that long. */
  #later(key: ReconcileKey, priority: Priority, afterMs: number): void {
    const slot = this.#slotOf(key);
    if (slot.next !== null) return;
    const nowMs = this.#clock.nowMs();
    const request: Request = { key, cause: { kind: "Sweep" }, priority, gather: false };
    slot.next = { request, firstAtMs: nowMs, notBeforeMs: nowMs + afterMs, done: Promise.withResolvers<boolean>() };
    this.#arm(key, slot);
  }
}

const RANK: Record<Cause["kind"], number> = { SpecChange: 3, Drift: 2, Counterpart: 1, Sweep: 0 };

/** The more urgent priority, the more telling cause, and no gathering if one of the two must not wait. */
function merged(a: Request, b: Request): Request {
  return {
    key: a.key,
    cause: RANK[b.cause.kind] >= RANK[a.cause.kind] ? b.cause : a.cause,
    priority: moreUrgent(a.priority, b.priority),
    gather: a.gather && b.gather,
  };
}
