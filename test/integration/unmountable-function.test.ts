import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessPoints,
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  makeRole,
  mountsOf,
  ourAccessPoints,
  statements,
  stalledWith,
} from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

const platform = "platform-team";

describe("a function that cannot mount", () => {
  let world: World;
  const bystander = aBinding("indexer");
  const bound: Manifest[] = [bystander];

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(bystander);
    await world.ready(bystander);
  });
  afterAll(() => world.close());

  async function bind(functionName: string): Promise<Manifest> {
    const binding = aBinding(functionName);
    await world.create(binding);
    bound.push(binding);
    return binding;
  }

  test("that does not exist is named, and mounted once somebody creates it", async () => {
    const binding = await bind("later");
    const message = await stalledWith(world, binding, "FunctionNotFound");
    expect(message).toMatch(/later does not exist.*create it, or delete this binding/);
    expect(await ourAccessPoints(world)).toHaveLength(1);
    await makeFunction(world, "later");
    await world.ready(binding);
    await expectMounts(world, "later");
  });

  test("whose role does not exist is named with its role, and mounted once the role is there", async () => {
    const Role = await makeRole(world, "short-lived");
    await makeFunction(world, "roleless", { Role });
    await world.aws(platform, "iam", "DetachRolePolicy", {
      RoleName: "short-lived",
      PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
    });
    await world.aws(platform, "iam", "DeleteRole", { RoleName: "short-lived" });
    const binding = await bind("roleless");
    const { message } = await world.condition(binding, "PolicyReady", { status: "False", reason: "RoleMissing" });
    expect(message).toMatch(/role\/short-lived.*does not exist.*create it, or give the workload another role/);
    await makeRole(world, "short-lived");
    // IAM's events reach one region only, so this is for the sweep to find.
    await world.mooring.service.sweepNow();
    await world.ready(binding);
    await expectMounts(world, "roleless");
  });

  test("without a VPC is told what to give it, and mounted once it has one", async () => {
    await makeFunction(world, "outside", { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } });
    const binding = await bind("outside");
    expect(await stalledWith(world, binding, "NoVpc")).toMatch(/give it subnets and a security group/);
    const { VpcConfig } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "indexer" });
    const { SubnetIds, SecurityGroupIds } = VpcConfig;
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "outside",
      VpcConfig: { SubnetIds, SecurityGroupIds },
    });
    await world.ready(binding);
    await expectMounts(world, "outside");
  });

  test("in another VPC than the mount targets is told both VPCs", async () => {
    const { Vpc } = await world.aws(platform, "ec2", "CreateVpc", { CidrBlock: "10.9.0.0/16" });
    const { Subnet } = await world.aws(platform, "ec2", "CreateSubnet", {
      VpcId: Vpc.VpcId,
      CidrBlock: "10.9.1.0/24",
      AvailabilityZone: "eu-west-1a",
    });
    const { GroupId } = await world.aws(platform, "ec2", "CreateSecurityGroup", {
      GroupName: "far",
      Description: "far",
      VpcId: Vpc.VpcId,
    });
    await makeFunction(world, "far-away", { VpcConfig: { SubnetIds: [Subnet.SubnetId], SecurityGroupIds: [GroupId] } });
    const binding = await bind("far-away");
    const message = await stalledWith(world, binding, "OtherVpc");
    expect(message).toContain(Vpc.VpcId);
    expect(message).toMatch(/move the function, or bind it to a file system of its own VPC/);
  });

  test("with SnapStart is told to turn it off, and mounted then", async () => {
    await makeFunction(world, "snappy", { Runtime: "java21", SnapStart: { ApplyOn: "PublishedVersions" } });
    const binding = await bind("snappy");
    expect(await stalledWith(world, binding, "SnapStart")).toMatch(/turn SnapStart off/);
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "snappy",
      SnapStart: { ApplyOn: "None" },
    });
    await world.ready(binding);
  });

  test("with somebody else's EFS mount keeps it, and is mounted once they have taken it out", async () => {
    await makeFunction(world, "occupied");
    const [legacy] = (await accessPoints(world)).filter(({ RootDirectory }) => RootDirectory.Path === "/legacy");
    const theirs = [{ Arn: legacy!.AccessPointArn, LocalMountPath: "/mnt/legacy" }];
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "occupied",
      FileSystemConfigs: theirs,
    });
    const binding = await bind("occupied");
    const message = await stalledWith(world, binding, "MountOccupied");
    expect(message).toContain(legacy!.AccessPointArn);
    expect(message).toMatch(/take that mount out, or delete this binding/);
    expect(await mountsOf(world, "occupied")).toEqual(theirs);
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "occupied",
      FileSystemConfigs: [],
    });
    await world.ready(binding);
  });

  test("with an S3 Files mount keeps it", async () => {
    await makeFunction(world, "on-s3");
    const theirs = [
      {
        Arn: "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0aaaabbbbccccdddd/access-point/fsap-0aaaabbbbccccdddd",
        LocalMountPath: "/mnt/s3",
      },
    ];
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "on-s3",
      FileSystemConfigs: theirs,
    });
    const binding = await bind("on-s3");
    expect(await stalledWith(world, binding, "MountOccupied")).toContain("s3files");
    expect(await mountsOf(world, "on-s3")).toEqual(theirs);
  });

  test("whose subnets have no mount target in their zone shows what AWS says", async () => {
    const { VpcConfig } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "indexer" });
    const { MountTargets } = await world.aws("auditor", "efs", "DescribeMountTargets", { FileSystemId: FS_ID });
    const third = MountTargets.find((one: { SubnetId: string }) => !VpcConfig.SubnetIds.includes(one.SubnetId));
    await makeFunction(world, "zoned", {
      VpcConfig: { SubnetIds: [third.SubnetId], SecurityGroupIds: VpcConfig.SecurityGroupIds },
    });
    await world.aws(platform, "efs", "DeleteMountTarget", { MountTargetId: third.MountTargetId });
    const binding = await bind("zoned");
    const { message } = await world.condition(binding, "MountConfigured", {
      status: "False",
      reason: "InvalidParameterValueException",
    });
    expect(message).toMatch(/mount targets/);
    await world.aws(platform, "efs", "CreateMountTarget", { FileSystemId: FS_ID, SubnetId: third.SubnetId });
    await world.ready(binding);
  });

  test("harms no neighbour, and leaves nothing behind", async () => {
    await world.condition(bystander, "Ready", { status: "True" });
    await expectMounts(world, "indexer");
    const made = [];
    for (const binding of bound) {
      const { body } = await world.get(binding);
      if (body.status.accessPointId !== undefined) made.push(binding);
    }
    await expectNothingLeaked(world, ...made);
    for (const binding of bound) await world.delete(binding);
    for (const binding of bound) await world.gone(binding);
    expect(await ourAccessPoints(world)).toEqual([]);
    expect((await statements(world)).map(({ Sid }) => Sid)).toEqual(["backup-nightly", "audit-read-only"]);
    await expectWholeHistory(world);
  });
});
