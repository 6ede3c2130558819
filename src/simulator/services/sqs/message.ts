/** A message in a queue, and the MD5 sums that SQS answers with. */
import { createHash } from "node:crypto";

export interface AttributeValue {
  DataType: string;
  StringValue?: string;
  BinaryValue?: Uint8Array;
}

export interface Message {
  id: string;
  body: string;
  attributes: Record<string, AttributeValue>;
  systemAttributes: Record<string, AttributeValue>;
  groupId?: string;
  senderId: string;
  sentMs: number;
  /** Not before this time may it be received (again). */
  visibleAtMs: number;
  receiveCount: number;
  firstReceivedMs?: number;
  /** Handle of the latest receive; older ones no longer delete. */
  receiptHandle?: string;
  /** In flight: received and neither deleted nor visible again. */
  inFlight: boolean;
  /** The queue it was in before it became a dead letter. */
  deadLetterSourceArn?: string;
}

export function md5Of(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

/**
 * MD5 over message attributes, in the order of their names.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: Record<string, AttributeValue>): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const update = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType, StringValue, BinaryValue } = attributes[name] as AttributeValue;
    update(Buffer.from(name));
    update(Buffer.from(DataType));
    hash.update(Buffer.from([BinaryValue ? 2 : 1]));
    update(BinaryValue ?? Buffer.from(StringValue ?? ""));
  }
  return hash.digest("hex");
}

/** Body and attributes count towards the size limit. */
export function sizeOf(body: string, attributes: Record<string, AttributeValue>): number {
  let size = Buffer.byteLength(body, "utf8");
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    size += BinaryValue?.length ?? Buffer.byteLength(StringValue ?? "");
  }
  return size;
}
