/**
 * A reconcile key names one AWS object, and so its one writer (DESIGN, section 2):
 * `filesystem/<account>/<region>/<fs-id>`, `lambda/<unqualified function arn>`, `ecs/<service arn>` or
 * `ecs/<task-definition arn without revision>`.
 */
export type ReconcileKey = string;

export type ParsedKey =
  | { kind: "filesystem"; account: string; region: string; fileSystemId: string }
  | { kind: "ecsService"; account: string; region: string; cluster: string; service: string }
  | { kind: "ecsFamily"; account: string; region: string; family: string }
  | { kind: "lambda"; functionArn: string; account: string; region: string; functionName: string };

export function fileSystemKey(fs: { account: string; region: string; fileSystemId: string }): ReconcileKey {
  return `filesystem/${fs.account}/${fs.region}/${fs.fileSystemId}`;
}

export function lambdaKey(fn: { account: string; region: string; functionName: string }): ReconcileKey {
  return `lambda/${functionArn(fn)}`;
}

export function ecsServiceKey(service: {
  account: string;
  region: string;
  cluster: string;
  service: string;
}): ReconcileKey {
  return `ecs/${serviceArn(service)}`;
}

export function ecsFamilyKey(family: { account: string; region: string; family: string }): ReconcileKey {
  return `ecs/${familyArn(family)}`;
}

/** In the long form, with the cluster's name. */
export function serviceArn(service: { account: string; region: string; cluster: string; service: string }): string {
  const { account, region } = service;
  return `arn:${partitionOf(region)}:ecs:${region}:${account}:service/${service.cluster}/${service.service}`;
}

/** A task definition's ARN without its revision. */
export function familyArn({ account, region, family }: { account: string; region: string; family: string }): string {
  return `arn:${partitionOf(region)}:ecs:${region}:${account}:task-definition/${family}`;
}

export function clusterArn({ account, region }: { account: string; region: string }, cluster: string): string {
  return `arn:${partitionOf(region)}:ecs:${region}:${account}:cluster/${cluster}`;
}

/** AWS's partitions follow from the region's prefix. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

export function functionArn(fn: { account: string; region: string; functionName: string }): string {
  return `arn:${partitionOf(fn.region)}:lambda:${fn.region}:${fn.account}:function:${fn.functionName}`;
}

export function fileSystemArn(fs: { account: string; region: string; fileSystemId: string }): string {
  return `arn:${partitionOf(fs.region)}:elasticfilesystem:${fs.region}:${fs.account}:file-system/${fs.fileSystemId}`;
}

export function accessPointArn(fs: { account: string; region: string }, accessPointId: string): string {
  return `arn:${partitionOf(fs.region)}:elasticfilesystem:${fs.region}:${fs.account}:access-point/${accessPointId}`;
}

/** @throws {Error} if `key` has none of the known forms: a key that nobody can reconcile is a bug. */
export function parseKey(key: ReconcileKey): ParsedKey {
  const fs = /^filesystem\/(\d{12})\/([a-z0-9-]+)\/(fs-[0-9a-f]+)$/.exec(key);
  if (fs) return { kind: "filesystem", account: fs[1]!, region: fs[2]!, fileSystemId: fs[3]! };
  const fn = /^lambda\/(arn:[a-z-]+:lambda:([a-z0-9-]+):(\d{12}):function:([A-Za-z0-9-_]+))$/.exec(key);
  if (fn) return { kind: "lambda", functionArn: fn[1]!, region: fn[2]!, account: fn[3]!, functionName: fn[4]! };
  const ecs = /^ecs\/arn:[a-z-]+:ecs:([a-z0-9-]+):(\d{12}):(service|task-definition)\/([\w-]+)(?:\/([\w-]+))?$/.exec(
    key,
  );
  if (ecs !== null) {
    const [, region = "", account = "", type, first = "", second] = ecs;
    if (type === "service" && second !== undefined) {
      return { kind: "ecsService", account, region, cluster: first, service: second };
    }
    if (type === "task-definition" && second === undefined)
      return { kind: "ecsFamily", account, region, family: first };
  }
  throw new Error(
    `Cannot parse reconcile key "${key}": expected filesystem/<account>/<region>/<fs-id>, lambda/<function arn> or ecs/<arn of a service or of a task definition without its revision>`,
  );
}
