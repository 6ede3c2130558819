import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessPoints,
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  makeRole,
  mountsOf,
  mutationsBy,
  ourAccessPoints,
  policyText,
  putStatements,
  statements,
} from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

const platform = "platform-team";

/** The condition of a binding that cannot go on: Ready says the same, and kubectl's clients see Stalled. */
async function stalledWith(world: World, binding: Manifest, reason: string): Promise<string> {
  const { message } = await world.condition(binding, "Ready", { status: "False", reason });
  await world.condition(binding, "Stalled", { status: "True", reason });
  return message;
}

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
    await world.condition(fileSystem, "Ready", { status: "False", reason: "FileSystemNotFound" });
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

describe("what a file system's mode allows", () => {
  let world: World;
  const binding = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test("Observe writes no policy, and says what would be needed", async () => {
    const before = await policyText(world);
    await world.create(aFileSystem({ mode: "Observe" }));
    await world.create(binding);
    const { message } = await world.condition(binding, "PolicyReady", { status: "Unknown", reason: "NotManaged" });
    const [accessPoint] = await ourAccessPoints(world);
    expect(message).toContain(`Allow ReadWrite through ${accessPoint!.AccessPointArn}`);
    await world.ready(binding);
    expect(await policyText(world)).toBe(before);
  });

  test("Preserve adds our Allow to a policy that exists, and nothing else", async () => {
    await world.patch(aFileSystem(), { spec: { policy: { mode: "Preserve" } } });
    await world.condition(binding, "PolicyReady", { status: "True", reason: "Admitted" });
    const ours = (await statements(world)).filter(({ Sid }) => Sid.startsWith("mooring-test-"));
    expect(ours.map(({ Effect }) => Effect)).toEqual(["Allow"]);
    await expectMounts(world, "thumbnailer");
  });

  test("Preserve never writes the first policy, since the default admits everyone", async () => {
    await world.aws("bob", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
    await world.condition(binding, "PolicyReady", { status: "True", reason: "DefaultAdmitsEveryone" });
    await world.condition(aFileSystem(), "PolicyReady", { reason: "DefaultAdmitsEveryone" });
    expect(await policyText(world)).toBeNull();
    await world.ready(binding);
  });

  test("Enforce without consent writes nothing, and asks for it", async () => {
    const refused = await world.patch(aFileSystem(), { spec: { policy: { mode: "Enforce" } } });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain(FS_ID);
    expect(await policyText(world)).toBeNull();
  });

  test("Enforce with consent confines the role", async () => {
    await world.patch(aFileSystem(), { spec: { policy: { mode: "Enforce", confirm: FS_ID } } });
    await world.condition(binding, "PolicyReady", { status: "True", reason: "Enforced" });
    expect((await statements(world)).some(({ Effect }) => Effect === "Deny")).toBe(true);
    await expectMounts(world, "thumbnailer");
  });

  test("back to Observe changes nothing until the release is given", async () => {
    const before = await policyText(world);
    await world.patch(aFileSystem(), { spec: { policy: { mode: "Observe", confirm: null } } });
    await world.condition(aFileSystem(), "PolicyReady", { reason: "EnforceKept" });
    expect(await policyText(world)).toBe(before);
    await world.patch(aFileSystem(), { spec: { policy: { mode: "Observe", release: FS_ID } } });
    await world.until("our Denies are gone", async () => {
      const denies = (await statements(world)).filter(
        ({ Sid, Effect }) => Effect === "Deny" && Sid.startsWith("mooring-test-"),
      );
      return denies.length === 0 ? { is: true } : { not: denies };
    });
    await expectWholeHistory(world);
  });
});

describe("a binding that Mooring may only watch", () => {
  let world: World;
  const suspended = aBinding("thumbnailer");
  const observed = aBinding("transcoder", { driftPolicy: "Observe" });
  const corrected = aBinding("indexer");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    for (const binding of [suspended, { ...observed, spec: { ...observed.spec, driftPolicy: "Correct" } }, corrected])
      await world.create(binding);
    await world.ready(suspended, observed, corrected);
    await world.patch(suspended, { spec: { suspend: true } });
    await world.patch(observed, { spec: { driftPolicy: "Observe" } });
    await world.condition(suspended, "Ready", { reason: "Suspended" });
    await world.ready(observed);
  });
  afterAll(() => world.close());

  test("shows drift and leaves it, while its neighbour's is repaired", async () => {
    for (const FunctionName of ["thumbnailer", "transcoder", "indexer"]) {
      await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", { FunctionName, FileSystemConfigs: [] });
    }
    await world.condition(observed, "Drifted", { status: "True" });
    const { message } = await world.condition(observed, "MountConfigured", { status: "False", reason: "NotPermitted" });
    expect(message).toMatch(/driftPolicy is Observe/);
    await world.condition(suspended, "MountConfigured", { status: "False", reason: "Suspended" });
    await world.until("the neighbour is mounted again", async () => {
      const mounts = await mountsOf(world, "indexer");
      return mounts.length === 1 ? { is: true } : { not: mounts };
    });
    expect([await mountsOf(world, "thumbnailer"), await mountsOf(world, "transcoder")]).toEqual([[], []]);
  });

  test("loses no access point of its own to a deletion by others without saying so", async () => {
    const [mine] = (await ourAccessPoints(world)).filter(({ RootDirectory }) => RootDirectory.Path === "/transcoder");
    await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: mine!.AccessPointId });
    const { message } = await world.condition(observed, "AccessPointReady", {
      status: "False",
      reason: "NotPermitted",
    });
    expect(message).toMatch(/needed, but driftPolicy is Observe/);
    expect(await ourAccessPoints(world)).toHaveLength(2);
  });

  test("is put right once it may be", async () => {
    await world.patch(suspended, { spec: { suspend: false } });
    await world.patch(observed, { spec: { driftPolicy: "Correct" } });
    await world.ready(suspended, observed, corrected);
    for (const name of ["thumbnailer", "transcoder", "indexer"]) await expectMounts(world, name);
    await expectNothingLeaked(world, suspended, observed, corrected);
  });
});

