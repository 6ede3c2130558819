import { beforeEach, describe, expect, test } from "vitest";
import { makeFileSystem, makeNetwork, makeRole, type TestNetwork } from "../test-network.ts";
import { createTestWorld, type TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = createTestWorld();
});
const newFileSystem = async (CreationToken = "one"): Promise<string> =>
  (await world.call("efs", "CreateFileSystem", { CreationToken })).FileSystemId as string;

describe("file systems", () => {
  test("a creation token used again names the file system it made", async () => {
    const FileSystemId = await newFileSystem();
    await expect(newFileSystem()).rejects.toMatchObject({
      code: "FileSystemAlreadyExists",
      status: 409,
      fields: { FileSystemId, ErrorCode: "FileSystemAlreadyExists" },
    });
  });

  test("creation takes as long as the world says", async () => {
    world = createTestWorld({ fileSystemCreateMs: 1_000 });
    const FileSystemId = await newFileSystem();
    const state = async (): Promise<string> =>
      (await world.call("efs", "DescribeFileSystems", { FileSystemId })).FileSystems[0].LifeCycleState;
    expect(await state()).toBe("creating");
    await expect(world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId })).rejects.toMatchObject({
      code: "IncorrectFileSystemLifeCycleState",
    });
    world.clock.advance(1_000);
    expect(await state()).toBe("available");
  });

  test("throughput changes once in 24 hours", async () => {
    const FileSystemId = await newFileSystem();
    const change = (ThroughputMode: string) => world.call("efs", "UpdateFileSystem", { FileSystemId, ThroughputMode });
    await change("elastic");
    await expect(change("bursting")).rejects.toMatchObject({ code: "TooManyRequests", status: 429 });
    world.clock.advance(86_400_000);
    expect((await change("bursting")).ThroughputMode).toBe("bursting");
  });

  test("tags are shown, limited and removed, for access points too", async () => {
    const FileSystemId = await newFileSystem();
    await world.call("efs", "TagResource", { ResourceId: FileSystemId, Tags: [{ Key: "Name", Value: "shared" }] });
    const [shown] = (await world.call("efs", "DescribeFileSystems", {})).FileSystems;
    expect(shown).toMatchObject({ Name: "shared", Tags: [{ Key: "Name", Value: "shared" }] });
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: "" }));
    await expect(world.call("efs", "TagResource", { ResourceId: FileSystemId, Tags: many })).rejects.toThrow(
      "exceeds the limit of 50",
    );
    await world.call("efs", "UntagResource", { ResourceId: shown.FileSystemArn, TagKeys: ["Name"] });
    expect((await world.call("efs", "ListTagsForResource", { ResourceId: FileSystemId })).Tags).toEqual([]);
  });

  test("an ARN names a file system of its own account and region only", async () => {
    const id = await newFileSystem();
    const arn = (place: string) => `arn:aws:elasticfilesystem:${place}:file-system/${id}`;
    const tags = (ResourceId: string) => world.call("efs", "ListTagsForResource", { ResourceId });
    expect(await tags(arn("eu-west-1:111122223333"))).toMatchObject({ Tags: [] });
    for (const place of ["eu-west-1:999999999999", "us-east-1:111122223333"])
      await expect(tags(arn(place))).rejects.toMatchObject({ code: "FileSystemNotFound" });
  });

  test("files go to Archive later than to IA, or the rules are refused", async () => {
    const { FileSystemId } = await world.call("efs", "CreateFileSystem", {
      CreationToken: "archived",
      ThroughputMode: "elastic",
    });
    const put = (ia: string, archive: string) =>
      world.call("efs", "PutLifecycleConfiguration", {
        FileSystemId,
        LifecyclePolicies: [{ TransitionToArchive: archive }, { TransitionToIA: ia }],
      });
    for (const archive of ["AFTER_1_DAY", "AFTER_7_DAYS", "AFTER_30_DAYS"])
      await expect(put("AFTER_30_DAYS", archive)).rejects.toMatchObject({ code: "BadRequest" });
    expect((await put("AFTER_30_DAYS", "AFTER_180_DAYS")).LifecyclePolicies).toHaveLength(2);
  });

  test("settings are kept and answered", async () => {
    const FileSystemId = await newFileSystem();
    const LifecyclePolicies = [{ TransitionToIA: "AFTER_30_DAYS" }];
    await world.call("efs", "PutLifecycleConfiguration", { FileSystemId, LifecyclePolicies });
    expect(await world.call("efs", "DescribeLifecycleConfiguration", { FileSystemId })).toEqual({ LifecyclePolicies });
    await expect(world.call("efs", "DescribeBackupPolicy", { FileSystemId })).rejects.toMatchObject({
      code: "PolicyNotFound",
    });
    await world.call("efs", "PutBackupPolicy", { FileSystemId, BackupPolicy: { Status: "ENABLED" } });
    expect((await world.call("efs", "DescribeBackupPolicy", { FileSystemId })).BackupPolicy.Status).toBe("ENABLED");
    await expect(world.call("efs", "DescribeReplicationConfigurations", { FileSystemId })).rejects.toMatchObject({
      code: "ReplicationNotFound",
    });
  });
});

