import { describe, expect, test } from "vitest";
import { accessPointArnOf, FS, FS_ARN, PlanningWorld, roleArn } from "./planning-world.ts";
import type { Statement } from "./policy-document.ts";
import { samePolicyMeaning } from "./policy-meaning.ts";

const FOREIGN: Statement = { Sid: "backup", Effect: "Allow", Principal: { AWS: roleArn("backup") }, Action: "elasticfilesystem:ClientMount", Resource: FS_ARN };

function policyOf(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "theirs", Statement: statements });
}

function statements(world: PlanningWorld): Statement[] {
  return world.policy === null ? [] : (JSON.parse(world.policy) as { Statement: Statement[] }).Statement;
}

function converged(...names: string[]): PlanningWorld {
  const world = new PlanningWorld();
  for (const name of names.length > 0 ? names : ["thumb"]) world.add(name);
  world.settle();
  return world;
}

describe("mode Observe", () => {
  test("writes nothing; without a policy the condition says that everyone is admitted", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode: "Observe" });
    world.add("thumb");
    world.settle();
    expect(world.policy).toBeNull();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "True", reason: "DefaultAdmitsEveryone" });
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
  });

  test("with somebody's policy says what would be needed, and mounts at once", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode: "Observe" });
    world.settings = { ...world.settings, propagationMs: 300_000 };
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    const nowMs = world.nowMs;
    world.settle();
    expect(world.policy).toBe(policyOf(FOREIGN));
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "Unknown", reason: "NotManaged" });
    expect(world.condition("thumb", "PolicyReady")?.message).toContain("Allow ReadWrite through");
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
    expect(world.nowMs - nowMs).toBeLessThan(10_000);
  });

  test("is content with a statement of others that plainly admits the role", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode: "Observe" });
    world.policy = policyOf({ ...FOREIGN, Principal: { AWS: "111122223333" }, Action: "elasticfilesystem:Client*" });
    world.add("thumb");
    world.settle();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "True", reason: "AdmittedByOthers" });
  });
});

describe("mode Preserve", () => {
  test("never makes the first Put", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode: "Preserve" });
    world.add("thumb");
    world.settle();
    expect(world.policy).toBeNull();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "True", reason: "DefaultAdmitsEveryone" });
  });

  test("adds our Allows, and no Deny, to a policy that is there", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode: "Preserve", requireTls: true });
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    world.settle();
    expect(statements(world)[0]).toEqual(FOREIGN);
    expect(statements(world).slice(1).map(({ Effect }) => Effect)).toEqual(["Allow"]);
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "True", reason: "Admitted" });
  });
});

