import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessPoints,
  expectMounts,
  mountsOf,
  mutationsBy,
  ourAccessPoints,
  policyText,
  putStatements,
  statements,
} from "./account.ts";
import { accessPointByHand, allowByHand, deployByHand, mountByHand, registerByHand } from "./by-hand.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World, type Manifest } from "./world.ts";

function adopting(binding: Manifest, what: string, spec: Record<string, unknown> = {}): Manifest {
  return {
    ...binding,
    metadata: { ...binding.metadata, annotations: { "mooring.dev/adopt": what } },
    spec: { ...binding.spec, ...spec },
  };
}

describe("adoption of an access point and its mount", () => {
  let world: World;
  let byHand: { id: string; arn: string };

  beforeAll(async () => {
    world = await World.start();
    byHand = await mountByHand(world, "thumbnailer");
    await putStatements(world, "platform-team", [...(await statements(world)), allowByHand("thumbnailer", byHand.arn)]);
    await world.create(aFileSystem({ mode: "Observe" }));
  });
  afterAll(() => world.close());

  test("without the annotation the slot is somebody else's", async () => {
    const plain = aBinding("thumbnailer");
    await world.create(plain);
    await world.condition(plain, "MountConfigured", { reason: "MountOccupied" });
    await world.delete(plain);
    await world.gone(plain);
    expect(await mountsOf(world, "thumbnailer")).toHaveLength(1);
  });

  test("a dry-run shows that only tags are added", async () => {
    const binding = adopting(aBinding("thumbnailer"), byHand.id);
    const { body } = await world.request("POST", "/namespaces/media/bindings?dryRun=All", binding);
    expect(body.status.plan?.map(({ operation, target }) => [operation, target])).toEqual([
      ["elasticfilesystem:TagResource", byHand.arn],
    ]);
  });

  test("an access point that differs is refused with both sides, and nothing is made or changed", async () => {
    const other = adopting(aBinding("thumbnailer"), byHand.id, {
      posixUser: { uid: 1001, gid: 1001, secondaryGids: [2001] },
    });
    await world.create(other);
    const { message } = await world.condition(other, "AdoptionMismatch", { status: "True" });
    expect(message).toContain("as 1001:1001+2001");
    expect(message).toMatch(/has .* as 1001:1001\./);
    await world.condition(other, "AccessPointReady", { reason: "AdoptionMismatch" });
    expect(mutationsBy(world)).toEqual({});
    await world.delete(other);
    await world.gone(other);
    expect(await mountsOf(world, "thumbnailer")).toEqual([{ Arn: byHand.arn, LocalMountPath: "/mnt/data" }]);
  });

  test("a mount at another path is refused with both sides", async () => {
    const workload = { lambda: { functionName: "thumbnailer", localMountPath: "/mnt/elsewhere" } };
    const other = adopting(aBinding("thumbnailer"), byHand.id, { workload });
    await world.create(other);
    const { message } = await world.condition(other, "MountConfigured", { reason: "AdoptionMismatch" });
    expect(message).toContain("/mnt/elsewhere");
    expect(message).toContain("/mnt/data");
    await world.delete(other);
    await world.gone(other);
    expect(await mountsOf(world, "thumbnailer")).toEqual([{ Arn: byHand.arn, LocalMountPath: "/mnt/data" }]);
  });

  test("a spec that is put right in one part and wrong in another is judged anew, and taken once both fit", async () => {
    const { spec } = aBinding("thumbnailer");
    const identity = { posixUser: { uid: 1001, gid: 1001, secondaryGids: [2001] } };
    const other = adopting(aBinding("thumbnailer"), `${byHand.id},mount`, { ...identity, driftPolicy: "Observe" });
    await world.create(other);
    await world.condition(other, "AccessPointReady", { reason: "AdoptionMismatch" });
    const workload = { lambda: { functionName: "thumbnailer", localMountPath: "/mnt/elsewhere" } };
    await world.patch(other, { spec: { posixUser: { secondaryGids: [] }, workload } });
    await world.condition(other, "AccessPointReady", { reason: "WaitingForWorkload" });
    await world.patch(other, { spec: { workload: spec["workload"] } });
    await world.ready(other);
    expect(mutationsBy(world)).toEqual({});
    await world.patch(other, { spec: { deletionPolicy: "Retain" } });
    await world.delete(other);
    await world.gone(other);
  });

  test("another mount than the one that the annotation names is refused with both sides", async () => {
    const other = adopting(aBinding("thumbnailer"), "fsap-0123456789abcdef0,mount");
    await world.create(other);
    const { message } = await world.condition(other, "AdoptionMismatch", { status: "True", reason: "MountDiffers" });
    expect(message).toContain("asks for the mount of fsap-0123456789abcdef0 at /mnt/data");
    expect(message).toContain(`mounts ${byHand.arn} at /mnt/data`);
    await world.delete(other);
    await world.gone(other);
  });

  test("what fits is taken over: tags are added, nothing is made, and it goes on mounting", async () => {
    const tagged = mutationsBy(world)["efs.TagResource"] ?? 0;
    const binding = adopting(aBinding("thumbnailer"), `${byHand.id},mount`);
    await world.create(binding);
    await world.ready(binding);
    expect(mutationsBy(world)).toEqual({ "efs.TagResource": tagged + 1 });
    expect((await ourAccessPoints(world)).map((one) => one.AccessPointId)).toEqual([byHand.id]);
    const own = (await accessPoints(world)).find((one) => one.AccessPointId === byHand.id)!;
    expect(own.Tags).toContainEqual({ Key: "team", Value: "media" });
    await expectMounts(world, "thumbnailer");
    expect((await world.history({ binding: "media/thumbnailer" })).some(({ type }) => type === "Drift")).toBe(false);
  });

  test("what was taken over is kept: deleted by others, it is made anew, as it was", async () => {
    const binding = aBinding("thumbnailer");
    await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: byHand.id });
    await world.until("it is made anew and mounted", async () => {
      const [mount] = await mountsOf(world, "thumbnailer");
      return mount !== undefined && mount.Arn !== byHand.arn ? { is: mount } : { not: mount };
    });
    await world.ready(binding);
  });

  test("another binding cannot adopt what has an owner", async () => {
    const [taken] = await ourAccessPoints(world);
    const second = adopting(
      aBinding("transcoder", { rootDirectory: aBinding("thumbnailer").spec["rootDirectory"] }),
      taken!.AccessPointId,
    );
    await world.create(second);
    const { message } = await world.condition(second, "AdoptionMismatch", { status: "True" });
    expect(message).toContain("media/thumbnailer");
  });
});

