/** Operations on messages: send, receive with long polling, delete, change visibility, and their batches. */
import type { CallContext, Handler, SimClock } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import { inBatch } from "./batch.ts";
import type { AttributeValue, Message } from "./message.ts";
import { md5Of, md5OfAttributes, sizeOf } from "./message.ts";
import { invalid } from "./queue-operations.ts";
import type { Queue, Received } from "./queue.ts";
import { countInFlight, IN_FLIGHT_MAX, isInFlight, numberOf, takeMessages, wake } from "./queue.ts";
import type { Queues } from "./queues.ts";
import { pollForMessages } from "./long-poll.ts";

export const MESSAGE_INPUT_MEMBERS = {
  SendMessage: [
    "QueueUrl",
    "MessageBody",
    "DelaySeconds",
    "MessageAttributes",
    "MessageSystemAttributes",
    "MessageGroupId",
  ],
  SendMessageBatch: ["QueueUrl", "Entries"],
  ReceiveMessage: [
    "QueueUrl",
    "AttributeNames",
    "MessageSystemAttributeNames",
    "MessageAttributeNames",
    "MaxNumberOfMessages",
    "VisibilityTimeout",
    "WaitTimeSeconds",
  ],
  DeleteMessage: ["QueueUrl", "ReceiptHandle"],
  DeleteMessageBatch: ["QueueUrl", "Entries"],
  ChangeMessageVisibility: ["QueueUrl", "ReceiptHandle", "VisibilityTimeout"],
  ChangeMessageVisibilityBatch: ["QueueUrl", "Entries"],
};

export function createMessageOperations(
  clock: SimClock,
  queues: Queues,
): Record<keyof typeof MESSAGE_INPUT_MEMBERS, Handler> {
  const bodySize = (entry: SendInput) => sizeOf(entry.MessageBody, entry.MessageAttributes ?? {});
  return {
    SendMessage: (input, { caller }: CallContext) =>
      send(clock, queues.atUrl(input.QueueUrl), input, caller.principalId),
    SendMessageBatch: ({ QueueUrl, Entries }, { caller }: CallContext) =>
      inBatch(
        Entries as BatchSend[],
        (entry) => send(clock, queues.atUrl(QueueUrl), entry, caller.principalId),
        bodySize,
      ),
    ReceiveMessage: (input, context: CallContext) => receive(clock, queues, input, context),
    DeleteMessage: ({ QueueUrl, ReceiptHandle }) => remove(queues.atUrl(QueueUrl), ReceiptHandle),
    DeleteMessageBatch: ({ QueueUrl, Entries }) =>
      inBatch(Entries as BatchHandle[], ({ ReceiptHandle }) => remove(queues.atUrl(QueueUrl), ReceiptHandle)),
    ChangeMessageVisibility: (input) => changeVisibility(clock, queues.atUrl(input.QueueUrl), input),
    ChangeMessageVisibilityBatch: ({ QueueUrl, Entries }) =>
      inBatch(Entries as BatchHandle[], (entry) => changeVisibility(clock, queues.atUrl(QueueUrl), entry)),
  };
}

interface SendInput {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, AttributeValue>;
  MessageSystemAttributes?: Record<string, AttributeValue>;
  MessageGroupId?: string;
}
type BatchSend = SendInput & { Id: string };
interface HandleInput {
  ReceiptHandle: string;
  VisibilityTimeout?: number;
}
type BatchHandle = HandleInput & { Id: string };

/** Also the way in for EventBridge, as `senderId` its service principal. */
export function send(clock: SimClock, queue: Queue, input: SendInput, senderId: string): object {
  const {
    MessageBody: body,
    MessageAttributes: attributes = {},
    MessageSystemAttributes: systemAttributes = {},
  } = input;
  checkMessage(queue, body, attributes);
  const delaySeconds = input.DelaySeconds ?? numberOf(queue, "DelaySeconds");
  checkRange("DelaySeconds", delaySeconds, 0, 900);
  const nowMs = clock.nowMs();
  const message: Message = {
    id: clock.uuid(),
    body,
    attributes,
    systemAttributes,
    senderId,
    sentMs: nowMs,
    visibleAtMs: nowMs + delaySeconds * 1_000,
    receiveCount: 0,
    inFlight: false,
    ...(input.MessageGroupId !== undefined && { groupId: input.MessageGroupId }),
  };
  queue.messages.add(message);
  wake(queue);
  const [ofAttributes, ofSystem] = [md5OfAttributes(attributes), md5OfAttributes(systemAttributes)];
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5Of(body),
    ...(ofAttributes && { MD5OfMessageAttributes: ofAttributes }),
    ...(ofSystem && { MD5OfMessageSystemAttributes: ofSystem }),
  };
}

