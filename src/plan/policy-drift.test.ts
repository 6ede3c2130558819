import { describe, expect, test } from "vitest";
import type { BindingSpec } from "../model/records.ts";
import { FS_ARN, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";
import type { Statement } from "./policy-document.ts";
import { samePolicyMeaning } from "./policy-meaning.ts";
import { converged, FOREIGN, policyOf, statements } from "./planning-policies.ts";

describe("drift of the policy", () => {
  test("is not repaired where no record explains a statement: it stays, and its role gets no Deny that it had not", () => {
    const world = converged();
    const accessPoint = FS_ARN.replace(/file-system.*/, "access-point/fsap-00000000000000999");
    const [own] = world.accessPoints;
    world.accessPoints.push({
      ...own!,
      accessPointId: "fsap-00000000000000999",
      accessPointArn: accessPoint,
      clientToken: "x",
      tags: {},
    });
    const model = statements(world).find(({ Effect }) => Effect === "Allow")!;
    const orphan: Statement = {
      ...model,
      Sid: "mooring-test-rw-00000000",
      Principal: { AWS: roleArn("auditor") },
      Condition: { ...(model.Condition as object), StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint } },
    };
    world.policy = policyOf(...statements(world), orphan);
    world.settle();
    const naming = statements(world).filter(({ Principal }) => JSON.stringify(Principal).includes("auditor"));
    expect(naming.map(({ Effect }) => Effect)).toEqual(["Allow"]);
  });

  test.each<[string, (world: PlanningWorld) => void]>([
    ["a statement of ours was taken out", (world) => void (world.policy = policyOf(...statements(world).slice(1)))],
    ["the whole policy was deleted", (world) => void (world.policy = null)],
    [
      "another principal was added to our Allow",
      (world) => edit(world, "Allow", { Principal: { AWS: [roleArn("thumb"), roleArn("evil")] } }),
    ],
    ["our Deny was turned into an Allow", (world) => edit(world, "Deny", { Effect: "Allow" })],
    ["our Allow lost its condition", (world) => edit(world, "Allow", { Condition: {} })],
    [
      "a right was added",
      (world) =>
        edit(world, "Allow", {
          Action: [
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientWrite",
            "elasticfilesystem:ClientRootAccess",
          ],
        }),
    ],
  ])("is put right with one Put and called drift when %s", (_what, sabotage) => {
    const world = converged("thumb", "resize");
    const good = world.policy;
    sabotage(world);
    const plan = world.passFileSystem();
    expect(plan.actions.map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
    expect(plan.actions[0]!.removes).toBe(0);
    expect(plan.drifted).toBe(true);
    expect(world.passFileSystem()).toMatchObject({ actions: [], drifted: false, ending: { kind: "converged" } });
    expect(samePolicyMeaning(world.policy, good, "test")).toBe(true);
  });

  function edit(world: PlanningWorld, effect: string, change: Statement): void {
    const all = statements(world);
    const index = all.findIndex(({ Effect }) => Effect === effect);
    world.policy = policyOf(...all.map((statement, i) => (i === index ? { ...statement, ...change } : statement)));
  }

  test("shuts out no suspended binding whose role changed while there was no policy", () => {
    const world = converged("thumb", "resize");
    world.change("thumb", { suspend: true });
    world.settle();
    world.policy = null;
    const before = world.functions.get("thumb")!;
    world.functions.set("thumb", { ...before, roleArn: roleArn("another") });
    world.passLambda("thumb");
    world.settle();
    expect(world.policy).toContain(roleArn("another"));
  });

  test.each<[string, Partial<BindingSpec>]>([
    ["suspended", { suspend: true }],
    ["only observed", { driftPolicy: "Observe" }],
  ])(
    "gives a %s binding back what a deleted policy gave it, as any new policy shuts out whom it does not name",
    (_what, spec) => {
      const world = converged("thumb", "resize");
      world.change("thumb", spec);
      world.settle();
      const good = world.policy;
      world.policy = null;
      world.settle();
      expect(samePolicyMeaning(world.policy, good, "test")).toBe(true);
    },
  );

  test("is not seen in what EFS does to a document it stores", () => {
    const world = converged("thumb", "resize");
    const rewritten = statements(world)
      .toReversed()
      .map(({ Sid, ...rest }) => ({ ...rest, Sid, Action: [rest["Action"]].flat().toReversed() }));
    world.policy = policyOf(...rewritten);
    expect(world.settle()).toEqual([]);
  });

  test("is not assumed when a workload's role changes: the role is read, admitted, and the old one goes", () => {
    const world = converged("thumb");
    world.roles.add(roleArn("new"));
    world.changeFunction("thumb", { roleArn: roleArn("new") });
    world.passLambda("thumb");
    const plan = world.passFileSystem();
    expect(plan.drifted).toBe(false);
    world.settle();
    expect(world.policy).toContain(roleArn("new"));
    expect(world.policy).not.toContain(roleArn("thumb"));
  });

  test("of neighbours is not reported when one newcomer joins", () => {
    const world = converged("thumb");
    world.add("resize");
    world.passLambda("resize");
    world.passFileSystem();
    const plan = world.passFileSystem();
    expect(plan.actions.map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
    expect(plan.drifted).toBe(false);
    expect(world.condition("thumb", "PolicyReady")?.status).toBe("True");
  });

  test("is not repaired when the policy cannot be read or understood", () => {
    const world = converged("thumb");
    world.unreadable["policy"] = "InternalServerError";
    world.policy = null;
    expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "waiting" } });
    expect(world.condition("thumb", "PolicyReady")?.status).toBe("Unknown");
    world.unreadable = {};
    world.policy = "not json";
    expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "stalled" } });
    expect(world.condition("thumb", "PolicyReady")?.reason).toBe("PolicyUnreadable");
  });
});