describe("adoption of whatever the function mounts", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem({ mode: "Observe" }));
  });
  afterAll(() => world.close());

  test("needs no id, and under driftPolicy Observe not even a tag", async () => {
    const { id } = await mountByHand(world, "reporter");
    const binding = adopting(aBinding("reporter"), "mount", { driftPolicy: "Observe" });
    const { body } = await world.request("POST", "/namespaces/media/bindings?dryRun=All", binding);
    expect(body.status.plan ?? []).toEqual([]);
    await world.create(binding);
    await world.ready(binding);
    expect((await world.get(binding)).body.status.accessPointId).toBe(id);
    expect(mutationsBy(world)).toEqual({});
    await world.patch(binding, { spec: { driftPolicy: "Correct" } });
    await world.until("it is tagged", async () => {
      const ours = await ourAccessPoints(world);
      return ours.length === 1 ? { is: ours } : { not: ours };
    });
    await world.ready(binding);
  });

  test("says so if there is no mount to adopt", async () => {
    const binding = adopting(aBinding("indexer"), "mount");
    await world.create(binding);
    const { message } = await world.condition(binding, "AdoptionMismatch", { status: "True" });
    expect(message).toContain("has none at the path");
    expect(await mountsOf(world, "indexer")).toEqual([]);
  });

  test("a word that the annotation does not know is refused by the API", async () => {
    const answer = await world.request("POST", "/namespaces/media/bindings", adopting(aBinding("transcoder"), "yes"));
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain("fsap-0123456789abcdef0");
  });
});

describe("adoption of a statement", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    const [one, two] = [await mountByHand(world, "thumbnailer"), await mountByHand(world, "transcoder")];
    await putStatements(world, "platform-team", [
      ...(await statements(world)),
      allowByHand("thumbnailer", one.arn),
      { ...allowByHand("transcoder", two.arn), Action: "elasticfilesystem:ClientMount" },
    ]);
    await world.create(aFileSystem({ mode: "Preserve" }));
  });
  afterAll(() => world.close());

  const sids = async () => (await statements(world)).map(({ Sid }) => Sid);

  test("ours takes the place of one that grants exactly the same, if the annotation names it", async () => {
    const binding = adopting(aBinding("thumbnailer"), "mount,sid:allow-thumbnailer");
    await world.create(binding);
    await world.ready(binding);
    await world.condition(binding, "PolicyReady", { status: "True" });
    expect(await sids()).not.toContain("allow-thumbnailer");
    expect(await sids()).toEqual(expect.arrayContaining(["backup-nightly", "allow-transcoder"]));
    await expectMounts(world, "thumbnailer");
    expect(await world.mooring.service.sweepNow()).toEqual([]);
  });

  test("one that grants something else stays, and the condition shows both sides", async () => {
    const binding = adopting(aBinding("transcoder"), "mount,sid:allow-transcoder");
    await world.create(binding);
    await world.ready(binding);
    const { reason, message } = await world.condition(binding, "AdoptionMismatch", { status: "True" });
    expect(reason).toBe("StatementDiffers");
    expect(message).toMatch(
      /Action: it has \["[^,]*clientmount"\]; wanted is \["[^"]*clientmount","[^"]*clientwrite"\]/,
    );
    expect(await sids()).toContain("allow-transcoder");
  });
});