describe("mode Enforce", () => {
  test("without consent writes nothing, mounts nothing, and says what to set", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ confirm: "fs-other" });
    world.add("thumb");
    world.settle();
    expect(world.policy).toBeNull();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "False", reason: "NotConfirmed" });
    expect(world.condition("thumb", "PolicyReady")?.message).toContain(FS);
    expect(world.functions.get("thumb")!.fileSystemConfigs).toEqual([]);
  });

  test("makes no first Put before it admits somebody: it would lock everyone out", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ requireTls: true });
    expect(world.settle()).toEqual([]);
    expect(world.policy).toBeNull();
  });

  test("names in the first Put the known clients that would lose access", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.knownClients = [
      { name: "ECS service prod/web", roleArn: roleArn("web") },
      { name: "Lambda function thumb", roleArn: roleArn("thumb") },
      { name: "EC2 i-1", roleArn: null },
    ];
    const put = world.settle().find(({ type }) => type === "PutFileSystemPolicy")!;
    expect(put.before).toBeNull();
    expect(put.after).toMatchObject({ wouldLoseAccess: ["EC2 i-1", "ECS service prod/web"] });
  });

  test("lets a mount rely on the policy only after the propagation time, in one condition that says when", () => {
    const world = new PlanningWorld();
    world.settings = { ...world.settings, propagationMs: 300_000 };
    world.add("thumb");
    world.passLambda("thumb");
    for (let pass = 0; pass < 3; pass += 1) world.passFileSystem();
    const usableAtMs = world.get("thumb").facets.accessPoint!.policyUsableAtMs!;
    expect(usableAtMs - world.nowMs).toBe(300_000);
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "False", reason: "Propagating" });
    expect(world.passLambda("thumb")).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 300_000 } });
    world.nowMs += 100_000;
    world.passFileSystem();
    expect(world.get("thumb").facets.accessPoint!.policyUsableAtMs).toBe(usableAtMs);
    world.nowMs = usableAtMs;
    expect(world.passLambda("thumb").actions).toHaveLength(1);
  });

  test("reports a foreign statement that admits everybody, and leaves it alone", () => {
    const world = new PlanningWorld();
    const open = { Sid: "open", Effect: "Allow", Principal: "*", Action: ["elasticfilesystem:ClientMount"], Resource: FS_ARN };
    world.policy = policyOf(open);
    world.add("thumb");
    world.settle();
    expect(statements(world)[0]).toEqual(open);
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "False", reason: "AnonymousAllowed" });
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
  });

  test("never allows everybody itself", () => {
    const world = converged("thumb", "resize");
    const allowed = statements(world).filter(({ Effect }) => Effect === "Allow");
    expect(JSON.stringify(allowed.map(({ Principal }) => Principal))).not.toContain("*");
  });

  test("left without release goes on as before; released, only our Denies go", () => {
    const world = converged("thumb");
    const enforced = world.policy;
    world.changeFileSystem({ mode: "Preserve" });
    expect(world.settle()).toEqual([]);
    expect(world.policy).toBe(enforced);
    expect(world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "PolicyReady")?.reason).toBe("EnforceKept");
    world.changeFileSystem({ release: FS });
    expect(world.settle().map(({ type }) => type)).toEqual(["PutFileSystemPolicy"]);
    expect(statements(world).map(({ Effect }) => Effect)).toEqual(["Allow"]);
    expect(world.fileSystem.facets.fileSystem!.enforcedSinceMs).toBeNull();
  });

  test("left for Observe with release keeps our Allows: their loss would lock the functions out", () => {
    const world = converged("thumb");
    world.changeFileSystem({ mode: "Observe", release: FS });
    world.settle();
    expect(statements(world).map(({ Effect }) => Effect)).toEqual(["Allow"]);
  });

  test("never leaves an empty document: a TLS Deny stays, since no policy admits everyone", () => {
    const world = converged("thumb");
    world.delete("thumb");
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(statements(world)).toMatchObject([{ Sid: "mooring-test-tls", Effect: "Deny", Principal: { AWS: "*" } }]);
    expect(world.settle()).toEqual([]);
  });

  test("TLS is its own switch, both ways", () => {
    const world = converged("thumb");
    world.changeFileSystem({ requireTls: true });
    world.settle();
    expect(statements(world).some(({ Sid }) => Sid === "mooring-test-tls")).toBe(true);
    world.changeFileSystem({ requireTls: false });
    world.settle();
    expect(statements(world).some(({ Sid }) => Sid === "mooring-test-tls")).toBe(false);
  });
});

