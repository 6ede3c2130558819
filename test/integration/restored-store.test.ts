import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  mountsOf,
  mutationsBy,
  ourAccessPoints,
  policyText,
} from "./account.ts";
import { denial, heal, inject } from "./fault-life.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { ServeProcess } from "./serve-process.ts";
import { ENGINES, type Stores } from "./stores.ts";
import { World } from "./world.ts";

const shared = aFileSystem();
const thumbnailer = aBinding("thumbnailer");
const transcoder = aBinding("transcoder");

/** All that could be lost, as it is now. */
async function theAccount(world: World) {
  return {
    accessPoints: await ourAccessPoints(world),
    policy: await policyText(world),
    mounts: [await mountsOf(world, "thumbnailer"), await mountsOf(world, "transcoder")],
  };
}

/** A world whose stores are of that engine, with Mooring running. */
async function emptyWorld({ stores }: (typeof ENGINES)[number]): Promise<{ world: World; stores: Stores }> {
  const world = await World.withoutMooring();
  const kept = await stores(world.directory);
  world.useStores((name) => kept.open(name));
  await world.startMooring();
  return { world, stores: kept };
}

async function managedWorld(engine: (typeof ENGINES)[number]): Promise<{ world: World; stores: Stores }> {
  const made = await emptyWorld(engine);
  const { world } = made;
  await world.create(shared);
  await world.create(thumbnailer);
  await world.create(transcoder);
  await world.ready(thumbnailer, transcoder);
  return made;
}

/** Everything that would notice that records are missing has looked. */
async function lookEverywhere(world: World): Promise<void> {
  await world.mooring.service.sweepNow();
  await world.mooring.service.reconcile([`filesystem/111122223333/eu-west-1/${FS_ID}`]);
  for (const name of ["thumbnailer", "transcoder"]) {
    await world.mooring.service.reconcile([`lambda/arn:aws:lambda:eu-west-1:111122223333:function:${name}`]);
  }
}

describe.each(ENGINES)(
  "an empty store against an account that this installation managed before, on $engine",
  (engine) => {
    let world: World;
    let stores: Stores;
    let before: Awaited<ReturnType<typeof theAccount>>;

    beforeAll(async () => {
      ({ world, stores } = await managedWorld(engine));
      before = await theAccount(world);
      await world.stopMooring();
      world.simulator.simulator.calls.clear();
      await world.startMooring({ storeName: "empty" });
    });
    afterAll(async () => {
      await world.close();
      await stores.close();
    });

    test("deletes nothing, and changes nothing, with no record at all", async () => {
      await lookEverywhere(world);
      expect(await theAccount(world)).toEqual(before);
      expect(mutationsBy(world)).toEqual({});
    });

    test("says with the first record that the store is not the one that was used before", async () => {
      await world.create(shared);
      const { message } = await world.condition(shared, "StoreRestored", { status: "True" });
      expect(message).toMatch(/was made at slot \d+ of the log before this log had got there/);
      expect(message).toMatch(/kubectl annotate --overwrite filesystem shared mooring\.dev\/confirm-restore=\d+/);
      await world.condition(shared, "Ready", { status: "False", reason: "StoreRestored" });
    });

    test("makes nothing for new bindings either, before that is confirmed", async () => {
      await world.create(thumbnailer);
      await world.condition(thumbnailer, "StoreRestored", { status: "True" });
      await lookEverywhere(world);
      expect(await theAccount(world)).toEqual(before);
      expect(mutationsBy(world)).toEqual({});
    });

    test("leaves what it does not know alone once that is confirmed, and says what is in the way", async () => {
      await confirmRestore(world);
      const { message } = await world.condition(thumbnailer, "MountConfigured", {
        status: "False",
        reason: "MountOccupied",
      });
      expect(message).toContain(before.mounts[0]![0]!.Arn);
      const orphaned = await world.condition(shared, "Orphaned", { status: "True" });
      for (const { AccessPointId } of before.accessPoints) expect(orphaned.message).toContain(AccessPointId);
      await lookEverywhere(world);
      expect(await theAccount(world)).toEqual(before);
      await expectMounts(world, "thumbnailer");
      await expectMounts(world, "transcoder");
    });

    test("binds anew once somebody has cleared the way", async () => {
      await world.aws("alice", "lambda", "UpdateFunctionConfiguration", {
        FunctionName: "thumbnailer",
        FileSystemConfigs: [],
      });
      await world.ready(thumbnailer);
      await expectMounts(world, "thumbnailer");
      await expectMounts(world, "transcoder");
      expect(await ourAccessPoints(world)).toHaveLength(3);
      await expectWholeHistory(world);
    });
  },
);

