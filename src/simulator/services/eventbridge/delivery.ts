/** From an event to the targets of the rules that match it. */
import type { World } from "../../world.ts";
import type { Bus, Buses, Rule, Target } from "./buses.ts";
import { CLUSTER_ARN, runTasks } from "./ecs-target.ts";
import { targetInput } from "./target-input.ts";

export const ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

export interface BusEvent {
  detail: Record<string, unknown>;
  "detail-type": string;
}

/** Takes an event to every rule of the bus that wants it. */
export function route(world: World, buses: Buses, bus: Bus, event: BusEvent): void {
  let text: string | undefined;
  for (const rule of bus.rules.values()) {
    if (rule.targets.length === 0 || !admits(rule, event) || !buses.matcher(rule)(event)) continue;
    text ??= JSON.stringify(event);
    deliverTo(world, rule, event, text);
  }
}

/** Takes an event to all targets of one rule. @param text the event as JSON. */
export function deliverTo(world: World, rule: Rule, event: object, text: string): void {
  for (const target of rule.targets) deliver(world, rule, target, event, text);
}

/** Read-only management events reach only rules that ask for them (EventBridge user guide). */
function admits({ state }: Rule, event: BusEvent): boolean {
  if (state === "DISABLED") return false;
  const isReadOnly = event["detail-type"] === "AWS API Call via CloudTrail" && event.detail["readOnly"] === true;
  return !isReadOnly || state === ALL_MANAGEMENT_EVENTS;
}

function deliver(world: World, rule: Rule, target: Target, event: object, text: string): void {
  if (CLUSTER_ARN.test(target.Arn)) {
    void runTasks(world, rule, target).then((refusal) => deliverDead(world, rule, target, text, refusal));
    return;
  }
  const sqs = world.find("sqs");
  if (!sqs) return;
  const ingestedAt = new Date(world.clock.nowMs()).toISOString();
  const body = targetInput(target, event, text, { ruleArn: rule.arn, ruleName: rule.name, ingestedAt });
  const groupId = target.SqsParameters?.MessageGroupId;
  const refusal = sqs.deliver({
    queueArn: target.Arn,
    body,
    ruleArn: rule.arn,
    hasRole: target.RoleArn !== undefined,
    ...(groupId !== undefined && { groupId }),
  });
  deliverDead(world, rule, target, text, refusal);
}

/** A missing permission, queue or cluster is not retried: the event goes to the dead-letter queue, or is lost. */
function deliverDead(world: World, rule: Rule, target: Target, text: string, refusal: string | undefined): void {
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  if (refusal === undefined || deadLetterArn === undefined) return;
  const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
  const attributes = {
    RULE_ARN: attribute(rule.arn),
    TARGET_ARN: attribute(target.Arn),
    ERROR_CODE: attribute(refusal),
  };
  world.find("sqs")?.deliver({ queueArn: deadLetterArn, body: text, ruleArn: rule.arn, hasRole: false, attributes });
}
