import { describe, expect, test } from "vitest";
import { planLambda } from "./plan-lambda.ts";
import { aFunction, accessPointArnOf, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

function converged(): PlanningWorld {
  const world = new PlanningWorld();
  world.add("thumb");
  world.settle();
  return world;
}

const FOREIGN_MOUNT = [{ arn: accessPointArnOf("fsap-foreign"), localMountPath: "/mnt/theirs" }];

describe("a newcomer's function", () => {
  test.each<[string, (world: PlanningWorld) => void, string, RegExp]>([
    [
      "does not exist",
      (world) => world.functions.delete("thumb"),
      "FunctionNotFound",
      /create it, or delete this binding/,
    ],
    ["has no VPC", (world) => world.changeFunction("thumb", { vpcId: null }), "NoVpc", /subnets and a security group/],
    ["is in another VPC", (world) => world.changeFunction("thumb", { vpcId: "vpc-2" }), "OtherVpc", /vpc-2.*vpc-1/],
    ["has SnapStart", (world) => world.changeFunction("thumb", { snapStart: true }), "SnapStart", /turn SnapStart off/],
    [
      "has a foreign mount",
      (world) => world.changeFunction("thumb", { fileSystemConfigs: FOREIGN_MOUNT }),
      "MountOccupied",
      /fsap-foreign.*take that mount out/,
    ],
    [
      "has an S3 Files mount",
      (world) =>
        world.changeFunction("thumb", {
          fileSystemConfigs: [
            { arn: "arn:aws:s3files:eu-west-1:1:file-system/fs-1/access-point/fsap-1", localMountPath: "/mnt/data" },
          ],
        }),
      "MountOccupied",
      /s3files/,
    ],
    [
      "is in state Failed",
      (world) => world.changeFunction("thumb", { state: "Failed", lastUpdateStatusReasonCode: "EniLimitExceeded" }),
      "FunctionFailed",
      /EniLimitExceeded/,
    ],
    [
      "failed its last update",
      (world) => world.changeFunction("thumb", { lastUpdateStatus: "Failed" }),
      "LastUpdateFailed",
      /repair its cause/,
    ],
  ])("that %s is refused with what to do, and gets no access point", (_what, prepare, reason, message) => {
    const world = new PlanningWorld();
    world.add("thumb");
    prepare(world);
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "MountConfigured")).toMatchObject({ status: "False", reason });
    expect(world.condition("thumb", "MountConfigured")?.message).toMatch(message);
    expect(world.get("thumb").facets.workload?.admissible).toBe(false);
  });

  test("that heals is bound without a change of spec", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.changeFunction("thumb", { vpcId: null });
    world.settle();
    world.changeFunction("thumb", { vpcId: "vpc-1" });
    world.settle();
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
  });

  test("that cannot be read is Unknown, or names the missing permission", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.unreadable["function thumb"] = "TooManyRequestsException";
    expect(world.passLambda("thumb").ending.kind).toBe("waiting");
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("Unknown");
    world.unreadable["function thumb"] = "AccessDeniedException";
    expect(world.passLambda("thumb").ending.kind).toBe("stalled");
    expect(world.condition("thumb", "MountConfigured")).toMatchObject({ status: "False", reason: "AccessDenied" });
    expect(world.condition("thumb", "MountConfigured")?.message).toContain("lambda:GetFunction");
  });

  test("waits for mount targets that cannot be read", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.unreadable["mountTargets"] = "InternalServerError";
    expect(world.passLambda("thumb").ending.kind).toBe("waiting");
    expect(world.get("thumb").facets.workload?.admissible).toBe(false);
  });

  test("names a FileSystem record that does not exist", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    const plan = planLambda({ ...world.lambdaInput("thumb"), fileSystemIds: new Map() });
    expect(plan.facets.workloads.get("uid-thumb")!.conditions[0]).toMatchObject({ reason: "FileSystemUnknown" });
  });
});

describe("two bindings on one function", () => {
  function two(): PlanningWorld {
    const world = new PlanningWorld();
    world.add("thumb");
    world.add("zweite", { workload: { lambda: { functionName: "thumb", localMountPath: "/mnt/b" } } });
    return world;
  }

  test("the older one has the mount, the other says who has it", () => {
    const world = two();
    world.settle();
    expect(world.condition("thumb", "MountConfigured")?.status).toBe("True");
    expect(world.condition("zweite", "MountConfigured")).toMatchObject({ reason: "FunctionTaken" });
    expect(world.condition("zweite", "MountConfigured")?.message).toContain("media/thumb");
    expect(world.accessPoints).toHaveLength(1);
  });

  test("once the older one is deleted and out, the other follows", () => {
    const world = two();
    world.settle();
    world.delete("thumb");
    world.settle();
    expect(world.bindings.has("thumb")).toBe(false);
    expect(world.functions.get("thumb")!.fileSystemConfigs).toMatchObject([{ localMountPath: "/mnt/b" }]);
  });
});

