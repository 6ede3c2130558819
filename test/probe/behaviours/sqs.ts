import {
  answers,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  length,
  reference,
  until,
  type Call,
} from "../behaviour.ts";

const sqs = callsOf("sqs");
const api = reference("sqs");

const create = (Attributes: Record<string, string> = {}, more: Record<string, unknown> = {}): Call =>
  sqs("CreateQueue", { QueueName: "$own", Attributes, ...more }, { mine: "QueueUrl" });
const FIFO = { FifoQueue: "true" };
const createFifo = create(FIFO, { QueueName: "$own.fifo" });
const send = (more: Record<string, unknown> = {}): Call =>
  sqs("SendMessage", { QueueUrl: "$mine", MessageBody: "hello", ...more });
const receive = (more: Record<string, unknown> = {}): Call =>
  sqs("ReceiveMessage", { QueueUrl: "$mine", ...more }, { handle: "Messages.0.ReceiptHandle" });
const received = (more: Record<string, unknown> = {}): Call => until(receive(more), answers({ Messages: length(1) }));
/** By their names in the JSON protocol, and by those of the older one, which the SDK shows where a server sends them. */
const NO_QUEUE = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];
const invalid = fails(["InvalidParameterValue", "InvalidParameterValueException"], 400);

const QUEUES = behavioursOf("sqs", {
  "queue-again": {
    states: "Creating a queue again with equal attributes answers its URL.",
    sources: api("CreateQueue"),
    given: [create({ VisibilityTimeout: "40" })],
    when: create({ VisibilityTimeout: "40" }),
    expects: answers({ QueueUrl: "$mine" }),
  },
  "queue-with-other-attributes": {
    states: "Creating a queue again with other attributes: QueueNameExists.",
    sources: api("CreateQueue"),
    given: [create({ VisibilityTimeout: "40" })],
    when: create({ VisibilityTimeout: "50" }),
    expects: fails(["QueueNameExists", "QueueAlreadyExists"], 400),
  },
  "queue-url": {
    states: "A queue's URL ends with account and name.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html"),
    when: create(),
    expects: answers({ QueueUrl: /\/\d{12}\/[^/]+$/ }),
  },
  "unknown-queue": {
    states: "A queue that does not exist: QueueDoesNotExist.",
    sources: api("GetQueueUrl"),
    when: sqs("GetQueueUrl", { QueueName: "mooring-probe-nothing" }),
    expects: fails(NO_QUEUE, 400),
  },
  "queue-name-with-blank": {
    states: "A name with a blank is refused.",
    sources: api("CreateQueue"),
    when: create({}, { QueueName: "a b" }),
    expects: invalid,
  },
  "fifo-without-suffix": {
    states: "A FIFO queue's name must end with .fifo.",
    sources: api("CreateQueue"),
    when: create(FIFO),
    expects: invalid,
  },
  "queue-defaults": {
    states: "Defaults: visibility 30 s, retention 4 days, no delay, no long polling.",
    sources: api("CreateQueue"),
    given: [create()],
    when: sqs("GetQueueAttributes", { QueueUrl: "$mine", AttributeNames: ["All"] }),
    expects: answers({
      "Attributes.VisibilityTimeout": "30",
      "Attributes.MessageRetentionPeriod": "345600",
      "Attributes.DelaySeconds": "0",
      "Attributes.ReceiveMessageWaitTimeSeconds": "0",
    }),
  },
  "maximum-message-size": {
    states: "The default MaximumMessageSize is 1 MiB.",
    sources: api("CreateQueue"),
    given: [create()],
    when: sqs("GetQueueAttributes", { QueueUrl: "$mine", AttributeNames: ["MaximumMessageSize"] }),
    expects: answers({ "Attributes.MaximumMessageSize": "1048576" }),
  },
  "attribute-unknown": {
    states: "An attribute that does not exist: InvalidAttributeName.",
    sources: api("GetQueueAttributes"),
    given: [create()],
    when: sqs("GetQueueAttributes", { QueueUrl: "$mine", AttributeNames: ["Colour"] }),
    expects: fails("InvalidAttributeName", 400),
  },
  "visibility-too-long": {
    states: "A visibility timeout above 12 hours is refused.",
    sources: api("SetQueueAttributes"),
    given: [create()],
    when: sqs("SetQueueAttributes", { QueueUrl: "$mine", Attributes: { VisibilityTimeout: "43201" } }),
    expects: fails(["InvalidAttributeValue", "InvalidParameterValue"], 400),
  },
  "queues-page": {
    states: "ListQueues keeps to prefix and MaxResults, and NextToken leads on.",
    sources: api("ListQueues"),
    given: [create(), create({}, { QueueName: "$own-b" })],
    when: sqs("ListQueues", { QueueNamePrefix: "$own", MaxResults: 1 }),
    eventually: true,
    expects: answers({ QueueUrls: length(1), NextToken: /./ }),
  },
  "queue-tags": {
    states: "Tags are read back.",
    sources: api("ListQueueTags"),
    given: [create({}, { tags: { team: "media" } })],
    when: sqs("ListQueueTags", { QueueUrl: "$mine" }),
    expects: answers({ "Tags.team": "media" }),
  },
  "purge-twice": {
    states: "A queue can be purged once in 60 seconds: PurgeQueueInProgress.",
    sources: api("PurgeQueue"),
    given: [create(), sqs("PurgeQueue", { QueueUrl: "$mine" })],
    when: sqs("PurgeQueue", { QueueUrl: "$mine" }),
    expects: fails(["PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"], 403),
  },
  "redrive-policy-count": {
    states: "A redrive policy is read back as it was given.",
    sources: api("SetQueueAttributes"),
    given: [create({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "$queueArn", maxReceiveCount: 3 }) })],
    when: sqs("GetQueueAttributes", { QueueUrl: "$mine", AttributeNames: ["RedrivePolicy"] }),
    expects: answers({ "Attributes.RedrivePolicy": /"maxReceiveCount":\s*"?3"?/ }),
  },
});

