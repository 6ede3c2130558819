import type { Step } from "./step.ts";
import { fails, ok } from "./step.ts";

const [sqs, noSqs, events, noEvents] = [ok("sqs"), fails("sqs"), ok("eventbridge"), fails("eventbridge")];

const ARN = "arn:aws:sqs:eu-west-1:111122223333:";
const attributes = {
  note: { DataType: "String", StringValue: "<ü&>" },
  raw: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2, 255) },
};
const event = JSON.stringify({
  id: "1",
  account: "1",
  source: "shop",
  time: "2026-01-01T00:00:00Z",
  region: "r",
  resources: [],
  "detail-type": "t",
});

export const SQS_STEPS: Step[] = [
  sqs("ListQueues"),
  sqs("CreateQueue", { QueueName: "dead" }, { dead: "QueueUrl" }),
  sqs(
    "CreateQueue",
    { QueueName: "jobs", Attributes: { VisibilityTimeout: "5" }, tags: { a: "b" } },
    { queue: "QueueUrl" },
  ),
  sqs("GetQueueUrl", { QueueName: "jobs" }),
  sqs("ListQueues", { MaxResults: 1 }, { token: "NextToken" }),
  sqs("ListQueues", { MaxResults: 1, NextToken: "$token" }),
  sqs("SetQueueAttributes", {
    QueueUrl: "$queue",
    Attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${ARN}dead","maxReceiveCount":3}` },
  }),
  sqs("GetQueueAttributes", { QueueUrl: "$queue", AttributeNames: ["All"] }),
  sqs("GetQueueAttributes", { QueueUrl: "$queue" }),
  sqs("ListDeadLetterSourceQueues", { QueueUrl: "$dead" }),
  sqs("TagQueue", { QueueUrl: "$queue", Tags: { c: "d" } }),
  sqs("UntagQueue", { QueueUrl: "$queue", TagKeys: ["a"] }),
  sqs("ListQueueTags", { QueueUrl: "$queue" }),
  sqs("SendMessage", { QueueUrl: "$queue", MessageBody: "grüße <&>", MessageAttributes: attributes }),
  sqs("SendMessageBatch", {
    QueueUrl: "$queue",
    Entries: [
      { Id: "a", MessageBody: "a" },
      { Id: "b", MessageBody: "b", DelaySeconds: 901 },
    ],
  }),
  sqs(
    "ReceiveMessage",
    { QueueUrl: "$queue", MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] },
    { handle: "Messages.0.ReceiptHandle" },
  ),
  sqs("ChangeMessageVisibility", { QueueUrl: "$queue", ReceiptHandle: "$handle", VisibilityTimeout: 9 }),
  sqs("ChangeMessageVisibilityBatch", {
    QueueUrl: "$queue",
    Entries: [
      { Id: "x", ReceiptHandle: "$handle", VisibilityTimeout: 1 },
      { Id: "y", ReceiptHandle: "junk", VisibilityTimeout: 1 },
    ],
  }),
  sqs("DeleteMessage", { QueueUrl: "$queue", ReceiptHandle: "$handle" }),
  sqs("DeleteMessageBatch", {
    QueueUrl: "$queue",
    Entries: [
      { Id: "x", ReceiptHandle: "$handle" },
      { Id: "y", ReceiptHandle: "junk" },
    ],
  }),
  noSqs("QueueDoesNotExist", "GetQueueUrl", { QueueName: "none" }),
  noSqs("QueueNameExists", "CreateQueue", { QueueName: "jobs", Attributes: { VisibilityTimeout: "6" } }),
  noSqs("InvalidAttributeName", "GetQueueAttributes", { QueueUrl: "$queue", AttributeNames: ["Colour"] }),
  noSqs("InvalidAttributeValue", "SetQueueAttributes", { QueueUrl: "$queue", Attributes: { DelaySeconds: "901" } }),
  noSqs("InvalidParameterValue", "SendMessage", { QueueUrl: "$queue", MessageBody: "x", DelaySeconds: 901 }),
  noSqs("InvalidMessageContents", "SendMessage", { QueueUrl: "$queue", MessageBody: "\u0001" }),
  noSqs("MissingParameter", "SendMessage", { QueueUrl: "$queue", MessageBody: "" }),
  noSqs("MissingParameter", "SendMessage", { QueueUrl: "$queue" }),
  noSqs("ReceiptHandleIsInvalid", "DeleteMessage", { QueueUrl: "$queue", ReceiptHandle: "junk" }),
  noSqs("InvalidParameterValue", "ChangeMessageVisibility", {
    QueueUrl: "$queue",
    ReceiptHandle: "$handle",
    VisibilityTimeout: 1,
  }),
  noSqs("EmptyBatchRequest", "SendMessageBatch", { QueueUrl: "$queue", Entries: [] }),
  noSqs("InvalidBatchEntryId", "SendMessageBatch", { QueueUrl: "$queue", Entries: [{ Id: "a.b", MessageBody: "x" }] }),
  noSqs("NotSimulated", "AddPermission", { QueueUrl: "$queue", Label: "l", AWSAccountIds: ["1"], Actions: ["*"] }),
  noSqs("NotSimulated", "CreateQueue", { QueueName: "x.fifo" }),
  noSqs("SerializationException", "SendMessage", { QueueUrl: "$queue", MessageBody: 5 }),
  sqs("PurgeQueue", { QueueUrl: "$dead" }),
  noSqs("PurgeQueueInProgress", "PurgeQueue", { QueueUrl: "$dead" }),
  sqs("DeleteQueue", { QueueUrl: "$dead" }),
  noSqs("QueueDeletedRecently", "CreateQueue", { QueueName: "dead" }),
];

