import {
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
  DescribeFileSystemPolicyCommand,
  PutFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import {
  GetFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { World } from "./world.ts";

interface Statement {
  Sid: string;
}

async function statements(world: World): Promise<Statement[]> {
  const { Policy } = await world.as("auditor").efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId: FS_ID }));
  return (JSON.parse(Policy!) as { Statement: Statement[] }).Statement;
}

async function mountsOf(world: World, functionName: string) {
  const { Configuration } = await world
    .as("auditor")
    .lambda.send(new GetFunctionCommand({ FunctionName: functionName }));
  return Configuration!.FileSystemConfigs ?? [];
}

async function ourAccessPoints(world: World) {
  const { AccessPoints } = await world.as("auditor").efs.send(new DescribeAccessPointsCommand({ FileSystemId: FS_ID }));
  return AccessPoints!.filter((ap) => ap.Tags?.some((tag) => tag.Key === "mooring.dev/managed"));
}

/**
 * Every run has ended and told its last: AWS is as it should be some records before that, as the run that made it so
 * reads back first. And whoever last changed something has been told of.
 */
async function atRest(world: World, actor: string): Promise<void> {
  const { records, keys } = world.mooring.store;
  await world.until(`nothing is left to do, and ${actor} was told of`, async () => {
    const facets = [...(await records.refresh()).bindings()].flatMap((binding) => Object.values(binding.facets));
    const items = await Promise.all([...new Set(facets.map(({ key }) => key))].map((key) => keys.get(key)));
    const busy = items.filter((item) => item?.owner !== null || item.dueAtMs !== null || item.noted.length > 0);
    const told = (await world.history()).some((entry) => "actor" in entry && entry.actor === actor);
    return busy.length === 0 && told ? { is: true } : { not: { busy, told } };
  });
}

