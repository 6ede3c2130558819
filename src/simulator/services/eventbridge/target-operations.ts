/** Operations on a rule's targets. */
import type { Handler } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import { notSimulated } from "../../model/check-input.ts";
import type { Buses, Rule, Target } from "./buses.ts";
import { constraint, invalid } from "./buses.ts";
import { checkEcsTarget, CLUSTER_ARN } from "./ecs-target.ts";
import { pageOf } from "./paging.ts";

const TARGETS_MAX = 5;
const TARGETS_A_CALL_MAX = 10;
const TARGET_ID = /^[.\-_A-Za-z0-9]{1,64}$/;
const QUEUE_ARN = /^arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/;

const TARGET_MEMBERS = [
  "Id",
  "Arn",
  "RoleArn",
  "Input",
  "InputPath",
  "InputTransformer",
  "SqsParameters",
  ...["TaskDefinitionArn", "TaskCount", "LaunchType", "NetworkConfiguration", "PlatformVersion", "Group", "Tags"].map(
    (name) => `EcsParameters.${name}`,
  ),
  ...["EnableECSManagedTags", "EnableExecuteCommand", "PropagateTags", "ReferenceId"].map(
    (name) => `EcsParameters.${name}`,
  ),
  "DeadLetterConfig",
  "RetryPolicy",
];

export const TARGET_INPUT_MEMBERS = {
  PutTargets: ["Rule", "EventBusName", ...TARGET_MEMBERS.map((name) => `Targets.${name}`)],
  RemoveTargets: ["Rule", "EventBusName", "Ids", "Force"],
  ListTargetsByRule: ["Rule", "EventBusName", "NextToken", "Limit"],
};

export function createTargetOperations(buses: Buses): Record<keyof typeof TARGET_INPUT_MEMBERS, Handler> {
  return {
    PutTargets: ({ Rule, EventBusName, Targets }) => putTargets(buses.rule(Rule, EventBusName), Targets),
    RemoveTargets({ Rule, EventBusName, Ids }) {
      const rule = buses.rule(Rule, EventBusName);
      const unknown = (Ids as string[]).filter((id) => !rule.targets.some((target) => target.Id === id));
      rule.targets = rule.targets.filter((target) => !Ids.includes(target.Id));
      return failures(
        unknown.map((TargetId) => ({
          TargetId,
          ErrorCode: "ResourceNotFoundException",
          ErrorMessage: `Target ${TargetId} does not exist.`,
        })),
      );
    },
    ListTargetsByRule({ Rule, EventBusName, ...paging }) {
      const { page, token } = pageOf(buses.rule(Rule, EventBusName).targets, paging);
      return { Targets: page, ...token };
    },
  };
}

function putTargets(rule: Rule, given: Target[]): object {
  if (given.length < 1) throw constraint("[]", "targets", "Member must have length greater than or equal to 1");
  if (given.length > TARGETS_A_CALL_MAX)
    throw constraint(given.length, "targets", `Member must have length less than or equal to ${TARGETS_A_CALL_MAX}`);
  for (const target of given) checkTarget(target);
  const merged = new Map([...rule.targets, ...given].map((target) => [target.Id, target]));
  if (merged.size > TARGETS_MAX) {
    throw new ServiceError("LimitExceededException", 400, "The requested resource exceeds the maximum number allowed.");
  }
  rule.targets = [...merged.values()];
  return failures([]);
}

function checkTarget(target: Target): void {
  const { Id, Arn, Input, InputPath, InputTransformer, RetryPolicy = {} } = target;
  if (!TARGET_ID.test(Id))
    throw constraint(
      Id,
      "targets.1.member.id",
      String.raw`Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`,
    );
  if (!/^arn:[^:]+:[^:]+:/.test(Arn))
    throw new ServiceError(
      "ValidationException",
      400,
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  if (CLUSTER_ARN.test(Arn)) checkEcsTarget(target);
  else if (!QUEUE_ARN.test(Arn)) throw notSimulated("eventbridge", "PutTargets", `Targets.Arn of ${Arn.split(":")[2]}`);
  else if (target.EcsParameters) throw invalid(`Parameter EcsParameters is not valid for target ${Id}.`);
  const inputs = [Input, InputPath, InputTransformer].filter((each) => each !== undefined);
  if (inputs.length > 1) {
    throw new ServiceError(
      "ValidationException",
      400,
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  }
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } = RetryPolicy;
  if (attempts < 0 || attempts > 185)
    throw constraint(
      attempts,
      "targets.1.member.retryPolicy.maximumRetryAttempts",
      "Member must have value between 0 and 185",
    );
  if (age < 60 || age > 86_400)
    throw constraint(
      age,
      "targets.1.member.retryPolicy.maximumEventAgeInSeconds",
      "Member must have value between 60 and 86400",
    );
}

function failures(entries: object[]): object {
  return { FailedEntryCount: entries.length, FailedEntries: entries };
}
