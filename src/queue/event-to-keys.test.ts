import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lambdaKey, parseKey } from "../model/keys.ts";
import { createEventIndex } from "./event-index.ts";
import { EVENT_RULES } from "./event-patterns.ts";
import { type BusEvent, type KeysOfEvent, keysOfEvent } from "./event-to-keys.ts";

const ACCOUNT = "111122223333";
const REGION = "eu-west-1";
const FS = "fs-0123456789abcdef0";
const FS_ARN = `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:file-system/${FS}`;
const AP = "fsap-0123456789abcdef0";
const AP_ARN = `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:access-point/${AP}`;
const MT = "fsmt-0123456789abcdef0";
const FN_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:thumbnailer`;
const FS_KEY = `filesystem/${ACCOUNT}/${REGION}/${FS}`;
const FN_KEY = `lambda/${FN_ARN}`;
const here = { account: ACCOUNT, region: REGION, receivedAtMs: 5_000 };

const index = createEventIndex({ nowMs: () => 0 });
index.accessPointSeen(FS, AP);
index.mountTargetsSeen(FS, [MT]);
index.rolesSeen(FS_KEY, [`arn:aws:iam::${ACCOUNT}:role/apps/thumbnailer`]);
index.rolesSeen(FN_KEY, [`arn:aws:iam::${ACCOUNT}:role/apps/thumbnailer`]);

index.startersSeen(FN_KEY, ["EventBridge rule nightly", "schedule default/nightly"]);

type Detail = Record<string, unknown>;

function call(service: string, eventName: string, detail: Detail = {}): BusEvent {
  return {
    source: `aws.${service}`,
    "detail-type": "AWS API Call via CloudTrail",
    detail: {
      eventVersion: "1.11",
      userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${ACCOUNT}:user/deploy-bot`, userName: "deploy-bot" },
      eventTime: "2026-10-01T12:00:00Z",
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: REGION,
      sourceIPAddress: "203.0.113.7",
      userAgent: "aws-cli/2",
      requestID: "req-1",
      eventID: "event-1",
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      ...detail,
    },
  };
}
const efs = (name: string, request: Detail, response: Detail | null = null) =>
  call("elasticfilesystem", name, { requestParameters: request, responseElements: response });
const lambda = (name: string, request: Detail, response: Detail | null = null) =>
  call("lambda", name, { requestParameters: request, responseElements: response });
const of = (event: BusEvent): KeysOfEvent => keysOfEvent(event, index, here);

describe("EFS calls wake their file system", () => {
  test.each<[string, Detail, Detail?]>([
    ["CreateAccessPoint", { fileSystemId: FS, clientToken: "t" }, { accessPointId: AP, fileSystemId: FS }],
    ["CreateAccessPoint", { fileSystemId: FS_ARN }],
    ["DeleteAccessPoint", { accessPointId: AP }],
    ["DeleteAccessPoint", { accessPointId: AP_ARN }],
    ["PutFileSystemPolicy", { fileSystemId: FS, policy: "{}" }],
    ["PutFileSystemPolicy", { fileSystemId: FS_ARN, policy: "{}" }],
    ["DeleteFileSystemPolicy", { fileSystemId: FS }],
    ["CreateMountTarget", { fileSystemId: FS, subnetId: "subnet-1" }, { mountTargetId: MT }],
    ["DeleteMountTarget", { mountTargetId: MT }],
    ["ModifyMountTargetSecurityGroups", { mountTargetId: MT, securityGroups: [] }],
    ["CreateFileSystem", { creationToken: "t" }, { fileSystemId: FS }],
    ["DeleteFileSystem", { fileSystemId: FS }],
    ["UpdateFileSystem", { fileSystemId: FS }],
    ["UpdateFileSystemProtection", { fileSystemId: FS }],
    ["PutLifecycleConfiguration", { fileSystemId: FS }],
    ["PutBackupPolicy", { fileSystemId: FS }],
    ["CreateReplicationConfiguration", { sourceFileSystemId: FS, destinations: [] }],
    ["DeleteReplicationConfiguration", { sourceFileSystemId: FS }],
    ["TagResource", { resourceId: FS }],
    ["TagResource", { resourceId: FS_ARN }],
    ["TagResource", { resourceId: AP }],
    ["UntagResource", { resourceId: AP_ARN }],
    ["CreateTags", { fileSystemId: FS }],
    ["DeleteTags", { fileSystemId: FS }],
  ])("%s %j", (name, request, response) => {
    expect(of(efs(name, request, response ?? null))).toMatchObject({
      keys: [FS_KEY],
      cause: "drift",
      unmapped: false,
      noted: { name },
    });
  });

  test.each<[string, Detail]>([
    ["DeleteAccessPoint", { accessPointId: "fsap-0000000000000dead" }],
    ["DeleteMountTarget", { mountTargetId: "fsmt-0000000000000dead" }],
    ["TagResource", { resourceId: "fsap-0000000000000dead" }],
    ["PutFileSystemPolicy", {}],
  ])("%s of what nobody has seen wakes the sweep, and is noted: %j", (name, request) => {
    expect(of(efs(name, request))).toMatchObject({ keys: [], unmapped: true, noted: { name } });
  });
});

