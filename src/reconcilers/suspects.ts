import type { NotedEvent } from "../model/audit.ts";
import type { Audit, KeyItem } from "../store/store.ts";

/**
 * Those of the calls that may have caused a drift. CloudTrail's times are whole seconds, and events come late: an update
 * that is known to leave the mount alone is not blamed because it came about then; if all of them do, nobody is.
 */
export function likelyCauses(events: readonly NotedEvent[]): NotedEvent[] {
  return events.filter(({ touchesMounts }) => touchesMounts !== false);
}

/**
 * A call with Mooring's own principal that is not among the newest of this key: somebody used Mooring's role by hand,
 * a call of its own whose answer was lost took effect late, or it is older than those that the key remembers.
 */
export function isUnaudited({ requestId }: NotedEvent, { ownCalls }: Pick<KeyItem, "ownCalls">): boolean {
  return requestId !== null && ownCalls.every((own) => own.requestId !== requestId);
}

/** How far back the history is read for a call of our own. */
const ENTRIES_MAX = 500;

/** True if the history has the call after all, or cannot tell since the drift concerns no binding. */
export async function isInHistory(
  { requestId }: NotedEvent,
  audit: Pick<Audit, "query">,
  [binding]: readonly string[],
): Promise<boolean> {
  if (binding === undefined) return true;
  const { records } = await audit.query({ binding, limit: ENTRIES_MAX });
  return records.some(({ entry }) => entry.type === "Outcome" && entry.requestId === requestId);
}

/** What the history says of such a call, behind its name and its object. */
export function unauditedText({ requestId }: NotedEvent): string {
  return `with Mooring's own role, by a request (${requestId}) that is not in Mooring's history: made by hand, or a late call of its own`;
}
