/** How versions of functions are shown. */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { functionArn, type LambdaContext, type VersionRecord } from "./state.ts";

/**
 * One version as GetFunctionConfiguration shows it.
 *
 * @param qualifier as asked for; it becomes part of the shown ARN.
 */
export function shownVersion(context: LambdaContext, record: VersionRecord, qualifier?: string): FunctionConfiguration {
  const { state, lastUpdateStatus } = record;
  const pending =
    state === "Pending" ? { StateReason: "The function is being created.", StateReasonCode: "Creating" as const } : {};
  return {
    ...listedVersion(context, record, qualifier),
    State: state,
    ...pending,
    LastUpdateStatus: lastUpdateStatus,
    ...(lastUpdateStatus === "InProgress" && {
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating",
    }),
    RuntimeVersionConfig: runtimeVersion(context, record),
  } as FunctionConfiguration;
}

function runtimeVersion(
  { world }: LambdaContext,
  { plain }: VersionRecord,
): FunctionConfiguration["RuntimeVersionConfig"] {
  if (plain.PackageType === "Image") return undefined;
  const hash = Buffer.from(plain.Runtime ?? "")
    .toString("hex")
    .padEnd(64, "0");
  return { RuntimeVersionArn: `arn:${world.partition}:lambda:${world.region}::runtime:${hash}` };
}

/** As in lists: without State, LastUpdateStatus, their reasons, and RuntimeVersionConfig (ListFunctions, Lambda API reference). */
export function listedVersion(
  context: LambdaContext,
  record: VersionRecord,
  qualifier?: string,
): FunctionConfiguration {
  const { plain, vpc, fileSystemConfigs } = record;
  const { Environment, Layers, ImageConfig, ...same } = plain;
  return {
    FunctionName: record.functionName,
    FunctionArn: functionArn(context, record.functionName, qualifier),
    Role: record.role,
    CodeSize: record.codeSize,
    CodeSha256: record.codeSha256,
    ...same,
    LastModified: new Date(record.lastModifiedMs).toISOString().replace("Z", "+0000"),
    Version: record.version,
    ...(vpc && { VpcConfig: { ...vpc } }),
    ...(Environment && { Environment: { ...Environment } }),
    ...(ImageConfig && { ImageConfigResponse: { ImageConfig } }),
    ...(Layers && { Layers: Layers.map((Arn) => ({ Arn, CodeSize: 1024 })) }),
    ...(fileSystemConfigs.length > 0 && { FileSystemConfigs: fileSystemConfigs.map((one) => ({ ...one })) }),
    RevisionId: record.revisionId,
    // It is on for published versions only (SnapStartResponse, Lambda API reference).
    SnapStart: {
      ApplyOn: record.snapStart,
      OptimizationStatus: record.snapStart !== "None" && record.version !== "$LATEST" ? "On" : "Off",
    },
  } as FunctionConfiguration;
}
