import type { Step } from "./step.ts";
import { fails, ok } from "./step.ts";

const [events, noEvents, scheduler, noScheduler] = [
  ok("eventbridge"),
  fails("eventbridge"),
  ok("scheduler"),
  fails("scheduler"),
];

const ACCOUNT = "eu-west-1:111122223333:";
const ROLE = "arn:aws:iam::111122223333:role/starter";
const CLUSTER = `arn:aws:ecs:${ACCOUNT}cluster/prod`;
const EcsParameters = {
  TaskDefinitionArn: `arn:aws:ecs:${ACCOUNT}task-definition/nightly:3`,
  TaskCount: 2,
  LaunchType: "FARGATE",
  PlatformVersion: "LATEST",
  Group: "night",
  NetworkConfiguration: {
    awsvpcConfiguration: { Subnets: ["subnet-1"], SecurityGroups: ["sg-1"], AssignPublicIp: "DISABLED" },
  },
  EnableECSManagedTags: true,
  EnableExecuteCommand: false,
  PropagateTags: "TASK_DEFINITION",
  ReferenceId: "r",
};
const target = { Id: "t", Arn: CLUSTER, RoleArn: ROLE, EcsParameters };
const { TaskDefinitionArn: _, ...withoutDefinition } = EcsParameters;

/** Rules that fire by the clock, or start tasks. */
const RULE_STEPS: Step[] = [
  events("PutRule", { Name: "nightly", ScheduleExpression: "cron(0 3 * * ? *)" }),
  events("DescribeRule", { Name: "nightly" }),
  events("ListRules", { NamePrefix: "nightly" }),
  events("PutTargets", { Rule: "nightly", Targets: [{ ...target, Input: "{}" }] }),
  events("ListTargetsByRule", { Rule: "nightly" }),
  events("ListRuleNamesByTarget", { TargetArn: CLUSTER }),
  noEvents("ValidationException", "PutRule", { Name: "x", ScheduleExpression: "rate(1 days)" }),
  noEvents("ValidationException", "PutRule", { Name: "x", ScheduleExpression: "at(2026-01-01T00:00:00)" }),
  noEvents("ValidationException", "PutTargets", { Rule: "nightly", Targets: [{ ...target, RoleArn: undefined }] }),
  noEvents("ValidationException", "PutTargets", {
    Rule: "nightly",
    Targets: [{ Id: "t", Arn: CLUSTER, RoleArn: ROLE }],
  }),
  noEvents("NotSimulated", "PutTargets", {
    Rule: "nightly",
    Targets: [{ ...target, EcsParameters: { ...EcsParameters, PlacementStrategy: [{ type: "random" }] } }],
  }),
  events("RemoveTargets", { Rule: "nightly", Ids: ["t"] }),
  events("DeleteRule", { Name: "nightly" }),
];

/** Given, since the SDK's clients would make up one, each its own. */
const ClientToken = "one";
const schedule = {
  Name: "report",
  ScheduleExpression: "rate(5 minutes)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: { Arn: CLUSTER, RoleArn: ROLE, EcsParameters: { ...EcsParameters, Tags: [{ team: "media" }] } },
  ClientToken,
};
const universal = {
  Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask",
  RoleArn: ROLE,
  Input: JSON.stringify({ Cluster: "prod", TaskDefinition: "nightly:3" }),
};

const SCHEDULER_STEPS: Step[] = [
  scheduler(
    "CreateScheduleGroup",
    { Name: "night", Tags: [{ Key: "a", Value: "b" }], ClientToken },
    { group: "ScheduleGroupArn" },
  ),
  scheduler("GetScheduleGroup", { Name: "night" }),
  scheduler("ListScheduleGroups", { MaxResults: 1 }, { groups: "NextToken" }),
  scheduler("ListScheduleGroups", { MaxResults: 1, NextToken: "$groups" }),
  scheduler("TagResource", { ResourceArn: "$group", Tags: [{ Key: "c", Value: "d" }] }),
  scheduler("UntagResource", { ResourceArn: "$group", TagKeys: ["a"] }),
  scheduler("ListTagsForResource", { ResourceArn: "$group" }),
  scheduler("CreateSchedule", schedule),
  scheduler("CreateSchedule", schedule),
  scheduler("CreateSchedule", {
    ...schedule,
    GroupName: "night",
    Target: universal,
    State: "DISABLED",
    StartDate: new Date(1_800_000_000_000),
    EndDate: new Date(1_900_000_000_000),
    Description: "d",
    ScheduleExpression: "at(2027-01-01T00:00:00)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 },
    ActionAfterCompletion: "DELETE",
  }),
  scheduler("GetSchedule", { Name: "report" }),
  scheduler("GetSchedule", { Name: "report", GroupName: "night" }),
  scheduler("ListSchedules", { MaxResults: 1 }, { schedules: "NextToken" }),
  scheduler("ListSchedules", { MaxResults: 1, NextToken: "$schedules" }),
  scheduler("ListSchedules", { GroupName: "night", State: "DISABLED", NamePrefix: "re" }),
  scheduler("UpdateSchedule", { ...schedule, ScheduleExpression: "cron(0 3 * * ? *)" }),
  noScheduler("ConflictException", "CreateSchedule", { ...schedule, ClientToken: "two" }),
  noScheduler("ConflictException", "CreateScheduleGroup", { Name: "night", ClientToken: "two" }),
  noScheduler("ResourceNotFoundException", "CreateSchedule", { ...schedule, GroupName: "none" }),
  noScheduler("ResourceNotFoundException", "GetSchedule", { Name: "none" }),
  noScheduler("ResourceNotFoundException", "UpdateSchedule", { ...schedule, Name: "none" }),
  noScheduler("ResourceNotFoundException", "DeleteSchedule", { Name: "none", ClientToken }),
  noScheduler("ResourceNotFoundException", "ListSchedules", { GroupName: "none" }),
  noScheduler("ResourceNotFoundException", "GetScheduleGroup", { Name: "none" }),
  noScheduler("ValidationException", "CreateSchedule", { ...schedule, Name: "x", ScheduleExpression: "rate(5 weeks)" }),
  noScheduler("ValidationException", "CreateSchedule", { ...schedule, Name: "a/b" }),
  noScheduler("ValidationException", "CreateSchedule", {
    ...schedule,
    Name: "x",
    Target: { ...schedule.Target, EcsParameters: withoutDefinition },
  }),
  noScheduler("ValidationException", "DeleteScheduleGroup", { Name: "default", ClientToken }),
  noScheduler("NotSimulated", "CreateSchedule", {
    ...schedule,
    Name: "x",
    KmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/k",
  }),
  scheduler("DeleteSchedule", { Name: "report", ClientToken }),
  scheduler("DeleteScheduleGroup", { Name: "night", ClientToken }),
];

export const SCHEDULE_STEPS: Step[] = [...RULE_STEPS, ...SCHEDULER_STEPS];
