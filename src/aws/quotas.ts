/** A pool of requests per second that several operations share. */
export type Bucket = "efs-read" | "efs-write" | "lambda-get-function" | "lambda-control" | "iam" | "sts";

export interface Quota {
  /** Requests per second that AWS grants to the whole account and region, all callers together. */
  perSecond: number;
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
  iam: { perSecond: 20, source: "unpublished; careful guess" },
  sts: { perSecond: 20, source: "published as 600 per second; one call at start-up needs less" },
};

const READ_ONLY = /^(Describe|List|Get)/;

/** The bucket that pays for one call of `service` (SDK name). */
export function bucketOf(service: "efs" | "lambda" | "iam" | "sts", operation: string): Bucket {
  if (service === "efs") return READ_ONLY.test(operation) ? "efs-read" : "efs-write";
  if (service === "lambda") return operation === "GetFunction" ? "lambda-get-function" : "lambda-control";
  return service;
}
