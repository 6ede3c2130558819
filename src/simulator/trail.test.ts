import { expect, test } from "vitest";
import type { Caller } from "./core.ts";
import type { TrailedCall } from "./trail.ts";
import { trailEvent } from "./trail.ts";

const caller: Caller = {
  accountId: "111122223333",
  type: "IAMUser",
  arn: "arn:aws:iam::111122223333:user/deploy-bot",
  principalId: "AIDATEST",
  userName: "deploy-bot",
  accessKeyId: "deploy-bot",
  sourceIp: "10.1.2.3",
  userAgent: "aws-cli",
};
const base = { timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678), eventId: "event-1", readOnly: false };
const event = (call: Partial<TrailedCall>) => {
  const context = { caller, region: "eu-west-1", requestId: "request-1" };
  return trailEvent({
    ...base,
    service: "efs",
    operation: "DeleteAccessPoint",
    input: { AccessPointId: "fsap-1" },
    context,
    ...call,
  });
};

test("EFS is aws.elasticfilesystem, with parameters in camel case and no answer to a deletion", () => {
  expect(event({ output: {} })).toEqual({
    source: "aws.elasticfilesystem",
    "detail-type": "AWS API Call via CloudTrail",
    resources: [],
    detail: {
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDATEST",
        arn: caller.arn,
        accountId: "111122223333",
        accessKeyId: "deploy-bot",
        userName: "deploy-bot",
      },
      eventTime: "2026-01-02T03:04:05Z",
      eventSource: "elasticfilesystem.amazonaws.com",
      eventName: "DeleteAccessPoint",
      awsRegion: "eu-west-1",
      sourceIPAddress: "10.1.2.3",
      userAgent: "aws-cli",
      requestParameters: { accessPointId: "fsap-1" },
      responseElements: null,
      requestID: "request-1",
      eventID: "event-1",
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: "111122223333",
      eventCategory: "Management",
    },
  });
});

test("nested members are in camel case too", () => {
  const input = {
    ClientToken: "t",
    FileSystemId: "fs-1",
    PosixUser: { Uid: 1, Gid: 2, SecondaryGids: [3] },
    Tags: [{ Key: "K", Value: "V" }],
  };
  expect(event({ operation: "CreateAccessPoint", input, output: { AccessPointId: "fsap-1" } }).detail).toMatchObject({
    requestParameters: {
      clientToken: "t",
      fileSystemId: "fs-1",
      posixUser: { uid: 1, gid: 2, secondaryGids: [3] },
      tags: [{ key: "K", value: "V" }],
    },
    responseElements: { accessPointId: "fsap-1" },
  });
});

test("Lambda's names carry the API version, and neither code nor environment is recorded", () => {
  const input = { FunctionName: "f", MemorySize: 256, Environment: { Variables: { SECRET: "x" } } };
  const output = { FunctionName: "f", Environment: { Variables: { SECRET: "x" } } };
  const { detail, source } = event({ service: "lambda", operation: "UpdateFunctionConfiguration", input, output });
  expect(source).toBe("aws.lambda");
  expect(detail["eventName"]).toBe("UpdateFunctionConfiguration20150331v2");
  expect(detail["requestParameters"]).toEqual({ functionName: "f", memorySize: 256 });
  const code = event({
    service: "lambda",
    operation: "UpdateFunctionCode",
    input: { FunctionName: "f", ZipFile: new Uint8Array(9) },
    output,
  });
  expect(JSON.stringify([detail, code.detail])).not.toMatch(/SECRET|zipFile/);
});

test("tags of Lambda keep the case of their keys", () => {
  const { detail } = event({
    service: "lambda",
    operation: "TagResource",
    input: { Resource: "arn", Tags: { Team: "a" } },
    output: {},
  });
  expect(detail).toMatchObject({
    eventName: "TagResource20170331v2",
    requestParameters: { resource: "arn", tags: { Team: "a" } },
  });
});

test("a session names the role behind it", () => {
  const sessionIssuer = {
    arn: "arn:aws:iam::111122223333:role/ci/deployer",
    userName: "deployer",
    principalId: "AROATEST",
  };
  const arn = "arn:aws:sts::111122223333:assumed-role/deployer/run-7";
  const session: Caller = {
    ...caller,
    type: "AssumedRole",
    arn,
    principalId: "AROATEST:run-7",
    userName: "run-7",
    sessionIssuer,
  };
  const { detail } = event({ context: { caller: session, region: "eu-west-1", requestId: "r" }, output: {} });
  expect(detail["userIdentity"]).toEqual({
    type: "AssumedRole",
    principalId: "AROATEST:run-7",
    arn,
    accountId: "111122223333",
    accessKeyId: "deploy-bot",
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: "AROATEST",
        arn: sessionIssuer.arn,
        accountId: "111122223333",
        userName: "deployer",
      },
      attributes: { creationDate: "2026-01-02T03:04:05Z", mfaAuthenticated: "false" },
    },
  });
});

test("a failed call has its error and no answer", () => {
  const { detail } = event({ error: { code: "AccessPointNotFound", message: "gone" } });
  expect(detail).toMatchObject({ errorCode: "AccessPointNotFound", errorMessage: "gone", responseElements: null });
});