describe("drift of a mount", () => {
  test("a mount that others took out is put back under the function's revision", () => {
    const world = converged();
    const arn = world.functions.get("thumb")!.fileSystemConfigs[0]!.arn;
    world.changeFunction("thumb", { fileSystemConfigs: [] });
    const plan = world.passLambda("thumb");
    expect(plan.drifted).toBe(true);
    expect(plan.actions).toMatchObject([
      {
        type: "UpdateFunctionConfiguration",
        functionName: "thumb",
        fileSystemConfigs: [{ arn, localMountPath: "/mnt/data" }],
        removes: 0,
      },
    ]);
    expect(plan.actions[0]).toHaveProperty("revisionId", expect.stringContaining("'"));
    expect(world.condition("thumb", "Drifted")?.status).toBe("True");
    expect(world.passLambda("thumb")).toMatchObject({ actions: [], drifted: false, ending: { kind: "converged" } });
    expect(world.condition("thumb", "Drifted")).toBeUndefined();
  });

  test("a mount at a wrong path is moved", () => {
    const world = converged();
    const arn = world.functions.get("thumb")!.fileSystemConfigs[0]!.arn;
    world.changeFunction("thumb", { fileSystemConfigs: [{ arn, localMountPath: "/mnt/wrong" }] });
    world.settle();
    expect(world.functions.get("thumb")!.fileSystemConfigs).toEqual([{ arn, localMountPath: "/mnt/data" }]);
  });

  test("a change of spec is no drift", () => {
    const world = converged();
    world.change("thumb", { workload: { lambda: { functionName: "thumb", localMountPath: "/mnt/other" } } });
    const plan = world.passLambda("thumb");
    expect(plan.actions).toHaveLength(1);
    expect(plan.drifted).toBe(false);
  });

  test("a slot that somebody else took is reported as drift and never overwritten", () => {
    const world = converged();
    world.changeFunction("thumb", { fileSystemConfigs: FOREIGN_MOUNT });
    const plan = world.passLambda("thumb");
    expect(plan).toMatchObject({ actions: [], drifted: true });
    expect(world.condition("thumb", "MountConfigured")?.reason).toBe("MountOccupied");
  });

  test("with driftPolicy Observe is listed, not corrected", () => {
    const world = converged();
    world.change("thumb", { driftPolicy: "Observe" });
    world.settle();
    world.changeFunction("thumb", { fileSystemConfigs: [] });
    const plan = world.passLambda("thumb");
    expect(plan).toMatchObject({ actions: [], drifted: true, ending: { kind: "stalled" } });
    expect(plan.heldBack).toHaveLength(1);
    expect(world.condition("thumb", "Drifted")?.message).toContain("UpdateFunctionConfiguration");
  });

  test("a suspended binding is left as it is", () => {
    const world = converged();
    world.change("thumb", { suspend: true });
    world.changeFunction("thumb", { fileSystemConfigs: [] });
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "MountConfigured")?.reason).toBe("Suspended");
  });

  test("a function that names our vanished access point is repointed at once, before the policy can be relied upon", () => {
    const world = converged();
    world.settings = { ...world.settings, propagationMs: 300_000 };
    world.accessPoints = [];
    for (let pass = 0; pass < 3; pass += 1) world.passFileSystem();
    expect(world.get("thumb").facets.accessPoint!.policyUsableAtMs).toBeNull();
    expect(world.passLambda("thumb")).toMatchObject({
      drifted: false,
      actions: [{ type: "UpdateFunctionConfiguration" }],
    });
    expect(world.functions.get("thumb")!.fileSystemConfigs[0]!.arn).toContain(world.accessPoints[0]!.accessPointId);
  });
});

test("a mount of a vanished access point is ours even if its verification was never recorded", () => {
  const world = converged();
  const binding = world.get("thumb");
  world.bindings.set("thumb", {
    ...binding,
    facets: { ...binding.facets, workload: { ...binding.facets.workload!, echo: null } },
  });
  world.accessPoints = [];
  for (let pass = 0; pass < 3; pass += 1) world.passFileSystem();
  expect(world.passLambda("thumb").actions).toHaveLength(1);
});

