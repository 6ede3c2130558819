import { describe, expect, test } from "vitest";
import { accessPointArnOf, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";
import { converged, FOREIGN, policyOf, statements } from "./planning-policies.ts";

describe("a newcomer", () => {
  test("that gets its access point in this pass delays the Put once, so that all join in one document", () => {
    const world = new PlanningWorld();
    world.policy = policyOf(FOREIGN);
    world.changeFileSystem({ requireTls: true });
    for (const name of ["thumb", "resize", "third"]) world.add(name);
    expect(world.settle().filter(({ type }) => type === "PutFileSystemPolicy")).toHaveLength(1);
  });

  test("never delays the repair of what stands in the policy", () => {
    const world = converged("thumb");
    world.policy = policyOf(...statements(world).slice(1));
    world.add("resize");
    world.passLambda("resize");
    expect(world.passFileSystem().actions.map(({ type }) => type)).toEqual([
      "CreateAccessPoint",
      "PutFileSystemPolicy",
    ]);
  });

  test("under another function's role is told that IAM cannot tell the two apart", () => {
    const world = new PlanningWorld();
    world.add("thumb", {}, "shared");
    world.add("resize", {}, "shared");
    world.settle();
    expect(world.condition("thumb", "PolicyReady")).toMatchObject({ status: "True", reason: "RoleShared" });
    expect(world.condition("thumb", "PolicyReady")?.message).toContain("media/resize");
  });

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
    const refused = [...world.bindings.keys()].filter(
      (name) => world.condition(name, "PolicyReady")?.reason === "PolicyCapacity",
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(25);
    expect(refused.at(-1)).toContain("-29");
    const message = world.condition(refused[0]!, "PolicyReady")!.message;
    expect(message).toMatch(/20000 characters/);
    expect(message).toMatch(/would need \d{5}/);
    const admitted = [...world.bindings.keys()].filter((name) => !refused.includes(name));
    expect(admitted.every((name) => world.condition(name, "PolicyReady")?.status === "True")).toBe(true);
  });

  test("in the place of so many others that their removal waits joins as far as there is room beside them, and else says so", () => {
    const world = new PlanningWorld();
    const names = Array.from({ length: 8 }, (_, i) => `function-with-a-rather-long-name-${i}`);
    for (const name of names) world.add(name);
    world.settle();
    const document = JSON.parse(world.policy!) as { Statement: object[] };
    const pad = (length: number) => ({ Sid: "x".repeat(length), Effect: "Deny", Principal: "*", Action: "ec2:*" });
    const room = 20_000 - 500 - world.policy!.length - JSON.stringify(pad(0)).length - 1;
    world.policy = JSON.stringify({ ...document, Statement: [pad(room), ...document.Statement] });
    for (const name of names) {
      world.roles.add(roleArn(`${name}-2`));
      world.functions.get(name)!.roleArn = roleArn(`${name}-2`);
    }
    world.settle();
    const joined = names.filter((name) => world.policy!.includes(`${roleArn(`${name}-2`)}"`));
    expect(joined.length).toBeGreaterThan(0);
    expect(joined.length).toBeLessThan(names.length);
    for (const name of names) {
      expect(world.policy).toContain(`${roleArn(name)}"`);
      const said = joined.includes(name) ? { status: "True" } : { status: "False", reason: "PolicyCapacity" };
      expect(world.condition(name, "PolicyReady")).toMatchObject(said);
    }
    expect(world.policy!.length).toBeLessThanOrEqual(20_000);
    const said = world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "PolicyReady");
    expect(said).toMatchObject({ status: "False", reason: "RemovalWithheld" });
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

  test("that was refused does not get that room by having its access point made anew", () => {
    const world = converged("thumb");
    const document = JSON.parse(world.policy!) as { Statement: object[] };
    const pad = (length: number) => ({ Sid: "x".repeat(length), Effect: "Deny", Principal: "*", Action: "ec2:*" });
    // One more fits into what AWS allows, and not into what is left beside the room for a replacement.
    const room = 20_000 - 1_100 - world.policy!.length - JSON.stringify(pad(0)).length - 1;
    world.policy = JSON.stringify({ ...document, Statement: [pad(room), ...document.Statement] });
    world.add("resize");
    world.settle();
    const before = world.policy;
    const [old] = world.accessPoints.splice(1);
    world.settle();
    expect(world.accessPoints[1]?.accessPointId).not.toBe(old?.accessPointId);
    const said = world.condition("resize", "PolicyReady");
    expect(said).toMatchObject({ status: "False", reason: "PolicyCapacity" });
    expect(Number(/would need (\d{5})/.exec(said!.message)?.[1])).toBeLessThanOrEqual(20_000);
    expect(world.policy).toBe(before);
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

test("a policy is left as it is while the access points cannot be read: their tags tell a restored store", () => {
  const world = converged("thumb");
  const edited = JSON.stringify({ ...(JSON.parse(world.policy!) as object), Statement: [] });
  world.policy = edited;
  world.unreadable["accessPoints"] = "ThrottlingException";
  world.passFileSystem();
  expect(world.policy).toBe(edited);
  world.unreadable = {};
  world.settle();
  expect(world.policy).toContain(roleArn("thumb"));
});
