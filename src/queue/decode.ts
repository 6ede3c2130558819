import { type Here, keysOfEvent } from "./event-to-keys.ts";
import type { MemoryEventIndex } from "./event-index.ts";
import type { Delivery } from "./queue.ts";
import { decodeWake, isWakeMessage } from "./wake-message.ts";

export type Decoded = Pick<Delivery, "wakes" | "noted" | "wakeSweep">;

/**
 * Reads the body of a message: one of Mooring's own, or an event that a rule put there.
 *
 * Learns from what it reads: ids that an event tells with their file system need not wait for the
 * next observation to be known.
 *
 * @throws {Error} if it is neither; the message says why.
 */
export function decodeMessage(body: string, index: MemoryEventIndex, here: Here): Decoded {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== "object" || parsed === null) throw new Error("the body is JSON, but not an object");
  if (isWakeMessage(parsed)) return { wakes: decodeWake(parsed), noted: null, wakeSweep: false };
  if (!("source" in parsed) || !("detail-type" in parsed)) {
    throw new Error('expected {"mooring":"wake",…} or an event with "source" and "detail-type"');
  }
  const { keys, cause, noted, unmapped } = keysOfEvent(parsed, index, here);
  learn(noted?.subject, index);
  return { wakes: keys.map((key) => ({ key, cause })), noted, wakeSweep: unmapped };
}

function learn(subject: Record<string, string> | undefined, index: MemoryEventIndex): void {
  const { fileSystemId, accessPointId, mountTargetId } = subject ?? {};
  if (fileSystemId === undefined) return;
  const id = fileSystemId.slice(fileSystemId.lastIndexOf("/") + 1);
  if (accessPointId !== undefined) index.accessPointSeen(id, accessPointId);
  if (mountTargetId !== undefined) index.mountTargetSeen(id, mountTargetId);
}
