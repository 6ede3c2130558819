/** Attributes of a queue: which there are, what values they take, what they are if not given. */
import { ServiceError } from "../../core.ts";
import { notSimulated } from "../../model/check-input.ts";

/** Settable numbers: [least, most, default]. @see SQS API reference, SetQueueAttributes */
const NUMBERS: Record<string, [min: number, max: number, value: number]> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1_024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
};

const TEXTS = ["Policy", "RedrivePolicy", "RedriveAllowPolicy", "SqsManagedSseEnabled"];

/** Known to SQS, not built here: FIFO queues and customer-managed keys. */
const NOT_BUILT = new Set([
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
]);

export const COMPUTED = [
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
] as const;

export const DEFAULTS: Record<string, string> = {
  ...Object.fromEntries(Object.entries(NUMBERS).map(([name, [, , value]]) => [name, String(value)])),
  SqsManagedSseEnabled: "true",
};

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/**
 * Checks attributes that somebody wants to set.
 *
 * @param queueExists whether a dead-letter target is there.
 * @throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue; NotSimulated for FIFO and KMS.
 */
export function checkAttributes(
  attributes: Record<string, string>,
  operation: string,
  queueExists: (arn: string) => boolean,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (NOT_BUILT.has(name)) throw notSimulated("sqs", operation, `Attributes.${name}`);
    const range = NUMBERS[name];
    if (range) checkNumber(name, value, range);
    else if (name === "RedrivePolicy") checkRedrive(value, queueExists);
    else if (name === "Policy") checkPolicy(value);
    else if (!TEXTS.includes(name)) throw new ServiceError("InvalidAttributeName", 400, `Unknown Attribute ${name}.`);
  }
}

function checkNumber(name: string, value: string, [min, max]: [number, number, number]): void {
  if (!/^\d+$/.test(value) || Number(value) < min || Number(value) > max) throw invalidAttribute(name);
}

function checkPolicy(value: string): void {
  if (value === "") return;
  const document = parse(value) as { Statement?: unknown } | undefined;
  if (!document?.Statement) throw invalidAttribute("Policy");
}

function checkRedrive(value: string, queueExists: (arn: string) => boolean): void {
  if (value === "") return;
  const complaint = redriveComplaint(parse(value) as Partial<RedrivePolicy> | undefined, queueExists);
  if (complaint === undefined) return;
  throw new ServiceError(
    "InvalidParameterValue",
    400,
    `Value ${value} for parameter RedrivePolicy is invalid. Reason: ${complaint}`,
  );
}

function redriveComplaint(
  policy: Partial<RedrivePolicy> | undefined,
  queueExists: (arn: string) => boolean,
): string | undefined {
  if (policy === undefined) return "Redrive policy is not a valid JSON map.";
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (deadLetterTargetArn === undefined)
    return "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.";
  if (maxReceiveCount === undefined) return "Redrive policy does not contain mandatory attribute: maxReceiveCount.";
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1_000)
    return "Invalid value for maxReceiveCount: must be between 1 and 1000.";
  return queueExists(deadLetterTargetArn) ? undefined : "Dead letter target does not exist.";
}

/** The redrive policy in force, or undefined. */
export function redriveOf(attributes: Record<string, string>): RedrivePolicy | undefined {
  const policy = attributes["RedrivePolicy"] ? (parse(attributes["RedrivePolicy"]) as RedrivePolicy) : undefined;
  // Callers write the count as text or as a number; both are accepted.
  return policy && { ...policy, maxReceiveCount: Number(policy.maxReceiveCount) };
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalidAttribute(name: string): ServiceError {
  return new ServiceError("InvalidAttributeValue", 400, `Invalid value for the parameter ${name}.`);
}
