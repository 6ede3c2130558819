import { describe, expect, test } from "vitest";
import { FS, FS_ARN, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";
import { converged, FOREIGN, policyOf, statements } from "./planning-policies.ts";

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
    expect(
      statements(world)
        .slice(1)
        .map(({ Effect }) => Effect),
    ).toEqual(["Allow"]);
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
      { name: "ECS service prod/web", roleArn: roleArn("web"), accessPointId: null },
      { name: "EC2 i-1", roleArn: null, accessPointId: null },
    ];
    const put = world.settle().find(({ type }) => type === "PutFileSystemPolicy")!;
    expect(put.before).toBeNull();
    expect(put.after).toMatchObject({ wouldLoseAccess: ["EC2 i-1", "ECS service prod/web"] });
    expect(put.why).toContain("EC2 i-1, ECS service prod/web");
  });

  test("names those clients before the consent is given, too", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ confirm: "fs-other" });
    world.add("thumb");
    world.knownClients = [{ name: "Lambda function legacy", roleArn: roleArn("legacy"), accessPointId: "fsap-1" }];
    world.settle();
    expect(world.condition("thumb", "PolicyReady")?.message).toContain("Lambda function legacy");
  });

  test("names a client under a bound role that mounts through somebody else's access point, whatever the policy was", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.add("thumb");
    world.knownClients = [
      { name: "Lambda function twin", roleArn: roleArn("thumb"), accessPointId: "fsap-1" },
      { name: "Lambda function other", roleArn: roleArn("other"), accessPointId: "fsap-1" },
    ];
    const put = world.settle().find(({ type }) => type === "PutFileSystemPolicy")!;
    expect(put.after).toMatchObject({ wouldLoseAccess: ["Lambda function twin"] });
  });

  test("waits with its first statements for bindings that are about to join, and tells of TLS where there are none", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.changeFileSystem({ requireTls: true });
    world.add("thumb");
    world.unreadable = { mountTargets: "ServiceUnavailable" };
    world.passLambda("thumb");
    world.unreadable = {};
    const puts = world.settle().filter(({ type }) => type === "PutFileSystemPolicy");
    expect(puts).toHaveLength(1);
    const empty = new PlanningWorld();
    empty.policy = policyOf(FOREIGN);
    empty.changeFileSystem({ requireTls: true });
    expect(empty.settle().map(({ why }) => why)).toEqual([expect.stringContaining("TLS is required")]);
  });

  test("does not make the report anew when somebody deleted the policy", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.policy = null;
    world.knownClients = [{ name: "EC2 i-1", roleArn: null, accessPointId: null }];
    const put = world.settle().find(({ type }) => type === "PutFileSystemPolicy")!;
    expect(put.after).not.toHaveProperty("wouldLoseAccess");
    expect(put.why).toContain("was deleted");
  });

  test("calls no policy the first that was put before, whoever is left to be admitted by it", () => {
    const world = new PlanningWorld();
    world.changeFileSystem({ requireTls: true });
    world.add("thumb");
    world.settle();
    world.delete("thumb");
    world.settle();
    world.policy = null;
    world.add("resize");
    const put = world.settle().find(({ type }) => type === "PutFileSystemPolicy")!;
    expect(put.why).toContain("was deleted");
  });

  test("counts the characters of the document, not those of EFS's line breaks", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    const { length } = world.policy!;
    world.policy = JSON.stringify(JSON.parse(world.policy!), null, 2);
    world.passFileSystem();
    expect(world.fileSystem.facets.fileSystem!.policy!.characters).toBe(length);
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
    const open = {
      Sid: "open",
      Effect: "Allow",
      Principal: "*",
      Action: ["elasticfilesystem:ClientMount"],
      Resource: FS_ARN,
    };
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
    expect(world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "PolicyReady")?.reason).toBe(
      "EnforceKept",
    );
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
