import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Scene } from "../scene.ts";
import { until } from "../until.ts";
import type { Stage } from "../suite.ts";

export function describeRestart({ scene: open, behaviour }: Stage): void {
  describe("a restart of Mooring", () => {
    let scene: Scene;
    const names = ["one", "two", "three"];
    beforeAll(async () => {
      scene = await open("restart");
      for (const name of names) await scene.makeFunction(name);
      await scene.mooring.create(scene.fileSystem());
    });
    afterAll(() => scene?.close());
    const bindings = () => names.map((name) => scene.binding(name));

    behaviour("in the middle of its work ends with everything done once", [], async () => {
      await scene.mooring.create(...bindings());
      await scene.mooring.stop();
      await scene.mooring.start();
      await scene.mooring.ready(...bindings());
      const paths = (await scene.ourAccessPoints()).map(({ RootDirectory }) => RootDirectory?.Path);
      expect(paths).toHaveLength(3);
      expect(new Set(paths)).toEqual(new Set(["/one", "/two", "/three"]));
    });

    behaviour("repairs what somebody changed while it was down", [], async () => {
      await scene.mooring.stop();
      await scene.somebody("night-shift").mount(scene.named("two"), []);
      await scene.mooring.start();
      const binding = scene.binding("two");
      await scene.mooring.lookNow(binding);
      await scene.mooring.condition(binding, "Ready", { status: "True" });
      await until("the mount is back", async () => {
        const now = await scene.mountsOf("two");
        return "/mnt/data" in now ? { is: true } : { not: now };
      });
    });

    behaviour("changes nothing where all is as it should be", [], async () => {
      await scene.mooring.ready(...bindings());
      const count = async () =>
        (await scene.mooring.history(scene.binding("one"))).filter((r) => r.entry.type === "Intent");
      const before = (await count()).length;
      await scene.mooring.stop();
      await scene.mooring.start();
      await scene.mooring.lookNow(scene.binding("one"));
      await scene.mooring.ready(...bindings());
      expect(await count()).toHaveLength(before);
    });

    behaviour("keeps the history whole", [], async () => {
      expect(await scene.mooring.verifyHistory()).toMatchObject({ intact: true, faults: [] });
    });
  });
}