describe("others deploy too", () => {
  test("while an update is in progress the function is looked at again soon", () => {
    const world = converged();
    world.changeFunction("thumb", { fileSystemConfigs: [], lastUpdateStatus: "InProgress" });
    const plan = world.passLambda("thumb");
    expect(plan).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 200 } });
  });

  test("after a foreign update `settle` passes before ours", () => {
    const world = converged();
    world.settings = { ...world.settings, settleMs: 10_000 };
    world.changeFunction("thumb", { fileSystemConfigs: [], lastUpdateStatus: "InProgress" });
    world.passLambda("thumb");
    world.changeFunction("thumb", { lastUpdateStatus: "Successful" });
    world.nowMs += 4_000;
    expect(world.passLambda("thumb")).toMatchObject({
      actions: [],
      drifted: true,
      ending: { kind: "waiting", afterMs: 6_000 },
    });
    world.nowMs += 6_000;
    expect(world.passLambda("thumb")).toMatchObject({
      drifted: true,
      actions: [{ type: "UpdateFunctionConfiguration" }],
    });
  });

  test("an event of a foreign update counts, too", () => {
    const world = converged();
    world.settings = { ...world.settings, settleMs: 10_000 };
    world.changeFunction("thumb", { fileSystemConfigs: [] });
    const plan = planLambda({ ...world.lambdaInput("thumb"), lastForeignEventAtMs: world.nowMs - 1_000 });
    expect(plan).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 9_000 } });
  });

  test("our own update in progress is waited for, but not as somebody else's", () => {
    const world = converged();
    world.settings = { ...world.settings, settleMs: 10_000 };
    world.changeFunction("thumb", { fileSystemConfigs: [] });
    world.passLambda("thumb");
    world.changeFunction("thumb", { lastUpdateStatus: "InProgress" });
    expect(world.passLambda("thumb").ending).toMatchObject({ kind: "waiting", afterMs: 200 });
    world.changeFunction("thumb", { lastUpdateStatus: "Successful", fileSystemConfigs: [] });
    expect(world.passLambda("thumb").actions).toHaveLength(1);
  });

  test("a mount that Lambda could not take on is not called ready", () => {
    const world = converged();
    world.changeFunction("thumb", { lastUpdateStatus: "Failed", lastUpdateStatusReasonCode: "EFSMountTimeout" });
    expect(world.passLambda("thumb")).toMatchObject({ actions: [], ending: { kind: "stalled" } });
    expect(world.condition("thumb", "MountConfigured")).toMatchObject({ status: "False", reason: "UpdateFailed" });
    expect(world.condition("thumb", "MountConfigured")?.message).toContain("EFSMountTimeout");
  });
});

describe("the workload facet", () => {
  test("lists the roles of $LATEST and of versions that mount through us, not of others", () => {
    const world = converged();
    const { fileSystemConfigs } = world.functions.get("thumb")!;
    world.versions.set("thumb", [
      aFunction("thumb", "old", { version: "1", fileSystemConfigs }),
      aFunction("thumb", "unrelated", { version: "2" }),
    ]);
    world.roles.add(roleArn("old"));
    world.change("thumb", { access: "ReadOnly" });
    world.passLambda("thumb");
    expect(world.get("thumb").facets.workload?.roleArns).toEqual([roleArn("old"), roleArn("thumb")]);
  });

  test("keeps what it knew while the function cannot be read", () => {
    const world = converged();
    const before = world.get("thumb").facets.workload!;
    world.unreadable["function thumb"] = "ServiceException";
    world.passLambda("thumb");
    const { roleArns, mounted, served, echo, admissible } = before;
    expect(world.get("thumb").facets.workload).toMatchObject({ roleArns, mounted, served, echo, admissible });
  });

  test("has nothing volatile in it: the same world gives the same facet at any time", () => {
    const world = converged();
    const before = JSON.stringify(world.get("thumb").facets);
    world.nowMs += 3_600_000;
    world.settle();
    expect(JSON.stringify(world.get("thumb").facets)).toBe(before);
  });

  test("is planned from a sweep's list, without states and mount targets, without a run", () => {
    const world = converged();
    const input = world.lambdaInput("thumb");
    const latest = { ...world.functions.get("thumb")!, state: null, lastUpdateStatus: null };
    const plan = planLambda({
      ...input,
      observed: {
        latest: { known: true, value: latest, readAtMs: world.nowMs },
        versions: null,
        mountTargets: new Map(),
      },
    });
    expect(plan).toMatchObject({ actions: [], ending: { kind: "converged" } });
  });
});
