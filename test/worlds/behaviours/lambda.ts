import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Scene } from "../scene.ts";
import { directory } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeLambda({ scene: open, behaviour }: Stage): void {
  describe("a function's Binding", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("mount");
      await scene.makeFunction("thumbnailer");
      await scene.makeFunction("transcoder");
      await scene.mooring.create(scene.fileSystem());
    });
    afterAll(() => scene?.close());

    behaviour("shows by a dry-run which calls it would make, and makes none", [], async () => {
      const path = "/namespaces/media/bindings?dryRun=All";
      const { body } = await scene.mooring.request("POST", path, scene.binding("thumbnailer"));
      expect(body.status.plan?.map(({ operation }) => operation)).toEqual([
        "elasticfilesystem:CreateAccessPoint",
        "lambda:UpdateFunctionConfiguration",
      ]);
      expect(await scene.accessPoints()).toEqual([]);
    });

    behaviour("is mounted through an access point of its own", [], async () => {
      await scene.mooring.create(scene.binding("thumbnailer"));
      await scene.mooring.ready(scene.binding("thumbnailer"));
      const [made, ...more] = await scene.ourAccessPoints();
      expect(more).toEqual([]);
      expect(await scene.mountsOf("thumbnailer")).toEqual({ "/mnt/data": made!.AccessPointArn });
    });

    behaviour("has an access point with the path, owner, mode and user asked for", [], async () => {
      const [made] = await scene.ourAccessPoints();
      expect(made!.RootDirectory).toEqual({
        Path: "/thumbnailer",
        CreationInfo: { OwnerUid: 1001, OwnerGid: 1001, Permissions: "0750" },
      });
      expect(made!.PosixUser).toMatchObject({ Uid: 1001, Gid: 1001 });
    });

    behaviour("leaves the rest of the function as it was", [], async () => {
      const { Environment, Handler, VpcConfig } = await scene.function("thumbnailer");
      expect(Environment?.Variables).toEqual({ STAGE: "prod" });
      expect(Handler).toBe("index.handler");
      expect(VpcConfig?.SubnetIds).toHaveLength(2);
    });

    behaviour("may share a directory with another one, each through its own access point", [], async () => {
      const transcoder = scene.binding("transcoder", { rootDirectory: directory("/thumbnailer") });
      await scene.mooring.create(transcoder);
      await scene.mooring.ready(transcoder);
      const ours = await scene.ourAccessPoints();
      expect(ours.map(({ RootDirectory }) => RootDirectory?.Path)).toEqual(["/thumbnailer", "/thumbnailer"]);
      expect(await scene.mountedBy("transcoder")).not.toBe(await scene.mountedBy("thumbnailer"));
    });

    behaviour("is refused a function that another one has", [], async () => {
      const second = { ...scene.binding("thumbnailer"), metadata: { name: "second", namespace: "media" } };
      await scene.mooring.request("POST", "/namespaces/media/bindings", scene.binding("thumbnailer"));
      const { status, body } = await scene.mooring.request("POST", "/namespaces/media/bindings", second);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).toContain("media/thumbnailer");
    });

    behaviour("of a function that is not there says so, and is mounted once it is", [], async () => {
      const late = scene.binding("late");
      await scene.mooring.create(late);
      await scene.mooring.condition(late, "MountConfigured", { status: "False", reason: "FunctionNotFound" });
      await scene.makeFunction("late");
      await scene.mooring.lookNow(late);
      await scene.mooring.ready(late);
    });
  });

  describe("a Binding of a file system that is not there", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("nowhere");
      await scene.makeFunction("lost");
    });
    afterAll(() => scene?.close());

    behaviour("says so, and can be deleted", [], async () => {
      const nowhere = scene.fileSystem();
      nowhere.spec["fileSystemId"] = "fs-00000000000000000";
      const lost = scene.binding("lost");
      await scene.mooring.create(nowhere, lost);
      await scene.mooring.condition(lost, "AccessPointReady", { status: "False", reason: "FileSystemNotFound" });
      await scene.mooring.delete(lost);
      await scene.mooring.gone(lost);
    });
  });
}
