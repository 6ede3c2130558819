/** What the simulated Lambda remembers, and the errors that all of its parts share. */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import { OrderedIndex, type Page } from "../ordered-index.ts";
import type { TagMap } from "../tags.ts";

export interface FileSystemConfigRecord {
  Arn: string;
  LocalMountPath: string;
  /** S3 Files access points only. */
  S3FilesConfig?: unknown;
}

export interface VpcRecord {
  SubnetIds: string[];
  SecurityGroupIds: string[];
  VpcId: string;
  Ipv6AllowedForDualStack: boolean;
}

/** What a new execution environment of a function is made from. */
export interface Mountable {
  role: string;
  vpc: VpcRecord | null;
  fileSystemConfigs: FileSystemConfigRecord[];
}

/** Members that are kept and shown as they were given, without effect in this world. */
export type PlainMembers = Pick<
  FunctionConfiguration,
  | "Runtime"
  | "Handler"
  | "Description"
  | "Timeout"
  | "MemorySize"
  | "DeadLetterConfig"
  | "KMSKeyArn"
  | "TracingConfig"
  | "EphemeralStorage"
  | "LoggingConfig"
  | "Architectures"
  | "PackageType"
> & {
  Environment?: { Variables?: Record<string, string> };
  Layers?: string[];
  ImageConfig?: Record<string, unknown>;
};

/** One version: $LATEST, or a published one, which never changes again. */
export interface VersionRecord extends Mountable {
  functionName: string;
  /** "$LATEST" or a number. */
  version: string;
  plain: PlainMembers;
  snapStart: "None" | "PublishedVersions";
  codeSha256: string;
  codeSize: number;
  revisionId: string;
  lastModifiedMs: number;
  state: "Pending" | "Active";
  lastUpdateStatus: "InProgress" | "Successful";
  /** When state or update status changes by itself, ms; null = it stays. */
  dueMs: number | null;
  /** What serves invocations while an update is in progress; null = this version's own. */
  serving: Mountable | null;
  /** Counts changes of code or configuration: a new environment is started when it has grown. */
  changes: number;
}

export interface AliasRecord {
  name: string;
  version: string;
  description: string;
  weights: Record<string, number>;
  revisionId: string;
}

export interface FunctionRecord {
  name: string;
  latest: VersionRecord;
  /** By number. */
  published: Map<string, VersionRecord>;
  nextVersion: number;
  /** `changes` of $LATEST when the last version was published from it; null = never, or that version is gone. */
  publishedChanges: number | null;
  aliases: Map<string, AliasRecord>;
  tags: TagMap;
  reservedConcurrency: number | null;
  /** Alias or version → provisioned concurrency. */
  provisioned: Map<string, { requested: number; modifiedMs: number }>;
  /** Qualifier ("" = none) → statements of its resource policy, by Sid. */
  permissions: Map<string, { revisionId: string; statements: Map<string, Record<string, unknown>> }>;
}

export interface LambdaState {
  functions: Map<string, FunctionRecord>;
  /** $LATEST of every function, by name. */
  latest: OrderedIndex<VersionRecord>;
  /** Every version of every function, by name and version. */
  all: OrderedIndex<VersionRecord>;
  /** Times the published request quotas; null = they do not hold. */
  quotaFactor: number | null;
}

export interface LambdaContext {
  state: LambdaState;
  world: World;
}

export function emptyState(): LambdaState {
  return { functions: new Map(), latest: new OrderedIndex(), all: new OrderedIndex(), quotaFactor: null };
}

export function lambdaError(code: string, status: number, message: string): ServiceError {
  return new ServiceError(code, status, message, { Type: "User" });
}

export const invalidValue = (message: string): ServiceError =>
  lambdaError("InvalidParameterValueException", 400, message);
export const conflict = (message: string): ServiceError => lambdaError("ResourceConflictException", 409, message);
export const notFound = (message: string): ServiceError => lambdaError("ResourceNotFoundException", 404, message);

/** @throws PreconditionFailedException if the caller expected another revision. */
export function checkRevision(given: string | undefined, actual: string): void {
  if (given === undefined || given === actual) return;
  throw lambdaError(
    "PreconditionFailedException",
    412,
    "The RevisionId provided does not match the latest RevisionId. Call the GetFunction or the GetAlias API operation " +
      "to retrieve the latest RevisionId for your resource.",
  );
}

export function functionArn({ world }: LambdaContext, name: string, qualifier?: string): string {
  const base = `arn:${world.partition}:lambda:${world.region}:${world.account}:function:${name}`;
  return qualifier === undefined ? base : `${base}:${qualifier}`;
}

/** @throws ResourceConflictException while the function is being made or changed. */
export function checkSettled(context: LambdaContext, { latest, name }: FunctionRecord): void {
  const text = "The operation cannot be performed at this time.";
  if (latest.state === "Pending") throw conflict(`${text} The function is currently in the following state: Pending`);
  if (latest.lastUpdateStatus === "InProgress") {
    throw conflict(`${text} An update is in progress for resource: ${functionArn(context, name)}`);
  }
}

/** Lambda serves at most 50 items a page, whatever MaxItems says. */
export const PAGE_MAX = 50;

export function checkedPage<T>(page: Page<T> | null): Page<T> {
  if (page) return page;
  throw invalidValue("Invalid Marker.");
}

/** Enters a version into the lists. */
export function addVersion({ state }: LambdaContext, record: VersionRecord): void {
  if (record.version === "$LATEST") state.latest.set(record.functionName, record);
  state.all.set(`${record.functionName}:${record.version}`, record);
}

export function removeVersion({ state }: LambdaContext, record: VersionRecord): void {
  if (record.version === "$LATEST") state.latest.delete(record.functionName);
  state.all.delete(`${record.functionName}:${record.version}`);
}
