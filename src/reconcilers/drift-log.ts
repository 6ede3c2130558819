import type { Cause, NotedEvent } from "../model/audit.ts";
import type { Condition } from "../model/conditions.ts";
import { isTargetCall } from "../model/task-targets.ts";
import type { Plan } from "../plan/plan.ts";
import type { Hold } from "./contention.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { Run } from "./reconciler.ts";
import { isInHistory, isUnaudited, likelyCauses, unauditedText } from "./suspects.ts";

/**
 * How long after an event a look that finds nothing is believed, ms. AWS's reads lag behind its writes by seconds: a
 * look that is as fast as the event may still show the world before it.
 */
export const SECOND_LOOK_MS = 5_000;

/** What the history still owes an answer to, kept across runs. */
export interface DriftMemory {
  /** Drift that was seen and not yet repaired. */
  open: { firstSeenMs: number; bindings: string[] } | null;
  /** The last repaired drift: events that arrive late may still name who caused it, alone or among others. */
  repaired: { atMs: number } | null;
  /** Whom the last drift was told of: a repair may take several runs, and go on with a counterpart's. */
  last?: { actor: string; eventName: string } | null;
  /** Ids of events that one look found harmless, and that a second look is due for. */
  looked?: string[];
}

export interface Concerns {
  fileSystem: string | null;
  bindings: string[];
}

/**
 * Tells the history about drift: that it was seen, who did it, and that it is repaired.
 *
 * Who did it comes from CloudTrail's events, which were stored on the key when they were received;
 * one that comes after the repair (found by a sweep) is written as Attributed.
 */
export class DriftLog {
  readonly #ports: ReconcilerPorts;
  readonly #run: Run;
  readonly #memory: DriftMemory;
  readonly #foreign: NotedEvent[];
  /** With our own principal, though not by us as far as the history knows. */
  readonly #unaudited: NotedEvent[];
  readonly #told = new Set<string>();
  #isConverged = false;

  constructor(ports: ReconcilerPorts, run: Run, remembered: DriftMemory) {
    this.#ports = ports;
    this.#run = run;
    this.#memory = { ...remembered };
    const concerned = run.item.noted.filter((event) => !isTargetCall(event));
    this.#foreign = concerned.filter((event) => !ports.isOwn(event));
    this.#unaudited = concerned.filter((event) => ports.isOwn(event) && isUnaudited(event, run.item));
  }

