/** Operations on queues: create, find, list, attributes, tags, purge. */
import type { Handler, SimClock } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import { notSimulated } from "../../model/check-input.ts";
import { checkAttributes, COMPUTED, DEFAULTS, redriveOf } from "./queue-attributes.ts";
import type { Queue } from "./queue.ts";
import { isInFlight, wake } from "./queue.ts";
import type { Queues } from "./queues.ts";
import { queueDoesNotExist } from "./queues.ts";

const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;
/** A deleted name is blocked, and a purge is running, for this long (SQS API reference). */
const AFTERMATH_MS = 60_000;
const LIST_MAX = 1_000;
const TAGS_MAX = 50;

export const QUEUE_INPUT_MEMBERS = {
  CreateQueue: ["QueueName", "Attributes", "tags"],
  DeleteQueue: ["QueueUrl"],
  GetQueueUrl: ["QueueName", "QueueOwnerAWSAccountId"],
  ListQueues: ["QueueNamePrefix", "NextToken", "MaxResults"],
  GetQueueAttributes: ["QueueUrl", "AttributeNames"],
  SetQueueAttributes: ["QueueUrl", "Attributes"],
  PurgeQueue: ["QueueUrl"],
  TagQueue: ["QueueUrl", "Tags"],
  UntagQueue: ["QueueUrl", "TagKeys"],
  ListQueueTags: ["QueueUrl"],
  ListDeadLetterSourceQueues: ["QueueUrl", "NextToken", "MaxResults"],
};

export function createQueueOperations(
  clock: SimClock,
  account: string,
  queues: Queues,
): Record<keyof typeof QUEUE_INPUT_MEMBERS, Handler> {
  return {
    CreateQueue: (input) => createQueue(clock, queues, input),
    DeleteQueue({ QueueUrl }) {
      const queue = queues.atUrl(QueueUrl);
      queues.remove(queue);
      wake(queue);
    },
    GetQueueUrl({ QueueName, QueueOwnerAWSAccountId = account }) {
      const queue = QueueOwnerAWSAccountId === account ? queues.get(QueueName) : undefined;
      if (!queue) throw queueDoesNotExist();
      return { QueueUrl: queues.urlOf(queue) };
    },
    ListQueues({ QueueNamePrefix = "", ...page }) {
      const named = queues.all().filter(({ name }) => name.startsWith(QueueNamePrefix));
      return listed(queues, named, page, "QueueUrls");
    },
    GetQueueAttributes: ({ QueueUrl, AttributeNames = [] }) =>
      readAttributes(clock, queues.atUrl(QueueUrl), AttributeNames),
    SetQueueAttributes({ QueueUrl, Attributes }) {
      const queue = queues.atUrl(QueueUrl);
      checkAttributes(Attributes, "SetQueueAttributes", (arn) => queues.byArn(arn) !== undefined);
      Object.assign(queue.attributes, Attributes);
      for (const name of ["Policy", "RedrivePolicy", "RedriveAllowPolicy"]) {
        if (queue.attributes[name] === "") delete queue.attributes[name];
      }
      queue.modifiedMs = clock.nowMs();
    },
    PurgeQueue: ({ QueueUrl }) => purge(clock, queues.atUrl(QueueUrl)),
    TagQueue({ QueueUrl, Tags }) {
      const queue = queues.atUrl(QueueUrl);
      const tags = { ...queue.tags, ...Tags };
      checkTags(tags);
      queue.tags = tags;
    },
    UntagQueue({ QueueUrl, TagKeys }) {
      const { tags } = queues.atUrl(QueueUrl);
      for (const key of TagKeys) delete tags[key];
    },
    ListQueueTags({ QueueUrl }) {
      const { tags } = queues.atUrl(QueueUrl);
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    },
    ListDeadLetterSourceQueues({ QueueUrl, ...page }) {
      const { arn } = queues.atUrl(QueueUrl);
      const sources = queues.all().filter(({ attributes }) => redriveOf(attributes)?.deadLetterTargetArn === arn);
      return listed(queues, sources, page, "queueUrls");
    },
  };
}

interface CreateQueueInput {
  QueueName: string;
  Attributes?: Record<string, string>;
  tags?: Record<string, string>;
}