describe("access points", () => {
  test("without a path and a user they show / and no user", async () => {
    const FileSystemId = await newFileSystem();
    const created = await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId });
    expect(created).toMatchObject({ ClientToken: "t", RootDirectory: { Path: "/" }, LifeCycleState: "available" });
    expect(created).not.toHaveProperty("PosixUser");
    expect(created.AccessPointArn).toMatch(
      /^arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point\/fsap-[0-9a-f]{17}$/,
    );
  });

  test("a token is taken in the whole account, whatever the file system and parameters", async () => {
    const [first, second] = [await newFileSystem("a"), await newFileSystem("b")];
    const { AccessPointId } = await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId: first });
    for (const FileSystemId of [first, second]) {
      await expect(world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId })).rejects.toMatchObject({
        code: "AccessPointAlreadyExists",
        status: 409,
        fields: { AccessPointId },
      });
    }
  });

  test.each([
    ["a path with a dot segment", { RootDirectory: { Path: "/a/.hidden" } }, "rootDirectory.path"],
    ["five levels", { RootDirectory: { Path: "/a/b/c/d/e" } }, "rootDirectory.path"],
    ["a trailing slash", { RootDirectory: { Path: "/a/" } }, "rootDirectory.path"],
    [
      "permissions that are not octal",
      { RootDirectory: { Path: "/a", CreationInfo: { OwnerUid: 1, OwnerGid: 1, Permissions: "0789" } } },
      "permissions",
    ],
    ["a uid above 2^32-1", { PosixUser: { Uid: 4294967296, Gid: 1 } }, "posixUser.uid"],
    ["17 groups", { PosixUser: { Uid: 1, Gid: 1, SecondaryGids: Array(17).fill(1) } }, "posixUser.secondaryGids"],
    ["a tag of AWS's", { Tags: [{ Key: "aws:x", Value: "" }] }, "tags.1.member.key"],
  ])("%s is refused", async (_what, members, where) => {
    const FileSystemId = await newFileSystem();
    await expect(
      world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId, ...members }),
    ).rejects.toMatchObject({
      code: "ValidationException",
      status: 400,
      message: expect.stringContaining(where) as string,
    });
  });

  test("lists go on where the token says, by file system or for all", async () => {
    const [first, second] = [await newFileSystem("a"), await newFileSystem("b")];
    for (let n = 0; n < 5; n++)
      await world.call("efs", "CreateAccessPoint", { ClientToken: `t${n}`, FileSystemId: n < 3 ? first : second });
    const page = await world.call("efs", "DescribeAccessPoints", { FileSystemId: first, MaxResults: 2 });
    const rest = await world.call("efs", "DescribeAccessPoints", {
      FileSystemId: first,
      MaxResults: 2,
      NextToken: page.NextToken,
    });
    expect([page.AccessPoints.length, rest.AccessPoints.length, rest.NextToken]).toEqual([2, 1, undefined]);
    expect((await world.call("efs", "DescribeAccessPoints")).AccessPoints).toHaveLength(5);
    await expect(world.call("efs", "DescribeAccessPoints", { NextToken: "x" })).rejects.toMatchObject({
      code: "BadRequest",
    });
  });

  test("deletion takes its time, also across a restart, then nothing is left and the token is free", async () => {
    world = createTestWorld({ accessPointDeleteMs: 500 });
    const FileSystemId = await newFileSystem();
    const { AccessPointId } = await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId });
    await world.call("efs", "DeleteAccessPoint", { AccessPointId });
    world.restart();
    expect((await world.call("efs", "DescribeAccessPoints", { AccessPointId })).AccessPoints[0].LifeCycleState).toBe(
      "deleting",
    );
    world.clock.advance(500);
    await expect(world.call("efs", "DescribeAccessPoints", { AccessPointId })).rejects.toMatchObject({
      code: "AccessPointNotFound",
      status: 404,
    });
    await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId });
  });

  test("a file system goes with its access points, but not with mount targets", async () => {
    const network = await makeNetwork(world);
    const FileSystemId = await makeFileSystem(world, [network.subnets[0]], network.storageGroup);
    await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId });
    await expect(world.call("efs", "DeleteFileSystem", { FileSystemId })).rejects.toMatchObject({
      code: "FileSystemInUse",
    });
    const [{ MountTargetId }] = (await world.call("efs", "DescribeMountTargets", { FileSystemId })).MountTargets;
    await world.call("efs", "DeleteMountTarget", { MountTargetId });
    await world.call("efs", "DeleteFileSystem", { FileSystemId });
    expect((await world.call("efs", "DescribeAccessPoints")).AccessPoints).toEqual([]);
  });

  test("10,000 fit on one file system, and no more", async () => {
    const FileSystemId = await newFileSystem();
    for (let n = 0; n < 10_000; n++)
      await world.call("efs", "CreateAccessPoint", { ClientToken: `t${n}`, FileSystemId });
    await expect(world.call("efs", "CreateAccessPoint", { ClientToken: "last", FileSystemId })).rejects.toMatchObject({
      code: "AccessPointLimitExceeded",
      status: 403,
    });
    const page = await world.call("efs", "DescribeAccessPoints", { FileSystemId, MaxResults: 1_000 });
    expect([page.AccessPoints.length, typeof page.NextToken]).toEqual([1_000, "string"]);
  });
});

