import {
  answers,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  length,
  reference,
  ABSENT,
  until,
  type Call,
} from "../behaviour.ts";

const [events, sqs] = [callsOf("eventbridge"), callsOf("sqs")];
const api = reference("eventbridge");

const PATTERN = JSON.stringify({ source: ["probe.$own"] });
const rule = (more: Record<string, unknown> = {}): Call =>
  events("PutRule", { Name: "$own", EventPattern: PATTERN, ...more });
const target = (more: Record<string, unknown> = {}): Call =>
  events("PutTargets", { Rule: "$own", Targets: [{ Id: "queue", Arn: "$queueArn", ...more }] });
const described = events("DescribeRule", { Name: "$own" });
const UNKNOWN = "mooring-probe-nothing";
const entry = { Source: "probe", DetailType: "Probe", Detail: "{}" };
const invalid = fails("ValidationException", 400);

const RULES = behavioursOf("eventbridge", {
  "put-rule": {
    states: "PutRule answers the ARN of a rule of the default bus, without the bus in it.",
    sources: api("PutRule"),
    when: rule(),
    expects: answers({ RuleArn: /^arn:aws[-a-z]*:events:[^:]+:\d{12}:rule\/[^/]+$/ }),
  },
  "rule-read-back": {
    states: 'A new rule is ENABLED on the bus "default".',
    sources: api("DescribeRule"),
    given: [rule()],
    when: described,
    expects: answers({ State: "ENABLED", EventBusName: "default", EventPattern: /probe\./ }),
  },
  "rule-of-custom-bus": {
    states: "The ARN of a rule of another bus holds the bus's name.",
    sources: docs("service-authorization/latest/reference/list_amazoneventbridge.html"),
    given: [events("CreateEventBus", { Name: "$own" })],
    when: rule({ EventBusName: "$own" }),
    expects: answers({ RuleArn: /:rule\/[^/]+\/[^/]+$/ }),
  },
  "rule-of-unknown-bus": {
    states: "A rule on a bus that does not exist: ResourceNotFoundException.",
    sources: api("PutRule"),
    when: rule({ EventBusName: UNKNOWN }),
    expects: fails("ResourceNotFoundException", 400, { message: /^Event bus .* does not exist/ }),
  },
  "rule-without-trigger": {
    states: "A rule needs a pattern or a schedule.",
    sources: api("PutRule"),
    when: rule({ EventPattern: undefined }),
    expects: fails("ValidationException", 400, { message: /EventPattern or ScheduleExpression/ }),
  },
  "pattern-not-json": {
    states: "A pattern that is no JSON: InvalidEventPatternException.",
    sources: api("PutRule"),
    when: rule({ EventPattern: "{nothing" }),
    expects: fails("InvalidEventPatternException", 400),
  },
  "pattern-of-a-scalar": {
    states: "A pattern whose values are not lists: InvalidEventPatternException.",
    sources: [api("PutRule"), docs("eventbridge/latest/userguide/eb-event-patterns.html")],
    when: rule({ EventPattern: JSON.stringify({ source: "probe" }) }),
    expects: fails("InvalidEventPatternException", 400),
  },
  "schedule-unknown-unit": {
    states: "A rate in a unit that does not exist: ValidationException, Parameter ScheduleExpression is not valid.",
    sources: docs("eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"),
    when: rule({ EventPattern: undefined, ScheduleExpression: "rate(5 fortnights)" }),
    expects: fails("ValidationException", 400, { message: /ScheduleExpression is not valid/ }),
  },
  "rate-singular": {
    states: "rate(1 minutes) is not valid: one unit is singular.",
    sources: docs("eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"),
    when: rule({ EventPattern: undefined, ScheduleExpression: "rate(1 minutes)" }),
    expects: invalid,
  },
  "schedule-on-custom-bus": {
    states: "Schedules are for the default bus only.",
    sources: docs("eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"),
    given: [events("CreateEventBus", { Name: "$own" })],
    when: rule({ EventBusName: "$own", EventPattern: undefined, ScheduleExpression: "rate(5 minutes)" }),
    expects: invalid,
  },
  "put-rule-replaces": {
    states: "PutRule replaces: what it leaves out is reset.",
    sources: api("PutRule"),
    given: [rule({ Description: "first" }), rule()],
    when: described,
    expects: answers({ Description: ABSENT }),
  },
  "describe-unknown-rule": {
    states: "A rule that does not exist: ResourceNotFoundException.",
    sources: api("DescribeRule"),
    when: events("DescribeRule", { Name: UNKNOWN }),
    expects: fails("ResourceNotFoundException", 400, { message: /^Rule .* does not exist/ }),
  },
  "disabled-rule": {
    states: "DisableRule makes it DISABLED.",
    sources: api("DisableRule"),
    given: [rule(), events("DisableRule", { Name: "$own" })],
    when: described,
    expects: answers({ State: "DISABLED" }),
  },
  "rules-page": {
    states: "ListRules keeps to NamePrefix and Limit, and NextToken leads on.",
    sources: api("ListRules"),
    given: [rule(), rule({ Name: "$own-b" })],
    when: events("ListRules", { NamePrefix: "$own", Limit: 1 }),
    expects: answers({ Rules: length(1), NextToken: /./ }),
  },
  "delete-unknown-rule": {
    states: "Deleting a rule that does not exist succeeds.",
    evidence: "unverified",
    sources: api("DeleteRule"),
    when: events("DeleteRule", { Name: UNKNOWN }),
    expects: answers({}),
  },
  "delete-rule-with-targets": {
    states: "A rule with targets cannot be deleted.",
    sources: api("DeleteRule"),
    given: [rule(), target()],
    when: events("DeleteRule", { Name: "$own" }),
    expects: fails("ValidationException", 400, { message: /since it has targets/ }),
  },
});

