import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { EventsOut, WorkQueue } from "../queue/queue.ts";
import { wakeEvent } from "../queue/wake-message.ts";
import type { Activity } from "../reconcilers/ports.ts";

interface PublisherOptions {
  clock: Clock;
  queue: WorkQueue;
  eventsOut: EventsOut | null;
  logError(message: string, error: unknown): void;
}

/** Changes of spec are gathered for half a second anyway; a burst of them is told in few requests. */
const LINGER_MS = 20;

type OutEvent = Parameters<EventsOut["publish"]>[0][number];

/**
 * Tells the world: wakes of changed specs (through EventBridge, where whoever wants can listen),
 * and what happened to bindings. Nothing of it is needed for correctness, so a failure is logged
 * and the pending keys see to the rest.
 */
export function createPublisher({ clock, queue, eventsOut, logError }: PublisherOptions) {
  let waiting: OutEvent[] = [];
  let keys = new Set<ReconcileKey>();
  let next: Promise<void> | null = null;
  let sending: Promise<void> = Promise.resolve();

  /** What comes within a moment, or while a request is under way, goes out together. */
  function sendSoon(): Promise<void> {
    next ??= Promise.all([sending.catch(() => {}), clock.sleep(LINGER_MS)]).then(() => {
      next = null;
      sending = send();
      return sending;
    });
    return next;
  }

  async function send(): Promise<void> {
    const woken = [...keys];
    const events = woken.length === 0 ? waiting : [wakeEvent(woken, "spec"), ...waiting];
    waiting = [];
    keys = new Set();
    if (events.length === 0) return;
    try {
      if (eventsOut !== null) return await eventsOut.publish(events);
    } catch (error) {
      logError("cannot publish to EventBridge; wakes go to the queue themselves", error);
    }
    if (woken.length > 0)
      await queue.send(
        "fast",
        woken.map((key) => ({ key, cause: "spec" as const })),
      );
  }

  return {
    /** @throws if neither the bus nor the queue took the wakes; the pending keys then see to them. */
    async wake(woken: ReconcileKey[]): Promise<void> {
      for (const key of woken) keys.add(key);
      await sendSoon();
    },
    report(activity: Activity): void {
      const event = eventsOut === null ? null : eventOf(activity);
      if (event === null) return;
      waiting.push(event);
      void flush();
    },
    flush,
  };

  async function flush(): Promise<void> {
    await sendSoon().catch((error: unknown) => logError("cannot send wakes; pending keys are found later", error));
  }
}

function eventOf(activity: Activity): OutEvent | null {
  const { key } = activity;
  switch (activity.type) {
    case "drift":
      return outEvent("Mooring Drift", key, {
        what: activity.what,
        actor: activity.actor,
        bindings: activity.bindings,
      });
    case "contended":
      return outEvent("Mooring Contended", key, {
        actor: activity.actor,
        what: activity.what,
        undoings: activity.undoings,
        heldUntil: new Date(activity.heldUntilMs).toISOString(),
        bindings: activity.bindings,
      });
    case "converged":
      return outEvent("Mooring Converged", key, {
        tookMs: activity.tookMs,
        calls: activity.acted,
        bindings: activity.bindings,
      });
    case "stalled":
      return outEvent("Mooring Stalled", key, { why: activity.why });
    default:
      return null;
  }
}

function outEvent(detailType: string, key: ReconcileKey, detail: Record<string, unknown>): OutEvent {
  return { detailType, resources: [], detail: { key, ...detail } };
}
