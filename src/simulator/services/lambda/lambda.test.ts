import { beforeEach, describe, expect, test } from "vitest";
import { makeFileSystem, makeNetwork, makeRole, type TestNetwork } from "../test-network.ts";
import { createTestWorld, type TestWorld } from "../test-world.ts";

const UPDATE_MS = 2_000;
const FunctionName = "thumbnailer";
const LocalMountPath = "/mnt/data";
const ARN = "arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer";
let world: TestWorld;
let network: TestNetwork;
let Role: string;

async function setUp(timings = {}): Promise<void> {
  world = createTestWorld(timings);
  network = await makeNetwork(world);
  Role = await makeRole(world, "app");
}
beforeEach(() => setUp());

function create(more = {}, name = FunctionName) {
  const Code = { ZipFile: new Uint8Array([1, 2, 3]) };
  const VpcConfig = { SubnetIds: network.subnets.slice(0, 2), SecurityGroupIds: [network.clientGroup] };
  return world.call("lambda", "CreateFunction", {
    FunctionName: name,
    Role,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code,
    VpcConfig,
    ...more,
  });
}
const update = (more: object) => world.call("lambda", "UpdateFunctionConfiguration", { FunctionName, ...more });
const get = (more = {}) => world.call("lambda", "GetFunctionConfiguration", { FunctionName, ...more });
async function newAccessPoint(
  subnets: readonly string[] = network.subnets,
): Promise<{ Arn: string; FileSystemId: string; AccessPointId: string }> {
  const FileSystemId = await makeFileSystem(world, subnets, network.storageGroup);
  const created = await world.call("efs", "CreateAccessPoint", {
    ClientToken: `t-${world.clock.random()}`,
    FileSystemId,
  });
  return { Arn: created.AccessPointArn, FileSystemId, AccessPointId: created.AccessPointId };
}

