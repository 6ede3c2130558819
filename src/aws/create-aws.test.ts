import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../model/clock.ts";
import { AwsError } from "../model/errors.ts";
import { type AwsConnection, createAws } from "./create-aws.ts";

interface Request {
  method: string;
  url: URL;
  body: string;
  userAgent: string;
}
type Answer = { status?: number; json?: unknown; xml?: string; error?: string } | "drop" | "hang";

/** Deadlines pass only when a test lets them; everything else runs on the real socket. */
const deadlines: (() => void)[] = [];
const clock: Clock = {
  nowMs: () => 0,
  sleep: (_ms, signal) =>
    new Promise((resolve) => {
      deadlines.push(resolve);
      signal?.addEventListener("abort", () => resolve(), { once: true });
    }),
};

let server: Server;
let aws: AwsConnection;
let requests: Request[];
let answers: Answer[];

beforeEach(async () => {
  [requests, answers] = [[], []];
  deadlines.length = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(await read(request));
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer === "hang") return;
    if (answer === "drop") return void request.socket.destroy();
    response.statusCode = answer.status ?? 200;
    response.setHeader("x-amzn-requestid", `req-${requests.length}`);
    if (answer.error !== undefined) response.setHeader("x-amzn-errortype", answer.error);
    response.end(answer.xml ?? JSON.stringify(answer.json ?? {}));
  };
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  aws = createAws({
    account: "111122223333",
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callDeadlineMs: 8_000,
    quotaShare: Infinity,
    clock,
    chance: { random: () => 0, uuid: () => "uuid" },
    customUserAgent: "mooring/0.1 (test)",
  });
});

afterEach(async () => {
  aws.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

async function read(request: IncomingMessage): Promise<Request> {
  let body = "";
  for await (const chunk of request) body += chunk;
  const url = new URL(request.url ?? "/", "http://stub");
  return {
    method: request.method ?? "",
    url,
    body,
    userAgent: request.headers["user-agent"] ?? "",
  };
}

const failure = async (call: Promise<unknown>): Promise<AwsError> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AwsError);
  return error as AwsError;
};

test("access points are read page by page and normalised", async () => {
  answers.push(
    {
      json: {
        AccessPoints: [
          {
            AccessPointId: "fsap-1",
            FileSystemId: "fs-1",
            RootDirectory: {
              Path: "/a",
              CreationInfo: { OwnerUid: 1, OwnerGid: 2, Permissions: "755" },
            },
            PosixUser: { Uid: 3, Gid: 4 },
            Tags: [{ Key: "k", Value: "v" }],
            LifeCycleState: "available",
          },
        ],
        NextToken: "t1",
      },
    },
    { json: { AccessPoints: [], NextToken: "t2" } },
    {
      json: {
        AccessPoints: [{ AccessPointId: "fsap-2", FileSystemId: "fs-1", LifeCycleState: "creating" }],
      },
    },
  );
  const found = await aws.efs.describeAccessPoints("fs-1");
  expect(found).toMatchObject([
    {
      accessPointId: "fsap-1",
      path: "/a",
      creationInfo: { ownerUid: 1, ownerGid: 2, permissions: "755" },
      posixUser: { uid: 3, gid: 4, secondaryGids: [] },
      tags: { k: "v" },
    },
    {
      accessPointId: "fsap-2",
      path: "/",
      creationInfo: null,
      posixUser: null,
      tags: {},
      lifeCycleState: "creating",
    },
  ]);
  expect(requests.map(({ url }) => [url.searchParams.get("MaxResults"), url.searchParams.get("NextToken")])).toEqual([
    ["1000", null],
    ["1000", "t1"],
    ["1000", "t2"],
  ]);
});

test("a page token that comes twice fails the read instead of ending it", async () => {
  answers.push({ json: { FileSystems: [], NextMarker: "again" } });
  expect(await failure(aws.efs.describeFileSystems())).toMatchObject({
    code: "PagingLoop",
    kind: "Transient",
  });
});