describe("removals that no deletion ordered", () => {
  function withManyRoles(): PlanningWorld {
    const world = new PlanningWorld();
    for (let i = 0; i < 5; i += 1) world.add(`fn${i}`);
    world.settle();
    for (let i = 0; i < 5; i += 1) {
      world.roles.add(roleArn(`other${i}`));
      world.changeFunction(`fn${i}`, { roleArn: roleArn(`other${i}`) });
    }
    return world;
  }

  test("of many statements at once are withheld, while what is to be added is added", () => {
    const world = withManyRoles();
    world.settle();
    for (let i = 0; i < 5; i += 1) {
      expect(world.policy).toContain(roleArn(`fn${i}`));
      expect(world.policy).toContain(roleArn(`other${i}`));
    }
    const plan = world.passFileSystem();
    expect(plan.withheld?.count).toBe(5);
    expect(plan.ending.kind).toBe("stalled");
    world.fileSystem.metadata.annotations["mooring.dev/confirm-removal"] = "0000";
    expect(world.passFileSystem().withheld).not.toBeNull();
    world.fileSystem.metadata.annotations["mooring.dev/confirm-removal"] = plan.withheld!.planHash;
    const put = world.settle()[0]!;
    expect(put.removes).toBe(5);
    expect(world.policy).not.toContain(roleArn('fn0"'));
    expect(world.passFileSystem().withheld).toBeNull();
  });

  test("counts the last hour with the plan", () => {
    const world = new PlanningWorld();
    for (let i = 0; i < 5; i += 1) world.add(`fn${i}`);
    world.settle();
    world.removalsLastHour = 3;
    world.roles.add(roleArn("other"));
    world.changeFunction("fn0", { roleArn: roleArn("other") });
    world.settle();
    expect(world.passFileSystem().withheld?.count).toBe(1);
  });

  test("deletions of bindings are never withheld", () => {
    const world = new PlanningWorld();
    for (let i = 0; i < 8; i += 1) world.add(`fn${i}`);
    world.settle();
    for (let i = 0; i < 8; i += 1) world.delete(`fn${i}`);
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.accessPoints).toEqual([]);
  });

  test("statements that name vanished access points do not count", () => {
    const world = new PlanningWorld();
    for (let i = 0; i < 6; i += 1) world.add(`fn${i}`);
    world.settle();
    world.accessPoints = [];
    world.settle();
    expect(world.accessPoints).toHaveLength(6);
    expect(world.passFileSystem()).toMatchObject({ withheld: null, ending: { kind: "converged" } });
  });
});

describe("a foreign edit that our Put replaced unseen", () => {
  test("is merged back when its event arrives", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    world.settle();
    const lost = { ...FOREIGN, Sid: "added", Principal: { AWS: roleArn("late") } };
    world.foreignPolicyEdits = [{ atMs: world.fileSystemMemory.policyPutAtMs, policy: policyOf(FOREIGN, lost) }];
    const plan = world.passFileSystem();
    expect(plan.actions.map(({ why }) => why)).toEqual([
      "A foreign statement that our last Put replaced unseen is put back",
    ]);
    expect(statements(world).slice(0, 2)).toEqual([FOREIGN, lost]);
  });

  test("is left alone when it is older than what our Put was computed from", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    world.settle();
    world.foreignPolicyEdits = [
      {
        atMs: world.fileSystemMemory.policyPuts![0]!.basisReadAtMs - 60_000,
        policy: policyOf({ ...FOREIGN, Sid: "removed-since" }),
      },
    ];
    expect(world.settle()).toEqual([]);
  });
});

test("read-only plans everything, carries out nothing and marks nothing as done", () => {
  const world = converged("thumb");
  world.settings = { ...world.settings, readOnly: true };
  world.policy = null;
  world.functions.get("thumb")!.fileSystemConfigs = [];
  const mount = world.passLambda("thumb");
  const plan = world.passFileSystem();
  expect([plan.actions, mount.actions]).toEqual([[], []]);
  expect(plan.heldBack.map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
  expect(mount.heldBack.map(({ type }) => type)).toEqual(["UpdateFunctionConfiguration"]);
  expect(world.condition("thumb", "Drifted")).toMatchObject({ status: "True", reason: "HeldBack" });
  expect(world.condition("thumb", "Drifted")?.message).toMatch(/PutFileSystemPolicy|UpdateFunctionConfiguration/);
});