describe("Lambda calls wake their function", () => {
  const names = ["thumbnailer", `${ACCOUNT}:function:thumbnailer`, "function:thumbnailer", FN_ARN];
  const qualified = names.flatMap((name) => [name, `${name}:7`, `${name}:live`, `${name}:$LATEST`]);
  test.each(qualified)("named as %s", (functionName) => {
    expect(of(lambda("UpdateFunctionConfiguration20150331v2", { functionName })).keys).toEqual([FN_KEY]);
  });

  test.each([
    "CreateFunction20150331",
    "DeleteFunction20150331",
    "UpdateFunctionConfiguration20150331v2",
    "UpdateFunctionConfiguration20991231v9",
    "UpdateFunctionCode20150331v2",
    "PublishVersion20150331",
    "CreateAlias20150331",
    "UpdateAlias20150331",
    "DeleteAlias20150331",
    "PutProvisionedConcurrencyConfig",
    "DeleteProvisionedConcurrencyConfig",
    "PutRuntimeManagementConfig",
    "PutFunctionConcurrency20171031",
    "AddPermission20150331v2",
  ])("by %s", (name) => {
    expect(of(lambda(name, { functionName: "thumbnailer" }))).toMatchObject({ keys: [FN_KEY], unmapped: false });
  });

  test("tagged by ARN", () => {
    expect(of(lambda("TagResource20170331v2", { resource: FN_ARN })).keys).toEqual([FN_KEY]);
  });

  test("tagging what is not a function concerns nobody", () => {
    const resource = `arn:aws:lambda:${REGION}:${ACCOUNT}:event-source-mapping:a1`;
    expect(of(lambda("TagResource20170331v2", { resource }))).toEqual({
      keys: [],
      cause: "drift",
      noted: null,
      unmapped: false,
    });
  });

  test.each([`arn:aws:lambda:us-east-1:${ACCOUNT}:function:thumbnailer`, "999999999999:function:thumbnailer"])(
    "a function that lives elsewhere has no key here: %s",
    (functionName) => expect(of(lambda("UpdateFunctionConfiguration20150331v2", { functionName })).keys).toEqual([]),
  );

  test("a name that is none wakes the sweep", () => {
    expect(of(lambda("UpdateFunctionConfiguration20150331v2", { functionName: "a b/c" })).unmapped).toBe(true);
  });
});

describe("IAM calls wake whatever uses the role", () => {
  test.each(["DeleteRole", "CreateRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"])(
    "%s, from us-east-1",
    (name) => {
      const event = call("iam", name, { awsRegion: "us-east-1", requestParameters: { roleName: "thumbnailer" } });
      expect(of(event)).toMatchObject({
        keys: [FS_KEY, FN_KEY],
        unmapped: false,
        noted: { subject: { roleName: "thumbnailer" } },
      });
    },
  );

  test("a role that no binding uses wakes nothing", () => {
    expect(of(call("iam", "DeleteRole", { requestParameters: { roleName: "other" } }))).toMatchObject({
      keys: [],
      unmapped: false,
    });
  });
});

