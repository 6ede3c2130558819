import { type EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { partitionOf } from "../model/keys.ts";
import { EVENT_RULES, type EventRule } from "./event-patterns.ts";
import { toQueueError } from "./queue-error.ts";

export interface ProvisionOptions {
  sqs: Pick<SQSClient, "send">;
  eventBridge: Pick<EventBridgeClient, "send">;
  account: string;
  region: string;
  /** Of all names, e.g. "mooring-prod". */
  prefix: string;
}

export interface ProvisionedQueues {
  fastQueueUrl: string;
  fastQueueArn: string;
  slowQueueUrl: string;
  slowQueueArn: string;
  deadLetterUrl: string;
  deadLetterArn: string;
}

interface Queue {
  url: string;
  arn: string;
}

/** Lease + margin, see DESIGN: a message comes again once its holder's lease is certainly over. */
const VISIBILITY_SECONDS = 30;
const RETENTION_SECONDS = 4 * 24 * 60 * 60;
const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;
/**
 * SQS's maximum. Failures are counted in the key item and a wake for a leased key is received often
 * without being at fault, so only a message that nobody ever manages to deal with ends up there.
 */
const RECEIVES_MAX = 1_000;
const POLICY_SID = "MooringEventRules";
/** EventBridge's own maxima, said aloud because PutRule and PutTargets replace what is left out. */
const TARGET_RETRIES = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/**
 * Makes the two queues, their dead-letter queue, and the EventBridge rules that feed the fast one;
 * repeats are safe and bring back what was changed. Statements of others in the queues' policies stay.
 *
 * @throws {AwsError}
 */
export async function provisionQueues(options: ProvisionOptions): Promise<ProvisionedQueues> {
  try {
    const dead = await createQueue(options, "dead-letters");
    const [fast, slow] = await Promise.all([createQueue(options, "fast"), createQueue(options, "slow")]);
    const ruleArns = activeRules().map((rule) => ruleArn(options, rule));
    const work = {
      VisibilityTimeout: `${VISIBILITY_SECONDS}`,
      MessageRetentionPeriod: `${RETENTION_SECONDS}`,
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: dead.arn,
        maxReceiveCount: RECEIVES_MAX,
      }),
    };
    await converge(options, dead, { MessageRetentionPeriod: `${DEAD_LETTER_RETENTION_SECONDS}` }, ruleArns);
    await converge(options, fast, work, ruleArns);
    await converge(options, slow, work, []);
    for (const rule of activeRules()) await putRule(options, rule, { fast, slow }[rule.lane], dead);
    return {
      fastQueueUrl: fast.url,
      fastQueueArn: fast.arn,
      slowQueueUrl: slow.url,
      slowQueueArn: slow.arn,
      deadLetterUrl: dead.url,
      deadLetterArn: dead.arn,
    };
  } catch (error) {
    throw toQueueError(`provisioning the queues "${options.prefix}-*"`, error);
  }
}

function activeRules(): EventRule[] {
  return EVENT_RULES.filter(({ active }) => active);
}

/** Without attributes, so that a queue that exists with others is found and not refused. */
async function createQueue({ sqs, account, region, prefix }: ProvisionOptions, name: string): Promise<Queue> {
  const QueueName = `${prefix}-${name}`;
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
  return { url: QueueUrl, arn: `arn:${partitionOf(region)}:sqs:${region}:${account}:${QueueName}` };
}

/** Writes only what differs: changed attributes take SQS up to a minute. */
async function converge(
  { sqs }: ProvisionOptions,
  queue: Queue,
  wanted: Partial<Record<QueueAttributeName, string>>,
  ruleArns: string[],
): Promise<void> {
  const names: QueueAttributeName[] = ["All"];
  const { Attributes: found = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: names }),
  );
  const all = ruleArns.length === 0 ? wanted : { ...wanted, Policy: queuePolicy(queue, ruleArns, found["Policy"]) };
  const differing = Object.entries(all).filter(([name, value]) => !sameJson(found[name as QueueAttributeName], value));
  if (differing.length === 0) return;
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: queue.url,
      Attributes: Object.fromEntries(differing),
    }),
  );
}

/** Lets EventBridge put messages there, for our rules only. */
function queuePolicy(queue: Queue, ruleArns: string[], existing: string | undefined): string {
  const document = (existing === undefined || existing === "" ? {} : JSON.parse(existing)) as {
    Statement?: { Sid?: string }[];
  };
  const foreign = (document.Statement ?? []).filter(({ Sid }) => Sid !== POLICY_SID);
  const ours = {
    Sid: POLICY_SID,
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queue.arn,
    Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
  };
  return JSON.stringify({ Version: "2012-10-17", ...document, Statement: [...foreign, ours] });
}

async function putRule(
  { eventBridge, ...options }: ProvisionOptions,
  rule: EventRule,
  queue: Queue,
  dead: Queue,
): Promise<void> {
  const Name = `${options.prefix}-${rule.name}`;
  await eventBridge.send(
    new PutRuleCommand({
      Name,
      Description: rule.description,
      EventPattern: JSON.stringify(rule.pattern),
      State: "ENABLED",
    }),
  );
  const target = {
    Id: "mooring",
    Arn: queue.arn,
    DeadLetterConfig: { Arn: dead.arn },
    RetryPolicy: TARGET_RETRIES,
  };
  const answer = await eventBridge.send(new PutTargetsCommand({ Rule: Name, Targets: [target] }));
  const failure = answer.FailedEntries?.[0];
  if (failure !== undefined)
    throw new Error(`rule ${Name} has no target: ${failure.ErrorCode}: ${failure.ErrorMessage}`);
}

function ruleArn({ account, region, prefix }: ProvisionOptions, rule: EventRule): string {
  return `arn:${partitionOf(region)}:events:${region}:${account}:rule/${prefix}-${rule.name}`;
}

/** Attributes that are JSON come back in another spelling; maxReceiveCount even as a string. */
function sameJson(found: string | undefined, wanted: string): boolean {
  if (found === wanted) return true;
  if (found === undefined || !wanted.startsWith("{")) return false;
  return canonical(JSON.parse(found)) === canonical(JSON.parse(wanted));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(String(value));
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${canonical(member)}`).join()}}`;
}
