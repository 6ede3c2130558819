import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../model/clock.ts";
import { AwsError } from "../model/errors.ts";
import { boundedCall } from "./bounded-call.ts";
import type { EventsOut } from "./queue.ts";
import { WAKE_SOURCE } from "./wake-message.ts";

/** PutEvents takes at most 10 entries a call. */
const ENTRIES_MAX = 10;
/** For all entries of a call together. AWS takes 1 MB now; 256 KB was the limit before and is enough. */
const BYTES_MAX = 256 * 1_024;
const CALL_DEADLINE_MS = 8_000;
const ATTEMPTS_MAX = 3;
const RETRY_BASE_MS = 200;

export interface EventsOutOptions {
  client: Pick<EventBridgeClient, "send">;
  clock: Clock;
  /** Default: the account's default bus. */
  eventBusName?: string;
}

/** Publishes to EventBridge with source "mooring". */
export function createEventsOut(options: EventsOutOptions): EventsOut {
  return {
    async publish(events) {
      const entries = events.map((event) => ({
        Source: WAKE_SOURCE,
        DetailType: event.detailType,
        Resources: event.resources,
        Detail: JSON.stringify(event.detail),
        ...(options.eventBusName === undefined ? {} : { EventBusName: options.eventBusName }),
      }));
      for (const batch of batchesOf(entries)) await putBatch(batch, options);
    },
  };
}

/** A call answers 200 although entries failed: those, and only those, are sent again. */
async function putBatch(batch: PutEventsRequestEntry[], { client, clock }: EventsOutOptions): Promise<void> {
  let remaining = batch;
  for (let attempt = 1; ; attempt++) {
    const command = new PutEventsCommand({ Entries: remaining });
    const answer = await boundedCall("events:PutEvents", clock, CALL_DEADLINE_MS, (o) => client.send(command, o));
    if ((answer.FailedEntryCount ?? 0) === 0) return;
    const results = answer.Entries ?? [];
    const failure = results.find(({ ErrorCode }) => ErrorCode !== undefined);
    remaining = remaining.filter((_entry, place) => results[place]?.ErrorCode !== undefined);
    if (attempt === ATTEMPTS_MAX) throw notPublished(remaining.length, failure?.ErrorCode, failure?.ErrorMessage);
    await clock.sleep(RETRY_BASE_MS * 2 ** (attempt - 1));
  }
}

function notPublished(count: number, code = "PutEventsFailed", message = "EventBridge gave no reason"): AwsError {
  return new AwsError({
    kind: "Transient",
    operation: "events:PutEvents",
    code,
    message: `${count} events were refused ${ATTEMPTS_MAX} times: ${message}`,
    certainlyNotDone: false,
  });
}

function batchesOf(entries: PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = bytesOf(entry);
    if (size > BYTES_MAX) throw tooLarge(entry, size);
    const current = batches.at(-1);
    if (current === undefined || current.length === ENTRIES_MAX || bytes + size > BYTES_MAX) {
      batches.push([entry]);
      bytes = size;
    } else {
      current.push(entry);
      bytes += size;
    }
  }
  return batches;
}

/** As EventBridge counts: UTF-8 of source, type, detail and resources. */
function bytesOf({ Source = "", DetailType = "", Detail = "", Resources = [] }: PutEventsRequestEntry): number {
  return [Source, DetailType, Detail, ...Resources].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

function tooLarge(entry: PutEventsRequestEntry, size: number): AwsError {
  return new AwsError({
    kind: "Rejected",
    operation: "events:PutEvents",
    code: "EventTooLarge",
    message: `event "${entry.DetailType}" has ${size} bytes, allowed are ${BYTES_MAX}; leave out what the reader can look up`,
    certainlyNotDone: true,
  });
}
