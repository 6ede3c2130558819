/**
 * What the Lambda API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `inputValidator` reads it.
 */
import type { OperationConstraints } from "../input-constraints.ts";

const THE_FUNCTION_NAME = {
  required: true,
  min: 1,
  max: 140,
  pattern:
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
} as const;
const RUNTIMES =
  "nodejs nodejs4.3 nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x java8 java8.al2 " +
  "java11 python2.7 python3.6 python3.7 python3.8 python3.9 dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 " +
  "dotnetcore3.1 dotnet6 dotnet8 nodejs4.3-edge go1.x ruby2.5 ruby2.7 provided provided.al2 nodejs18.x " +
  "python3.10 java17 ruby3.2 ruby3.3 ruby3.4 python3.11 nodejs20.x provided.al2023 python3.12 java21 " +
  "python3.13 nodejs22.x nodejs24.x python3.14 java25 dotnet10 ruby4.0";
const RUNTIME = { enum: RUNTIMES.split(" ") } as const;
const HANDLER = { min: 0, max: 128, pattern: "[^\\s]+" } as const;
const S3_BUCKET = { min: 3, max: 63, pattern: "[0-9A-Za-z\\.\\-_]*(?<!\\.)" } as const;
const TARGET_ARN = { pattern: "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()" } as const;
const LAYERS = {
  min: 1,
  max: 140,
  pattern: "arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+",
} as const;
const THE_ARN = {
  required: true,
  min: 0,
  max: 256,
  pattern:
    "arn:aws[a-zA-Z-]*:elasticfilesystem:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:\\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}",
} as const;
const THE_LOCAL_MOUNT_PATH = { required: true, min: 0, max: 160, pattern: "/mnt/[a-zA-Z0-9-_.]+" } as const;
const THE_SIZE = { required: true, min: 512, max: 10240, number: true } as const;
const APPLICATION_LOG_LEVEL = { enum: ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] } as const;
const LOG_GROUP = { min: 1, max: 512, pattern: "[\\.\\-_/#A-Za-z0-9]+" } as const;
const THE_FUNCTION_NAME_2 = {
  required: true,
  min: 1,
  max: 256,
  pattern:
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
} as const;
const QUALIFIER = { min: 1, max: 128, pattern: "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+" } as const;
const THE_NAME = { required: true, min: 1, max: 128, pattern: "(?!^[0-9]+$)([a-zA-Z0-9-_]+)" } as const;
const FUNCTION_VERSION = { min: 1, max: 1024, pattern: "(\\$LATEST(\\.PUBLISHED)?|[0-9]+)" } as const;
const THE_RESOURCE = {
  required: true,
  min: 1,
  max: 256,
  pattern:
    "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)",
} as const;
const THE_QUALIFIER = { required: true, min: 1, max: 128, pattern: "(|[a-zA-Z0-9$_-]+)" } as const;