const TARGETS = behavioursOf("eventbridge", {
  "targets-of-unknown-rule": {
    states: "Targets for a rule that does not exist: ResourceNotFoundException.",
    sources: api("PutTargets"),
    when: events("PutTargets", { Rule: UNKNOWN, Targets: [{ Id: "queue", Arn: "$queueArn" }] }),
    expects: fails("ResourceNotFoundException", 400),
  },
  "target-replaced": {
    states: "A target of an id that is there replaces it.",
    sources: api("PutTargets"),
    given: [rule(), target(), target({ InputPath: "$.detail" })],
    when: events("ListTargetsByRule", { Rule: "$own" }),
    expects: answers({ Targets: length(1), "Targets.0.InputPath": "$.detail" }),
  },
  "sixth-target": {
    states: "A sixth target: LimitExceededException.",
    sources: docs("eventbridge/latest/userguide/eb-quota.html"),
    given: [rule()],
    when: events("PutTargets", {
      Rule: "$own",
      Targets: Array.from({ length: 6 }, (_, n) => ({ Id: `t${n}`, Arn: "$queueArn" })),
    }),
    expects: fails("LimitExceededException", 400),
  },
  "target-two-inputs": {
    states: "A target takes one of Input, InputPath and InputTransformer.",
    sources: api("PutTargets"),
    given: [rule()],
    when: target({ Input: "{}", InputPath: "$.detail" }),
    expects: invalid,
  },
  "retry-policy-too-many": {
    states: "More than 185 retries are refused.",
    sources: api("RetryPolicy"),
    given: [rule()],
    when: target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
    expects: invalid,
  },
  "target-read-back": {
    states: "Retry policy and dead-letter queue are read back.",
    sources: api("Target"),
    given: [
      rule(),
      target({
        RetryPolicy: { MaximumRetryAttempts: 4, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: "$queueArn" },
      }),
    ],
    when: events("ListTargetsByRule", { Rule: "$own" }),
    expects: answers({
      "Targets.0.RetryPolicy.MaximumRetryAttempts": 4,
      "Targets.0.DeadLetterConfig.Arn": "$queueArn",
    }),
  },
  "targets-removed": {
    states: "RemoveTargets takes targets away.",
    sources: api("RemoveTargets"),
    given: [rule(), target(), events("RemoveTargets", { Rule: "$own", Ids: ["queue"] })],
    when: events("ListTargetsByRule", { Rule: "$own" }),
    expects: answers({ Targets: EMPTY }),
  },
});