describe("an installation that is read-only", () => {
  let world: World;
  const binding = aBinding("thumbnailer");
  const fresh = aBinding("reporter");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
    await world.stopMooring();
    world.simulator.simulator.calls.clear();
    await world.startMooring({ settings: { readOnly: true } });
  });
  afterAll(() => world.close());

  test("makes no mutating call, whatever happens, and says what it would do", async () => {
    await world.create(fresh);
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "thumbnailer",
      FileSystemConfigs: [],
    });
    const { message } = await world.condition(fresh, "AccessPointReady", { status: "False", reason: "NotPermitted" });
    expect(message).toMatch(/--read-only/);
    await world.condition(binding, "MountConfigured", { status: "False", reason: "NotPermitted" });
    await putStatements(
      world,
      "deploy-bot",
      (await statements(world)).filter(({ Sid }) => !Sid.startsWith("mooring-")),
    );
    await world.condition(binding, "PolicyReady", { status: "False", reason: "NotPermitted" });
    await world.delete(fresh);
    await world.delete(binding);
    await world.condition(binding, "Ready", { reason: "Deleting" });
    await world.mooring.service.sweepNow();
    expect(mutationsBy(world)).toEqual({});
    expect(await ourAccessPoints(world)).toHaveLength(1);
  });

  test("does all of it once it may", async () => {
    await world.stopMooring();
    await world.startMooring();
    await world.gone(binding);
    await world.gone(fresh);
    expect(await ourAccessPoints(world)).toEqual([]);
    await expectWholeHistory(world);
  });
});

describe("a deletion that retains", () => {
  let world: World;
  const kept = aBinding("thumbnailer", { deletionPolicy: "Retain" });
  const other = aBinding("transcoder");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(kept);
    await world.create(other);
    await world.ready(kept, other);
  });
  afterAll(() => world.close());

  test("leaves mount, access point and statements, and tags what it leaves", async () => {
    const [mount] = await mountsOf(world, "thumbnailer");
    await world.delete(kept);
    await world.gone(kept);
    expect(await mountsOf(world, "thumbnailer")).toEqual([mount]);
    const left = (await ourAccessPoints(world)).find(({ AccessPointArn }) => AccessPointArn === mount!.Arn);
    expect(left!.Tags).toContainEqual({ Key: "mooring.dev/retained", Value: "true" });
    await expectMounts(world, "thumbnailer");
  });

  test("stays as it was left while neighbours come and go", async () => {
    const fresh = aBinding("indexer");
    await world.create(fresh);
    await world.ready(fresh);
    await world.delete(other);
    await world.gone(other);
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "thumbnailer",
      MemorySize: 1024,
    });
    await expectMounts(world, "thumbnailer");
    expect(await ourAccessPoints(world)).toHaveLength(2);
    await expectWholeHistory(world);
  });
});

