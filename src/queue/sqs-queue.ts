import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { Clock } from "../model/clock.ts";
import { decodeMessage, type Decoded } from "./decode.ts";
import type { MemoryEventIndex } from "./event-index.ts";
import type { Delivery, Lane, WorkQueue } from "./queue.ts";
import { SqsLane } from "./sqs-lane.ts";
import { encodeWake, mergeWakes } from "./wake-message.ts";

/** A message that nobody can read. */
export interface MalformedMessage {
  lane: Lane;
  messageId: string;
  /** The first characters of it. */
  excerpt: string;
  why: string;
}

export interface SqsQueueOptions {
  client: Pick<SQSClient, "send">;
  fastQueueUrl: string;
  slowQueueUrl: string;
  clock: Clock;
  account: string;
  region: string;
  /** Where ids of access points, mount targets and roles lead. */
  index: MemoryEventIndex;
  /** Told of each message that cannot be read, before it is deleted; if this throws, the message stays. */
  onMalformed(message: MalformedMessage): void | Promise<void>;
}

const EXCERPT_CHARACTERS = 500;

/** The two lanes over SQS. */
export function createSqsQueue(options: SqsQueueOptions): WorkQueue {
  const lanes: Record<Lane, SqsLane> = {
    fast: new SqsLane(options.client, options.fastQueueUrl, options.clock),
    slow: new SqsLane(options.client, options.slowQueueUrl, options.clock),
  };
  return {
    async send(lane, wakes, delayMs = 0) {
      await Promise.all(mergeWakes(wakes).map((wake) => lanes[lane].send(encodeWake(wake), delayMs)));
    },

    async receive(lane, max, waitMs, signal) {
      const messages = await lanes[lane].receive(max, waitMs, signal);
      const deliveries = await Promise.all(messages.map((message) => deliver(lane, lanes[lane], message, options)));
      return deliveries.filter((delivery) => delivery !== null);
    },
  };
}

/** null = dealt with here: nobody's event, or unreadable and reported. */
async function deliver(
  lane: Lane,
  queue: SqsLane,
  message: Message,
  options: SqsQueueOptions,
): Promise<Delivery | null> {
  const receipt = message.ReceiptHandle ?? "";
  const decoded = await decodedOrReported(lane, message, options);
  if (decoded === "kept") return null;
  if (decoded === "reported" || (decoded.wakes.length === 0 && !decoded.wakeSweep)) {
    // If this fails the message comes again and is judged again.
    await queue.delete(receipt).catch(() => {});
    return null;
  }
  return {
    lane,
    ...decoded,
    attempts: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    ack: () => queue.delete(receipt),
    retry: (delayMs) => queue.showAgainIn(receipt, delayMs),
  };
}

async function decodedOrReported(
  lane: Lane,
  message: Message,
  options: SqsQueueOptions,
): Promise<Decoded | "reported" | "kept"> {
  const body = message.Body ?? "";
  const here = {
    account: options.account,
    region: options.region,
    receivedAtMs: options.clock.nowMs(),
  };
  try {
    return decodeMessage(body, options.index, here);
  } catch (error) {
    const malformed = {
      lane,
      messageId: message.MessageId ?? "",
      excerpt: body.slice(0, EXCERPT_CHARACTERS),
      why: (error as Error).message,
    };
    try {
      await options.onMalformed(malformed);
      return "reported";
    } catch {
      return "kept"; // unreported, so it must not go; it becomes visible again by itself
    }
  }
}
