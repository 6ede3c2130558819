import { describe, expect, test } from "vitest";
import { ANNOTATIONS } from "../model/records.ts";
import { converged, mount, PlanningEcsWorld, types } from "./planning-ecs-world.ts";

describe("a rollback by the circuit breaker", () => {
  function rolledBack(): PlanningEcsWorld {
    const world = converged("old");
    world.add("bad");
    world.pass();
    world.pass();
    world.pass();
    world.rollBack();
    return world;
  }

  test("is told with its reason, and held", () => {
    const world = rolledBack();
    expect(world.pass()).toMatchObject({ actions: [] });
    expect(world.condition("bad")).toMatchObject({ status: "False", reason: "RolledBack" });
    expect(world.condition("bad")?.message).toContain("tasks failed to start.");
    expect(world.condition("old")?.status).toBe("True");
    world.complete();
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 60_000 } });
  });

  test("is not explained by the completion of the way back", () => {
    const world = rolledBack();
    world.complete();
    world.pass();
    expect(world.condition("bad")?.reason).toBe("RolledBack");
    expect(world.condition("bad")?.message).toMatch(/\(its tasks failed to start, or somebody stopped it\)/);
    expect(world.condition("bad")?.message).toMatch(
      /another revision is deployed to the service, or "mooring reconcile \S+" asks for it\.$/,
    );
  });

  test("is tried again later and later, by the revision that is there", () => {
    const world = rolledBack();
    world.complete();
    for (const holdMs of [60_000, 120_000, 240_000]) {
      expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: holdMs } });
      world.nowMs += holdMs;
      expect(types(world.pass().actions)).toEqual(["UpdateService"]);
      world.pass();
      world.rollBack();
      world.pass();
      world.complete();
    }
    expect(types(world.done).filter((type) => type === "RegisterTaskDefinition")).toHaveLength(2);
  });

  test("is tried again at once after a change of the spec, or of the service", () => {
    const world = rolledBack();
    world.complete();
    world.pass();
    world.mountsOf("bad", [mount("logs", "/elsewhere")]);
    expect(types(world.pass().actions)).toEqual(["RegisterTaskDefinition"]);
    const other = rolledBack();
    other.complete();
    other.pass();
    other.deploy(other.register({ ...other.revisions[1]!.register.reveal(), cpu: "512" }));
    other.complete();
    expect(types(other.pass().actions)).toEqual(["RegisterTaskDefinition"]);
  });

  test("is held when a binding that it took out has gone with the way back", () => {
    const world = converged("old");
    world.add("bad");
    world.add("late");
    world.pass();
    world.pass();
    world.pass();
    world.changePrimary({ failedTasks: 2 });
    world.delete("late");
    world.pass();
    world.pass();
    world.pass();
    expect(world.revisions).toHaveLength(4);
    world.rollBack(2);
    world.pass();
    world.complete();
    world.pass();
    world.bindings.delete("late");
    expect(world.pass()).toMatchObject({ actions: [] });
    expect(world.condition("bad")?.reason).toBe("RolledBack");
  });

  test("is known although it replaced a rollout that had not completed, and nobody saw the way back", () => {
    const world = converged("old");
    world.add("bad");
    world.pass();
    world.pass();
    world.pass();
    world.changePrimary({ failedTasks: 2 });
    world.add("worse");
    world.pass();
    world.pass();
    world.pass();
    world.rollBack(2);
    world.complete();
    expect(world.pass().actions).toEqual([]);
    expect(world.condition("worse")?.reason).toBe("RolledBack");
  });

  test("is held as the same revision too, when a neighbour whose access point is gone is no part of the change", () => {
    const world = rolledBack();
    world.complete();
    world.pass();
    world.serve("old", null);
    const begun = Array.from({ length: 3 }, () => types(world.pass().actions));
    expect(begun).toEqual([[], [], []]);
    expect(world.condition("bad")?.reason).toBe("RolledBack");
  });

  test("is held after another change was taken back too", () => {
    const world = rolledBack();
    world.complete();
    world.pass();
    world.add("other");
    world.pass();
    world.pass();
    world.pass();
    world.rollBack();
    world.pass();
    world.complete();
    expect(world.pass().actions).toEqual([]);
    world.serve("other", null);
    expect(world.pass().actions).toEqual([]);
    expect(world.condition("bad")?.reason).toBe("RolledBack");
    world.nowMs += 60_000;
    expect(types(world.pass().actions)).toEqual(["UpdateService"]);
  });

  test("is tried once more for each request to look, and then held again for longer", () => {
    const world = rolledBack();
    world.complete();
    world.pass();
    const { metadata, ...rest } = world.get("bad");
    const ask = (value: string) =>
      world.bindings.set("bad", {
        ...rest,
        metadata: { ...metadata, annotations: { [ANNOTATIONS.reconcileAt]: value } },
      });
    for (const [value, holdMs] of [
      ["first", 120_000],
      ["second", 240_000],
    ] as const) {
      ask(value);
      expect(types(world.pass().actions)).toEqual(["UpdateService"]);
      world.pass();
      world.rollBack();
      world.pass();
      world.complete();
      expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: holdMs } });
    }
    world.bindings.set("bad", { ...rest, metadata });
    expect(world.pass().actions).toEqual([]);
  });

  test("so fast that nobody saw the rollout is known by the deployment's change", () => {
    const world = converged("old");
    world.add("bad");
    world.pass();
    world.pass();
    world.rollBack();
    world.complete();
    expect(world.pass()).toMatchObject({ actions: [] });
    expect(world.condition("bad")?.reason).toBe("RolledBack");
  });

  test("a rollout that never stabilises says so, and does not keep its own correction out", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.pass();
    world.pass();
    world.changePrimary({ failedTasks: 7, rolloutStateReason: "in progress." });
    world.pass();
    expect(world.condition("data")).toMatchObject({ reason: "RolloutNotStable" });
    expect(world.condition("data")?.message).toMatch(/Look at the service's events and stopped tasks/);
    expect(world.condition("data")?.message).toContain("7 failed tasks");
    world.mountsOf("data", [mount("logs", "/data")]);
    expect(types(world.pass().actions)).toEqual(["RegisterTaskDefinition"]);
  });
});
