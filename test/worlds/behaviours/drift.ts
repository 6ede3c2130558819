import { afterAll, beforeAll, describe, expect } from "vitest";
import { until } from "../until.ts";
import type { Scene } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeDrift({ scene: open, behaviour }: Stage): void {
  describe("what somebody changes", () => {
    let scene: Scene;
    const intents = async (name: string): Promise<number> => {
      const entries = await scene.mooring.history(scene.binding(name));
      return entries.filter(({ entry }) => entry.type === "Intent").length;
    };
    const isNamed = (name: string, actor: string) =>
      until(`the history of ${name} names ${actor}`, async () => {
        const entries = (await scene.mooring.history(scene.binding(name))).map(({ entry }) => entry);
        const actors = entries.flatMap((e) => (e.type === "Drift" || e.type === "Attributed" ? [e.actor] : []));
        return actors.includes(actor) ? { is: true } : { not: actors };
      });

    beforeAll(async () => {
      scene = await open("drift");
      for (const name of ["thumbnailer", "watched"]) await scene.makeFunction(name);
      await scene.mooring.create(scene.fileSystem(), scene.binding("thumbnailer"), scene.binding("watched"));
      await scene.mooring.condition(scene.binding("thumbnailer"), "AccessPointReady", { status: "True" });
    });
    afterAll(() => scene?.close());

    behaviour("a deleted access point is made anew and mounted, and the history says who", [], async () => {
      await scene.mooring.ready(scene.binding("thumbnailer"));
      const before = await scene.mountedBy("thumbnailer");
      await scene.somebody("deploy-bot").deleteAccessPoint(scene.fileSystemId, before!);
      await until("another access point is mounted", async () => {
        const now = await scene.mountedBy("thumbnailer");
        return now !== null && now !== before ? { is: now } : { not: now };
      });
      await scene.mooring.ready(scene.binding("thumbnailer"));
      await isNamed("thumbnailer", "deploy-bot");
    });

    behaviour("a mount taken away is put back, and the history says who", [], async () => {
      const before = await scene.mountsOf("thumbnailer");
      await scene.somebody("alice").mount(scene.named("thumbnailer"), []);
      await until("the mount is back", async () => {
        const now = await scene.mountsOf("thumbnailer");
        return now["/mnt/data"] === before["/mnt/data"] ? { is: true } : { not: now };
      });
      await isNamed("thumbnailer", "alice");
    });

    behaviour("what is none of Mooring's business is left alone", [], async () => {
      await scene.mooring.ready(scene.binding("thumbnailer"));
      const before = await intents("thumbnailer");
      await scene.somebody("alice").setMemory(scene.named("thumbnailer"), 256);
      await scene.mooring.lookNow(scene.binding("thumbnailer"));
      await scene.mooring.ready(scene.binding("thumbnailer"));
      expect((await scene.function("thumbnailer")).MemorySize).toBe(256);
      expect(await intents("thumbnailer")).toBe(before);
    });

    behaviour("an access point of somebody else is left alone", [], async () => {
      const theirs = await scene.somebody("legacy-team").createAccessPoint(scene.fileSystemId, "/legacy");
      await scene.mooring.lookNow(scene.fileSystem());
      await scene.mooring.condition(scene.binding("thumbnailer"), "AccessPointReady", { status: "True" });
      expect((await scene.accessPoints()).map(({ AccessPointId }) => AccessPointId)).toContain(theirs);
    });

    behaviour("drift that a Binding only observes is told and not repaired", [], async () => {
      const watched = scene.binding("watched");
      await scene.mooring.ready(watched);
      await scene.mooring.patch(watched, { spec: { driftPolicy: "Observe" } });
      await scene.mooring.ready(watched);
      await scene.somebody("alice").mount(scene.named("watched"), []);
      await scene.mooring.condition(watched, "Drifted", { status: "True" });
      expect(await scene.mountsOf("watched")).toEqual({});
    });

    behaviour("a binding is corrected again once it no longer only observes", [], async () => {
      const watched = scene.binding("watched");
      await scene.mooring.patch(watched, { spec: { driftPolicy: "Correct" } });
      await scene.mooring.ready(watched);
      expect(Object.keys(await scene.mountsOf("watched"))).toEqual(["/mnt/data"]);
    });
  });
}
