import type { Behaviour } from "./behaviour.ts";
import { DYNAMODB } from "./behaviours/dynamodb.ts";
import { ECS_DEFINITIONS } from "./behaviours/ecs-definitions.ts";
import { ECS_SERVICES } from "./behaviours/ecs-services.ts";
import { EFS_ACCESS_POINTS } from "./behaviours/efs-access-points.ts";
import { EFS_FILE_SYSTEMS } from "./behaviours/efs-file-systems.ts";
import { EFS_POLICIES } from "./behaviours/efs-policies.ts";
import { EVENTBRIDGE } from "./behaviours/eventbridge.ts";
import { IAM_AND_STS } from "./behaviours/iam-and-sts.ts";
import { LAMBDA_FUNCTIONS } from "./behaviours/lambda-functions.ts";
import { LAMBDA_MOUNTS } from "./behaviours/lambda-mounts.ts";
import { SQS } from "./behaviours/sqs.ts";

/** Everything that the probe asks for. */
export const BEHAVIOURS: readonly Behaviour[] = [
  ...EFS_ACCESS_POINTS,
  ...EFS_POLICIES,
  ...EFS_FILE_SYSTEMS,
  ...LAMBDA_FUNCTIONS,
  ...LAMBDA_MOUNTS,
  ...ECS_DEFINITIONS,
  ...ECS_SERVICES,
  ...EVENTBRIDGE,
  ...SQS,
  ...DYNAMODB,
  ...IAM_AND_STS,
];