describe("configuration", () => {
  test("what an update leaves out stays, an empty list clears the mount", async () => {
    await create({ Environment: { Variables: { A: "1" } } });
    const { Arn } = await newAccessPoint();
    await update({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    const shown = await update({ MemorySize: 256 });
    expect(shown).toMatchObject({
      FunctionArn: ARN,
      MemorySize: 256,
      Timeout: 3,
      FileSystemConfigs: [{ Arn, LocalMountPath }],
      Environment: { Variables: { A: "1" } },
      VpcConfig: { VpcId: network.vpcId },
    });
    expect(await update({ FileSystemConfigs: [] })).not.toHaveProperty("FileSystemConfigs");
  });

  test("an update is in progress for a while: others wait, and the revision changes when it ends", async () => {
    await setUp({ functionUpdateMs: UPDATE_MS });
    const created = await create();
    const started = await update({ MemorySize: 256 });
    expect(started).toMatchObject({ State: "Active", LastUpdateStatus: "InProgress" });
    expect(started.RevisionId).not.toBe(created.RevisionId);
    for (const attempt of [
      update({ Timeout: 9 }),
      world.call("lambda", "PublishVersion", { FunctionName }),
      world.call("lambda", "TagResource", { Resource: ARN, Tags: { a: "b" } }),
    ]) {
      await expect(attempt).rejects.toMatchObject({
        code: "ResourceConflictException",
        status: 409,
        message: `The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`,
      });
    }
    world.restart();
    world.clock.advance(UPDATE_MS);
    const ended = await get();
    expect(ended.LastUpdateStatus).toBe("Successful");
    expect(ended.RevisionId).not.toBe(started.RevisionId);
  });

  test("a stale revision is refused", async () => {
    const { RevisionId } = await create();
    await update({ MemorySize: 256, RevisionId });
    await expect(update({ MemorySize: 512, RevisionId })).rejects.toMatchObject({
      code: "PreconditionFailedException",
      status: 412,
    });
    expect((await get()).MemorySize).toBe(256);
  });

  test("creation takes its time, and nothing else goes until it is done", async () => {
    await setUp({ functionCreateMs: 500 });
    expect((await create()).State).toBe("Pending");
    await expect(update({ MemorySize: 256 })).rejects.toThrow("currently in the following state: Pending");
    world.clock.advance(500);
    expect((await get()).State).toBe("Active");
  });

  test.each(["thumbnailer", ARN, "111122223333:function:thumbnailer", "function:thumbnailer", `${ARN}:$LATEST`])(
    "%s is the same function",
    async (name) => {
      await create();
      expect((await get({ FunctionName: name })).FunctionName).toBe(FunctionName);
    },
  );

  test("names that name nothing, or two things, are refused", async () => {
    await create();
    await expect(get({ FunctionName: "none" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      status: 404,
      message: "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:none",
    });
    await expect(get({ FunctionName: `${ARN}:1`, Qualifier: "2" })).rejects.toThrow("derived qualifier");
    await expect(create()).rejects.toMatchObject({ code: "ResourceConflictException" });
    await expect(create({ Role: "arn:aws:iam::111122223333:role/none" }, "x")).rejects.toThrow(
      "cannot be assumed by Lambda",
    );
  });
});

describe("mounts", () => {
  const mount = (Arn: string, path = LocalMountPath) => update({ FileSystemConfigs: [{ Arn, LocalMountPath: path }] });

  test("a function outside a VPC mounts nothing, and one that mounts stays in its VPC", async () => {
    const { Arn } = await newAccessPoint();
    await create({ VpcConfig: undefined });
    await expect(mount(Arn)).rejects.toThrow(
      `Function must be configured to execute in a VPC to reference access point ${Arn}`,
    );
    await world.call("lambda", "DeleteFunction", { FunctionName });
    await create({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    const out = { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } };
    await expect(update(out)).rejects.toThrow(
      `Function VPC configuration cannot be removed with access point ${Arn} referenced`,
    );
    await update({ ...out, FileSystemConfigs: [] });
  });

  test("every zone of the function needs a mount target", async () => {
    await create();
    const { Arn } = await newAccessPoint([network.subnets[0]]);
    await expect(mount(Arn)).rejects.toThrow("does not have mount targets created in all availability zones");
  });

  test("mount targets must be available", async () => {
    await setUp({ mountTargetCreateMs: 60_000 });
    await create();
    const { Arn } = await newAccessPoint();
    await expect(mount(Arn)).rejects.toThrow("but not all are in the available life cycle state yet");
    world.clock.advance(60_000);
    await mount(Arn);
  });

  test.each([
    [
      "two mounts",
      {
        FileSystemConfigs: [{}, {}].map((_, n) => ({
          Arn: "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0",
          LocalMountPath: `/mnt/${n}`,
        })),
      },
      "fileSystemConfigs",
    ],
    [
      "a deeper mount path",
      {
        FileSystemConfigs: [
          {
            Arn: "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0",
            LocalMountPath: "/mnt/a/b",
          },
        ],
      },
      "fileSystemConfigs.1.member.localMountPath",
    ],
  ])("%s is refused", async (_what, input, where) => {
    await create();
    await expect(update(input)).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining(where) as string,
    });
  });

  test("a file system's ARN is refused without a word, an unknown access point with one", async () => {
    await create();
    const { FileSystemId } = await newAccessPoint();
    await expect(
      mount(`arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/${FileSystemId}`),
    ).rejects.toMatchObject({ code: "ValidationException", message: "" });
    await expect(
      mount("arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0"),
    ).rejects.toMatchObject({ code: "InvalidParameterValueException" });
  });

  test("SnapStart and mounts exclude each other", async () => {
    const { Arn } = await newAccessPoint();
    await create({ SnapStart: { ApplyOn: "PublishedVersions" } });
    await expect(mount(Arn)).rejects.toThrow("SnapStart");
  });
});

describe("versions and aliases", () => {
  test("an unchanged function publishes no second version", async () => {
    await create();
    const publish = async (): Promise<string> =>
      (await world.call("lambda", "PublishVersion", { FunctionName })).Version;
    expect([await publish(), await publish()]).toEqual(["1", "1"]);
    await update({ MemorySize: 256 });
    expect(await publish()).toBe("2");
    const { Versions } = await world.call("lambda", "ListVersionsByFunction", { FunctionName });
    expect(Versions.map((one: { FunctionArn: string }) => one.FunctionArn)).toEqual([
      `${ARN}:$LATEST`,
      `${ARN}:1`,
      `${ARN}:2`,
    ]);
    expect(Versions[1].MemorySize).toBe(128);
  });

  test("an alias points at a version, shares traffic, and holds it against deletion", async () => {
    await create({ Publish: true });
    await update({ MemorySize: 256 });
    await world.call("lambda", "PublishVersion", { FunctionName });
    const alias = await world.call("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
    expect(await get({ Qualifier: "live" })).toMatchObject({
      FunctionArn: `${ARN}:live`,
      Version: "1",
      MemorySize: 128,
    });
    const RoutingConfig = { AdditionalVersionWeights: { "2": 0.1 } };
    await world.call("lambda", "UpdateAlias", {
      FunctionName,
      Name: "live",
      RoutingConfig,
      RevisionId: alias.RevisionId,
    });
    await expect(world.call("lambda", "DeleteFunction", { FunctionName, Qualifier: "2" })).rejects.toThrow(
      "aliases reference it: [live]",
    );
    await world.call("lambda", "DeleteAlias", { FunctionName, Name: "live" });
    await world.call("lambda", "DeleteFunction", { FunctionName, Qualifier: "1" });
    await expect(get({ Qualifier: "1" })).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  test("SnapStart is on for published versions only", async () => {
    await create({ SnapStart: { ApplyOn: "PublishedVersions" } });
    await world.call("lambda", "PublishVersion", { FunctionName });
    expect((await get()).SnapStart).toEqual({ ApplyOn: "PublishedVersions", OptimizationStatus: "Off" });
    expect((await get({ Qualifier: "1" })).SnapStart.OptimizationStatus).toBe("On");
  });

  test("code in S3 is not read: the same object has the same hash, another one another", async () => {
    const first = await create({ Code: { S3Bucket: "builds", S3Key: "1.zip" } });
    const update = (S3Key: string) =>
      world.call("lambda", "UpdateFunctionCode", { FunctionName, S3Bucket: "builds", S3Key });
    expect((await update("1.zip")).CodeSha256).toBe(first.CodeSha256);
    expect((await update("2.zip")).CodeSha256).not.toBe(first.CodeSha256);
    await expect(create({ Code: {} }, "none")).rejects.toMatchObject({ code: "InvalidParameterValueException" });
  });

  test("new code with Publish answers the new version", async () => {
    const { CodeSha256 } = await create();
    const published = await world.call("lambda", "UpdateFunctionCode", {
      FunctionName,
      ZipFile: new Uint8Array([9]),
      Publish: true,
    });
    expect(published).toMatchObject({ Version: "1", FunctionArn: `${ARN}:1` });
    expect(published.CodeSha256).not.toBe(CodeSha256);
  });
});

describe("lists and settings", () => {
  test("lists hold 50 a page whatever was asked for, and leave out states", async () => {
    for (let n = 0; n < 60; n++) await create({ Publish: n === 0 }, `f-${n}`);
    const first = await world.call("lambda", "ListFunctions", { MaxItems: 1_000 });
    const rest = await world.call("lambda", "ListFunctions", { Marker: first.NextMarker });
    expect([first.Functions.length, rest.Functions.length, rest.NextMarker]).toEqual([50, 10, undefined]);
    expect(first.Functions[0]).toHaveProperty("RevisionId");
    for (const member of ["State", "LastUpdateStatus", "RuntimeVersionConfig"])
      expect(first.Functions[0]).not.toHaveProperty(member);
    const all = await world.call("lambda", "ListFunctions", { FunctionVersion: "ALL" });
    expect(all.Functions.slice(0, 2).map((one: { Version: string }) => one.Version)).toEqual(["$LATEST", "1"]);
  });

  test("tags, concurrency and permissions are kept over a restart", async () => {
    await create({ Tags: { team: "media" } });
    await world.call("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 5 });
    await world.call("lambda", "AddPermission", {
      FunctionName,
      StatementId: "s3",
      Action: "lambda:InvokeFunction",
      Principal: "s3.amazonaws.com",
    });
    world.restart();
    const shown = await world.call("lambda", "GetFunction", { FunctionName });
    expect(shown).toMatchObject({ Tags: { team: "media" }, Concurrency: { ReservedConcurrentExecutions: 5 } });
    const { Policy } = await world.call("lambda", "GetPolicy", { FunctionName });
    expect(JSON.parse(Policy).Statement[0]).toMatchObject({
      Sid: "s3",
      Principal: { Service: "s3.amazonaws.com" },
      Resource: ARN,
    });
  });
});

describe("invocations", () => {
  const invoke = async () =>
    JSON.parse(new TextDecoder().decode((await world.call("lambda", "Invoke", { FunctionName })).Payload));

  test("a warm environment keeps the mount that a new one would not get", async () => {
    const { Arn, FileSystemId, AccessPointId } = await newAccessPoint();
    await create({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    expect((await invoke()).mounts).toEqual([
      {
        localMountPath: LocalMountPath,
        accessPointArn: Arn,
        fileSystemId: FileSystemId,
        path: "/",
        write: true,
        root: true,
      },
    ]);
    await world.call("efs", "DeleteAccessPoint", { AccessPointId });
    expect((await invoke()).mounts).toHaveLength(1);
    await world.call("lambda", "UpdateFunctionCode", { FunctionName, ZipFile: new Uint8Array([9]) });
    await expect(invoke()).rejects.toMatchObject({ code: "EFSMountFailureException", status: 403 });
  });

  test("the file system policy decides what a new environment may do", async () => {
    const { Arn, FileSystemId } = await newAccessPoint();
    const put = (Action: string) => {
      const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: Role }, Action }] });
      return world.call("efs", "PutFileSystemPolicy", { FileSystemId, Policy });
    };
    await create({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    await put("elasticfilesystem:ClientWrite");
    await expect(invoke()).rejects.toMatchObject({ code: "EFSMountFailureException" });
    await put("elasticfilesystem:ClientMount");
    expect((await invoke()).mounts[0]).toMatchObject({ write: false, root: false });
  });

  test("without a security-group rule for 2049 there is no connection", async () => {
    const { Arn } = await newAccessPoint();
    await create({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    const IpPermissions = [
      { IpProtocol: "tcp", FromPort: 2049, ToPort: 2049, UserIdGroupPairs: [{ GroupId: network.clientGroup }] },
    ];
    await world.call("ec2", "RevokeSecurityGroupIngress", { GroupId: network.storageGroup, IpPermissions });
    await expect(invoke()).rejects.toMatchObject({ code: "EFSMountConnectivityException", status: 408 });
  });

  test("during an update the old configuration serves", async () => {
    await setUp({ functionUpdateMs: UPDATE_MS });
    const { Arn } = await newAccessPoint();
    await create();
    await update({ FileSystemConfigs: [{ Arn, LocalMountPath }] });
    expect((await invoke()).mounts).toEqual([]);
    world.clock.advance(UPDATE_MS);
    expect((await invoke()).mounts).toHaveLength(1);
  });
});