/** Does as the condition says. */
async function confirmRestore(world: World): Promise<void> {
  const { message } = await world.condition(shared, "StoreRestored", { status: "True" });
  const slot = /confirm-restore=(\d+)/.exec(message)![1]!;
  await world.patch(shared, { metadata: { annotations: { "mooring.dev/confirm-restore": slot } } });
}

describe.each(ENGINES)("another installation on the same account, on $engine", (engine) => {
  let world: World;
  let stores: Stores;
  let before: Awaited<ReturnType<typeof theAccount>>;

  beforeAll(async () => {
    ({ world, stores } = await managedWorld(engine));
    before = await theAccount(world);
    await world.stopMooring();
    await world.startMooring({ storeName: "other", settings: { installation: "other" } });
  });
  afterAll(async () => {
    await world.close();
    await stores.close();
  });

  test("takes the first one's mounts and statements for somebody else's, and leaves them", async () => {
    await world.create(shared);
    await world.create(thumbnailer);
    const { message } = await world.condition(thumbnailer, "MountConfigured", {
      status: "False",
      reason: "MountOccupied",
    });
    expect(message).toContain(before.mounts[0]![0]!.Arn);
    await lookEverywhere(world);
    expect(await theAccount(world)).toEqual(before);
    expect(await ourAccessPoints(world, "other")).toEqual([]);
    await expectMounts(world, "thumbnailer");
  });

  test("binds what is free beside it, and takes only that away again", async () => {
    const indexer = aBinding("indexer");
    await world.create(indexer);
    await world.ready(indexer);
    await expectMounts(world, "indexer");
    await expectMounts(world, "transcoder");
    await world.delete(indexer);
    await world.gone(indexer);
    expect(await theAccount(world)).toEqual(before);
  });

  test("refuses a store of the first one", async () => {
    await world.stopMooring();
    await expect(world.startMooring({ settings: { installation: "other" } })).rejects.toThrow(/installation/);
  });
});

describe.each(ENGINES)("an older copy of the store, put back, on $engine", (engine) => {
  let world: World;
  let stores: Stores;
  const indexer = aBinding("indexer");

  beforeAll(async () => {
    ({ world, stores } = await emptyWorld(engine));
    await world.create(shared);
    await world.create(thumbnailer);
    await world.ready(thumbnailer);
    await world.stopMooring();
    await stores.copy("store", "backup");
    await world.startMooring();
    // What the copy knows nothing of: another binding, and another access point of the first.
    await world.create(transcoder);
    await world.create(indexer);
    await world.ready(transcoder, indexer);
    const { accessPointId } = (await world.get(thumbnailer)).body.status;
    await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: accessPointId });
    await world.until("thumbnailer has another access point", async () => {
      const now = (await world.get(thumbnailer)).body.status.accessPointId;
      return now !== accessPointId ? { is: now } : { not: now };
    });
    await world.ready(thumbnailer);
    await world.stopMooring();
    world.simulator.simulator.calls.clear();
    await world.startMooring({ storeName: "backup" });
  });
  afterAll(async () => {
    await world.close();
    await stores.close();
  });

  test("is recognised, and nothing is written until that is confirmed", async () => {
    const before = await theAccount(world);
    await lookEverywhere(world);
    await world.condition(shared, "StoreRestored", { status: "True" });
    await world.condition(thumbnailer, "StoreRestored", { status: "True" });
    const ready = await world.condition(thumbnailer, "Ready", { status: "False", reason: "StoreRestored" });
    expect(ready.message).toMatch(/kubectl annotate --overwrite filesystem shared mooring\.dev\/confirm-restore=\d+$/);
    await world.condition(thumbnailer, "Stalled", { status: "True", reason: "StoreRestored" });
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "thumbnailer",
      MemorySize: 1_024,
    });
    await world.delete(thumbnailer);
    await world.condition(thumbnailer, "Ready", { reason: "Deleting" });
    await lookEverywhere(world);
    expect(await theAccount(world)).toEqual(before);
    expect(mutationsBy(world)).toEqual({});
  });

  test("once confirmed converges on what it knows, and reports the rest without touching it", async () => {
    const others = (await ourAccessPoints(world)).filter(({ RootDirectory }) => RootDirectory.Path !== "/thumbnailer");
    await confirmRestore(world);
    await world.gone(thumbnailer);
    const { message } = await world.condition(shared, "Orphaned", { status: "True" });
    for (const { AccessPointId } of others) expect(message).toContain(AccessPointId);
    for (const name of ["transcoder", "indexer"]) await expectMounts(world, name);
    expect(await ourAccessPoints(world)).toEqual(expect.arrayContaining(others));
  });
});