describe("nobody's business", () => {
  const nothing = { keys: [], cause: "drift", noted: null, unmapped: false };
  const deletion = { requestParameters: { accessPointId: AP } };
  test.each<[string, BusEvent]>([
    ["a failed call", call("elasticfilesystem", "DeleteAccessPoint", { ...deletion, errorCode: "AccessDenied" })],
    [
      "a call in another region",
      call("elasticfilesystem", "DeleteAccessPoint", { ...deletion, awsRegion: "us-east-1" }),
    ],
    [
      "a call in another account",
      call("elasticfilesystem", "DeleteAccessPoint", { ...deletion, recipientAccountId: "999999999999" }),
    ],
    [
      "a role of another account",
      call("iam", "DeleteRole", { recipientAccountId: "999999999999", requestParameters: { roleName: "thumbnailer" } }),
    ],
    ["a read-only call", call("elasticfilesystem", "DescribeAccessPoints", { readOnly: true })],
    ["another ECS call", call("ecs", "RunTask", { requestParameters: { taskDefinition: "web" } })],
    ["a security group's change", call("ec2", "AuthorizeSecurityGroupIngress")],
    ["an ECS task's state", { source: "aws.ecs", "detail-type": "ECS Task State Change", detail: { taskArn: "t" } }],
    [
      "a client's connection",
      {
        source: "aws.elasticfilesystem",
        "detail-type": "AWS Service Event via CloudTrail",
        detail: { eventName: "NewClientConnection" },
      },
    ],
    ["what Mooring publishes for others", { source: "mooring", "detail-type": "Mooring Repaired", detail: {} }],
  ])("%s", (_what, event) => expect(of(event)).toEqual(nothing));

  test.each<[string, BusEvent]>([
    ["an unknown call of EFS", call("elasticfilesystem", "RenameAccessPoint")],
    ["an unknown service's call", call("s3files", "DeleteAccessPoint")],
    ["a schedule", { source: "aws.events", "detail-type": "Scheduled Event", detail: {} }],
  ])("except that %s wakes the sweep", (_what, event) => expect(of(event)).toMatchObject({ keys: [], unmapped: true }));
});

describe("Mooring's own wakes", () => {
  const wake = (detail: unknown): BusEvent => ({ source: "mooring", "detail-type": "Mooring Wake", detail });
  test("name keys and cause", () => {
    expect(of(wake({ keys: [FN_KEY, FS_KEY, FN_KEY], cause: "counterpart" }))).toEqual({
      keys: [FS_KEY, FN_KEY],
      cause: "counterpart",
      noted: null,
      unmapped: false,
    });
  });
  test("are changes of spec if they do not say", () => expect(of(wake({ keys: [FS_KEY] })).cause).toBe("spec"));
  test.each([[{ keys: ["nonsense"] }], [{ keys: [7] }], [{}], ["text"]])(
    "that nobody can read wake the sweep: %j",
    (detail) => {
      expect(of(wake(detail))).toMatchObject({ keys: [], unmapped: true });
    },
  );
});

describe("who did what", () => {
  test("is noted with what may be kept, and nothing else", () => {
    const event = efs("PutFileSystemPolicy", {
      fileSystemId: FS,
      policy: '{"Statement":[]}',
      bypassPolicyLockoutSafetyCheck: false,
    });
    expect(of(event).noted).toEqual({
      id: "event-1",
      name: "PutFileSystemPolicy",
      actor: "deploy-bot",
      actorArn: `arn:aws:iam::${ACCOUNT}:user/deploy-bot`,
      atMs: Date.UTC(2026, 9, 1, 12),
      receivedAtMs: 5_000,
      requestId: "req-1",
      sourceIp: "203.0.113.7",
      userAgent: "aws-cli/2",
      subject: { fileSystemId: FS, policy: '{"Statement":[]}' },
    });
  });

  test("never holds environment variables, code or tags", () => {
    const event = lambda(
      "UpdateFunctionConfiguration20150331v2",
      { functionName: "thumbnailer", environment: { variables: { PASSWORD: "secret" } }, policy: "secret" },
      { functionName: "thumbnailer", environment: { variables: { PASSWORD: "secret" } }, code: { location: "secret" } },
    );
    expect(JSON.stringify(of(event))).not.toContain("secret");
  });

  test("an access point's birth is noted with both ids", () => {
    expect(of(efs("CreateAccessPoint", { fileSystemId: FS }, { accessPointId: AP })).noted?.subject).toEqual({
      fileSystemId: FS,
      accessPointId: AP,
    });
  });
});

