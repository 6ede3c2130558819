import { expect, test } from "vitest";
import { roleArn } from "./planning-samples.ts";
import { converged, FOREIGN, statements } from "./planning-policies.ts";
import type { PlanningWorld } from "./planning-world.ts";

const GAP_MS = 5_000;

/** A world in which "late" has just joined "early", whose rights are to be changed next; and what AWS showed before. */
function justJoined() {
  const world = converged("early");
  world.settings = { ...world.settings, absenceGapMs: GAP_MS };
  const before = { policy: world.policy, accessPoints: world.accessPoints };
  world.add("late");
  world.settle();
  world.change("early", { access: "ReadOnly" });
  world.nowMs += 1;
  return { world, before };
}

/** One pass that is shown the policy and the list of access points as they were. */
function passOnOld(world: PlanningWorld, before: { policy: string | null; accessPoints: typeof world.accessPoints }) {
  const truth = world.policy;
  world.policy = before.policy;
  world.staleAccessPoints = before.accessPoints;
  const plan = world.passFileSystem();
  world.staleAccessPoints = null;
  if (world.policy === before.policy) world.policy = truth;
  return plan;
}

function admitsLate(world: PlanningWorld): boolean {
  return statements(world).some(
    ({ Effect, Principal }) => Effect === "Allow" && JSON.stringify(Principal).includes(roleArn("late")),
  );
}

test("a policy and a list of access points from before our last Put make no Put that leaves a newcomer out", () => {
  const { world, before } = justJoined();
  const plan = passOnOld(world, before);
  expect(plan.actions).toEqual([]);
  expect(plan.drifted).toBe(true);
  expect(plan.ending).toMatchObject({ kind: "waiting", afterMs: 1_000 });
  expect(world.condition("early", "PolicyReady")).toMatchObject({ status: "Unknown", reason: "ReadTooOld" });
  world.afterEffect = () => expect(admitsLate(world)).toBe(true);
  world.settle();
  expect(world.condition("late", "PolicyReady")).toMatchObject({ status: "True" });
});

test("what was relied on stays relied on while the policy shown is too old", () => {
  const { world, before } = justJoined();
  const usable = world.get("early").facets.accessPoint!.policyUsableAtMs;
  passOnOld(world, before);
  expect(usable).not.toBeNull();
  expect(world.get("early").facets.accessPoint!.policyUsableAtMs).toBe(usable);
});

test("a policy that still lacks our statements when no answer can be that old was changed by others, and is put right", () => {
  const { world, before } = justJoined();
  world.policy = before.policy;
  expect(world.passFileSystem().actions).toEqual([]);
  world.nowMs += GAP_MS;
  world.settle();
  expect(admitsLate(world)).toBe(true);
});

test("an edit of others' statements right after our Put is no sign of an old answer", () => {
  const { world } = justJoined();
  const document = JSON.parse(world.policy!) as { Statement: unknown[] };
  world.policy = JSON.stringify({ ...document, Statement: [FOREIGN, ...document.Statement] });
  expect(world.passFileSystem().actions.map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
  expect(statements(world)[0]).toEqual(FOREIGN);
});

test("with a gap of none every answer is believed", () => {
  const { world, before } = justJoined();
  world.settings = { ...world.settings, absenceGapMs: 0 };
  world.policy = before.policy;
  expect(world.passFileSystem().actions.map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
});

test("a Put is marked as repairing nothing of ours exactly while our statements stand as they were put", () => {
  const { world } = justJoined();
  const [newcomer] = world.passFileSystem().actions;
  expect(newcomer).toMatchObject({ type: "PutFileSystemPolicy", isOursIntact: true });
  world.settle();
  world.nowMs += GAP_MS;
  world.policy = null;
  const [repair] = world.passFileSystem().actions;
  expect(repair).toMatchObject({ type: "PutFileSystemPolicy" });
  expect(repair).not.toHaveProperty("isOursIntact");
});