describe("mount targets", () => {
  let network: TestNetwork;
  let FileSystemId: string;
  beforeEach(async () => {
    network = await makeNetwork(world);
    FileSystemId = await newFileSystem();
  });
  const create = (SubnetId: string, more = {}) =>
    world.call("efs", "CreateMountTarget", { FileSystemId, SubnetId, ...more });

  test("one in each zone, all in one VPC, each with an interface of its own", async () => {
    const created = await create(network.subnets[0], { SecurityGroups: [network.storageGroup] });
    expect(created).toMatchObject({
      IpAddress: "10.0.1.4",
      AvailabilityZoneId: "euw1-az1",
      LifeCycleState: "available",
    });
    await expect(create(network.subnets[0])).rejects.toThrow("mount target already exists in this AZ");
    const other = await makeNetwork(world);
    await expect(create(other.subnets[1])).rejects.toThrow("not in the same VPC");
    const shown = await world.call("ec2", "DescribeNetworkInterfaces", {
      NetworkInterfaceIds: [created.NetworkInterfaceId],
    });
    expect(shown.NetworkInterfaces[0]).toMatchObject({
      PrivateIpAddress: "10.0.1.4",
      Groups: [{ GroupId: network.storageGroup }],
    });
  });

  test("an address in use, one outside the subnet, and an unknown subnet or group are refused", async () => {
    const taken = await newFileSystem("other");
    await world.call("efs", "CreateMountTarget", {
      FileSystemId: taken,
      SubnetId: network.subnets[0],
      IpAddress: "10.0.1.9",
    });
    await expect(create(network.subnets[0], { IpAddress: "10.0.1.9" })).rejects.toMatchObject({
      code: "IpAddressInUse",
    });
    await expect(create(network.subnets[0], { IpAddress: "10.0.9.9" })).rejects.toMatchObject({ code: "BadRequest" });
    await expect(create("subnet-0123456789abcdef0")).rejects.toMatchObject({ code: "SubnetNotFound" });
    await expect(create(network.subnets[0], { SecurityGroups: ["sg-0123456789abcdef0"] })).rejects.toMatchObject({
      code: "SecurityGroupNotFound",
    });
  });

  test("they are found by file system, by id, and by access point", async () => {
    const { MountTargetId } = await create(network.subnets[0]);
    const { AccessPointId } = await world.call("efs", "CreateAccessPoint", { ClientToken: "t", FileSystemId });
    for (const filter of [{ FileSystemId }, { MountTargetId }, { AccessPointId }]) {
      expect((await world.call("efs", "DescribeMountTargets", filter)).MountTargets).toHaveLength(1);
    }
    await expect(world.call("efs", "DescribeMountTargets", {})).rejects.toMatchObject({ code: "BadRequest" });
    await world.call("efs", "ModifyMountTargetSecurityGroups", {
      MountTargetId,
      SecurityGroups: [network.storageGroup],
    });
    const groups = await world.call("efs", "DescribeMountTargetSecurityGroups", { MountTargetId });
    expect(groups.SecurityGroups).toEqual([network.storageGroup]);
  });
});