describe("whatever arrives", () => {
  test("is answered, never thrown at, and only with keys of this account and region", () => {
    const fields = fc.dictionary(
      fc.constantFrom("fileSystemId", "accessPointId", "functionName", "resourceId", "resource", "roleName", "keys"),
      fc.anything(),
    );
    const detail = fc.record(
      {
        eventSource: fc.constantFrom(
          "elasticfilesystem.amazonaws.com",
          "lambda.amazonaws.com",
          "iam.amazonaws.com",
          "x",
        ),
        eventName: fc.oneof(
          fc.constantFrom("DeleteAccessPoint", "UpdateFunctionConfiguration20150331v2", "DeleteRole"),
          fc.anything(),
        ),
        requestParameters: fc.oneof(fields, fc.anything()),
        responseElements: fc.oneof(fields, fc.anything()),
        userIdentity: fc.oneof(
          fc.dictionary(
            fc.constantFrom("type", "arn", "userName", "principalId", "sessionContext", "invokedBy", "onBehalfOf"),
            fc.anything(),
          ),
          fc.anything(),
        ),
        eventTime: fc.anything(),
        keys: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const event = fc.record({
      source: fc.constantFrom("aws.elasticfilesystem", "mooring", "x"),
      "detail-type": fc.constantFrom("AWS API Call via CloudTrail", "Mooring Wake", "x"),
      detail: fc.oneof(detail, fc.anything()),
    });
    fc.assert(
      fc.property(event, (given) => {
        for (const key of of(given).keys) expect(parseKey(key)).toMatchObject({ account: ACCOUNT, region: REGION });
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("every form of a function's name leads to the same key", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).filter((n) => n !== "function");
    const form = fc.constantFrom<(n: string) => string>(
      (n) => n,
      (n) => `${ACCOUNT}:function:${n}`,
      (n) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${n}`,
    );
    const qualifier = fc.oneof(fc.constant(""), fc.constant(":$LATEST"), fc.stringMatching(/^:[A-Za-z0-9_-]{1,30}$/));
    fc.assert(
      fc.property(name, form, qualifier, (functionName, write, suffix) => {
        const event = lambda("DeleteFunction20150331", { functionName: write(functionName) + suffix });
        expect(of(event).keys).toEqual([lambdaKey({ account: ACCOUNT, region: REGION, functionName })]);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

test("every call that a rule asks for is known to the table", () => {
  const calls = EVENT_RULES.filter(
    ({ active, pattern }) => active && String(pattern["detail-type"]).includes("CloudTrail"),
  );
  for (const { pattern } of calls) {
    const asked =
      (pattern["detail"] as { eventSource?: string[]; eventName?: (string | { prefix: string })[] } | undefined) ?? {};
    for (const name of asked.eventName ?? []) {
      const service = asked.eventSource![0]!.replace(".amazonaws.com", "");
      const eventName = typeof name === "string" ? name : `${name.prefix}20150331`;
      const requestParameters = {
        fileSystemId: FS,
        functionName: "thumbnailer",
        roleName: "thumbnailer",
        taskDefinition: "web:7",
        taskDefinitions: ["web:7"],
        service: "web",
        resourceArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/web:7`,
        rule: "nightly",
        name: "nightly",
      };
      expect(of(call(service, eventName, { requestParameters })).keys.length, eventName).toBeGreaterThan(0);
    }
  }
});
