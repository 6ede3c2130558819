import type { Step } from "./step.ts";
import { fails, ok } from "./step.ts";

const [lambda, noLambda, iam, ec2] = [ok("lambda"), fails("lambda"), ok("iam"), ok("ec2")];

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const ALLOW = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["ec2:*", "elasticfilesystem:*"], Resource: "*" }],
});
const FunctionName = "thumbs";
const ARN = "arn:aws:lambda:eu-west-1:111122223333:function:thumbs";

/** Runs between the steps that make a network and a file system and those that clear them away. */
export const LAMBDA_STEPS: Step[] = [
  iam("CreateRole", { RoleName: "fn", AssumeRolePolicyDocument: TRUST }, { role: "Role.Arn" }),
  iam("PutRolePolicy", { RoleName: "fn", PolicyName: "all", PolicyDocument: ALLOW }),
  lambda("CreateFunction", {
    FunctionName,
    Role: "$role",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: Uint8Array.of(80, 75, 3, 4) },
    VpcConfig: { SubnetIds: ["$subnet"], SecurityGroupIds: ["$group"] },
    Environment: { Variables: { A: "1" } },
    Tags: { team: "a" },
  }),
  lambda("GetFunction", { FunctionName }),
  lambda("GetFunctionConfiguration", { FunctionName: ARN }, { revision: "RevisionId" }),
  lambda("UpdateFunctionConfiguration", {
    FunctionName,
    RevisionId: "$revision",
    MemorySize: 256,
    FileSystemConfigs: [{ Arn: "$apArn", LocalMountPath: "/mnt/data" }],
  }),
  lambda("UpdateFunctionCode", { FunctionName, ZipFile: Uint8Array.of(80, 75, 3, 5) }),
  lambda("ListFunctions", { MaxItems: 1 }),
  lambda("PublishVersion", { FunctionName, Description: "first" }),
  lambda("ListVersionsByFunction", { FunctionName, MaxItems: 1 }, { marker: "NextMarker" }),
  lambda("ListVersionsByFunction", { FunctionName, Marker: "$marker" }),
  lambda("CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" }),
  lambda("GetAlias", { FunctionName, Name: "live" }),
  lambda("UpdateAlias", { FunctionName, Name: "live", Description: "d" }),
  lambda("ListAliases", { FunctionName }),
  lambda("TagResource", { Resource: ARN, Tags: { more: "tags" } }),
  lambda("ListTags", { Resource: ARN }),
  lambda("UntagResource", { Resource: ARN, TagKeys: ["more", "team"] }),
  lambda("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 5 }),
  lambda("GetFunctionConcurrency", { FunctionName }),
  lambda("DeleteFunctionConcurrency", { FunctionName }),
  lambda("PutProvisionedConcurrencyConfig", { FunctionName, Qualifier: "live", ProvisionedConcurrentExecutions: 1 }),
  lambda("GetProvisionedConcurrencyConfig", { FunctionName, Qualifier: "live" }),
  lambda("ListProvisionedConcurrencyConfigs", { FunctionName }),
  lambda("DeleteProvisionedConcurrencyConfig", { FunctionName, Qualifier: "live" }),
  lambda("AddPermission", {
    FunctionName,
    StatementId: "s",
    Action: "lambda:InvokeFunction",
    Principal: "events.amazonaws.com",
  }),
  lambda("GetPolicy", { FunctionName }),
  lambda("RemovePermission", { FunctionName, StatementId: "s" }),
  lambda("GetFunctionCodeSigningConfig", { FunctionName }),
  lambda("GetFunctionRecursionConfig", { FunctionName }),
  lambda("GetRuntimeManagementConfig", { FunctionName }),
  noLambda("ResourceNotFoundException", "GetFunctionEventInvokeConfig", { FunctionName }),
  lambda("GetAccountSettings"),
  noLambda("EFSMountConnectivityException", "Invoke", { FunctionName }),
  ec2("AuthorizeSecurityGroupIngress", {
    GroupId: "$group",
    IpPermissions: [{ IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, UserIdGroupPairs: [{ GroupId: "$group" }] }],
  }),
  lambda("Invoke", { FunctionName, Payload: new TextEncoder().encode("{}") }),
  noLambda("ResourceNotFoundException", "GetFunction", { FunctionName: "none" }),
  noLambda("PreconditionFailedException", "UpdateFunctionConfiguration", {
    FunctionName,
    RevisionId: "old",
    Timeout: 9,
  }),
  noLambda("InvalidParameterValueException", "UpdateFunctionConfiguration", {
    FunctionName,
    Role: "arn:aws:iam::111122223333:role/none",
  }),
  noLambda("ValidationException", "UpdateFunctionConfiguration", { FunctionName, MemorySize: 1 }),
  noLambda("ResourceConflictException", "CreateFunction", {
    FunctionName,
    Role: "$role",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: Uint8Array.of(80, 75, 3, 4) },
  }),
  noLambda("NotSimulated", "ListLayers"),
  noLambda("NotSimulated", "UpdateFunctionConfiguration", { FunctionName, CapacityProviderConfig: {} }),
  noLambda("SerializationException", "UpdateFunctionConfiguration", { FunctionName, Timeout: "long" }),
  lambda("DeleteAlias", { FunctionName, Name: "live" }),
  lambda("DeleteFunction", { FunctionName }),
];