test("a page that fails fails the whole list", async () => {
  answers.push(
    { json: { Functions: [{ FunctionName: "a" }], NextMarker: "m" } },
    { status: 403, error: "AccessDeniedException" },
  );
  expect(await failure(aws.lambda.listFunctions())).toMatchObject({
    kind: "AccessDenied",
    operation: "lambda:ListFunctions",
  });
});

test.each([
  ["file system", "FileSystemNotFound", () => aws.efs.describeFileSystem("fs-1")],
  ["access point", "AccessPointNotFound", () => aws.efs.describeAccessPoint("fsap-1")],
  ["policy", "PolicyNotFound", () => aws.efs.describePolicy("fs-1")],
  ["function", "ResourceNotFoundException", () => aws.lambda.getFunction("f")],
])("a missing %s is null", async (_what, error, call) => {
  answers.push({ status: 404, error });
  expect(await call()).toBeNull();
});

test("the policy of a missing file system is an error, not a missing policy", async () => {
  answers.push({ status: 404, error: "FileSystemNotFound" });
  expect(await failure(aws.efs.describePolicy("fs-1"))).toMatchObject({ kind: "NotFound" });
});

test("deleting an access point that is gone counts as done", async () => {
  answers.push({ status: 404, error: "AccessPointNotFound" });
  expect(await aws.efs.deleteAccessPoint("fsap-1")).toEqual({ requestId: "req-1" });
});

test("a function is reduced to what may be kept", async () => {
  answers.push({
    json: {
      Code: { Location: "https://secret-url" },
      Configuration: {
        FunctionName: "f",
        FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST",
        Version: "$LATEST",
        Role: "arn:aws:iam::111122223333:role/r",
        RevisionId: "rev",
        Environment: { Variables: { PASSWORD: "secret-value" } },
        VpcConfig: { VpcId: "", SubnetIds: [] },
        SnapStart: { ApplyOn: "PublishedVersions" },
        FileSystemConfigs: [
          {
            Arn: "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-1/access-point/fsap-1",
            LocalMountPath: "/mnt/a",
          },
        ],
        State: "Active",
        LastUpdateStatus: "Successful",
        LastModified: "2026-01-01T00:00:00.000+0000",
      },
    },
  });
  const found = await aws.lambda.getFunction("f");
  expect(JSON.stringify(found)).not.toContain("secret");
  expect(found).toMatchObject({
    functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:f",
    vpcId: null,
    snapStart: true,
    state: "Active",
    lastModifiedMs: Date.UTC(2026, 0, 1),
    fileSystemConfigs: [
      {
        arn: "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-1/access-point/fsap-1",
        localMountPath: "/mnt/a",
      },
    ],
  });
});

test("unmounting sends an empty list and the revision, and nothing else", async () => {
  answers.push({ json: { FunctionName: "f", RevisionId: "rev-2" } });
  const done = await aws.lambda.updateMounts({
    functionName: "f",
    revisionId: "rev-1",
    fileSystemConfigs: [],
  });
  expect(JSON.parse(requests[0]!.body)).toEqual({ RevisionId: "rev-1", FileSystemConfigs: [] });
  expect(done).toMatchObject({ requestId: "req-1", function: { revisionId: "rev-2" } });
});

test("published versions come without $LATEST", async () => {
  answers.push({ json: { Versions: [{ Version: "$LATEST" }, { Version: "1" }] } });
  expect((await aws.lambda.listVersions("f")).map(({ version }) => version)).toEqual(["1"]);
});

test("calls name Mooring and its installation", async () => {
  answers.push({ json: { Functions: [] } });
  await aws.lambda.listFunctions();
  expect(requests[0]!.userAgent).toMatch(/mooring\/0\.1 test$/);
});