describe.each(ENGINES)("a restored store whose binding lives on, on $engine", (engine) => {
  let world: World;
  let stores: Stores;

  beforeAll(async () => {
    ({ world, stores } = await managedWorld(engine));
    await world.stopMooring();
    await stores.copy("store", "backup");
    await world.startMooring();
    const { accessPointId } = (await world.get(thumbnailer)).body.status;
    await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: accessPointId });
    await world.until("thumbnailer has another access point", async () => {
      const now = (await world.get(thumbnailer)).body.status.accessPointId;
      return now !== accessPointId ? { is: now } : { not: now };
    });
    await world.ready(thumbnailer);
    await world.stopMooring();
    await world.startMooring({ storeName: "backup" });
  });
  afterAll(async () => {
    await world.close();
    await stores.close();
  });

  test("is held although its log grows beyond the proof, and no mount is put back meanwhile", async () => {
    for (const step of ["1", "2", "3"]) await world.patch(transcoder, { metadata: { labels: { step } } });
    const [mount] = await mountsOf(world, "transcoder");
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "transcoder",
      FileSystemConfigs: [],
    });
    await lookEverywhere(world);
    await world.condition(transcoder, "StoreRestored", { status: "True" });
    expect(await mountsOf(world, "transcoder")).toEqual([]);
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "transcoder",
      FileSystemConfigs: [mount],
    });
  });

  test("adopts its own access point of a later time again once confirmed, without deleting anything", async () => {
    const before = await theAccount(world);
    await lookEverywhere(world);
    await confirmRestore(world);
    await world.ready(thumbnailer, transcoder);
    expect(await theAccount(world)).toEqual(before);
    await expectNothingLeaked(world, thumbnailer, transcoder);
    expect(mutationsBy(world)["efs.DeleteAccessPoint"]).toBeUndefined();
    await expectMounts(world, "thumbnailer");
    await expectWholeHistory(world);
  });
});

test("a process that cannot see at its start whether the store was put back says so, and ends well when told to stop", async () => {
  const world = await World.withoutMooring();
  const first = new ServeProcess(world);
  world.useService(() => first.url);
  await world.create(shared);
  await world.create(thumbnailer);
  await world.ready(thumbnailer);
  await first.stop();
  const before = await theAccount(world);
  inject(world, "efs.DescribeAccessPoints", denial);

  // Twice as long as a lease lasts it would go on waiting.
  const second = new ServeProcess(world, { MOORING_LEASE: "60s" });
  await world.until("the process says what it waits for", async () =>
    second.said.includes("nobody knows whether the store was put back") ? { is: true } : { not: second.said },
  );
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  heal(world);
  expect(await theAccount(world)).toEqual(before);
  await world.close();
});
