import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  ourAccessPoints,
  statements,
  stalledWith,
} from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

const platform = "platform-team";

describe("a file system that does not exist", () => {
  const MISSING = "fs-0fedcba9876543210";
  let world: World;
  const fileSystem: Manifest = {
    ...aFileSystem(),
    spec: { ...aFileSystem().spec, fileSystemId: MISSING, policy: { mode: "Enforce", confirm: MISSING } },
  };
  const binding = aBinding("reporter");

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test("as a record is waited for, and the binding says so", async () => {
    await world.create(binding);
    const message = await stalledWith(world, binding, "FileSystemNotFound");
    expect(message).toMatch(/There is no FileSystem shared.*Create it/);
  });

  test("in AWS is named with its account and region", async () => {
    await world.create(fileSystem);
    const { message } = await world.condition(binding, "AccessPointReady", {
      status: "False",
      reason: "FileSystemNotFound",
    });
    expect(message).toContain(`File system ${MISSING} does not exist in account 111122223333, region eu-west-1`);
    const ready = await world.condition(fileSystem, "Ready", { status: "False", reason: "FileSystemNotFound" });
    expect(ready.message).toContain(MISSING);
  });

  test("is bound by itself once it is there", async () => {
    const { FileSystemId } = await world.aws(platform, "efs", "CreateFileSystem", { CreationToken: "later" });
    world.simulator.simulator.world.service("efs").furnish(FileSystemId, MISSING);
    const { VpcConfig } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", {
      FunctionName: "reporter",
    });
    const { MountTargets } = await world.aws("auditor", "efs", "DescribeMountTargets", { FileSystemId: FS_ID });
    const { SecurityGroups } = await world.aws("auditor", "efs", "DescribeMountTargetSecurityGroups", {
      MountTargetId: MountTargets[0].MountTargetId,
    });
    for (const SubnetId of VpcConfig.SubnetIds)
      await world.aws(platform, "efs", "CreateMountTarget", { FileSystemId: MISSING, SubnetId, SecurityGroups });
    await world.ready(binding);
    await expectMounts(world, "reporter");
  });
});

describe("a bound function that somebody deletes", () => {
  let world: World;
  const binding = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
  });
  afterAll(() => world.close());

  test("is missed, and its access point stays", async () => {
    await world.aws("deploy-bot", "lambda", "DeleteFunction", { FunctionName: "thumbnailer" });
    const { message } = await world.condition(binding, "MountConfigured", {
      status: "False",
      reason: "FunctionNotFound",
    });
    expect(message).toContain("create it, or delete this binding");
    await expectNothingLeaked(world, binding);
  });

  test("is mounted again once it is created again", async () => {
    await makeFunction(world, "thumbnailer", { Role: "arn:aws:iam::111122223333:role/thumbnailer" });
    await world.ready(binding);
    await expectMounts(world, "thumbnailer");
    await expectNothingLeaked(world, binding);
  });

  test("does not hold up the deletion of its binding, after which nothing is left", async () => {
    await world.aws("deploy-bot", "lambda", "DeleteFunction", { FunctionName: "thumbnailer" });
    await world.delete(binding);
    await world.gone(binding);
    expect(await ourAccessPoints(world)).toEqual([]);
    expect((await statements(world)).map(({ Sid }) => Sid)).toEqual(["backup-nightly", "audit-read-only"]);
    await expectWholeHistory(world);
  });
});

describe("two bindings that name one function under way", () => {
  let world: World;
  const first = aBinding("transcoder");
  const second = aBinding("transcoder", {}, "transcoder-2");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(first);
    await world.ready(first);
  });
  afterAll(() => world.close());

  test("the second is refused until the first is gone entirely, and then takes its place", async () => {
    await world.aws("deploy-bot", "lambda", "PublishVersion", { FunctionName: "transcoder" });
    await world.delete(first);
    await world.condition(first, "AccessPointReady", { reason: "StillServed" });
    const refused = await world.request("POST", "/namespaces/media/bindings", second);
    expect(refused.status).toBe(422);
    await world.aws("deploy-bot", "lambda", "DeleteFunction", { FunctionName: "transcoder", Qualifier: "1" });
    await world.gone(first);
    await world.create(second);
    await world.ready(second);
    await expectNothingLeaked(world, second);
  });
});