export const EVENT_STEPS: Step[] = [
  events("CreateEventBus", { Name: "side", Tags: [{ Key: "a", Value: "b" }] }, { bus: "EventBusArn" }),
  events("DescribeEventBus", { Name: "side" }),
  events("ListEventBuses", { Limit: 1 }, { token: "NextToken" }),
  events("ListEventBuses", { Limit: 1, NextToken: "$token" }),
  events("PutRule", { Name: "mine", EventPattern: '{"source":["shop"]}', Description: "d" }, { rule: "RuleArn" }),
  events("DescribeRule", { Name: "mine" }),
  events("DisableRule", { Name: "mine" }),
  events("EnableRule", { Name: "mine" }),
  events("ListRules", { NamePrefix: "m" }),
  events("PutTargets", {
    Rule: "mine",
    Targets: [{ Id: "t", Arn: `${ARN}jobs`, InputTransformer: { InputPathsMap: { a: "$.id" }, InputTemplate: "<a>" } }],
  }),
  events("ListTargetsByRule", { Rule: "mine" }),
  events("ListRuleNamesByTarget", { TargetArn: `${ARN}jobs` }),
  events("PutEvents", {
    Entries: [
      { Source: "shop", DetailType: "t", Detail: "{}", Time: new Date(0) },
      { Source: "shop", DetailType: "t", Detail: "{" },
    ],
  }),
  events("TestEventPattern", { EventPattern: '{"source":["shop"]}', Event: event }),
  events("TagResource", { ResourceARN: "$rule", Tags: [{ Key: "k", Value: "v" }] }),
  events("ListTagsForResource", { ResourceARN: "$rule" }),
  events("UntagResource", { ResourceARN: "$rule", TagKeys: ["k"] }),
  noEvents("ResourceAlreadyExistsException", "CreateEventBus", { Name: "side" }),
  noEvents("ResourceNotFoundException", "DescribeRule", { Name: "none" }),
  noEvents("InvalidEventPatternException", "PutRule", { Name: "x", EventPattern: "[]" }),
  noEvents("ValidationException", "PutRule", { Name: "x" }),
  noEvents("ValidationException", "DescribeRule", {}),
  noEvents("ValidationException", "DeleteRule", { Name: "mine" }),
  noEvents("NotSimulated", "CreateArchive", { ArchiveName: "a", EventSourceArn: "$bus" }),
  noEvents("NotSimulated", "PutTargets", {
    Rule: "mine",
    Targets: [{ Id: "t", Arn: `${ARN}jobs`, HttpParameters: { PathParameterValues: ["x"] } }],
  }),
  noEvents("LimitExceededException", "PutTargets", {
    Rule: "mine",
    Targets: ["1", "2", "3", "4", "5", "6"].map((Id) => ({ Id, Arn: `${ARN}jobs` })),
  }),
  events("RemoveTargets", { Rule: "mine", Ids: ["t", "none"] }),
  events("DeleteRule", { Name: "mine" }),
  events("DeleteEventBus", { Name: "side" }),
];
