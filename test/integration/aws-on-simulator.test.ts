import { CreateFileSystemCommand, type EFSClient } from "@aws-sdk/client-efs";
import { CreateRoleCommand, DeleteRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsConnection, createAws } from "../../src/aws/create-aws.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { createEfsService } from "../../src/simulator/services/efs/efs.ts";
import { createIamService } from "../../src/simulator/services/iam/iam.ts";
import { createStsService } from "../../src/simulator/services/sts/sts.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const ROLE_ARN = "arn:aws:iam::111122223333:role/apps/thumbnailer";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

let doors: Doors;
let aws: AwsConnection;
let fileSystemId: string;

beforeEach(async () => {
  doors = await openDoors({ services: [createStsService, createIamService, createEfsService] });
  aws = createAws({
    account: "111122223333",
    region: "eu-west-1",
    credentials: { accessKeyId: "mooring", secretAccessKey: "not-checked" },
    endpoint: doors.url,
    callDeadlineMs: 8_000,
    quotaShare: Infinity,
    clock: realClock,
    chance: realChance,
    customUserAgent: "mooring/0.1 (test)",
  });
  const efs = doors.socketClient<EFSClient>("efs", "admin");
  fileSystemId = (await efs.send(new CreateFileSystemCommand({ CreationToken: "fs" }))).FileSystemId ?? "";
});
afterEach(async () => {
  aws.destroy();
  await doors.close();
});

const accessPoint = (n: number) => ({
  clientToken: `token-${n}`,
  fileSystemId,
  path: `/app${n}`,
  creationInfo: { ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
  posixUser: { uid: 1001, gid: 1001, secondaryGids: [2001] },
  tags: { "mooring.dev/managed": "test" },
});

test("an access point lives: created, found alone and in lists, tagged, deleted, deleted again", async () => {
  const { accessPoint: made, requestId } = await aws.efs.createAccessPoint(accessPoint(1));
  expect(requestId).not.toBe("");
  expect(made).toMatchObject({ path: "/app1", posixUser: { uid: 1001, gid: 1001, secondaryGids: [2001] } });
  await aws.efs.tag(made.accessPointId, { note: "seen" });
  const found = await aws.efs.describeAccessPoint(made.accessPointId);
  expect(found).toMatchObject({
    clientToken: "token-1",
    creationInfo: { ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
    tags: { "mooring.dev/managed": "test", note: "seen" },
  });
  expect(await aws.efs.describeAccessPoints(fileSystemId)).toEqual([found]);
  expect(await aws.efs.describeAccessPoints()).toEqual([found]);
  await aws.efs.deleteAccessPoint(made.accessPointId);
  expect(await aws.efs.describeAccessPoint(made.accessPointId)).toBeNull();
  expect((await aws.efs.deleteAccessPoint(made.accessPointId)).requestId).not.toBe("");
});

test("the same token again names the first access point", async () => {
  const { accessPoint: made } = await aws.efs.createAccessPoint(accessPoint(1));
  await expect(aws.efs.createAccessPoint(accessPoint(1))).rejects.toMatchObject({
    kind: "AlreadyExists",
    existingId: made.accessPointId,
    certainlyNotDone: true,
  });
});

test("no policy is null, a policy is its text, and one of a missing file system is an error", async () => {
  expect(await aws.efs.describePolicy(fileSystemId)).toBeNull();
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "elasticfilesystem:ClientMount" }],
  });
  await aws.efs.putPolicy(fileSystemId, policy);
  expect(await aws.efs.describePolicy(fileSystemId)).toContain("elasticfilesystem:ClientMount");
  await expect(aws.efs.describePolicy("fs-00000000000000000")).rejects.toMatchObject({ kind: "NotFound" });
});

test("a policy for a role that does not exist is refused under its own code", async () => {
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: ROLE_ARN }, Action: "elasticfilesystem:ClientMount" }],
  });
  await expect(aws.efs.putPolicy(fileSystemId, policy)).rejects.toMatchObject({
    kind: "Rejected",
    code: "InvalidPolicyException",
    certainlyNotDone: true,
  });
});

test("file systems and mount targets are found, a missing one is null", async () => {
  expect(await aws.efs.describeFileSystem(fileSystemId)).toMatchObject({ fileSystemId, lifeCycleState: "available" });
  expect(await aws.efs.describeFileSystems()).toHaveLength(1);
  expect(await aws.efs.describeFileSystem("fs-00000000000000000")).toBeNull();
  expect(await aws.efs.describeMountTargets(fileSystemId)).toEqual([]);
});

test("a role is found with its unique id until it is deleted", async () => {
  const iam = doors.socketClient<IAMClient>("iam", "admin");
  await iam.send(new CreateRoleCommand({ RoleName: "thumbnailer", Path: "/apps/", AssumeRolePolicyDocument: TRUST }));
  expect(await aws.iam.getRole(ROLE_ARN)).toMatchObject({ roleArn: ROLE_ARN, roleId: expect.stringMatching(/^AROA/) });
  await iam.send(new DeleteRoleCommand({ RoleName: "thumbnailer" }));
  expect(await aws.iam.getRole(ROLE_ARN)).toBeNull();
});

test("the caller is who the key says", async () => {
  expect(await aws.sts.getCallerIdentity()).toEqual({
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:user/mooring",
  });
});
