/** A pool of requests per second that several operations share. */
export type Bucket =
  | "efs-read"
  | "efs-write"
  | "lambda-get-function"
  | "lambda-control"
  | "ecs-task-definition-modify"
  | "ecs-task-definition-read"
  | "ecs-service-modify"
  | "ecs-service-read"
  | "ecs-cluster-read"
  | "ecs-cluster-resource-read"
  | "iam"
  | "eventbridge"
  | "scheduler"
  | "sts";

export interface Quota {
  /** Requests per second that AWS grants to the whole account and region, all callers together. */
  perSecond: number;
  /** Requests that AWS grants at once after a quiet time; left out: one second's worth. */
  burst?: number;
  /** Where the number comes from: AWS's published quota, or our own caution. */
  source: string;
}

/**
 * What AWS grants, before Mooring's configured share of it.
 *
 * Lambda publishes its numbers; EFS and IAM publish none for their control planes, so theirs are
 * guesses on the careful side, to be raised only with evidence.
 */
export const QUOTAS: Record<Bucket, Quota> = {
  "lambda-get-function": {
    perSecond: 100,
    source: "Lambda quotas: GetFunction 100 requests per second",
  },
  "lambda-control": {
    perSecond: 15,
    source: "Lambda quotas: all other control-plane calls together 15 requests per second, not adjustable",
  },
  "efs-read": { perSecond: 40, source: "unpublished; careful guess" },
  "efs-write": {
    perSecond: 10,
    source: "unpublished; creates in quick succession near a limit are throttled",
  },
  "ecs-task-definition-modify": ecs(1, 20, "task-definition modify"),
  "ecs-task-definition-read": ecs(20, 50, "task-definition read"),
  "ecs-service-modify": ecs(5, 50, "service modify"),
  "ecs-service-read": ecs(20, 100, "service read"),
  "ecs-cluster-read": ecs(20, 50, "cluster read"),
  "ecs-cluster-resource-read": ecs(20, 100, "cluster-resource read"),
  iam: { perSecond: 20, source: "unpublished; careful guess" },
  eventbridge: { perSecond: 25, source: "careful guess below the 50 per second of most reads; not verified" },
  scheduler: { perSecond: 25, source: "careful guess below the 50 per second of lists; not verified" },
  sts: { perSecond: 20, source: "published as 600 per second; one call at start-up needs less" },
};

/**
 * ECS's operations in its own groups.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const ECS_BUCKETS: Record<string, Bucket> = {
  RegisterTaskDefinition: "ecs-task-definition-modify",
  DescribeTaskDefinition: "ecs-task-definition-read",
  ListTaskDefinitionFamilies: "ecs-task-definition-read",
  UpdateService: "ecs-service-modify",
  DescribeServices: "ecs-service-read",
  ListServices: "ecs-service-read",
  ListClusters: "ecs-cluster-read",
  ListTasks: "ecs-cluster-resource-read",
  DescribeTasks: "ecs-cluster-resource-read",
};

const READ_ONLY = /^(Describe|List|Get)/;

/** The bucket that pays for one call of `service` (SDK name). */
export function bucketOf(
  service: "efs" | "lambda" | "ecs" | "iam" | "eventbridge" | "scheduler" | "sts",
  operation: string,
): Bucket {
  // What is not listed pays from the scarcest.
  if (service === "ecs") return ECS_BUCKETS[operation] ?? "ecs-task-definition-modify";
  if (service === "efs") return READ_ONLY.test(operation) ? "efs-read" : "efs-write";
  if (service === "lambda") return operation === "GetFunction" ? "lambda-get-function" : "lambda-control";
  return service;
}

function ecs(perSecond: number, burst: number, group: string): Quota {
  return { perSecond, burst, source: `AWS-FACTS 3.3; ECS API reference, request throttling: ${group}` };
}
