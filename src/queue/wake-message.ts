import type { ReconcileKey } from "../model/keys.ts";
import { parseKey } from "../model/keys.ts";
import type { Wake, WakeCause } from "./queue.ts";

/** `source` of everything that Mooring publishes on the bus. */
export const WAKE_SOURCE = "mooring";
/** `detail-type` of the wakes that a rule puts on the fast queue. */
export const WAKE_DETAIL_TYPE = "Mooring Wake";

/** From the weightiest down: of two wakes of one key, the weightier cause is kept. */
const CAUSES: readonly WakeCause[] = ["spec", "drift", "counterpart", "self", "sweep"];

export function isWakeCause(value: unknown): value is WakeCause {
  return CAUSES.includes(value as WakeCause);
}

/** The event that wakes `keys` through the bus, for {@link EventsOut.publish}. */
export function wakeEvent(keys: readonly ReconcileKey[], cause: WakeCause) {
  return { detailType: WAKE_DETAIL_TYPE, resources: [], detail: { keys: [...keys], cause } };
}

/** The body of an internal message. One key a message, so that a slow key keeps no other waiting. */
export function encodeWake({ key, cause }: Wake): string {
  return JSON.stringify({ mooring: "wake", keys: [key], cause });
}

export function isWakeMessage(body: unknown): boolean {
  return (body as { mooring?: unknown } | null)?.mooring === "wake";
}

/** @throws {Error} if the message is not what {@link encodeWake} writes. */
export function decodeWake(body: unknown): Wake[] {
  const { keys, cause } = body as { keys?: unknown; cause?: unknown };
  if (!Array.isArray(keys) || keys.length === 0) throw new Error("a wake message must name keys");
  if (!isWakeCause(cause))
    throw new Error(`the cause of a wake is "${String(cause)}", allowed are ${CAUSES.join(", ")}`);
  for (const key of keys) parseKey(String(key));
  return keys.map((key: ReconcileKey) => ({ key, cause }));
}

/** One wake a key. */
export function mergeWakes(wakes: readonly Wake[]): Wake[] {
  const merged = new Map<ReconcileKey, WakeCause>();
  for (const { key, cause } of wakes) {
    const earlier = merged.get(key);
    if (earlier === undefined || CAUSES.indexOf(cause) < CAUSES.indexOf(earlier)) merged.set(key, cause);
  }
  return [...merged].map(([key, cause]) => ({ key, cause }));
}