describe("drift of the policy", () => {
  test.each<[string, (world: PlanningWorld) => void]>([
    ["a statement of ours was taken out", (world) => void (world.policy = policyOf(...statements(world).slice(1)))],
    ["the whole policy was deleted", (world) => void (world.policy = null)],
    ["another principal was added to our Allow", (world) => edit(world, "Allow", { Principal: { AWS: [roleArn("thumb"), roleArn("evil")] } })],
    ["our Deny was turned into an Allow", (world) => edit(world, "Deny", { Effect: "Allow" })],
    ["our Allow lost its condition", (world) => edit(world, "Allow", { Condition: {} })],
    ["a right was added", (world) => edit(world, "Allow", { Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"] })],
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

  test("is not seen in what EFS does to a document it stores", () => {
    const world = converged("thumb", "resize");
    const rewritten = statements(world).toReversed().map(({ Sid, ...rest }) => ({ ...rest, Sid, Action: [rest["Action"]].flat().toReversed() }));
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

describe("a newcomer", () => {
  test("joins only after its role was read; one whose role is missing harms no neighbour", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.add("ghost");
    world.roles.delete(roleArn("ghost"));
    world.settle();
    expect(world.policy).toContain(roleArn("thumb"));
    expect(world.policy).not.toContain(roleArn("ghost"));
    expect(world.condition("ghost", "PolicyReady")).toMatchObject({ status: "False", reason: "RoleMissing" });
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
    expect(world.passFileSystem().ending.kind).toBe("converged");
    world.roles.add(roleArn("ghost"));
    world.settle();
    expect(world.condition("ghost", "MountConfigured")?.status).toBe("True");
  });

  test("waits while its role cannot be read, with the permission to grant", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.unreadable["roles"] = "AccessDenied";
    world.settle();
    expect(world.policy).toBeNull();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "False", reason: "AccessDenied" });
    expect(world.condition("thumb", "PolicyReady")?.message).toContain("iam:GetRole");
  });

  test("that finds no room is refused with numbers, and those before it stay", () => {
    const world = new PlanningWorld();
    for (let i = 0; i < 30; i += 1) world.add(`function-with-a-rather-long-name-${String(i).padStart(2, "0")}`);
    world.settle();
    const freeForOneReplacement = 2 * (accessPointArnOf("fsap-00000000000000001").length + 3);
    expect(world.policy!.length).toBeLessThanOrEqual(20_000 - freeForOneReplacement);
    const refused = [...world.bindings.keys()].filter((name) => world.condition(name, "PolicyReady")?.reason === "PolicyCapacity");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(25);
    expect(refused.at(-1)).toContain("-29");
    const message = world.condition(refused[0]!, "PolicyReady")!.message;
    expect(message).toMatch(/20000 characters/);
    expect(message).toMatch(/would need \d{5}/);
    const admitted = [...world.bindings.keys()].filter((name) => !refused.includes(name));
    expect(admitted.every((name) => world.condition(name, "PolicyReady")?.status === "True")).toBe(true);
  });

  test("room for one replacement is kept, so a vanished access point is made anew in a full policy", () => {
    const world = new PlanningWorld();
    for (let i = 0; i < 30; i += 1) world.add(`function-with-a-rather-long-name-${String(i).padStart(2, "0")}`);
    world.settle();
    const gone = world.accessPoints.shift()!;
    world.settle();
    expect(world.policy).not.toContain(gone.accessPointId);
    expect(world.condition("function-with-a-rather-long-name-00", "PolicyReady")?.status).toBe("True");
  });
});

describe("a role that was deleted while its statement is in force", () => {
  test("is left out only when GetRole says so; shown as a bare id it is read again", () => {
    const world = converged("thumb", "resize");
    world.policy = world.policy!.replaceAll(roleArn("thumb"), "AROATHUMBTHUMB");
    world.roles.delete(roleArn("thumb"));
    world.settle();
    expect(world.policy).not.toContain("AROA");
    expect(world.policy).not.toContain(roleArn("thumb"));
    expect(world.condition("thumb", "PolicyReady")?.reason).toBe("RoleMissing");
  });

  test("and made anew under the same name is put again, as the stored statement means the old one", () => {
    const world = converged("thumb");
    world.policy = world.policy!.replaceAll(roleArn("thumb"), "AROAOLDOLDOLD");
    world.settle();
    expect(world.policy).toContain(roleArn("thumb"));
    expect(world.policy).not.toContain("AROAOLD");
  });

  test("is the same role when its id resolves to it", () => {
    const world = converged("thumb");
    world.policy = world.policy!.replaceAll(roleArn("thumb"), `AROA${roleArn("thumb").toUpperCase()}`);
    expect(world.settle()).toEqual([]);
  });

  test("stays in force while the role cannot be read", () => {
    const world = converged("thumb");
    world.fileSystemMemory = { ...world.fileSystemMemory, checkRoles: true };
    world.unreadable["roles"] = "Throttling";
    const policy = world.policy;
    expect(world.passFileSystem().actions).toEqual([]);
    expect(world.policy).toBe(policy);
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
    expect(world.policy).not.toContain(roleArn("fn0\""));
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
    expect(plan.actions.map(({ why }) => why)).toEqual(["A foreign statement that our last Put replaced unseen is put back"]);
    expect(statements(world).slice(0, 2)).toEqual([FOREIGN, lost]);
  });

  test("is left alone when it is older than what our Put was computed from", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    world.settle();
    world.foreignPolicyEdits = [{ atMs: world.fileSystemMemory.policyBasisReadAtMs! - 60_000, policy: policyOf({ ...FOREIGN, Sid: "removed-since" }) }];
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
