import { ECS_CALLS, FAILED_TO_START, TELLING_ACTIONS } from "./ecs-events.ts";
import type { Lane } from "./queue.ts";
import { EFS_CALLS, IAM_ROLE_CALLS, LAMBDA_CALLS } from "./watched-calls.ts";
import { WAKE_DETAIL_TYPE, WAKE_SOURCE } from "./wake-message.ts";

/** EventBridge's default limit for the compact JSON of a pattern, in characters. */
export const PATTERN_CHARACTERS_MAX = 2_048;

export interface EventRule {
  /** Rule name = `<prefix>-<name>`. */
  name: string;
  description: string;
  pattern: Record<string, unknown>;
  lane: Lane;
  /** False: the pattern is known, but nobody acts on its events yet, so they are not asked for. */
  active: boolean;
}

const API_CALL = "AWS API Call via CloudTrail";

/** Failed calls changed nothing. */
const SUCCEEDED = [{ exists: false }];

const prefixes = (names: readonly string[]) => names.map((prefix) => ({ prefix }));

function apiCalls(service: string, eventName: readonly unknown[]): Record<string, unknown> {
  return {
    source: [`aws.${service}`],
    "detail-type": [API_CALL],
    detail: { eventSource: [`${service}.amazonaws.com`], errorCode: SUCCEEDED, eventName },
  };
}

/** A target that starts tasks. Nobody else's schedules are asked for: there may be a great many. */
const STARTING = { ecsParameters: { taskDefinitionArn: [{ exists: true }] } };

/** Calls on rules or schedules: those that only name one, and those that say what it starts. */
function targetCalls(service: string, naming: string[], saying: string[], requestParameters: object) {
  const { detail, ...pattern } = apiCalls(service, []);
  const { eventName: _, ...common } = detail as Record<string, unknown>;
  return { ...pattern, detail: { ...common, $or: [{ eventName: naming }, { eventName: saying, requestParameters }] } };
}

/**
 * What Mooring listens to. Calls are seen only where a CloudTrail trail logs write management
 * events; IAM's appear in us-east-1 only, elsewhere its rule is silent and the sweep finds them.
 */
export const EVENT_RULES: readonly EventRule[] = [
  {
    name: "efs",
    description: "Changes of EFS access points, policies, mount targets and file systems wake Mooring",
    pattern: apiCalls("elasticfilesystem", EFS_CALLS),
    lane: "fast",
    active: true,
  },
  {
    name: "lambda",
    description: "Changes of Lambda functions, versions and aliases wake Mooring",
    pattern: apiCalls("lambda", prefixes(LAMBDA_CALLS)),
    lane: "fast",
    active: true,
  },
  {
    name: "iam",
    description: "Changes of IAM roles wake Mooring where a binding uses them",
    pattern: apiCalls("iam", IAM_ROLE_CALLS),
    lane: "fast",
    active: true,
  },
  {
    name: "wake",
    description: "Mooring wakes itself after changes of records",
    pattern: { source: [WAKE_SOURCE], "detail-type": [WAKE_DETAIL_TYPE] },
    lane: "fast",
    active: true,
  },
  {
    name: "ecs",
    description: "Changes of ECS task definitions and services wake Mooring",
    pattern: apiCalls("ecs", ECS_CALLS),
    lane: "fast",
    active: true,
  },
  {
    name: "ecs-deployments",
    description: "Steps of ECS deployments, as ECS itself reports them, wake Mooring",
    pattern: { source: ["aws.ecs"], "detail-type": ["ECS Deployment State Change"] },
    lane: "fast",
    active: true,
  },
  {
    name: "ecs-services",
    description: "ECS services whose tasks do not start wake Mooring",
    pattern: {
      source: ["aws.ecs"],
      "detail-type": ["ECS Service Action"],
      detail: { eventName: TELLING_ACTIONS },
    },
    lane: "fast",
    active: true,
  },
  {
    name: "ecs-tasks",
    description: "ECS tasks that could not start wake Mooring",
    pattern: {
      source: ["aws.ecs"],
      "detail-type": ["ECS Task State Change"],
      detail: { lastStatus: ["STOPPED"], stopCode: [FAILED_TO_START] },
    },
    lane: "fast",
    active: true,
  },
  {
    name: "rule-targets",
    description: "Changes of what EventBridge rules start wake Mooring where they concern a family of its own",
    pattern: targetCalls("events", ["RemoveTargets", "DeleteRule"], ["PutTargets"], { targets: STARTING }),
    lane: "fast",
    active: true,
  },
  {
    name: "schedules",
    description: "Changes of what schedules start wake Mooring where they concern a family of its own",
    pattern: targetCalls("scheduler", ["DeleteSchedule"], ["CreateSchedule", "UpdateSchedule"], { target: STARTING }),
    lane: "fast",
    active: true,
  },
  {
    name: "security-groups",
    description: "Changes of security groups, which decide whether NFS gets through",
    pattern: apiCalls("ec2", prefixes(["AuthorizeSecurityGroup", "RevokeSecurityGroup", "ModifySecurityGroupRules"])),
    lane: "fast",
    active: false,
  },
];
