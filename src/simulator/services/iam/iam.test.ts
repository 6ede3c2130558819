import { beforeEach, expect, test } from "vitest";
import { createTestWorld, type TestWorld } from "../test-world.ts";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const RoleName = "thumbnailer-role";
let world: TestWorld;
beforeEach(async () => {
  world = createTestWorld();
  await world.call("iam", "CreateRole", { RoleName, Path: "/service-role/", AssumeRolePolicyDocument: TRUST });
});

test("a role shows its path, its unique id and its trust policy in percent-encoding", async () => {
  const { Role } = await world.call("iam", "GetRole", { RoleName });
  expect(Role.Arn).toBe("arn:aws:iam::111122223333:role/service-role/thumbnailer-role");
  expect(Role.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
  expect(JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument))).toEqual(JSON.parse(TRUST));
});

test("a role that is made again has another unique id", async () => {
  const before = (await world.call("iam", "GetRole", { RoleName })).Role.RoleId;
  await world.call("iam", "DeleteRole", { RoleName });
  await expect(world.call("iam", "GetRole", { RoleName })).rejects.toThrow(
    "The role with name thumbnailer-role cannot be found.",
  );
  const again = await world.call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: TRUST });
  expect(again.Role.RoleId).not.toBe(before);
});

test("a role keeps its policies until they are taken away", async () => {
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonElasticFileSystemClientReadWriteAccess";
  await world.call("iam", "AttachRolePolicy", { RoleName, PolicyArn });
  await expect(world.call("iam", "DeleteRole", { RoleName })).rejects.toThrow("must detach all policies first");
  const attached = await world.call("iam", "ListAttachedRolePolicies", { RoleName });
  expect(attached.AttachedPolicies).toEqual([
    { PolicyName: "AmazonElasticFileSystemClientReadWriteAccess", PolicyArn },
  ]);
  const version = await world.call("iam", "GetPolicyVersion", { PolicyArn, VersionId: "v1" });
  expect(decodeURIComponent(version.PolicyVersion.Document)).toContain("elasticfilesystem:ClientWrite");
});

test("lists go on where the marker says", async () => {
  for (let n = 0; n < 5; n++)
    await world.call("iam", "CreateRole", { RoleName: `r-${n}`, AssumeRolePolicyDocument: TRUST });
  const first = await world.call("iam", "ListRoles", { MaxItems: 4 });
  const rest = await world.call("iam", "ListRoles", { MaxItems: 4, Marker: first.Marker });
  expect([first.Roles.length, first.IsTruncated, rest.Roles.length, rest.IsTruncated]).toEqual([4, true, 2, false]);
});

test("a made key belongs to its user, also after a restart", async () => {
  await world.call("iam", "CreateUser", { UserName: "deploy-bot" });
  const { AccessKey } = await world.call("iam", "CreateAccessKey", { UserName: "deploy-bot" });
  world.restart();
  expect(world.simulator.callerOf(AccessKey.AccessKeyId).arn).toBe("arn:aws:iam::111122223333:user/deploy-bot");
});

test("a key that was made inactive opens nothing, also after a restart, until it is active again", async () => {
  await world.call("iam", "CreateUser", { UserName: "deploy-bot" });
  const { AccessKey } = await world.call("iam", "CreateAccessKey", { UserName: "deploy-bot" });
  const { AccessKeyId } = AccessKey;
  const update = (Status: string) =>
    world.call("iam", "UpdateAccessKey", { UserName: "deploy-bot", AccessKeyId, Status });
  const whoAmI = () => world.simulator.call("iam", "GetUser", {}, world.simulator.callerOf(AccessKeyId));
  await update("Inactive");
  await expect(whoAmI()).rejects.toMatchObject({ code: "InvalidClientTokenId", status: 403 });
  world.restart();
  await expect(whoAmI()).rejects.toMatchObject({ code: "InvalidClientTokenId" });
  await update("Active");
  await expect(whoAmI()).resolves.toMatchObject({ User: { UserName: "deploy-bot" } });
});

test("inline policies are checked and evaluated from their newest text", async () => {
  const put = (PolicyDocument: string) =>
    world.call("iam", "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
  await expect(put("{")).rejects.toMatchObject({ code: "MalformedPolicyDocument", status: 400 });
  await put(JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] }));
  const identity = world.world
    .service("iam")
    .identityOf("arn:aws:iam::111122223333:role/service-role/thumbnailer-role");
  expect(identity?.policies).toHaveLength(1);
});

test("tag keys of roles and users differ by more than case, and show as they were last written", async () => {
  const tags = async () => (await world.call("iam", "ListRoleTags", { RoleName })).Tags;
  const tag = (...Tags: object[]) => world.call("iam", "TagRole", { RoleName, Tags });
  await tag({ Key: "team", Value: "a" });
  await tag({ Key: "Team", Value: "b" });
  expect(await tags()).toEqual([{ Key: "Team", Value: "b" }]);
  await expect(tag({ Key: "k", Value: "1" }, { Key: "K", Value: "2" })).rejects.toMatchObject({ code: "InvalidInput" });
  await world.call("iam", "UntagRole", { RoleName, TagKeys: ["TEAM"] });
  expect(await tags()).toEqual([]);
});

test("a user shows its boundary, which must exist", async () => {
  const UserName = "bounded";
  const PermissionsBoundary = "arn:aws:iam::aws:policy/AmazonElasticFileSystemClientReadWriteAccess";
  await expect(
    world.call("iam", "CreateUser", { UserName, PermissionsBoundary: "arn:aws:iam::aws:policy/none" }),
  ).rejects.toMatchObject({ code: "NoSuchEntity" });
  const { User } = await world.call("iam", "CreateUser", { UserName, PermissionsBoundary });
  expect(User.PermissionsBoundary).toEqual({
    PermissionsBoundaryType: "Policy",
    PermissionsBoundaryArn: PermissionsBoundary,
  });
  await world.call("iam", "DeleteUserPermissionsBoundary", { UserName });
  expect((await world.call("iam", "GetUser", { UserName })).User.PermissionsBoundary).toBeUndefined();
});

test("a trust policy cannot say who is not trusted", async () => {
  const Statement = [{ Effect: "Allow", NotPrincipal: { AWS: "*" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await expect(world.call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument })).rejects.toMatchObject({
    code: "MalformedPolicyDocument",
    message: "Allow with NotPrincipal is not allowed.",
  });
});