  async #tell(event: NotedEvent | null, what: string, concerns: Concerns): Promise<void> {
    await this.#ports.store.keys.append(this.#run.lease, {
      type: "Drift",
      what,
      actor: event?.actor ?? null,
      event: briefly(event),
      ...concerns,
    });
    this.#ports.report({
      type: "drift",
      key: this.#run.key,
      what,
      actor: event?.actor ?? null,
      bindings: concerns.bindings,
    });
  }

  /** Whose events may explain what is seen now: those that nothing was found for before only if there are no others. */
  #suspects(): NotedEvent[] {
    const untold = this.#foreign.filter((event) => !this.#told.has(event.id));
    const fresh = untold.filter((event) => !(this.#memory.looked ?? []).includes(event.id));
    return fresh.length > 0 ? fresh : untold;
  }

  /** Events that a converged read is too young to account for. */
  #tooRecent(observedAtMs: number): NotedEvent[] {
    if (this.#told.size > 0) return [];
    const { isOwn } = this.#ports;
    return this.#run.item.noted.filter(
      (event) =>
        event.receivedAtMs + SECOND_LOOK_MS > observedAtMs && !(isOwn(event) && !this.#unaudited.includes(event)),
    );
  }

  /** Something that was in order no longer is, though no call of ours can mend it: whoever did something is named. */
  async worsened(concerns: Concerns): Promise<void> {
    for (const event of this.#suspects()) {
      this.#told.add(event.id);
      await this.#tell(event, `${event.name} ${subjectOf(event)}`.trim(), concerns);
    }
  }

  async seen(plan: Plan<unknown>, concerns: Concerns): Promise<void> {
    const news = likelyCauses(this.#suspects());
    for (const event of news) {
      this.#told.add(event.id);
      await this.#tell(event, `${event.name} ${subjectOf(event)}`.trim(), concerns);
      this.#memory.last = { actor: event.actor, eventName: event.name };
    }
    if (news.length === 0 && this.#memory.open === null) await this.#tellWithoutSuspect(plan, concerns);
    const firstSeenMs =
      this.#memory.open?.firstSeenMs ?? Math.min(this.#ports.clock.nowMs(), ...news.map((e) => e.receivedAtMs));
    const bindings = [...new Set([...(this.#memory.open?.bindings ?? []), ...concerns.bindings])].toSorted();
    this.#memory.open = { firstSeenMs, bindings };
  }

  async #tellWithoutSuspect(plan: Plan<unknown>, concerns: Concerns): Promise<void> {
    const [byHand] = likelyCauses(this.#unaudited);
    if (byHand === undefined || (await isInHistory(byHand, this.#ports.store.audit, concerns.bindings))) {
      this.#memory.last = null;
      return this.#tell(null, plan.actions.map((a) => a.why).join("; ") || "drift", concerns);
    }
    this.#told.add(byHand.id);
    this.#memory.last = { actor: byHand.actor, eventName: byHand.name };
    await this.#tell(byHand, `${byHand.name} ${subjectOf(byHand)} ${unauditedText(byHand)}`, concerns);
  }

  /**
   * Call after a read that showed nothing left to do.
   *
   * @param stands true of an event whose work is in force and is left so: that caused no drift.
   * @param observedAtMs when that read began.
   */
  async converged(
    acted: number,
    concerns: Concerns,
    stands: (event: NotedEvent) => boolean,
    observedAtMs: number,
  ): Promise<void> {
    this.#isConverged = true;
    const nowMs = this.#ports.clock.nowMs();
    const unblamed = this.#foreign.filter((event) => !stands(event));
    if (this.#memory.open === null)
      await attributeLate(this.#ports, this.#run, this.#memory, unblamed, concerns, this.#told);
    else await this.#attributeMeanwhile(unblamed, concerns, observedAtMs);
    if (acted > 0 || this.#memory.open !== null) {
      const since = this.#memory.open?.firstSeenMs ?? null;
      const tookMs = since === null ? null : nowMs - since;
      const bindings = this.#memory.open?.bindings ?? concerns.bindings;
      await this.#ports.store.keys.append(this.#run.lease, { type: "Converged", tookMs, ...concerns, bindings });
      this.#ports.report({ type: "converged", key: this.#run.key, acted, tookMs, bindings });
    }
    if (this.#memory.open !== null) this.#memory.repaired = { atMs: nowMs };
    this.#memory.open = null;
  }

  /**
   * Names whose events came while the repair was under way, as a rollout is for minutes, if a look is not due again for
   * them. Not told in the sense of a drift that is seen: whatever else is noted stays noted.
   */
  async #attributeMeanwhile(foreign: NotedEvent[], { fileSystem }: Concerns, observedAtMs: number): Promise<void> {
    const { bindings } = this.#memory.open!;
    const recent = new Set(this.#tooRecent(observedAtMs));
    const news = foreign.filter((event) => !this.#told.has(event.id) && !recent.has(event));
    const repaired = { ...this.#memory, repaired: { atMs: observedAtMs } };
    await attributeLate(this.#ports, this.#run, repaired, news, { fileSystem, bindings }, new Set());
  }

  /** In how many ms a look is due again, since this one may have been too early; null = it was not. */
  lookAgainInMs(observedAtMs: number): number | null {
    const waiting = this.#isConverged ? this.#tooRecent(observedAtMs) : [];
    this.#memory.looked = waiting.map(({ id }) => id);
    if (waiting.length === 0) return null;
    return Math.max(1, Math.min(...waiting.map((e) => e.receivedAtMs)) + SECOND_LOOK_MS - this.#ports.clock.nowMs());
  }

  cause(): Cause {
    return driftCause(this.#memory);
  }

  memory(): DriftMemory {
    return this.#memory;
  }

  /**
   * Ids of the events that need not be kept: one is kept until its drift was told, or a late enough read shows that there
   * is none (any more). By id, since times of several replicas' clocks say nothing of what a run has seen.
   */
  accountedFor(observedAtMs: number): string[] {
    if (!this.#isConverged && this.#told.size === 0) return [];
    const waiting = new Set(this.#tooRecent(observedAtMs));
    return this.#run.item.noted.filter((event) => !waiting.has(event)).map(({ id }) => id);
  }
}

export function driftCause({ last }: DriftMemory): Cause {
  return { kind: "Drift", actor: last?.actor ?? null, eventName: last?.eventName ?? null };
}

/** Names who caused a drift that was repaired before their events came. */
async function attributeLate(
  { store }: ReconcilerPorts,
  { lease }: Run,
  { repaired }: DriftMemory,
  foreign: NotedEvent[],
  concerns: Concerns,
  told: Set<string>,
): Promise<void> {
  if (repaired === null) return;
  for (const event of foreign) {
    // Its time is a whole second: what leaves the mount alone may as well have come after the repair.
    if (event.atMs > repaired.atMs || event.touchesMounts === false) continue;
    told.add(event.id);
    await store.keys.append(lease, { type: "Attributed", actor: event.actor, event: briefly(event)!, ...concerns });
  }
}

/** Tells of a correction that waits because the same actor keeps undoing it. */
export async function tellHold(ports: ReconcilerPorts, run: Run, hold: Hold, concerns: Concerns): Promise<void> {
  const { actor, what, undoings, heldUntilMs, binding } = hold;
  const bindings = binding === null ? concerns.bindings : [binding];
  const { fileSystem } = concerns;
  await ports.store.keys.append(run.lease, {
    type: "Contended",
    actor,
    what,
    undoings,
    heldUntilMs,
    fileSystem,
    bindings,
  });
  ports.report({ type: "contended", key: run.key, actor, what, undoings, heldUntilMs, bindings });
}

/** Uids of the facets that say Drifted. */
export function driftedOf(drafts: ReadonlyMap<string, { conditions: Condition[] }>): string[] {
  const isDrifted = ({ type, status }: Condition) => type === "Drifted" && status === "True";
  return [...drafts].filter(([, { conditions }]) => conditions.some(isDrifted)).map(([uid]) => uid);
}

function briefly(event: NotedEvent | null) {
  if (event === null) return null;
  const { id, name, atMs, sourceIp, userAgent } = event;
  return { id, name, atMs, sourceIp, userAgent };
}

/** Ids only: a policy text would drown the line. */
function subjectOf(event: NotedEvent): string {
  const { policy: _policy, ...ids } = event.subject;
  return Object.values(ids).join(" ");
}
