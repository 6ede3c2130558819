/** What makes up a function's configuration: given at creation, changed member by member. */
import type { UpdateFunctionConfigurationRequest } from "@aws-sdk/client-lambda";
import { later } from "../later.ts";
import { checkedVpc, checkMounts } from "./mounts.ts";
import {
  checkSettled,
  type FileSystemConfigRecord,
  type FunctionRecord,
  invalidValue,
  type LambdaContext,
  type Mountable,
  type PlainMembers,
  type VersionRecord,
} from "./state.ts";

/** Lambda's own maximum, s. */
const TIMEOUT_MAX_S = 900;

const PLAIN = [
  "Runtime",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "DeadLetterConfig",
  "KMSKeyArn",
  "TracingConfig",
  "EphemeralStorage",
  "LoggingConfig",
  "Environment",
  "Layers",
  "ImageConfig",
] as const;

/** Changes what the input names and leaves everything else. @throws InvalidParameterValueException; then nothing changed. */
export function applyConfiguration(
  context: LambdaContext,
  record: VersionRecord,
  input: UpdateFunctionConfigurationRequest,
): void {
  const vpc = input.VpcConfig === undefined ? record.vpc : checkedVpc(context, input.VpcConfig, record.vpc);
  const after = {
    role: input.Role ?? record.role,
    vpc,
    fileSystemConfigs: (input.FileSystemConfigs as FileSystemConfigRecord[] | undefined) ?? record.fileSystemConfigs,
    snapStart: input.SnapStart?.ApplyOn ?? record.snapStart,
  };
  if (input.Role !== undefined) checkRole(context, input.Role);
  if ((input.Timeout ?? 0) > TIMEOUT_MAX_S)
    throw invalidValue(`Value '${input.Timeout}' at 'timeout' must be at most ${TIMEOUT_MAX_S}.`);
  checkMounts(context, after, record.vpc !== null && vpc === null);
  Object.assign(record, after);
  for (const member of PLAIN) {
    if (input[member] !== undefined) (record.plain as Record<string, unknown>)[member] = input[member];
  }
}

/** A role must exist and trust Lambda. */
export function checkRole({ world }: LambdaContext, arn: string): void {
  const role = world.service("iam").findRole(arn.slice(arn.lastIndexOf("/") + 1));
  if (role?.arn === arn && role.assumeRolePolicyDocument.includes("lambda.amazonaws.com")) return;
  throw invalidValue("The role defined for the function cannot be assumed by Lambda.");
}

/**
 * Starts what every change of code or configuration starts: a new revision, and after the update
 * time another one, when the update is done. Until then invocations run what was there before.
 */
export function startUpdate(
  context: LambdaContext,
  record: FunctionRecord,
  change: (latest: VersionRecord) => void,
): void {
  const { world } = context;
  checkSettled(context, record);
  const { latest } = record;
  const serving: Mountable = { role: latest.role, vpc: latest.vpc, fileSystemConfigs: latest.fileSystemConfigs };
  change(latest);
  latest.serving = serving;
  latest.lastUpdateStatus = "InProgress";
  latest.revisionId = world.clock.uuid();
  latest.lastModifiedMs = world.clock.nowMs();
  latest.changes++;
  finishLater(context, latest, world.timings.functionUpdateMs);
}

/** Makes a version Active and its update Successful after `delayMs`. */
export function finishLater({ world }: LambdaContext, record: VersionRecord, delayMs: number): void {
  const { changes } = record;
  record.dueMs = world.clock.nowMs() + delayMs;
  later(world, delayMs, () => {
    if (record.changes !== changes || record.dueMs === null) return;
    record.state = "Active";
    record.lastUpdateStatus = "Successful";
    record.serving = null;
    record.dueMs = null;
    // Readers that hold the revision of the update's start must notice that it has ended.
    record.revisionId = world.clock.uuid();
  });
}

/** What Lambda fills in. */
export function defaults(given: PlainMembers): PlainMembers {
  const zip = given.PackageType !== "Image";
  return {
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    TracingConfig: { Mode: "PassThrough" },
    EphemeralStorage: { Size: 512 },
    Architectures: ["x86_64"],
    PackageType: "Zip",
    ...(zip && { Runtime: given.Runtime, Handler: given.Handler }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}
