import { afterEach, beforeEach, expect, test } from "vitest";
import { provisionQueues } from "./provision.ts";
import { type StubAws, startStubAws, StubRefusal } from "./stub-aws.ts";

const ARN = "arn:aws:sqs:eu-west-1:111122223333:mooring";

let aws: StubAws;
/** Attributes of the queues in the stub, by URL. */
let attributes: Map<string, Record<string, string>>;

beforeEach(async () => {
  aws = await startStubAws();
  attributes = new Map();
  aws.answer("CreateQueue", ({ QueueName }) => {
    const url = `http://queues/${QueueName}`;
    if (!attributes.has(url)) attributes.set(url, {});
    return { QueueUrl: url };
  });
  aws.answer("GetQueueAttributes", ({ QueueUrl }) => ({ Attributes: attributes.get(QueueUrl) }));
  aws.answer(
    "SetQueueAttributes",
    ({ QueueUrl, Attributes }) => Object.assign(attributes.get(QueueUrl)!, Attributes) && {},
  );
  aws.answer("PutTargets", () => ({ FailedEntryCount: 0, FailedEntries: [] }));
});
afterEach(() => aws.close());

const provision = () =>
  provisionQueues({
    sqs: aws.clients.sqs,
    eventBridge: aws.clients.eventBridge,
    account: "111122223333",
    region: "eu-west-1",
    prefix: "mooring",
  });

test("two queues with a dead-letter queue, and rules that feed the fast one", async () => {
  expect(await provision()).toEqual({
    fastQueueUrl: "http://queues/mooring-fast",
    fastQueueArn: `${ARN}-fast`,
    slowQueueUrl: "http://queues/mooring-slow",
    slowQueueArn: `${ARN}-slow`,
    deadLetterUrl: "http://queues/mooring-dead-letters",
    deadLetterArn: `${ARN}-dead-letters`,
  });
  const fast = attributes.get("http://queues/mooring-fast")!;
  expect(fast["VisibilityTimeout"]).toBe("30");
  expect(JSON.parse(fast["RedrivePolicy"]!)).toEqual({
    deadLetterTargetArn: `${ARN}-dead-letters`,
    maxReceiveCount: 1_000,
  });
  expect(aws.inputs("PutRule").map(({ Name }) => Name)).toEqual([
    "mooring-efs",
    "mooring-lambda",
    "mooring-iam",
    "mooring-wake",
    "mooring-ecs",
    "mooring-ecs-deployments",
    "mooring-ecs-services",
    "mooring-ecs-tasks",
    "mooring-rule-targets",
    "mooring-schedules",
  ]);
  expect(aws.inputs("PutTargets").every(({ Targets }) => Targets[0].Arn === `${ARN}-fast`)).toBe(true);
});

test("only our rules may put messages there", async () => {
  await provision();
  const policy = JSON.parse(attributes.get("http://queues/mooring-fast")!["Policy"]!);
  expect(policy.Statement).toEqual([
    {
      Sid: "MooringEventRules",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: `${ARN}-fast`,
      Condition: {
        ArnEquals: {
          "aws:SourceArn": [
            "efs",
            "lambda",
            "iam",
            "wake",
            "ecs",
            "ecs-deployments",
            "ecs-services",
            "ecs-tasks",
            "rule-targets",
            "schedules",
          ].map((name) => `arn:aws:events:eu-west-1:111122223333:rule/mooring-${name}`),
        },
      },
    },
  ]);
});

test("a second time changes no queue, even if SQS spells the attributes its own way", async () => {
  await provision();
  const fast = attributes.get("http://queues/mooring-fast")!;
  fast["RedrivePolicy"] = `{ "maxReceiveCount": "1000", "deadLetterTargetArn": "${ARN}-dead-letters" }`;
  const before = aws.inputs("SetQueueAttributes").length;
  await provision();
  expect(aws.inputs("SetQueueAttributes")).toHaveLength(before);
});

test("what was changed comes back, and others' statements stay", async () => {
  await provision();
  const fast = attributes.get("http://queues/mooring-fast")!;
  fast["VisibilityTimeout"] = "5";
  fast["Policy"] = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "theirs", Effect: "Allow" }] });
  await provision();
  expect(fast["VisibilityTimeout"]).toBe("30");
  expect(JSON.parse(fast["Policy"]).Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
    "theirs",
    "MooringEventRules",
  ]);
});

test("a target that EventBridge refuses fails the provisioning", async () => {
  aws.answer("PutTargets", () => ({
    FailedEntryCount: 1,
    FailedEntries: [{ ErrorCode: "InvalidArn", ErrorMessage: "no" }],
  }));
  await expect(provision()).rejects.toThrow(/mooring-efs has no target: InvalidArn/);
});

test("missing rights are named as such", async () => {
  aws.answer("CreateQueue", () => new StubRefusal("AccessDenied", 403));
  await expect(provision()).rejects.toMatchObject({ kind: "AccessDenied" });
});