/** Characters that SQS takes: #x9 #xA #xD and everything printable of XML 1.0. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

function checkMessage(queue: Queue, body: string, attributes: Record<string, AttributeValue>): void {
  if (body === "")
    throw new ServiceError("MissingParameter", 400, "The request must contain the parameter MessageBody.");
  const maxBytes = numberOf(queue, "MaximumMessageSize");
  if (sizeOf(body, attributes) > maxBytes) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`);
  }
  if (FORBIDDEN.test(body))
    throw new ServiceError("InvalidMessageContents", 400, "Invalid characters found in the message body.");
  if (Object.keys(attributes).length > 10)
    throw invalid("Number of message attributes [11 or more] exceeds the allowed maximum [10].");
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    const isTyped = /^(String|Number|Binary)(\..+)?$/.test(DataType ?? "");
    const hasValue = DataType?.startsWith("Binary")
      ? BinaryValue !== undefined
      : StringValue !== undefined && StringValue !== "";
    if (!isTyped)
      throw invalid(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    if (!hasValue)
      throw invalid(
        `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${DataType}'.`,
      );
  }
}

interface ReceiveInput {
  QueueUrl: string;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
}

async function receive(
  clock: SimClock,
  queues: Queues,
  input: ReceiveInput,
  { disconnected }: CallContext,
): Promise<object> {
  const queue = queues.atUrl(input.QueueUrl);
  const { MaxNumberOfMessages: max = 1 } = input;
  const visibilitySeconds = input.VisibilityTimeout ?? numberOf(queue, "VisibilityTimeout");
  const waitSeconds = input.WaitTimeSeconds ?? numberOf(queue, "ReceiveMessageWaitTimeSeconds");
  checkRange("MaxNumberOfMessages", max, 1, 10);
  checkRange("VisibilityTimeout", visibilitySeconds, 0, 43_200);
  checkRange("WaitTimeSeconds", waitSeconds, 0, 20);
  // Counting walks all messages, so only a queue that holds this many is counted.
  if (queue.messages.count() > IN_FLIGHT_MAX && countInFlight(queue, clock.nowMs()) >= IN_FLIGHT_MAX) {
    throw new ServiceError("OverLimit", 403, `The maximum number of in flight messages is reached: ${IN_FLIGHT_MAX}`);
  }
  const take = () => {
    if (disconnected?.()) return [];
    return takeMessages(queue, { max, visibilityMs: visibilitySeconds * 1_000, clock, deadLetter: queues.byArn });
  };
  const isOver = () => disconnected?.() === true || queues.get(queue.name) !== queue;
  const received = await pollForMessages({ clock, queue, waitMs: waitSeconds * 1_000, take, isOver });
  return received.length > 0 ? { Messages: received.map((each) => described(each, input)) } : {};
}

function described({ message, receiptHandle }: Received, input: ReceiveInput): object {
  const wanted = new Set([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const system: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    MessageGroupId: message.groupId,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
    AWSTraceHeader: message.systemAttributes["AWSTraceHeader"]?.StringValue,
  };
  const attributes = Object.entries(system).filter(
    ([name, value]) => value !== undefined && (wanted.has("All") || wanted.has(name)),
  );
  const own = Object.entries(message.attributes).filter(([name]) => isNamed(name, input.MessageAttributeNames ?? []));
  const ownMd5 = md5OfAttributes(Object.fromEntries(own));
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
    ...(own.length > 0 && { MessageAttributes: Object.fromEntries(own), MD5OfMessageAttributes: ownMd5 }),
  };
}

/** "All", ".*", a name, or a prefix written "bar.*". */
function isNamed(name: string, wanted: string[]): boolean {
  return wanted.some(
    (each) =>
      each === "All" || each === ".*" || each === name || (each.endsWith(".*") && name.startsWith(each.slice(0, -1))),
  );
}

/** Deleting what is gone, or with the handle of an earlier receive, succeeds and does nothing. */
function remove(queue: Queue, receiptHandle: string): void {
  const message = messageOf(queue, receiptHandle);
  if (message?.receiptHandle === receiptHandle) queue.messages.delete(message.id);
}

function messageOf(queue: Queue, receiptHandle: string): Message | undefined {
  const [queueName, id = ""] = Buffer.from(receiptHandle, "base64").toString("utf8").split(" ");
  if (queueName !== queue.name) {
    throw new ServiceError(
      "ReceiptHandleIsInvalid",
      404,
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
    );
  }
  return queue.messages.get(id);
}

function changeVisibility(
  clock: SimClock,
  queue: Queue,
  { ReceiptHandle, VisibilityTimeout: seconds }: HandleInput,
): void {
  if (seconds === undefined)
    throw new ServiceError("MissingParameter", 400, "The request must contain the parameter VisibilityTimeout.");
  checkRange("VisibilityTimeout", seconds, 0, 43_200);
  const message = messageOf(queue, ReceiptHandle);
  const nowMs = clock.nowMs();
  if (!message) {
    throw invalid(
      `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (!isInFlight(message, nowMs) || message.receiptHandle !== ReceiptHandle) {
    throw new ServiceError("MessageNotInflight", 400, "The specified message isn't in flight.");
  }
  if (nowMs + seconds * 1_000 > (message.firstReceivedMs ?? nowMs) + 43_200_000) {
    throw invalid(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]`,
    );
  }
  message.visibleAtMs = nowMs + seconds * 1_000;
  queue.messages.reschedule(message);
  wake(queue);
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
}