function createQueue(
  clock: SimClock,
  queues: Queues,
  { QueueName, Attributes = {}, tags = {} }: CreateQueueInput,
): object {
  if (QueueName.endsWith(".fifo")) throw notSimulated("sqs", "CreateQueue", "QueueName ending in .fifo");
  if (!QUEUE_NAME.test(QueueName)) {
    throw invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
  checkAttributes(Attributes, "CreateQueue", (arn) => queues.byArn(arn) !== undefined);
  checkTags(tags);
  const existing = queues.get(QueueName);
  if (existing) {
    refuseClash(existing, Attributes);
    return { QueueUrl: queues.urlOf(existing) };
  }
  const removedMs = queues.removedMs(QueueName);
  if (removedMs !== undefined && removedMs + AFTERMATH_MS > clock.nowMs()) {
    throw new ServiceError(
      "QueueDeletedRecently",
      400,
      "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
  }
  const nowMs = clock.nowMs();
  const attributes = { ...DEFAULTS, ...Attributes };
  const queue = queues.add({
    name: QueueName,
    arn: queues.arnOf(QueueName),
    attributes,
    tags,
    createdMs: nowMs,
    modifiedMs: nowMs,
    messages: [],
  });
  return { QueueUrl: queues.urlOf(queue) };
}

/** Creating again is fine if every attribute given is as it is. */
function refuseClash({ attributes }: Queue, wanted: Record<string, string>): void {
  const clash = Object.entries(wanted).find(([name, value]) => attributes[name] !== value);
  if (!clash) return;
  const message = `A queue already exists with the same name and a different value for attribute ${clash[0]}`;
  throw new ServiceError("QueueNameExists", 400, message);
}

function readAttributes(clock: SimClock, queue: Queue, names: string[]): object {
  const computed = compute(clock, queue);
  const all: Record<string, string> = { ...queue.attributes, ...computed };
  const known = [...COMPUTED, ...Object.keys(DEFAULTS), "Policy", "RedrivePolicy", "RedriveAllowPolicy", "All"];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ServiceError("InvalidAttributeName", 400, `Unknown Attribute ${unknown}.`);
  const wanted = names.includes("All") ? Object.keys(all) : names.filter((name) => all[name] !== undefined);
  return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted.map((name) => [name, all[name]])) } : {};
}

function compute(
  clock: SimClock,
  { arn, createdMs, modifiedMs, messages }: Queue,
): Record<(typeof COMPUTED)[number], string> {
  const nowMs = clock.nowMs();
  let [inFlight, delayed] = [0, 0];
  for (const message of messages.all()) {
    if (isInFlight(message, nowMs)) inFlight++;
    else if (message.visibleAtMs > nowMs) delayed++;
  }
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(messages.count() - inFlight - delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(createdMs / 1_000)),
    LastModifiedTimestamp: String(Math.floor(modifiedMs / 1_000)),
  };
}

function purge(clock: SimClock, queue: Queue): void {
  const nowMs = clock.nowMs();
  if (queue.purgedMs !== undefined && queue.purgedMs + AFTERMATH_MS > nowMs) {
    throw new ServiceError(
      "PurgeQueueInProgress",
      403,
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  }
  queue.purgedMs = nowMs;
  queue.messages.clear();
}

interface Page {
  NextToken?: string;
  MaxResults?: number;
}

/** SQS gives a token only to callers that asked for pages. */
function listed(queues: Queues, found: Queue[], { NextToken, MaxResults }: Page, member: string): object {
  const limit = MaxResults ?? LIST_MAX;
  if (limit < 1 || limit > LIST_MAX)
    throw invalid(`Value for parameter MaxResults is invalid. Reason: must be between 1 and ${LIST_MAX}.`);
  const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64").toString("utf8");
  const sorted = found.filter(({ name }) => name > after).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = sorted.slice(0, limit);
  const hasMore = MaxResults !== undefined && sorted.length > page.length;
  const token = hasMore ? { NextToken: Buffer.from(page.at(-1)?.name ?? "").toString("base64") } : {};
  // Without any queue SQS leaves QueueUrls out, but answers an empty list of dead-letter sources.
  return page.length > 0 || member === "queueUrls" ? { [member]: page.map(queues.urlOf), ...token } : {};
}

function checkTags(tags: Record<string, string>): void {
  if (Object.keys(tags).length > TAGS_MAX) throw invalid(`Too many tags added for queue: at most ${TAGS_MAX}.`);
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128 || value.length > 256 || /^aws:/i.test(key)) {
      throw invalid(
        `Tag ${key} is invalid. Reason: keys have 1 to 128 characters and do not begin with aws:, values have at most 256.`,
      );
    }
  }
}

export function invalid(message: string): ServiceError {
  return new ServiceError("InvalidParameterValue", 400, message);
}
