import type { ReconcileKey } from "../model/keys.ts";
import type { EventsOut, WorkQueue } from "../queue/queue.ts";
import { wakeEvent } from "../queue/wake-message.ts";
import type { Activity } from "../reconcilers/ports.ts";

interface PublisherOptions {
  queue: WorkQueue;
  eventsOut: EventsOut | null;
  logError(message: string, error: unknown): void;
}

type OutEvent = Parameters<EventsOut["publish"]>[0][number];

/**
 * Tells the world: wakes of changed specs (through EventBridge, where whoever wants can listen),
 * and what happened to bindings. Nothing of it is needed for correctness, so a failure is logged
 * and the pending keys see to the rest.
 */
export function createPublisher({ queue, eventsOut, logError }: PublisherOptions) {
  let waiting: OutEvent[] = [];
  let sending: Promise<void> = Promise.resolve();

  function enqueue(event: OutEvent): void {
    if (eventsOut === null) return;
    waiting.push(event);
    sending = sending.then(send);
  }

  async function send(): Promise<void> {
    if (eventsOut === null || waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    await eventsOut.publish(batch).catch((error: unknown) => logError("cannot publish events", error));
  }

  return {
    async wake(keys: ReconcileKey[]): Promise<void> {
      if (keys.length === 0) return;
      const straight = () => queue.send("fast", keys.map((key) => ({ key, cause: "spec" as const })));
      if (eventsOut === null) return straight();
      await eventsOut.publish([wakeEvent(keys, "spec")]).catch(async (error: unknown) => {
        logError("cannot publish a wake to EventBridge; sending it to the queue itself", error);
        await straight();
      });
    },
    report(activity: Activity): void {
      const event = eventOf(activity);
      if (event !== null) enqueue(event);
    },
    flush: () => sending,
  };
}

function eventOf(activity: Activity): OutEvent | null {
  const { key } = activity;
  switch (activity.type) {
    case "drift":
      return outEvent("Mooring Drift", key, { what: activity.what, actor: activity.actor, bindings: activity.bindings });
    case "converged":
      return outEvent("Mooring Converged", key, { tookMs: activity.tookMs, calls: activity.acted, bindings: activity.bindings });
    case "stalled":
      return outEvent("Mooring Stalled", key, { why: activity.why });
    default:
      return null;
  }
}

function outEvent(detailType: string, key: ReconcileKey, detail: Record<string, unknown>): OutEvent {
  return { detailType, resources: [], detail: { key, ...detail } };
}