describe("adoption of a volume", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem({ mode: "Observe" }));
  });
  afterAll(() => world.close());

  const deployments = () => {
    const made = world.simulator.simulator.calls.counts().byCaller["mooring"] ?? {};
    return [made["ecs.RegisterTaskDefinition"] ?? 0, made["ecs.UpdateService"] ?? 0];
  };

  test.each([
    ["without IAM", { iam: "DISABLED" as const, at: ["report:/in"] }, /iam ENABLED .*has volume in .* iam DISABLED/],
    ["at another path", { at: ["report:/else"] }, /at report:\/in; .*has volume in .* at report:\/else/],
    ["read-only", { at: ["report:/in:ro"] }, /at report:\/in; .* at report:\/in \(read-only\)/],
  ])("a volume %s is refused with both sides, and nothing is registered", async (how, volume, sides) => {
    const { id } = await accessPointByHand(world, how.replaceAll(" ", "-"), { path: "/in" });
    await registerByHand(world, "nightly-report", [{ name: "in", accessPointId: id, ...volume }]);
    const mounts = [{ container: "report", containerPath: "/in" }];
    const plain = aBinding("in", { workload: { ecs: { family: "nightly-report", mounts } } });
    const binding = adopting(plain, id);
    await world.create(binding);
    const { message } = await world.condition(binding, "AdoptionMismatch", { status: "True", reason: "MountDiffers" });
    expect(message).toMatch(sides);
    await world.condition(binding, "MountConfigured", { reason: "AdoptionMismatch" });
    expect(deployments()).toEqual([0, 0]);
    expect(mutationsBy(world)).toEqual({});
    await world.delete(binding);
    await world.gone(binding);
  });

  test("a service that mounts the access point already is not deployed anew", async () => {
    const { id, arn } = await mountByHand(world, "reporter", { path: "/web" });
    await putStatements(world, "platform-team", [...(await statements(world)), allowByHand("web", arn)]);
    await deployByHand(world, "web", [{ name: "files", accessPointId: id, at: ["app:/data"] }]);
    const mounts = [{ container: "app", containerPath: "/data" }];
    const binding = adopting(aBinding("web", { workload: { ecs: { cluster: "prod", service: "web", mounts } } }), id);
    await world.create(binding);
    await world.ready(binding);
    expect(mutationsBy(world)).toEqual({ "efs.TagResource": 1 });
    expect((await ourAccessPoints(world)).map((one) => one.AccessPointId)).toEqual([id]);
  });
});

describe("adoption of what a deleted binding left behind", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
  });
  afterAll(() => world.close());

  const mounts = [{ container: "app", containerPath: "/data" }];
  test.each([
    ["function", aBinding("thumbnailer", { deletionPolicy: "Retain" }), {}],
    [
      "service",
      aBinding("web", { deletionPolicy: "Retain", workload: { ecs: { cluster: "prod", service: "web", mounts } } }),
      { "ecs.RegisterTaskDefinition": 1, "ecs.UpdateService": 1 },
    ],
  ])("a new binding of the %s takes it over by its tags; policy and mount stay", async (_kind, binding, deployed) => {
    await world.create(binding);
    await world.ready(binding);
    const id = (await world.get(binding)).body.status.accessPointId!;
    await world.delete(binding);
    await world.gone(binding);
    const [policy, before] = [await policyText(world), mutationsBy(world)];
    expect(before).toMatchObject(deployed);
    const heir = adopting({ ...binding, metadata: { ...binding.metadata, name: "heir" } }, `${id},mount`);
    const { body } = await world.request("POST", "/namespaces/media/bindings?dryRun=All", heir);
    expect(body.status.plan?.map(({ operation }) => operation)).toEqual(["elasticfilesystem:TagResource"]);
    await world.create(heir);
    await world.ready(heir);
    expect(mutationsBy(world)).toEqual({ ...before, "efs.TagResource": before["efs.TagResource"]! + 1 });
    expect(await policyText(world)).toBe(policy);
    const { Tags } = (await accessPoints(world)).find((one) => one.AccessPointId === id)!;
    expect(Tags).toEqual(
      expect.arrayContaining([
        { Key: "mooring.dev/binding-name", Value: "media/heir" },
        { Key: "mooring.dev/retained", Value: "false" },
      ]),
    );
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    await world.delete(heir);
    await world.gone(heir);
  });
});
