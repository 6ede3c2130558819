import type { Priority } from "../aws/fair-line.ts";
import type { Cause, NotedEvent } from "../model/audit.ts";
import { parseKey, type ReconcileKey } from "../model/keys.ts";
import type { Delivery, Lane, Wake, WorkQueue } from "../queue/queue.ts";
import type { KeyItem, Store } from "../store/store.ts";
import type { Scheduler } from "./scheduler.ts";
import { workloadIdOfKey } from "../model/workload.ts";

const RECEIVE_MAX = 10;
const LONG_POLL_MS = 20_000;
/** How long a broken receive (queue gone, no network) waits before it is tried again. */
const RECEIVE_RETRY_MS = 1_000;

/**
 * How many messages a replica holds at most for each key that it runs at once; whoever is full takes none, so that
 * other replicas do, and a replica that dies keeps few from them until their visibility ends.
 *
 * Sweeps can wait in the queue. Of changes and drift as many are taken as one change of everything makes: a queue gives
 * out its oldest, and only what is taken can be overtaken by what is more urgent.
 */
const HELD_PER_PLACE: Record<Lane, number> = { fast: 300, slow: 2 };

export interface IntakePorts {
  queue: WorkQueue;
  store: Store;
  scheduler: Scheduler;
  /** Keys that run at once on this replica. */
  concurrency: number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  isOwn(event: NotedEvent): boolean;
  requestSweep(): void;
  logError(message: string, error: unknown): void;
}

/**
 * Turns messages into requests for runs, until `signal` aborts.
 *
 * A message is deleted only when a run that began after it has ended (or its key was marked dirty
 * for whoever holds the lease), so a crash in between delivers it again.
 */
export async function takeIn(lane: Lane, ports: IntakePorts, signal: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const heldMax = HELD_PER_PLACE[lane] * ports.concurrency;
  let freed = Promise.withResolvers<void>();
  while (!signal.aborted) {
    try {
      while (underWay.size >= heldMax) {
        freed = Promise.withResolvers<void>();
        await freed.promise;
      }
      const max = Math.min(RECEIVE_MAX, heldMax - underWay.size);
      const deliveries = await ports.queue.receive(lane, max, LONG_POLL_MS, signal);
      for (const delivery of deliveries) {
        const handled = handle(delivery, ports, signal).finally(() => {
          underWay.delete(handled);
          freed.resolve();
        });
        underWay.add(handled);
      }
    } catch (error) {
      if (signal.aborted) break;
      ports.logError(`cannot receive from the ${lane} queue; trying again`, error);
      await ports.sleep(RECEIVE_RETRY_MS, signal);
    }
  }
  await Promise.all(underWay);
}

async function handle(delivery: Delivery, ports: IntakePorts, signal: AbortSignal): Promise<void> {
  try {
    if (delivery.wakeSweep) ports.requestSweep();
    const { noted } = delivery;
    const answered = await Promise.all(
      delivery.wakes
        .filter((wake) => isOurs(wake.key, ports.store))
        .map((wake) =>
          noted === null ? wakeKey(wake, delivery.lane, ports) : takeEvent(wake.key, noted, ports, signal),
        ),
    );
    // A replica that stops hands what it did not get to back at once, for the others.
    await (answered.every(Boolean) ? delivery.ack() : delivery.retry(0));
  } catch (error) {
    // Not acknowledged: the queue delivers it again.
    ports.logError("cannot handle a message; it will be delivered again", error);
  }
}

/** Most events of an account concern objects that nobody bound. */
function isOurs(key: ReconcileKey, store: Store): boolean {
  const parsed = parseKey(key);
  const view = store.records.view();
  if (parsed.kind === "filesystem") return view.fileSystemById(parsed) !== undefined;
  return view.bindingsOfWorkload(workloadIdOfKey(parsed)).length > 0;
}

const CAUSES: Record<Wake["cause"], Cause["kind"]> = {
  spec: "SpecChange",
  counterpart: "Counterpart",
  self: "Sweep",
  drift: "Drift",
  sweep: "Sweep",
};

async function wakeKey(wake: Wake, lane: Lane, { scheduler, store }: IntakePorts): Promise<boolean> {
  const cause = causeOf(wake, store);
  return scheduler.request({ key: wake.key, cause, priority: priorityOf(wake, lane), gather: wake.cause === "spec" });
}

/**
 * What a user's change or a repair wakes goes on as a user's: what was begun is finished first. A wait that a replica
 * handed over tells no longer whose it was.
 */
