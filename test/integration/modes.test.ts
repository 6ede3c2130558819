import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  mountsOf,
  mutationsBy,
  ourAccessPoints,
  policyText,
  putStatements,
  statements,
} from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { World } from "./world.ts";

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