export const LAMBDA_CONSTRAINTS: OperationConstraints = {
  CreateFunction: {
    FunctionName: THE_FUNCTION_NAME,
    Runtime: RUNTIME,
    Role: { required: true, pattern: "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+" },
    Handler: HANDLER,
    Code: { required: true },
    "Code.S3Bucket": S3_BUCKET,
    "Code.S3Key": { min: 1, max: 1024 },
    "Code.S3ObjectVersion": { min: 1, max: 1024 },
    Description: { min: 0, max: 256 },
    Timeout: { min: 1, number: true },
    MemorySize: { min: 128, max: 32768, number: true },
    "VpcConfig.SubnetIds": { min: 0, max: 16 },
    "VpcConfig.SecurityGroupIds": { min: 0, max: 5 },
    PackageType: { enum: ["Zip", "Image"] },
    "DeadLetterConfig.TargetArn": TARGET_ARN,
    KMSKeyArn: TARGET_ARN,
    "TracingConfig.Mode": { enum: ["Active", "PassThrough"] },
    "Layers.*": LAYERS,
    FileSystemConfigs: { min: 0, max: 1 },
    "FileSystemConfigs.*.Arn": THE_ARN,
    "FileSystemConfigs.*.LocalMountPath": THE_LOCAL_MOUNT_PATH,
    "ImageConfig.EntryPoint": { min: 0, max: 1500 },
    "ImageConfig.Command": { min: 0, max: 1500 },
    "ImageConfig.WorkingDirectory": { min: 0, max: 1000 },
    Architectures: { min: 1, max: 1 },
    "Architectures.*": { enum: ["x86_64", "arm64"] },
    "EphemeralStorage.Size": THE_SIZE,
    "SnapStart.ApplyOn": { enum: ["PublishedVersions", "None"] },
    "LoggingConfig.LogFormat": { enum: ["JSON", "Text"] },
    "LoggingConfig.ApplicationLogLevel": APPLICATION_LOG_LEVEL,
    "LoggingConfig.SystemLogLevel": { enum: ["DEBUG", "INFO", "WARN"] },
    "LoggingConfig.LogGroup": LOG_GROUP,
  },
  GetFunction: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
  GetFunctionConfiguration: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
  UpdateFunctionConfiguration: {
    FunctionName: THE_FUNCTION_NAME,
    Role: { pattern: "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+" },
    Handler: HANDLER,
    Description: { min: 0, max: 256 },
    Timeout: { min: 1, number: true },
    MemorySize: { min: 128, max: 32768, number: true },
    "VpcConfig.SubnetIds": { min: 0, max: 16 },
    "VpcConfig.SecurityGroupIds": { min: 0, max: 5 },
    Runtime: RUNTIME,
    "DeadLetterConfig.TargetArn": TARGET_ARN,
    KMSKeyArn: TARGET_ARN,
    "TracingConfig.Mode": { enum: ["Active", "PassThrough"] },
    "Layers.*": LAYERS,
    FileSystemConfigs: { min: 0, max: 1 },
    "FileSystemConfigs.*.Arn": THE_ARN,
    "FileSystemConfigs.*.LocalMountPath": THE_LOCAL_MOUNT_PATH,
    "ImageConfig.EntryPoint": { min: 0, max: 1500 },
    "ImageConfig.Command": { min: 0, max: 1500 },
    "ImageConfig.WorkingDirectory": { min: 0, max: 1000 },
    "EphemeralStorage.Size": THE_SIZE,
    "SnapStart.ApplyOn": { enum: ["PublishedVersions", "None"] },
    "LoggingConfig.LogFormat": { enum: ["JSON", "Text"] },
    "LoggingConfig.ApplicationLogLevel": APPLICATION_LOG_LEVEL,
    "LoggingConfig.SystemLogLevel": { enum: ["DEBUG", "INFO", "WARN"] },
    "LoggingConfig.LogGroup": LOG_GROUP,
  },
  UpdateFunctionCode: {
    FunctionName: THE_FUNCTION_NAME,
    S3Bucket: S3_BUCKET,
    S3Key: { min: 1, max: 1024 },
    S3ObjectVersion: { min: 1, max: 1024 },
    Architectures: { min: 1, max: 1 },
    "Architectures.*": { enum: ["x86_64", "arm64"] },
  },
  DeleteFunction: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
  ListFunctions: {
    MasterRegion: { pattern: "ALL|[a-z]{2}(-gov)?-[a-z]+-\\d{1}" },
    FunctionVersion: { enum: ["ALL"] },
    MaxItems: { min: 1, max: 10000, number: true },
  },
  PublishVersion: {
    FunctionName: THE_FUNCTION_NAME,
    Description: { min: 0, max: 256 },
  },
  ListVersionsByFunction: {
    FunctionName: THE_FUNCTION_NAME_2,
    MaxItems: { min: 1, max: 10000, number: true },
  },
  CreateAlias: {
    FunctionName: THE_FUNCTION_NAME,
    Name: THE_NAME,
    FunctionVersion: { required: true, min: 1, max: 1024, pattern: "(\\$LATEST(\\.PUBLISHED)?|[0-9]+)" },
    Description: { min: 0, max: 256 },
  },
  GetAlias: {
    FunctionName: THE_FUNCTION_NAME,
    Name: THE_NAME,
  },
  ListAliases: {
    FunctionName: THE_FUNCTION_NAME,
    FunctionVersion: FUNCTION_VERSION,
    MaxItems: { min: 1, max: 10000, number: true },
  },
  UpdateAlias: {
    FunctionName: THE_FUNCTION_NAME,
    Name: THE_NAME,
    FunctionVersion: FUNCTION_VERSION,
    Description: { min: 0, max: 256 },
  },
  DeleteAlias: {
    FunctionName: THE_FUNCTION_NAME,
    Name: THE_NAME,
  },
  TagResource: {
    Resource: THE_RESOURCE,
    Tags: { required: true },
  },
  UntagResource: {
    Resource: THE_RESOURCE,
    TagKeys: { required: true },
  },
  ListTags: {
    Resource: THE_RESOURCE,
  },
  PutFunctionConcurrency: {
    FunctionName: THE_FUNCTION_NAME,
    ReservedConcurrentExecutions: { required: true, min: 0, number: true },
  },
  GetFunctionConcurrency: {
    FunctionName: THE_FUNCTION_NAME,
  },
  DeleteFunctionConcurrency: {
    FunctionName: THE_FUNCTION_NAME,
  },
  AddPermission: {
    FunctionName: THE_FUNCTION_NAME_2,
    StatementId: { required: true, min: 1, max: 100, pattern: "([a-zA-Z0-9-_]+)" },
    Action: { required: true, pattern: "(lambda:[*]|lambda:[a-zA-Z]+|[*])" },
    Principal: { required: true, pattern: "[^\\s]+" },
    SourceArn: { pattern: "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)" },
    SourceAccount: { min: 0, max: 12, pattern: "\\d{12}" },
    Qualifier: QUALIFIER,
  },
  RemovePermission: {
    FunctionName: THE_FUNCTION_NAME_2,
    StatementId: { required: true, min: 1, max: 100, pattern: "([a-zA-Z0-9-_.]+)" },
    Qualifier: QUALIFIER,
  },
  GetPolicy: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
  GetFunctionCodeSigningConfig: {
    FunctionName: THE_FUNCTION_NAME_2,
  },
  Invoke: {
    FunctionName: THE_FUNCTION_NAME_2,
    InvocationType: { enum: ["Event", "RequestResponse", "DryRun"] },
    LogType: { enum: ["None", "Tail"] },
    Qualifier: QUALIFIER,
  },
  PutProvisionedConcurrencyConfig: {
    FunctionName: THE_FUNCTION_NAME,
    Qualifier: THE_QUALIFIER,
    ProvisionedConcurrentExecutions: { required: true, min: 1, number: true },
  },
  GetProvisionedConcurrencyConfig: {
    FunctionName: THE_FUNCTION_NAME,
    Qualifier: THE_QUALIFIER,
  },
  DeleteProvisionedConcurrencyConfig: {
    FunctionName: THE_FUNCTION_NAME,
    Qualifier: THE_QUALIFIER,
  },
  ListProvisionedConcurrencyConfigs: {
    FunctionName: THE_FUNCTION_NAME,
    MaxItems: { min: 1, max: 50, number: true },
  },
  GetFunctionRecursionConfig: {
    FunctionName: {
      required: true,
      min: 1,
      max: 140,
      pattern:
        "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)",
    },
  },
  GetRuntimeManagementConfig: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
  GetFunctionEventInvokeConfig: {
    FunctionName: THE_FUNCTION_NAME_2,
    Qualifier: QUALIFIER,
  },
};
