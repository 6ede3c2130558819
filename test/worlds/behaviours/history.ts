import { afterAll, beforeAll, describe, expect } from "vitest";
import { until } from "../until.ts";
import type { Scene } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeHistory({ scene: open, behaviour }: Stage): void {
  describe("the history", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("history");
      await scene.makeFunction("archivist");
      await scene.mooring.create(scene.fileSystem(), scene.binding("archivist"));
      await scene.mooring.condition(scene.binding("archivist"), "AccessPointReady", { status: "True" });
    });
    afterAll(() => scene?.close());
    const entries = async () => (await scene.mooring.history(scene.binding("archivist"))).map(({ entry }) => entry);

    behaviour("says who wrote a Binding", [], async () => {
      const [first] = (await entries()).filter((entry) => entry.type === "SpecChanged");
      expect(first).toMatchObject({ verb: "created", actor: "tester" });
    });

    behaviour("holds each call's intent before its outcome, with AWS's request id", [], async () => {
      await until("every intent has its outcome", async () => {
        const all = await entries();
        const open = all.filter(
          (e) => e.type === "Intent" && !all.some((o) => o.type === "Outcome" && o.intentId === e.intentId),
        );
        return open.length === 0 ? { is: true } : { not: open };
      });
      const all = await entries();
      const created = all.findIndex((e) => e.type === "Intent" && e.operation === "CreateAccessPoint");
      const answered = all.findIndex((e) => e.type === "Outcome" && e.operation === "CreateAccessPoint");
      expect(created).toBeGreaterThanOrEqual(0);
      expect(answered).toBeGreaterThan(created);
      expect(all[answered]).toMatchObject({ outcome: "Done" });
    });

    behaviour("never holds environment variables", [], async () => {
      expect(JSON.stringify(await entries())).not.toContain("STAGE");
    });

    behaviour("is whole: every hash follows from the one before", [], async () => {
      const { intact, faults, records } = await scene.mooring.verifyHistory();
      expect({ intact, faults }).toEqual({ intact: true, faults: [] });
      expect(records).toBeGreaterThan(0);
    });
  });
}