function priorityOf({ cause }: Wake, lane: Lane): Priority {
  if (lane === "slow" || cause === "sweep") return "sweep";
  return cause === "spec" || cause === "counterpart" ? "user" : "drift";
}

function causeOf(wake: Wake, store: Store): Cause {
  switch (CAUSES[wake.cause]) {
    case "SpecChange":
      return specChangeOf(wake.key, store);
    case "Counterpart":
      return { kind: "Counterpart", key: wake.key };
    case "Drift":
      return { kind: "Drift", actor: null, eventName: null };
    case "Sweep":
      return { kind: "Sweep" };
  }
}

/** The newest change of spec among the records of a key: whom the history names as the cause. */
function specChangeOf(key: ReconcileKey, store: Store): Cause {
  const view = store.records.view();
  const parsed = parseKey(key);
  const fileSystem = parsed.kind === "filesystem" ? view.fileSystemById(parsed) : undefined;
  const bindings =
    parsed.kind === "filesystem"
      ? view.bindingsOfFileSystem(fileSystem?.metadata.name ?? "")
      : view.bindingsOfWorkload(workloadIdOfKey(parsed));
  const records = fileSystem === undefined ? bindings : [...bindings, fileSystem];
  const newest = records.toSorted((a, b) => b.changedBy.atMs - a.changedBy.atMs)[0];
  if (newest === undefined) return { kind: "Sweep" };
  return { kind: "SpecChange", actor: newest.changedBy.actor, generation: newest.metadata.generation };
}

/** A key has room for 16 notes: our own calls, of which there may be many, leave half of it to those of others. */
const NOTED_OWN_MAX = 8;

async function takeEvent(
  key: ReconcileKey,
  event: NotedEvent,
  ports: IntakePorts,
  signal: AbortSignal,
): Promise<boolean> {
  const own = ports.isOwn(event) ? await ownCall(key, event, ports, signal) : "notOwn";
  if (own === "accountedFor") return true;
  // Also what our principal did without us: whoever finds a drift then can say so.
  if (own === "notOwn" || own === "unheardOf") await ports.store.keys.note(key, event);
  const cause: Cause = { kind: "Drift", actor: event.actor, eventName: event.name };
  return ports.scheduler.request({ key, cause, priority: "drift", gather: false });
}

/** The echo of a call that another replica's run has under way is looked at again so often, and so long after. */
const ECHO_LOOKS = 4;
const ECHO_WAIT_MS = 750;

/**
 * "accountedFor" if an event is only the echo of our own call, and a converged read has looked at the world since. The
 * late call of a paused holder has no such read after it, and must wake its key. "unheardOf" if the call is not among
 * the newest that this key made, and there is room to note it.
 */
async function ownCall(
  key: ReconcileKey,
  event: NotedEvent,
  ports: IntakePorts,
  signal: AbortSignal,
): Promise<"accountedFor" | "made" | "unheardOf"> {
  await ports.scheduler.idle(key);
  const item = await itemAtRest(key, event, ports, signal);
  const call = item?.ownCalls.find((own) => own.requestId === event.requestId);
  if (item === null || call === undefined) return (item?.noted.length ?? 0) < NOTED_OWN_MAX ? "unheardOf" : "made";
  return isSeen(item, event) ? "accountedFor" : "made";
}

/**
 * The key's item once no other replica's run has it, as far as that is soon: nearly always it was that run's call, and
 * it looks at the outcome itself. To mark its key dirty meanwhile would have it look once more for each call.
 */
async function itemAtRest(
  key: ReconcileKey,
  event: NotedEvent,
  { store, sleep }: IntakePorts,
  signal: AbortSignal,
): Promise<KeyItem | null> {
  for (let look = 1; ; look += 1) {
    const item = await store.keys.get(key);
    const isUnderWay = item !== null && item.owner !== null && !isSeen(item, event);
    if (!isUnderWay || look === ECHO_LOOKS || signal.aborted) return item;
    await sleep(ECHO_WAIT_MS, signal);
  }
}

/** Whether a converged read has looked at the world since the call that this event tells of. */
function isSeen({ ownCalls, convergedReadAtMs }: KeyItem, { requestId }: NotedEvent): boolean {
  const call = ownCalls.find((own) => own.requestId === requestId);
  return call !== undefined && convergedReadAtMs !== null && convergedReadAtMs >= call.outcomeAtMs;
}