const MESSAGES = behavioursOf("sqs", {
  "send-message": {
    states: "SendMessage answers an id and the MD5 of the body.",
    sources: api("SendMessage"),
    given: [create()],
    when: send(),
    expects: answers({ MessageId: /./, MD5OfMessageBody: "5d41402abc4b2a76b9719d911017c592" }),
  },
  "send-to-unknown-queue": {
    states: "Sending to a queue that does not exist: QueueDoesNotExist.",
    sources: api("SendMessage"),
    given: [create(), sqs("DeleteQueue", { QueueUrl: "$mine" })],
    when: send(),
    eventually: true,
    expects: fails(NO_QUEUE, 400),
  },
  "message-too-large": {
    states: "A message above 1 MiB is refused.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"),
    given: [create()],
    when: send({ MessageBody: "x".repeat(1_048_577) }),
    expects: invalid,
  },
  "message-of-512-kib": {
    states: "A message of 512 KiB is accepted.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"),
    given: [create()],
    when: send({ MessageBody: "x".repeat(524_288) }),
    expects: answers({ MessageId: /./ }),
  },
  "empty-message": {
    states: "An empty body is refused.",
    sources: api("SendMessage"),
    given: [create()],
    when: send({ MessageBody: "" }),
    expects: fails(["MissingParameter", "InvalidParameterValue", "MissingRequiredParameterException"], 400),
  },
  "delay-too-long": {
    states: "A delay above 900 seconds is refused.",
    sources: api("SendMessage"),
    given: [create()],
    when: send({ DelaySeconds: 901 }),
    expects: invalid,
  },
  "eleven-at-once": {
    states: "At most ten messages are received at once; eleven are refused.",
    sources: api("ReceiveMessage"),
    given: [create()],
    when: receive({ MaxNumberOfMessages: 11 }),
    expects: fails(["InvalidParameterValue", "ReadCountOutOfRange", "AWS.SimpleQueueService.ReadCountOutOfRange"], 400),
  },
  "wait-too-long": {
    states: "A long poll above 20 seconds is refused.",
    sources: api("ReceiveMessage"),
    given: [create()],
    when: receive({ WaitTimeSeconds: 21 }),
    expects: invalid,
  },
  "received-is-hidden": {
    states: "A message that was received is hidden for its visibility timeout.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html"),
    given: [create(), send(), received()],
    when: receive(),
    expects: answers({ Messages: EMPTY }),
  },
  "visibility-ended": {
    states: "ChangeMessageVisibility to 0 shows it again, with a receive count of 2.",
    sources: api("ChangeMessageVisibility"),
    given: [
      create(),
      send(),
      received(),
      sqs("ChangeMessageVisibility", { QueueUrl: "$mine", ReceiptHandle: "$handle", VisibilityTimeout: 0 }),
    ],
    when: receive({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] }),
    eventually: true,
    expects: answers({ "Messages.0.Attributes.ApproximateReceiveCount": "2" }),
  },
  "visibility-beyond-12-hours": {
    states: "A visibility above 43,200 seconds is refused.",
    sources: api("ChangeMessageVisibility"),
    given: [create(), send(), received()],
    when: sqs("ChangeMessageVisibility", { QueueUrl: "$mine", ReceiptHandle: "$handle", VisibilityTimeout: 43_201 }),
    expects: invalid,
  },
  "deleted-message": {
    states: "A deleted message does not come back when its visibility ends.",
    sources: api("DeleteMessage"),
    given: [
      create(),
      send(),
      received({ VisibilityTimeout: 1 }),
      sqs("DeleteMessage", { QueueUrl: "$mine", ReceiptHandle: "$handle" }),
    ],
    when: receive({ WaitTimeSeconds: 2 }),
    expects: answers({ Messages: EMPTY }),
  },
  "handle-of-nobody": {
    states: "A receipt handle that is none: ReceiptHandleIsInvalid.",
    sources: api("DeleteMessage"),
    given: [create()],
    when: sqs("DeleteMessage", { QueueUrl: "$mine", ReceiptHandle: "nothing" }),
    expects: fails(["ReceiptHandleIsInvalid", "InvalidParameterValue"], null),
  },
  "batch-too-large": {
    states: "A batch of eleven: TooManyEntriesInBatchRequest.",
    sources: api("SendMessageBatch"),
    given: [create()],
    when: sqs("SendMessageBatch", {
      QueueUrl: "$mine",
      Entries: Array.from({ length: 11 }, (_, n) => ({ Id: `m${n}`, MessageBody: "x" })),
    }),
    expects: fails(["TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"], 400),
  },
  "batch-empty": {
    states: "An empty batch: EmptyBatchRequest.",
    sources: api("SendMessageBatch"),
    given: [create()],
    when: sqs("SendMessageBatch", { QueueUrl: "$mine", Entries: [] }),
    expects: fails(["EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"], 400),
  },
  "batch-ids-twice": {
    states: "Ids must differ within a batch: BatchEntryIdsNotDistinct.",
    sources: api("SendMessageBatch"),
    given: [create()],
    when: sqs("SendMessageBatch", {
      QueueUrl: "$mine",
      Entries: [
        { Id: "m", MessageBody: "x" },
        { Id: "m", MessageBody: "y" },
      ],
    }),
    expects: fails(["BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"], 400),
  },
  "dead-letter": {
    states: "What was received more often than maxReceiveCount goes to the dead-letter queue.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"),
    given: [
      sqs("CreateQueue", { QueueName: "$own-dead" }, { dead: "QueueUrl" }),
      sqs(
        "GetQueueAttributes",
        { QueueUrl: "$dead", AttributeNames: ["QueueArn"] },
        { deadArn: "Attributes.QueueArn" },
      ),
      create({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "$deadArn", maxReceiveCount: 1 }) }),
      send(),
      received({ VisibilityTimeout: 0 }),
      until(receive({ VisibilityTimeout: 0 }), answers({ Messages: EMPTY })),
    ],
    when: sqs("ReceiveMessage", { QueueUrl: "$dead" }),
    eventually: true,
    expects: answers({ "Messages.0.Body": "hello" }),
  },
  "fifo-duplicate": {
    states: "A FIFO queue takes the same deduplication id twice and delivers once.",
    sources: docs("AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html"),
    given: [
      createFifo,
      send({ MessageGroupId: "g", MessageDeduplicationId: "d" }),
      send({ MessageGroupId: "g", MessageDeduplicationId: "d" }),
      received(),
      sqs("DeleteMessage", { QueueUrl: "$mine", ReceiptHandle: "$handle" }),
    ],
    when: receive(),
    expects: answers({ Messages: EMPTY }),
  },
  "fifo-without-group": {
    states: "A message for a FIFO queue needs a group: MissingParameter.",
    sources: api("SendMessage"),
    given: [createFifo],
    when: send({ MessageDeduplicationId: "d" }),
    expects: fails(["MissingParameter", "MissingRequiredParameterException"], 400),
  },
  "fifo-with-delay": {
    states: "FIFO queues take no delay of a single message.",
    sources: api("SendMessage"),
    given: [createFifo],
    when: send({ MessageGroupId: "g", MessageDeduplicationId: "d", DelaySeconds: 5 }),
    expects: invalid,
  },
});

export const SQS = [...QUEUES, ...MESSAGES];
