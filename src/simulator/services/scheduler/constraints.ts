/**
 * What EventBridge Scheduler demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `inputValidator` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

const WRITTEN = {
  ActionAfterCompletion: { enum: ["NONE", "DELETE"] },
  ClientToken: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]+" },
  Description: { min: 0, max: 512 },
  FlexibleTimeWindow: { required: true },
  "FlexibleTimeWindow.MaximumWindowInMinutes": { min: 1, max: 1440, number: true },
  "FlexibleTimeWindow.Mode": { required: true, enum: ["OFF", "FLEXIBLE"] },
  GroupName: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  KmsKeyArn: {
    min: 1,
    max: 2048,
    pattern: String.raw`arn:aws(-[a-z]+)?:kms:[a-z0-9\-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*`,
  },
  Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  ScheduleExpression: { required: true, min: 1, max: 256 },
  ScheduleExpressionTimezone: { min: 1, max: 50 },
  State: { enum: ["ENABLED", "DISABLED"] },
  Target: { required: true },
  "Target.Arn": { required: true, min: 1, max: 1600 },
  "Target.DeadLetterConfig.Arn": {
    min: 1,
    max: 1600,
    pattern: String.raw`arn:aws(-[a-z]+)?:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+`,
  },
  "Target.EcsParameters.CapacityProviderStrategy": { min: 0, max: 6 },
  "Target.EcsParameters.CapacityProviderStrategy.*.base": { min: 0, max: 100000, number: true },
  "Target.EcsParameters.CapacityProviderStrategy.*.capacityProvider": { required: true, min: 1, max: 255 },
  "Target.EcsParameters.CapacityProviderStrategy.*.weight": { min: 0, max: 1000, number: true },
  "Target.EcsParameters.Group": { min: 1, max: 255 },
  "Target.EcsParameters.LaunchType": { enum: ["EC2", "FARGATE", "EXTERNAL"] },
  "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.AssignPublicIp": { enum: ["ENABLED", "DISABLED"] },
  "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.SecurityGroups": { min: 1, max: 5 },
  "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.SecurityGroups.*": { min: 1, max: 1000 },
  "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.Subnets": { required: true, min: 1, max: 16 },
  "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.Subnets.*": { min: 1, max: 1000 },
  "Target.EcsParameters.PlacementConstraints": { min: 0, max: 10 },
  "Target.EcsParameters.PlacementConstraints.*.expression": { min: 0, max: 2000 },
  "Target.EcsParameters.PlacementConstraints.*.type": { enum: ["distinctInstance", "memberOf"] },
  "Target.EcsParameters.PlacementStrategy": { min: 0, max: 5 },
  "Target.EcsParameters.PlacementStrategy.*.field": { min: 0, max: 255 },
  "Target.EcsParameters.PlacementStrategy.*.type": { enum: ["random", "spread", "binpack"] },
  "Target.EcsParameters.PlatformVersion": { min: 1, max: 64 },
  "Target.EcsParameters.PropagateTags": { enum: ["TASK_DEFINITION"] },
  "Target.EcsParameters.ReferenceId": { min: 0, max: 1024 },
  "Target.EcsParameters.Tags": { min: 0, max: 50 },
  "Target.EcsParameters.TaskCount": { min: 1, max: 10, number: true },
  "Target.EcsParameters.TaskDefinitionArn": { required: true, min: 1, max: 1600 },
  "Target.EventBridgeParameters.DetailType": { required: true, min: 1, max: 128 },
  "Target.EventBridgeParameters.Source": {
    required: true,
    min: 1,
    max: 256,
    pattern: String.raw`(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)`,
  },
  "Target.Input": { min: 1 },
  "Target.KinesisParameters.PartitionKey": { required: true, min: 1, max: 256 },
  "Target.RetryPolicy.MaximumEventAgeInSeconds": { min: 60, max: 86400, number: true },
  "Target.RetryPolicy.MaximumRetryAttempts": { min: 0, max: 185, number: true },
  "Target.RoleArn": {
    required: true,
    min: 1,
    max: 1600,
    pattern: String.raw`arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+`,
  },
  "Target.SageMakerPipelineParameters.PipelineParameterList": { min: 0, max: 200 },
  "Target.SageMakerPipelineParameters.PipelineParameterList.*.Name": {
    required: true,
    min: 1,
    max: 256,
    pattern: String.raw`[A-Za-z0-9\-_]*`,
  },
  "Target.SageMakerPipelineParameters.PipelineParameterList.*.Value": { required: true, min: 1, max: 1024 },
  "Target.SqsParameters.MessageGroupId": { min: 1, max: 128 },
} as const;

export const SCHEDULER_CONSTRAINTS: OperationConstraints = {
  CreateSchedule: WRITTEN,
  UpdateSchedule: WRITTEN,
  CreateScheduleGroup: {
    ClientToken: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]+" },
    Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    Tags: { min: 0, max: 200 },
    "Tags.*.Key": { required: true, min: 1, max: 128 },
    "Tags.*.Value": { required: true, min: 1, max: 256 },
  },
  DeleteSchedule: {
    ClientToken: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]+" },
    GroupName: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  },
  DeleteScheduleGroup: {
    ClientToken: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]+" },
    Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  },
  GetSchedule: {
    GroupName: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  },
  GetScheduleGroup: {
    Name: { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
  },
  ListScheduleGroups: {
    MaxResults: { min: 1, max: 100, number: true },
    NamePrefix: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    NextToken: { min: 1, max: 2048 },
  },
  ListSchedules: {
    GroupName: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    MaxResults: { min: 1, max: 100, number: true },
    NamePrefix: { min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" },
    NextToken: { min: 1, max: 2048 },
    State: { enum: ["ENABLED", "DISABLED"] },
  },
  ListTagsForResource: {
    ResourceArn: {
      required: true,
      min: 1,
      max: 1011,
      pattern: String.raw`arn:aws(-[a-z]+)?:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+`,
    },
  },
  TagResource: {
    ResourceArn: {
      required: true,
      min: 1,
      max: 1011,
      pattern: String.raw`arn:aws(-[a-z]+)?:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+`,
    },
    Tags: { required: true, min: 0, max: 200 },
    "Tags.*.Key": { required: true, min: 1, max: 128 },
    "Tags.*.Value": { required: true, min: 1, max: 256 },
  },
  UntagResource: {
    ResourceArn: {
      required: true,
      min: 1,
      max: 1011,
      pattern: String.raw`arn:aws(-[a-z]+)?:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+`,
    },
    TagKeys: { required: true, min: 0, max: 200 },
    "TagKeys.*": { min: 1, max: 128 },
  },
};
