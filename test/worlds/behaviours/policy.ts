import { afterAll, beforeAll, describe, expect } from "vitest";
import { until } from "../until.ts";
import type { Scene, Statement } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describePolicy({ scene: open, behaviour }: Stage): void {
  describe("the file system policy", () => {
    let scene: Scene;
    const sidsOf = (statements: Statement[]) => statements.map(({ Sid }) => Sid);
    const ours = (statements: Statement[]) => statements.filter(({ Sid }) => Sid.startsWith("mooring-"));

    beforeAll(async () => {
      scene = await open("policy");
      await scene.makeFunction("thumbnailer");
      await scene.team.putPolicy(scene.fileSystemId, [
        await scene.team.foreignStatement("backup-nightly", scene.fileSystemId),
      ]);
      await scene.mooring.create(scene.enforced(), scene.binding("thumbnailer"));
    });
    afterAll(() => scene?.close());

    behaviour("gets statements that admit the function's role and confine it", [], async () => {
      await scene.mooring.condition(scene.binding("thumbnailer"), "PolicyReady", { status: "True" });
      const statements = ours(await scene.statements());
      expect(new Set(statements.map(({ Effect }) => Effect))).toEqual(new Set(["Allow", "Deny"]));
      expect(JSON.stringify(statements)).toContain(`role/${scene.named("thumbnailer")}`);
    });

    behaviour("keeps the statements of others", [], async () => {
      expect(sidsOf(await scene.statements())).toContain("backup-nightly");
    });

    behaviour("gets back what somebody took out, and keeps what they added", [], async () => {
      const before = await scene.statements();
      const added = await scene.team.foreignStatement("added-by-bob", scene.fileSystemId);
      const without = before.filter(({ Sid, Effect }) => !(Sid.startsWith("mooring-") && Effect === "Deny"));
      await scene.somebody("bob").putPolicy(scene.fileSystemId, [...without, added]);
      await until("every statement of ours is back", async () => {
        const now = sidsOf(await scene.statements());
        return sidsOf(before).every((sid) => now.includes(sid)) ? { is: true } : { not: now };
      });
      expect(sidsOf(await scene.statements())).toContain("added-by-bob");
    });

    behaviour("gets a Deny back that somebody turned into an Allow", [], async () => {
      const turned = (await scene.statements()).map((statement) => ({ ...statement, Effect: "Allow" }));
      await scene.somebody("mallory").putPolicy(scene.fileSystemId, turned);
      await until("a Deny is back", async () => {
        const effects = ours(await scene.statements()).map(({ Effect }) => Effect);
        return effects.includes("Deny") ? { is: true } : { not: effects };
      });
    });

    behaviour("is named in the history with who changed it", [], async () => {
      await until("the history names bob and mallory", async () => {
        const entries = (await scene.mooring.history(scene.binding("thumbnailer"))).map(({ entry }) => entry);
        const actors = entries.flatMap((e) => (e.type === "Drift" || e.type === "Attributed" ? [e.actor] : []));
        return actors.includes("bob") && actors.includes("mallory") ? { is: true } : { not: actors };
      });
    });

    behaviour("loses a deleted Binding's statements, and no others", [], async () => {
      const binding = scene.binding("thumbnailer");
      await scene.mooring.delete(binding);
      await scene.mooring.gone(binding);
      const left = await scene.statements();
      expect(JSON.stringify(left)).not.toContain(`role/${scene.named("thumbnailer")}`);
      expect(sidsOf(left)).toEqual(expect.arrayContaining(["backup-nightly", "added-by-bob"]));
    });
  });

  describe("a file system policy that Mooring only observes", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("observed");
      await scene.makeFunction("reader");
    });
    afterAll(() => scene?.close());

    behaviour("is not written", [], async () => {
      await scene.mooring.create(scene.fileSystem(), scene.binding("reader"));
      await scene.mooring.condition(scene.binding("reader"), "AccessPointReady", { status: "True" });
      expect(await scene.statements()).toEqual([]);
    });
  });
}
