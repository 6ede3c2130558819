import type { NotedEvent } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";

/** "fast": changes of spec, drift and self-wakes; "slow": sweeps. The fast one overtakes. */
export type Lane = "fast" | "slow";

export type WakeCause = "spec" | "counterpart" | "self" | "drift" | "sweep";

export interface Wake {
  key: ReconcileKey;
  cause: WakeCause;
}

/** One received message, decoded. A message names keys; a CloudTrail event also says who did what. */
export interface Delivery {
  lane: Lane;
  wakes: Wake[];
  /** Set for a mutating call seen through EventBridge; must be stored before `ack`. */
  noted: NotedEvent | null;
  /** Account/region whose sweep must be woken: an event that could not be mapped to a key. */
  wakeSweep: boolean;
  /** ApproximateReceiveCount. */
  attempts: number;
  /** Deletes the message: call it after the release of the lease (or after marking it dirty). */
  ack(): Promise<void>;
  /** Makes it visible again after `delayMs`. */
  retry(delayMs: number): Promise<void>;
}

/** Work in and out, over SQS; EventBridge rules put AWS's events on the fast lane. */
export interface WorkQueue {
  /** At most 15 minutes of delay; longer waits belong in the key item's dueAt. Duplicates in one call are merged. */
  send(lane: Lane, wakes: Wake[], delayMs?: number): Promise<void>;
  /** Long-polls one lane; empty after `waitMs` (at most 20 s) or when `signal` aborts. */
  receive(lane: Lane, max: number, waitMs: number, signal: AbortSignal): Promise<Delivery[]>;
}

/** Publishes what changed (records, drift, repairs) to EventBridge for whoever listens. */
export interface EventsOut {
  publish(events: { detailType: string; resources: string[]; detail: Record<string, unknown> }[]): Promise<void>;
}
