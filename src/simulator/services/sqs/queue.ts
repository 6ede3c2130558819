/** One standard queue: its attributes and messages, what receiving does, and who waits for a message. */
import type { SimClock } from "../../core.ts";
import type { Message } from "./message.ts";
import { createMessageStore } from "./message-store.ts";
import { redriveOf } from "./queue-attributes.ts";

export interface QueueState {
  name: string;
  arn: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  createdMs: number;
  modifiedMs: number;
  purgedMs?: number;
  messages: Message[];
}

export interface Queue extends Omit<QueueState, "messages"> {
  messages: ReturnType<typeof createMessageStore>;
  /** Called by those who wait in a long poll as soon as a message may be there. */
  waiters: Set<() => void>;
}

/** Standard queues hold about 120,000 messages in flight (SQS quotas). */
export const IN_FLIGHT_MAX = 120_000;

export function createQueue(state: QueueState): Queue {
  const messages = createMessageStore();
  for (const message of state.messages) messages.add(message);
  return { ...state, messages, waiters: new Set() };
}

export function stateOf({ waiters: _, messages, ...queue }: Queue): QueueState {
  return { ...queue, messages: [...messages.all()] };
}

export function wake(queue: Queue): void {
  for (const waiter of queue.waiters) waiter();
}

export function numberOf(queue: Queue, attribute: string): number {
  return Number(queue.attributes[attribute]);
}

/** Received and neither deleted nor visible again. */
export function isInFlight(message: Message, nowMs: number): boolean {
  return message.inFlight && message.visibleAtMs > nowMs;
}

export function countInFlight(queue: Queue, nowMs: number): number {
  let count = 0;
  for (const message of queue.messages.all()) if (isInFlight(message, nowMs)) count++;
  return count;
}

export interface Received {
  message: Message;
  receiptHandle: string;
}

/**
 * Takes up to `max` visible messages, hiding each for `visibilityMs`.
 *
 * A message received more often than its redrive policy allows goes to the dead-letter queue
 * instead; one older than the retention period is gone.
 *
 * @param deadLetter the queue behind an ARN, or undefined if it was deleted.
 */
export function takeMessages(
  queue: Queue,
  given: { max: number; visibilityMs: number; clock: SimClock; deadLetter(arn: string): Queue | undefined },
): Received[] {
  const nowMs = given.clock.nowMs();
  const redrive = redriveOf(queue.attributes);
  const taken: Received[] = [];
  while (taken.length < given.max) {
    const message = queue.messages.takeVisible(nowMs);
    if (!message) break;
    if (message.sentMs + numberOf(queue, "MessageRetentionPeriod") * 1_000 <= nowMs) {
      queue.messages.delete(message.id);
      continue;
    }
    const target =
      redrive && message.receiveCount >= redrive.maxReceiveCount
        ? given.deadLetter(redrive.deadLetterTargetArn)
        : undefined;
    if (target) {
      bury(queue, target, message, nowMs);
      continue;
    }
    taken.push(receive(queue, message, nowMs, given));
  }
  return taken;
}

function receive(
  queue: Queue,
  message: Message,
  nowMs: number,
  given: { visibilityMs: number; clock: SimClock },
): Received {
  message.receiveCount++;
  message.firstReceivedMs ??= nowMs;
  message.visibleAtMs = nowMs + given.visibilityMs;
  message.inFlight = true;
  message.receiptHandle = Buffer.from(`${queue.name} ${message.id} ${given.clock.hex(16)}`).toString("base64");
  queue.messages.reschedule(message);
  return { message, receiptHandle: message.receiptHandle };
}

/** Dead letters keep the time at which they were first sent (standard queues). */
function bury(from: Queue, to: Queue, message: Message, nowMs: number): void {
  from.messages.delete(message.id);
  const { receiptHandle: _, ...kept } = message;
  to.messages.add({ ...kept, visibleAtMs: nowMs, inFlight: false, receiveCount: 0, deadLetterSourceArn: from.arn });
  wake(to);
}
