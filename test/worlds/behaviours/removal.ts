import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Scene } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeRemoval({ scene: open, behaviour }: Stage): void {
  describe("a deleted Binding", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("removal");
      for (const name of ["indexer", "pinned", "kept"]) await scene.makeFunction(name);
      await scene.mooring.create(
        scene.fileSystem(),
        scene.binding("indexer"),
        scene.binding("pinned"),
        scene.binding("kept", { deletionPolicy: "Retain" }),
      );
      for (const name of ["indexer", "pinned", "kept"])
        await scene.mooring.condition(scene.binding(name), "AccessPointReady", { status: "True" });
    });
    afterAll(() => scene?.close());
    const paths = async () => (await scene.ourAccessPoints()).map(({ RootDirectory }) => RootDirectory?.Path);

    behaviour("takes its mount and its access point with it", [], async () => {
      const indexer = scene.binding("indexer");
      await scene.mooring.ready(indexer);
      await scene.mooring.delete(indexer);
      await scene.mooring.gone(indexer);
      expect(await scene.mountsOf("indexer")).toEqual({});
      expect(await paths()).not.toContain("/indexer");
    });

    behaviour("leaves both where it is told to retain them", [], async () => {
      const kept = scene.binding("kept");
      await scene.mooring.ready(kept);
      const before = await scene.mountsOf("kept");
      await scene.mooring.delete(kept);
      await scene.mooring.gone(kept);
      expect(await scene.mountsOf("kept")).toEqual(before);
      expect(await paths()).toContain("/kept");
    });

    behaviour(
      "waits while a published version names its access point, and says which",
      ["lists-no-versions"],
      async () => {
        const pinned = scene.binding("pinned");
        await scene.mooring.ready(pinned);
        const version = await scene.somebody("alice").publishVersion(scene.named("pinned"));
        await scene.mooring.delete(pinned);
        const { message } = await scene.mooring.condition(pinned, "AccessPointReady", { reason: "StillServed" });
        expect(message).toContain(`${scene.named("pinned")}:${version}`);
        expect(await scene.mountsOf("pinned")).toEqual({});
        expect(await paths()).toContain("/pinned");
      },
    );

    behaviour("of a FileSystem waits for its Bindings", [], async () => {
      await scene.mooring.create(scene.binding("last", { suspend: true }));
      await scene.mooring.delete(scene.fileSystem());
      await scene.mooring.condition(scene.fileSystem(), "InUse", { reason: "BindingsLeft" });
    });
  });
}