const EVENTS = behavioursOf("eventbridge", {
  "pattern-matches": {
    states: "TestEventPattern: a prefix matches.",
    sources: [api("TestEventPattern"), docs("eventbridge/latest/userguide/eb-create-pattern-operators.html")],
    when: events("TestEventPattern", {
      EventPattern: JSON.stringify({ detail: { eventName: [{ prefix: "UpdateFunctionConfiguration" }] } }),
      Event: JSON.stringify({
        id: "1",
        account: "111122223333",
        source: "aws.lambda",
        time: "2026-01-01T00:00:00Z",
        region: "eu-west-1",
        resources: [],
        "detail-type": "AWS API Call via CloudTrail",
        detail: { eventName: "UpdateFunctionConfiguration20150331v2" },
      }),
    }),
    expects: answers({ Result: true }),
  },
  "pattern-exists-false": {
    states: "TestEventPattern: exists false does not match a field that is there.",
    sources: [api("TestEventPattern"), docs("eventbridge/latest/userguide/eb-create-pattern-operators.html")],
    when: events("TestEventPattern", {
      EventPattern: JSON.stringify({ detail: { errorCode: [{ exists: false }] } }),
      Event: JSON.stringify({
        id: "1",
        account: "111122223333",
        source: "aws.lambda",
        time: "2026-01-01T00:00:00Z",
        region: "eu-west-1",
        resources: [],
        "detail-type": "AWS API Call via CloudTrail",
        detail: { errorCode: "AccessDenied" },
      }),
    }),
    expects: answers({ Result: false }),
  },
  "event-without-source": {
    states: "An entry without Source fails by itself, in an answer with status 200.",
    sources: api("PutEvents"),
    when: events("PutEvents", { Entries: [{ ...entry, Source: undefined }, entry] }),
    expects: answers({ FailedEntryCount: 1, "Entries.0.ErrorCode": "InvalidArgument", "Entries.1.EventId": /./ }),
  },
  "event-detail-not-json": {
    states: "An entry whose Detail is no JSON fails with MalformedDetail.",
    sources: docs("eventbridge/latest/userguide/eb-putevents.html"),
    when: events("PutEvents", { Entries: [{ ...entry, Detail: "{nothing" }] }),
    expects: answers({ FailedEntryCount: 1, "Entries.0.ErrorCode": "MalformedDetail" }),
  },
  "event-as-aws": {
    states: 'An entry whose Source begins with "aws." fails: NotAuthorizedForSource.',
    sources: docs("eventbridge/latest/userguide/eb-putevents.html"),
    when: events("PutEvents", { Entries: [{ ...entry, Source: "aws.efs" }] }),
    expects: answers({ FailedEntryCount: 1, "Entries.0.ErrorCode": /^NotAuthorizedForSource/ }),
  },
  "eleven-events": {
    states: "More than ten entries are refused.",
    sources: api("PutEvents"),
    when: events("PutEvents", { Entries: Array.from({ length: 11 }, () => entry) }),
    expects: invalid,
  },
  "event-reaches-queue": {
    states: "A matching event reaches the queue as one JSON of the documented envelope.",
    sources: docs("eventbridge/latest/userguide/eb-events-structure.html"),
    given: [
      sqs("CreateQueue", { QueueName: "$own" }, { mine: "QueueUrl" }),
      sqs(
        "GetQueueAttributes",
        { QueueUrl: "$mine", AttributeNames: ["QueueArn"] },
        { mineArn: "Attributes.QueueArn" },
      ),
      sqs("SetQueueAttributes", {
        QueueUrl: "$mine",
        Attributes: {
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sqs:SendMessage",
                Resource: "$mineArn",
              },
            ],
          }),
        },
      }),
      rule(),
      target({ Arn: "$mineArn" }),
      until(
        events("PutEvents", { Entries: [{ ...entry, Source: "probe.$own", Detail: JSON.stringify({ a: 1 }) }] }),
        answers({ FailedEntryCount: 0 }),
      ),
    ],
    when: sqs("ReceiveMessage", { QueueUrl: "$mine", WaitTimeSeconds: 1 }),
    eventually: true,
    expects: answers({
      "Messages.0.Body": {
        is: "an event with version 0, detail-type, source and detail",
        accepts: (value) => {
          const event = JSON.parse(typeof value === "string" ? value : "{}") as Record<string, unknown>;
          return (
            event.version === "0" && event["detail-type"] === "Probe" && JSON.stringify(event.detail) === '{"a":1}'
          );
        },
      },
    }),
  },
  "bus-exists": {
    states: "A bus that is there cannot be made again: ResourceAlreadyExistsException.",
    sources: api("CreateEventBus"),
    given: [events("CreateEventBus", { Name: "$own" })],
    when: events("CreateEventBus", { Name: "$own" }),
    expects: fails("ResourceAlreadyExistsException", 400),
  },
});

export const EVENTBRIDGE = [...RULES, ...TARGETS, ...EVENTS];