describe("a changed path or identity", () => {
  let world: World;
  const binding = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
  });
  afterAll(() => world.close());

  test("waits for consent in a condition that says what to do, and the old mount goes on untouched", async () => {
    const before = [await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)];
    const rootDirectory = { path: "/elsewhere", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
    const { status } = await world.patch(binding, { spec: { rootDirectory, posixUser: { uid: 1001, gid: 2002 } } });
    expect(status).toBe(200);
    const message = await stalledWith(world, binding, "ReplacementNeedsConsent");
    expect(message).toMatch(
      /The spec asks for \/elsewhere.*has \/thumbnailer.*set spec.replacement to AcceptDataChange.*put the old values back/,
    );
    expect([await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)]).toEqual(
      before,
    );
    await expectMounts(world, "thumbnailer");
  });

  test("still has its mount repaired", async () => {
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "thumbnailer",
      FileSystemConfigs: [],
    });
    await world.until("the old mount is back", async () => {
      const mounts = await mountsOf(world, "thumbnailer");
      return mounts.length === 1 ? { is: true } : { not: mounts };
    });
    await expectNothingLeaked(world, binding);
  });

  test("is ready again once the old values are put back", async () => {
    await world.patch(binding, {
      spec: { rootDirectory: binding.spec["rootDirectory"], posixUser: binding.spec["posixUser"] },
    });
    await world.ready(binding);
    await expectNothingLeaked(world, binding);
  });
});

describe("a policy that is full", () => {
  let world: World;
  const names = Array.from({ length: 20 }, (_, n) => `worker-with-a-rather-long-name-${n}`);
  const bindings = names.map((name) => aBinding(name));

  beforeAll(async () => {
    world = await World.start();
    for (const name of names) await makeFunction(world, name);
    await world.create(aFileSystem());
  });
  afterAll(() => world.close());

  const readyOnes = async () => {
    const bodies = await Promise.all(bindings.map((binding) => world.get(binding)));
    return bodies.map(({ body }) => body.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True");
  };

  test("takes those who fit, and tells the others with numbers", async () => {
    for (const binding of bindings) await world.create(binding);
    await world.until("all but the last ones are ready", async () => {
      const settled = await Promise.all(bindings.map((binding) => world.get(binding)));
      const reasons = settled.map(({ body }) => body.status.conditions.find(({ type }) => type === "Ready")!.reason);
      return reasons.every((reason) => reason === "Mounted" || reason === "PolicyCapacity")
        ? { is: true }
        : { not: reasons };
    });
    const ready = await readyOnes();
    expect(ready.filter(Boolean).length).toBeGreaterThan(8);
    const refused = bindings.find((_, n) => !ready[n]);
    const message = await stalledWith(world, refused!, "PolicyCapacity");
    expect(message).toMatch(/holds 20000 characters, of which \d+ are kept free.*would need 2\d{4}/);
    // EFS answers with white space that it does not count.
    const policy = JSON.stringify(JSON.parse((await policyText(world))!));
    expect(policy.length).toBeGreaterThan(15_000);
    expect(policy.length).toBeLessThanOrEqual(20_000);
    for (const [n, name] of names.entries()) if (ready[n]) await expectMounts(world, name);
  });

  test("takes the next in line once somebody leaves", async () => {
    const ready = await readyOnes();
    const leaving = bindings.filter((_, n) => ready[n]).slice(0, 2);
    for (const binding of leaving) await world.delete(binding);
    for (const binding of leaving) await world.gone(binding);
    const rest = bindings.filter((binding) => !leaving.includes(binding));
    const before = ready.filter(Boolean).length;
    await world.until("as many are ready as before", async () => {
      const now = (await readyOnes()).filter(Boolean).length;
      return now >= before ? { is: true } : { not: now };
    });
    await expectNothingLeaked(world, ...rest);
    await expectWholeHistory(world);
  });
});