const NEW_ACCESS_POINT = {
  clientToken: "token",
  fileSystemId: "fs-1",
  path: "/a",
  tags: { k: "v" },
  creationInfo: { ownerUid: 1, ownerGid: 1, permissions: "0750" },
  posixUser: { uid: 1, gid: 1, secondaryGids: [] },
};

test("a create that meets its own token names the access point, and certainly did nothing", async () => {
  answers.push({
    status: 409,
    error: "AccessPointAlreadyExists",
    json: { ErrorCode: "AccessPointAlreadyExists", AccessPointId: "fsap-9" },
  });
  expect(await failure(aws.efs.createAccessPoint(NEW_ACCESS_POINT))).toMatchObject({
    kind: "AlreadyExists",
    existingId: "fsap-9",
    certainlyNotDone: true,
  });
  expect(JSON.parse(requests[0]!.body)).toMatchObject({
    ClientToken: "token",
    Tags: [{ Key: "k", Value: "v" }],
  });
});

test("a create whose first reply was lost may be its own predecessor", async () => {
  answers.push("drop", {
    status: 409,
    error: "AccessPointAlreadyExists",
    json: { AccessPointId: "fsap-9" },
  });
  expect(await failure(aws.efs.createAccessPoint(NEW_ACCESS_POINT))).toMatchObject({
    kind: "AlreadyExists",
    existingId: "fsap-9",
    certainlyNotDone: false,
  });
  expect(requests).toHaveLength(2);
});

test("a call without an answer ends at its deadline, outcome unknown", async () => {
  answers.push("hang");
  const call = failure(aws.efs.putPolicy("fs-1", "{}"));
  await expect.poll(() => requests.length).toBe(1);
  deadlines.forEach((pass) => pass());
  expect(await call).toMatchObject({
    kind: "Transient",
    code: "CallDeadlineExceeded",
    certainlyNotDone: false,
  });
});

test("a role is found by its ARN only, not by its name under another path", async () => {
  const role = (path: string) =>
    `<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><RoleId>AROA1</RoleId><Arn>arn:aws:iam::111122223333:role${path}r</Arn></Role></GetRoleResult></GetRoleResponse>`;
  answers.push({ xml: role("/app/") });
  expect(await aws.iam.getRole("arn:aws:iam::111122223333:role/app/r")).toEqual({
    roleArn: "arn:aws:iam::111122223333:role/app/r",
    roleId: "AROA1",
  });
  expect(await aws.iam.getRole("arn:aws:iam::111122223333:role/r")).toBeNull();
});

test("a role that does not exist is null, one of another account is refused", async () => {
  answers.push({
    status: 404,
    xml: "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>",
  });
  expect(await aws.iam.getRole("arn:aws:iam::111122223333:role/r")).toBeNull();
  expect(await failure(aws.iam.getRole("arn:aws:iam::999999999999:role/r"))).toMatchObject({
    kind: "Rejected",
  });
});

test("the caller's identity is read", async () => {
  answers.push({
    xml: "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/u</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
  });
  expect(await aws.sts.getCallerIdentity()).toEqual({
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:user/u",
  });
});

test("a task definition is copied with members that this SDK does not know", async () => {
  const [name, value] = ["hopedForIn2031", { nested: [1, "two"] }];
  const described = {
    taskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
    status: "ACTIVE",
    revision: 7,
    registeredAt: 1_700_000_000.123,
    family: "web",
    [name]: value,
    containerDefinitions: [{ name: "app", image: "app:1", [name]: value }],
  };
  answers.push({ json: { taskDefinition: described, tags: [{ key: "team", value: "media" }] } });
  const found = await aws.ecs.describeTaskDefinition("web");
  await aws.ecs.registerTaskDefinition({ register: found!.register, tags: found!.tags });
  const { family, containerDefinitions } = described;
  expect(JSON.parse(requests[1]!.body)).toEqual({
    family,
    [name]: value,
    containerDefinitions,
    tags: [{ key: "team", value: "media" }],
  });
});