describe("a binding's life", () => {
  let world: World;
  const fileSystem = aFileSystem();
  const thumbnailer = aBinding("thumbnailer");
  const transcoder = aBinding("transcoder", {
    rootDirectory: { path: "/thumbnailer", ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
  });

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test("a function that is bound can mount, and is confined to its access point", async () => {
    await world.create(fileSystem);
    await world.create(thumbnailer);
    await world.create(transcoder);
    await world.ready(thumbnailer, transcoder);
    const invoked = await world.as("auditor").lambda.send(new InvokeCommand({ FunctionName: "thumbnailer" }));
    expect(invoked.StatusCode).toBe(200);
    expect(await ourAccessPoints(world)).toHaveLength(2);
  });

  test("statements of others stay as they were", async () => {
    const sids = (await statements(world)).map((s) => s.Sid);
    expect(sids).toEqual(expect.arrayContaining(["backup-nightly", "audit-read-only"]));
    expect(sids.some((sid) => sid.startsWith("mooring-test-"))).toBe(true);
  });

  test("an access point that somebody deletes is made anew, admitted and mounted, and the history says who", async () => {
    const [before] = await mountsOf(world, "thumbnailer");
    const id = before!.Arn!.split("/").at(-1)!;
    await world.as("deploy-bot").efs.send(new DeleteAccessPointCommand({ AccessPointId: id }));
    await world.until("thumbnailer mounts another access point", async () => {
      const [now] = await mountsOf(world, "thumbnailer");
      return now !== undefined && now.Arn !== before!.Arn ? { is: now } : { not: now };
    });
    await world.ready(thumbnailer);
    const invoked = await world.as("auditor").lambda.send(new InvokeCommand({ FunctionName: "thumbnailer" }));
    expect(invoked.StatusCode).toBe(200);
    const drift = (await world.history({ binding: "media/thumbnailer" })).filter((entry) => entry.type === "Drift");
    expect(drift.map((entry) => entry.actor)).toContain("deploy-bot");
  });

  test("a mount that somebody takes away is put back", async () => {
    await world
      .as("alice")
      .lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "transcoder", FileSystemConfigs: [] }));
    await world.until("transcoder has its mount again", async () => {
      const mounts = await mountsOf(world, "transcoder");
      return mounts.length === 1 ? { is: mounts } : { not: mounts };
    });
    const drift = (await world.history({ binding: "media/transcoder" })).filter((entry) => entry.type === "Drift");
    expect(drift.map((entry) => entry.actor)).toContain("alice");
  });

  test("a statement of ours that somebody removes comes back, and theirs that they added stays", async () => {
    const now = await statements(world);
    const theirs = {
      Sid: "bobs",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:role/auditor" },
      Action: "elasticfilesystem:ClientMount",
    };
    const edited = [...now.filter((s) => !s.Sid.startsWith("mooring-test-deny")), theirs];
    await world.as("bob").efs.send(
      new PutFileSystemPolicyCommand({
        FileSystemId: FS_ID,
        Policy: JSON.stringify({ Version: "2012-10-17", Statement: edited }),
      }),
    );
    await world.until("the Denies are back", async () => {
      const sids = (await statements(world)).map((s) => s.Sid);
      return now.every((s) => sids.includes(s.Sid)) ? { is: sids } : { not: sids };
    });
    expect((await statements(world)).map((s) => s.Sid)).toContain("bobs");
  });

  test("a run with nothing to do changes nothing", async () => {
    await world.until("a sweep finds nothing", async () => {
      const keys = await world.mooring.service.sweepNow();
      return keys.length === 0 ? { is: true } : { not: keys };
    });
    await atRest(world, "bob");
    const before = await world.history();
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    const { accessPoint, workload } = (await world.mooring.store.records.refresh()).binding(
      "media",
      "thumbnailer",
    )!.facets;
    await world.mooring.service.reconcile([accessPoint!.key, workload!.key]);
    expect((await world.history()).slice(before.length)).toEqual([]);
  });

  test("a published version that names the access point blocks its deletion, and the condition names it", async () => {
    const { Version } = await world.as("alice").lambda.send(new PublishVersionCommand({ FunctionName: "transcoder" }));
    await world.delete(transcoder);
    const condition = await world.condition(transcoder, "AccessPointReady", { reason: "StillServed" });
    expect(condition.message).toContain(`transcoder:${Version}`);
    expect(await mountsOf(world, "transcoder")).toEqual([]);
    expect(await ourAccessPoints(world)).toHaveLength(2);
  });

  test("a deleted binding leaves no mount, no statement and no access point", async () => {
    await world.delete(thumbnailer);
    await world.gone(thumbnailer);
    expect(await mountsOf(world, "thumbnailer")).toEqual([]);
    expect(await ourAccessPoints(world)).toHaveLength(1);
    expect(JSON.stringify(await statements(world))).not.toContain("role/thumbnailer");
  });

  test("the history's chains are whole, and every intent has its outcome", async () => {
    const { faults } = await world.mooring.store.audit.verify();
    expect(faults).toEqual([]);
    const entries = await world.history();
    const intents = entries.filter((e) => e.type === "Intent").map((e) => e.intentId);
    const outcomes = entries.filter((e) => e.type === "Outcome").map((e) => e.intentId);
    expect(outcomes.toSorted()).toEqual(intents.toSorted());
  });
});

describe("the deletion of a FileSystem record", () => {
  let world: World;
  const fileSystem = aFileSystem();
  const thumbnailer = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test("waits for its Bindings, and ends with the last of them", async () => {
    await world.create(fileSystem);
    await world.create(thumbnailer);
    await world.ready(thumbnailer);
    await world.delete(fileSystem);
    await world.condition(fileSystem, "InUse", { reason: "BindingsLeft" });
    await world.delete(thumbnailer);
    await world.gone(thumbnailer);
    await world.gone(fileSystem);
  });
});

describe("a binding whose file system record does not exist", () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test.each([["thumbnailer"], ["no-such-function"]])(
    "can be deleted, as its condition advises (%s)",
    async (functionName) => {
      const misspelt = aBinding(functionName, { fileSystemRef: { name: "shraed" } });
      await world.create(misspelt);
      await world.condition(misspelt, "Ready", { reason: "FileSystemNotFound" });
      await world.delete(misspelt);
      await world.gone(misspelt);
    },
  );
});
