import { afterAll, beforeAll, describe, expect } from "vitest";
import { until } from "../until.ts";
import { directory, type Scene } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeReplacement({ scene: open, behaviour }: Stage): void {
  describe("a changed path", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("replace");
      await scene.makeFunction("reporter");
      await scene.team.putPolicy(scene.fileSystemId, [
        await scene.team.foreignStatement("nightly", scene.fileSystemId),
      ]);
      await scene.mooring.create(scene.enforced(), scene.binding("reporter"));
      await scene.mooring.condition(scene.binding("reporter"), "AccessPointReady", { status: "True" });
    });
    afterAll(() => scene?.close());

    behaviour("is not followed without consent to leave the data behind", [], async () => {
      const before = (await scene.ourAccessPoints()).map(({ AccessPointId }) => AccessPointId);
      await scene.mooring.patch(scene.binding("reporter"), { spec: { rootDirectory: directory("/elsewhere") } });
      const wanted = { status: "False", reason: "ReplacementNeedsConsent" } as const;
      const { message } = await scene.mooring.condition(scene.binding("reporter"), "AccessPointReady", wanted);
      expect(message).toContain("AcceptDataChange");
      expect((await scene.ourAccessPoints()).map(({ AccessPointId }) => AccessPointId)).toEqual(before);
    });

    behaviour("can be taken back", [], async () => {
      await scene.mooring.patch(scene.binding("reporter"), { spec: { rootDirectory: directory("/reporter") } });
      await scene.mooring.ready(scene.binding("reporter"));
    });

    behaviour("moves the mount to another access point without a gap", [], async () => {
      const reporter = scene.binding("reporter");
      await scene.mooring.ready(reporter);
      const before = await scene.mountedBy("reporter");
      const seen = new Set<string | null>();
      await scene.mooring.patch(reporter, {
        spec: { rootDirectory: directory("/elsewhere"), replacement: "AcceptDataChange" },
      });
      await until("another access point is mounted", async () => {
        const now = await scene.mountedBy("reporter");
        seen.add(now);
        return now === before ? { not: now } : { is: now };
      });
      expect(seen).not.toContain(null);
      await scene.mooring.ready(reporter);
    });

    behaviour("ends with the new access point alone", [], async () => {
      await until("the old access point is gone", async () => {
        const paths = (await scene.ourAccessPoints()).map(({ RootDirectory }) => RootDirectory?.Path);
        return paths.length === 1 && paths[0] === "/elsewhere" ? { is: true } : { not: paths };
      });
      const [left] = await scene.ourAccessPoints();
      expect(await scene.mountedBy("reporter")).toBe(left!.AccessPointId);
    });

    behaviour("of identity is a replacement, too", [], async () => {
      const reporter = scene.binding("reporter");
      const rootDirectory = { path: "/elsewhere", ownerUid: 2002, ownerGid: 2002, permissions: "0750" };
      await scene.mooring.patch(reporter, { spec: { rootDirectory, posixUser: { uid: 2002, gid: 2002 } } });
      await until("the new identity is mounted, alone", async () => {
        const ours = await scene.ourAccessPoints();
        const mounted = await scene.mountedBy("reporter");
        const isDone = ours.length === 1 && ours[0]!.PosixUser?.Uid === 2002 && ours[0]!.AccessPointId === mounted;
        return isDone ? { is: true } : { not: { ours, mounted } };
      });
    });
  });
}
