import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsConnection } from "../../src/aws/create-aws.ts";
import { makeFunction, mountsOf, mutationsBy, policyText, putStatements, statements } from "./account.ts";
import { allowByHand, mountByHand } from "./by-hand.ts";
import { HOME, manifestsOf, scan, scannerOf } from "./scanner.ts";
import { World } from "./world.ts";

describe("mooring adopt --scan", () => {
  let world: World;
  let aws: AwsConnection;

  beforeAll(async () => {
    world = await World.start();
    aws = scannerOf(world);
    const thumbnailer = await mountByHand(world, "thumbnailer");
    await mountByHand(world, "transcoder", { path: "/shared/videos", uid: 1002, localMountPath: "/mnt/videos" });
    await makeFunction(world, "Legacy_Import", {
      FileSystemConfigs: [{ Arn: thumbnailer.arn, LocalMountPath: "/mnt/data" }],
    });
    await putStatements(world, "platform-team", [
      ...(await statements(world)),
      { ...allowByHand("thumbnailer", thumbnailer.arn), Action: "elasticfilesystem:ClientMount" },
    ]);
  });
  afterAll(async () => {
    aws.destroy();
    await world.close();
  });

  test("finds each mount, with what its access point says and what the policy plainly grants", async () => {
    const found = manifestsOf(await scan(aws));
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "FileSystem fs-0123456789abcdef0",
      "Binding legacy-import",
      "Binding transcoder",
    ]);
    expect(found[0]!.spec).toEqual({ ...HOME, fileSystemId: "fs-0123456789abcdef0", policy: { mode: "Observe" } });
    expect(found[2]!.spec).toMatchObject({
      rootDirectory: { path: "/shared/videos", ownerUid: 1002, ownerGid: 1002, permissions: "0750" },
      posixUser: { uid: 1002, gid: 1002 },
      access: "ReadWrite",
      workload: { lambda: { functionName: "transcoder", localMountPath: "/mnt/videos" } },
      driftPolicy: "Observe",
      deletionPolicy: "Retain",
    });
  });

  test("says what no Binding can describe, and why", async () => {
    const { leftOut } = await scan(aws);
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]).toMatch(/function thumbnailer mounts .* function Legacy_Import has taken this one/);
  });

  test("what it writes has an empty plan, and applied it changes nothing in AWS", async () => {
    const policyBefore = await policyText(world);
    const found = manifestsOf(await scan(aws));
    for (const manifest of found) {
      const path = manifest.kind === "FileSystem" ? "/filesystems" : "/namespaces/media/bindings";
      const { status, body } = await world.request("POST", `${path}?dryRun=All`, manifest);
      expect([status, body.status.plan ?? []]).toEqual([201, []]);
    }
    for (const manifest of found) await world.create(manifest);
    await world.ready(...found);
    expect(mutationsBy(world)).toEqual({});
    expect(await policyText(world)).toBe(policyBefore);
    expect(await mountsOf(world, "transcoder")).toMatchObject([{ LocalMountPath: "/mnt/videos" }]);
  });

  test("with driftPolicy Correct it converges by tags alone, and a second scan finds them kept", async () => {
    for (const manifest of manifestsOf(await scan(aws, "Correct"))) {
      if (manifest.kind === "Binding") await world.patch(manifest, { spec: manifest.spec });
    }
    await world.until("both are tagged", async () => {
      const made = mutationsBy(world);
      return made["efs.TagResource"] === 2 ? { is: made } : { not: made };
    });
    expect(mutationsBy(world)).toEqual({ "efs.TagResource": 2 });
    const again = await scan(aws);
    expect(again.records).toEqual([]);
    expect(again.leftOut).toContainEqual(expect.stringContaining('Binding media/transcoder of installation "test"'));
  });
});
