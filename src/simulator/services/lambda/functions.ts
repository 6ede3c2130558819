import { createHash } from "node:crypto";
import type {
  CreateFunctionRequest,
  FunctionCode,
  ListFunctionsRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import type { Handler } from "../../core.ts";
import { tagsFrom } from "../tags.ts";
import { applyConfiguration, checkRole, defaults, finishLater, startUpdate } from "./configuration.ts";
import { listedVersion, shownVersion } from "./describe.ts";
import { parseName, resolve, resolveLatest } from "./names.ts";
import {
  addVersion,
  checkedPage,
  checkRevision,
  conflict,
  functionArn,
  type FunctionRecord,
  invalidValue,
  type LambdaContext,
  PAGE_MAX,
  removeVersion,
  type VersionRecord,
} from "./state.ts";
import { publish } from "./versions.ts";

type Named = { FunctionName: string; Qualifier?: string };

export function functionOperations(context: LambdaContext): Record<string, Handler> {
  const { state } = context;
  return {
    CreateFunction(input: CreateFunctionRequest) {
      const record = createFunction(context, input);
      if (input.Publish) return shownVersion(context, publish(context, record, undefined), "1");
      return shownVersion(context, record.latest);
    },
    GetFunction: (input: Named) => getFunction(context, input),
    GetFunctionConfiguration({ FunctionName, Qualifier }: Named) {
      const { version, qualifier } = resolve(context, FunctionName, Qualifier);
      return shownVersion(context, version, qualifier);
    },
    UpdateFunctionConfiguration(input: UpdateFunctionConfigurationRequest & Named) {
      const record = resolveLatest(context, input.FunctionName);
      checkRevision(input.RevisionId, record.latest.revisionId);
      startUpdate(context, record, (latest) => applyConfiguration(context, latest, input));
      return shownVersion(context, record.latest);
    },
    UpdateFunctionCode: (input: UpdateFunctionCodeRequest & Named) => updateCode(context, input),
    DeleteFunction(input: Named) {
      deleteFunction(context, input);
      return { StatusCode: 204 };
    },
    ListFunctions({ FunctionVersion, Marker, MaxItems = PAGE_MAX }: ListFunctionsRequest) {
      const all = FunctionVersion === "ALL";
      const page = checkedPage((all ? state.all : state.latest).page(Math.min(MaxItems, PAGE_MAX), Marker));
      const shown = page.items.map((record) => listedVersion(context, record, all ? record.version : undefined));
      return { Functions: shown, NextMarker: page.next };
    },
  };
}

function createFunction(context: LambdaContext, input: CreateFunctionRequest): FunctionRecord {
  const { state, world } = context;
  const { name } = parseName(context, input.FunctionName ?? "", undefined);
  if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
  checkRole(context, input.Role ?? "");
  const { Architectures, PackageType } = input;
  if (PackageType !== "Image" && (input.Runtime === undefined || input.Handler === undefined)) {
    throw invalidValue("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  }
  const latest: VersionRecord = {
    functionName: name,
    version: "$LATEST",
    role: input.Role ?? "",
    vpc: null,
    fileSystemConfigs: [],
    plain: defaults({ Architectures, PackageType, Runtime: input.Runtime, Handler: input.Handler }),
    snapStart: "None",
    ...codeOf(input.Code ?? {}),
    revisionId: world.clock.uuid(),
    lastModifiedMs: world.clock.nowMs(),
    state: "Pending",
    lastUpdateStatus: "Successful",
    dueMs: null,
    serving: null,
    changes: 1,
  };
  latest.plain.LoggingConfig = { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` };
  applyConfiguration(context, latest, input);
  const record = newRecord(name, latest, input.Tags);
  state.functions.set(name, record);
  addVersion(context, latest);
  finishLater(context, latest, world.timings.functionCreateMs);
  return record;
}

function newRecord(name: string, latest: VersionRecord, tags: Record<string, string> | undefined): FunctionRecord {
  return {
    name,
    latest,
    published: new Map(),
    nextVersion: 1,
    publishedChanges: null,
    aliases: new Map(),
    tags: tagsFrom(Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }))),
    reservedConcurrency: null,
    provisioned: new Map(),
    permissions: new Map(),
  };
}

/** Code is measured, never read: bytes by their hash, objects in S3 and images by their address. */
function codeOf(code: FunctionCode): Pick<VersionRecord, "codeSha256" | "codeSize"> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri } = code;
  const given = [ZipFile, S3Bucket, ImageUri].filter((each) => each !== undefined);
  if (given.length !== 1) throw invalidValue("Please provide a source for function code.");
  const content = ZipFile ?? [S3Bucket, S3Key, S3ObjectVersion, ImageUri].join("/");
  return { codeSha256: createHash("sha256").update(content).digest("base64"), codeSize: ZipFile?.byteLength ?? 1024 };
}

function getFunction(context: LambdaContext, { FunctionName, Qualifier }: Named): unknown {
  const { record, version, qualifier } = resolve(context, FunctionName, Qualifier);
  const { world } = context;
  const place = `awslambda-${world.region}-tasks.s3.${world.region}.amazonaws.com/snapshots/${world.account}`;
  const Code =
    version.plain.PackageType === "Image"
      ? { RepositoryType: "ECR" }
      : { RepositoryType: "S3", Location: `https://${place}/${record.name}-${version.revisionId}` };
  return {
    Configuration: shownVersion(context, version, qualifier),
    Code,
    ...(record.tags.size > 0 && { Tags: Object.fromEntries(record.tags) }),
    ...(record.reservedConcurrency !== null && {
      Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
    }),
  };
}

function updateCode(context: LambdaContext, input: UpdateFunctionCodeRequest & Named): unknown {
  const record = resolveLatest(context, input.FunctionName);
  checkRevision(input.RevisionId, record.latest.revisionId);
  const code = codeOf(input);
  if (input.DryRun) return { ...shownVersion(context, record.latest), CodeSha256: code.codeSha256 };
  startUpdate(context, record, (latest) => {
    Object.assign(latest, code);
    if (input.Architectures) latest.plain.Architectures = [...input.Architectures];
  });
  if (!input.Publish) return shownVersion(context, record.latest);
  const published = publish(context, record, undefined);
  return shownVersion(context, published, published.version);
}

function deleteFunction(context: LambdaContext, { FunctionName, Qualifier }: Named): void {
  const { record, qualifier, version, alias } = resolve(context, FunctionName, Qualifier);
  if (qualifier === undefined) {
    for (const each of [record.latest, ...record.published.values()]) removeVersion(context, each);
    context.state.functions.delete(record.name);
    return;
  }
  if (version.version === "$LATEST")
    throw invalidValue("$LATEST version cannot be deleted without deleting the function.");
  if (alias) throw invalidValue(`${functionArn(context, record.name, qualifier)} is an alias: use DeleteAlias.`);
  const names = [...record.aliases.values()].filter((one) => one.version === qualifier || qualifier in one.weights);
  if (names.length > 0) {
    const list = names.map((one) => one.name).join(", ");
    throw conflict(`Unable to delete version because the following aliases reference it: [${list}]`);
  }
  record.published.delete(qualifier);
  if (Number(qualifier) === record.nextVersion - 1) record.publishedChanges = null;
  removeVersion(context, version);
}

const COMMON = [
  "FunctionName",
  "Role",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "VpcConfig",
  "Environment",
  "Runtime",
  "DeadLetterConfig",
  "KMSKeyArn",
  "TracingConfig",
  "Layers",
  "FileSystemConfigs",
  "ImageConfig",
  "EphemeralStorage",
  "SnapStart",
  "LoggingConfig",
];

export const FUNCTION_MEMBERS = {
  CreateFunction: [...COMMON, "Code", "Publish", "PackageType", "Tags", "Architectures"],
  GetFunction: ["FunctionName", "Qualifier"],
  GetFunctionConfiguration: ["FunctionName", "Qualifier"],
  UpdateFunctionConfiguration: [...COMMON, "RevisionId"],
  UpdateFunctionCode: [
    "FunctionName",
    "ZipFile",
    "S3Bucket",
    "S3Key",
    "S3ObjectVersion",
    "ImageUri",
    "Publish",
    "DryRun",
    "RevisionId",
    "Architectures",
  ],
  DeleteFunction: ["FunctionName", "Qualifier"],
  ListFunctions: ["FunctionVersion", "Marker", "MaxItems"],
} as const;
