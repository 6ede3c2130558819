import type { Cause, NotedEvent } from "../model/audit.ts";
import type { Condition } from "../model/conditions.ts";
import type { Plan } from "../plan/plan.ts";
import type { Hold } from "./contention.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { Run } from "./reconciler.ts";

/**
 * How long after an event a look that finds nothing is believed, ms. AWS's reads lag behind its writes by seconds: a
 * look that is as fast as the event may still show the world before it.
 */
const SECOND_LOOK_MS = 5_000;

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
export function createDriftLog(ports: ReconcilerPorts, run: Run, remembered: DriftMemory) {
  const memory: DriftMemory = { ...remembered };
  const foreign = run.item.noted.filter((event) => !ports.isOwn(event));
  const told = new Set<string>();
  let isConverged = false;
  const { clock, store } = ports;

  async function tell(event: NotedEvent | null, what: string, concerns: Concerns): Promise<void> {
    await store.keys.append(run.lease, {
      type: "Drift",
      what,
      actor: event?.actor ?? null,
      event: briefly(event),
      ...concerns,
    });
    ports.report({ type: "drift", key: run.key, what, actor: event?.actor ?? null, bindings: concerns.bindings });
  }

  /** Whose events may explain what is seen now: those that nothing was found for before only if there are no others. */
  function suspects(): NotedEvent[] {
    const untold = foreign.filter((event) => !told.has(event.id));
    const fresh = untold.filter((event) => !(memory.looked ?? []).includes(event.id));
    return fresh.length > 0 ? fresh : untold;
  }

  /** Events that a converged read is too young to account for. */
  function tooRecent(observedAtMs: number): NotedEvent[] {
    if (told.size > 0) return [];
    return run.item.noted.filter((event) => event.receivedAtMs + SECOND_LOOK_MS > observedAtMs);
  }

  return {
    /** Something that was in order no longer is, though no call of ours can mend it: whoever did something is named. */
    async worsened(concerns: Concerns): Promise<void> {
      for (const event of suspects()) {
        told.add(event.id);
        await tell(event, `${event.name} ${subjectOf(event)}`.trim(), concerns);
      }
    },

    async seen(plan: Plan<unknown>, concerns: Concerns): Promise<void> {
      const news = suspects();
      for (const event of news) {
        told.add(event.id);
        await tell(event, `${event.name} ${subjectOf(event)}`.trim(), concerns);
        memory.last = { actor: event.actor, eventName: event.name };
      }
      if (news.length === 0 && memory.open === null) {
        await tell(null, plan.actions.map((a) => a.why).join("; ") || "drift", concerns);
        memory.last = null;
      }
      const firstSeenMs = memory.open?.firstSeenMs ?? Math.min(clock.nowMs(), ...news.map((e) => e.receivedAtMs));
      const bindings = [...new Set([...(memory.open?.bindings ?? []), ...concerns.bindings])].toSorted();
      memory.open = { firstSeenMs, bindings };
    },

    /**
     * Call after a read that showed nothing left to do.
     *
     * @param stands true of an event whose work is in force and is left so: that caused no drift.
     */
    async converged(acted: number, concerns: Concerns, stands: (event: NotedEvent) => boolean): Promise<void> {
      isConverged = true;
      const nowMs = clock.nowMs();
      const unblamed = foreign.filter((event) => !stands(event));
      if (memory.open === null) await attributeLate(ports, run, memory, unblamed, concerns, told);
      if (acted > 0 || memory.open !== null) {
        const since = memory.open?.firstSeenMs ?? null;
        const tookMs = since === null ? null : nowMs - since;
        const bindings = memory.open?.bindings ?? concerns.bindings;
        await store.keys.append(run.lease, { type: "Converged", tookMs, ...concerns, bindings });
        ports.report({ type: "converged", key: run.key, acted, tookMs, bindings });
      }
      if (memory.open !== null) memory.repaired = { atMs: nowMs };
      memory.open = null;
    },

    /** In how many ms a look is due again, since this one may have been too early; null = it was not. */
    lookAgainInMs(observedAtMs: number): number | null {
      const waiting = isConverged ? tooRecent(observedAtMs) : [];
      memory.looked = waiting.map(({ id }) => id);
      if (waiting.length === 0) return null;
      return Math.max(1, Math.min(...waiting.map((e) => e.receivedAtMs)) + SECOND_LOOK_MS - clock.nowMs());
    },

    cause: (): Cause => driftCause(memory),
    memory: () => memory,
    /** An event is kept until its drift was told, or a late enough read shows that there is none (any more). */
    accountedForUpToMs(observedAtMs: number): number | null {
      if (!isConverged && told.size === 0) return null;
      const waiting = new Set(tooRecent(observedAtMs));
      const accounted = run.item.noted.filter((event) => !waiting.has(event));
      return accounted.length === 0 ? null : Math.max(...accounted.map((e) => e.receivedAtMs));
    },
  };
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
    if (event.atMs > repaired.atMs) continue;
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