describe("file system policies", () => {
  let FileSystemId: string;
  let role: string;
  beforeEach(async () => {
    FileSystemId = await newFileSystem();
    role = await makeRole(world, "app");
  });
  const put = (statement: object, more = {}, as?: string) => {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "elasticfilesystem:ClientMount", ...statement }],
    });
    return world.call("efs", "PutFileSystemPolicy", { FileSystemId, Policy, ...more }, as);
  };
  const read = async () => JSON.parse((await world.call("efs", "DescribeFileSystemPolicy", { FileSystemId })).Policy);

  test("what was left out is filled in, and forms change without changing the meaning", async () => {
    await put({
      Principal: { AWS: [role] },
      Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": true } },
    });
    const policy = await read();
    expect(policy.Statement[0]).toMatchObject({
      Principal: { AWS: role },
      Action: ["elasticfilesystem:ClientWrite", "elasticfilesystem:ClientMount"],
      Resource: `arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/${FileSystemId}`,
      Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
    });
    expect(policy.Statement[0].Sid).toMatch(/^efs-statement-/);
    expect(policy).not.toHaveProperty("Id");
  });

  test("an account id comes back as its root ARN", async () => {
    await put({ Principal: { AWS: "111122223333" } });
    expect((await read()).Statement[0].Principal).toEqual({ AWS: "arn:aws:iam::111122223333:root" });
  });

  test("a role that was deleted shows as its unique id, also after one of the same name was made", async () => {
    const before = (await world.call("iam", "GetRole", { RoleName: "app" })).Role.RoleId;
    await put({ Principal: { AWS: role } });
    await world.call("iam", "DeleteRole", { RoleName: "app" });
    expect((await read()).Statement[0].Principal).toEqual({ AWS: before });
    await makeRole(world, "app");
    expect((await read()).Statement[0].Principal).toEqual({ AWS: before });
  });

  test.each([
    [
      "a role that does not exist",
      { Principal: { AWS: "arn:aws:iam::111122223333:role/none" } },
      "Policy contains invalid Principal block",
    ],
    ["no principal", {}, "Policy contains invalid Principal block"],
    ["another service's action", { Principal: "*", Action: "s3:GetObject" }, "Policy contains invalid Action block"],
    ["another resource", { Principal: "*", Resource: "arn:aws:s3:::x" }, "Policy contains invalid Resource block"],
    [
      "an unknown operator",
      { Principal: "*", Condition: { StringIs: { a: "b" } } },
      "Policy contains invalid Condition block",
    ],
  ])("%s is refused", async (_what, statement, message) => {
    await expect(put(statement)).rejects.toMatchObject({ code: "InvalidPolicyException", status: 400, message });
  });

  test("20,000 characters are the limit", async () => {
    const Policy = "x".repeat(20_001);
    await expect(world.call("efs", "PutFileSystemPolicy", { FileSystemId, Policy })).rejects.toThrow(
      "length less than or equal to 20000",
    );
  });

  test("nobody locks himself out unless he says so", async () => {
    const denied = { Sid: "x", Effect: "Deny", Principal: "*", Action: "elasticfilesystem:*" };
    await expect(put(denied)).rejects.toThrow("This policy would prevent future FileSystemPolicy updates");
    await put({ ...denied, Condition: { Bool: { "aws:SecureTransport": "false" } } });
    await put(denied, { BypassPolicyLockoutSafetyCheck: true });
  });

  test("without a policy there is PolicyNotFound, and deleting it twice is no error", async () => {
    await expect(read()).rejects.toMatchObject({ code: "PolicyNotFound", status: 404 });
    await put({ Principal: "*" });
    await world.call("efs", "DeleteFileSystemPolicy", { FileSystemId });
    await world.call("efs", "DeleteFileSystemPolicy", { FileSystemId });
    await expect(read()).rejects.toMatchObject({ code: "PolicyNotFound" });
  });

  test("clients feel a policy only after its propagation, the API at once", async () => {
    world = createTestWorld({ policyPropagationMs: 60_000 });
    FileSystemId = await newFileSystem();
    await put({ Principal: "*" });
    const felt = (): unknown => world.world.service("efs").policyInForce(FileSystemId);
    expect(felt()).toBeNull();
    expect(await read()).toBeTruthy();
    world.restart();
    world.clock.advance(60_000);
    expect(felt()).not.toBeNull();
  });
});
