import { describe, expect, test } from "vitest";
import { TAGS } from "../model/records.ts";
import { accessPointToken } from "./digest.ts";
import { FS, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

function created(world: PlanningWorld) {
  return world.done.filter(({ type }) => type === "CreateAccessPoint");
}

describe("access points", () => {
  test("are made for every binding whose workload can mount, and mounted once the policy admits them", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.add("resize");
    const types = world.settle().map(({ type }) => type);
    expect(types).toEqual([
      "CreateAccessPoint",
      "CreateAccessPoint",
      "PutFileSystemPolicy",
      "UpdateFunctionConfiguration",
      "UpdateFunctionConfiguration",
    ]);
    for (const type of ["AccessPointReady", "PolicyReady", "MountConfigured"])
      expect(world.condition("thumb", type)?.status).toBe("True");
  });

  test("carry the owner's tags and a client token of 64 characters that names account, region, file system, binding and generation", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    const action = created(world)[0]!;
    expect(action).toMatchObject({
      clientToken: accessPointToken(world.fileSystem.spec, "uid-thumb", 0),
      tags: { [TAGS.binding]: "uid-thumb", [TAGS.installation]: "test" },
    });
    const tokens = [
      accessPointToken(world.fileSystem.spec, "uid-thumb", 0),
      accessPointToken(world.fileSystem.spec, "uid-thumb", 1),
      accessPointToken(world.fileSystem.spec, "uid-other", 0),
      accessPointToken({ ...world.fileSystem.spec, fileSystemId: "fs-0f" }, "uid-thumb", 0),
      accessPointToken({ ...world.fileSystem.spec, region: "eu-west-2" }, "uid-thumb", 0),
    ];
    expect(new Set(tokens).size).toBe(5);
    expect(tokens.every((token) => /^[0-9a-f]{64}$/.test(token))).toBe(true);
  });

  test.each<[string, (world: PlanningWorld) => void, string]>([
    ["the function does not exist", (world) => world.functions.delete("thumb"), "WaitingForWorkload"],
    ["the function has no VPC", (world) => world.changeFunction("thumb", { vpcId: null }), "WaitingForWorkload"],
    ["the file system does not exist", (world) => void (world.fileSystemState = null), "FileSystemNotFound"],
    [
      "the access points cannot be read",
      (world) => void (world.unreadable["accessPoints"] = "AccessDeniedException"),
      "AccessDenied",
    ],
    ["the binding is suspended", (world) => world.change("thumb", { suspend: true }), "Suspended"],
    ["driftPolicy is Observe", (world) => world.change("thumb", { driftPolicy: "Observe" }), "NotPermitted"],
    [
      "Mooring runs read-only",
      (world) => void (world.settings = { ...world.settings, readOnly: true }),
      "NotPermitted",
    ],
  ])("are not made while %s", (_why, prepare, reason) => {
    const world = new PlanningWorld();
    world.add("thumb");
    prepare(world);
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "AccessPointReady")).toMatchObject({ status: "False", reason });
  });

  test("wait while the file system is updating", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.fileSystemState = "updating";
    world.passLambda("thumb");
    const plan = world.passFileSystem();
    expect(plan.actions).toEqual([]);
    expect(plan.ending).toMatchObject({ kind: "waiting", afterMs: 15_000 });
  });

  test("name the missing permission when they cannot be read", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.unreadable["accessPoints"] = "AccessDeniedException";
    world.settle();
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("elasticfilesystem:DescribeAccessPoints");
  });
});

describe("an access point left by an unanswered create", () => {
  function afterLostReply(): PlanningWorld {
    const world = new PlanningWorld();
    world.add("thumb");
    world.passLambda("thumb");
    world.passFileSystem();
    expect(created(world)).toHaveLength(1);
    return world;
  }

  test("is adopted, not made a second time", () => {
    const world = afterLostReply();
    world.settle();
    expect(created(world)).toHaveLength(1);
    expect(world.get("thumb").facets.accessPoint?.accessPoint?.id).toBe(world.accessPoints[0]!.accessPointId);
  });

  test("is adopted by its tags when its client token is not shown", () => {
    const world = afterLostReply();
    world.accessPoints = world.accessPoints.map((one) => ({ ...one, clientToken: "?" }));
    world.settle();
    expect(created(world)).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ["path", { path: "/elsewhere" }, "/elsewhere"],
    ["identity", { posixUser: { uid: 0, gid: 0, secondaryGids: [] } }, "as 0:0"],
    ["owner tag", { tags: { [TAGS.installation]: "other" } }, "mooring.dev/installation=other"],
  ])("is refused with both sides in the message when its %s differs", (_field, change, shown) => {
    const world = afterLostReply();
    world.accessPoints = world.accessPoints.map((one) => ({ ...one, ...change }));
    world.settle();
    expect(created(world)).toHaveLength(1);
    const condition = world.condition("thumb", "AccessPointReady");
    expect(condition).toMatchObject({ status: "False", reason: "AccessPointMismatch" });
    expect(condition?.message).toContain(shown);
    expect(condition?.message).toContain("Wanted: /thumb");
  });
});

describe("an access point that others deleted", () => {
  function converged(): PlanningWorld {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    return world;
  }

  test("is believed gone after two reads, then made anew under a new token, admitted and mounted", () => {
    const world = converged();
    const old = world.accessPoints[0]!.accessPointId;
    world.accessPoints = [];
    const first = world.passFileSystem();
    expect(first.actions).toEqual([]);
    expect(first.ending).toEqual({ kind: "waiting", afterMs: 1, why: expect.any(String) });
    expect(first.drifted).toBe(true);
    const second = world.passFileSystem();
    expect(second.actions.map(({ type }) => type)).toEqual(["CreateAccessPoint"]);
    expect(second.facets.accessPoints.get("uid-thumb")).toMatchObject({
      tokenGeneration: 1,
      accessPoint: null,
      former: [old],
    });
    expect(second.actions[0]).toMatchObject({ clientToken: accessPointToken(world.fileSystem.spec, "uid-thumb", 1) });
    world.settle();
    const id = world.accessPoints[0]!.accessPointId;
    expect(world.functions.get("thumb")!.fileSystemConfigs[0]!.arn).toContain(id);
    expect(world.policy).toContain(id);
    expect(world.policy).not.toContain(old);
    expect(world.condition("thumb", "Drifted")).toBeUndefined();
  });

  test("is not believed gone before the absence gap is over", () => {
    const world = converged();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    world.accessPoints = [];
    expect(world.passFileSystem().ending).toMatchObject({ kind: "waiting", afterMs: 5_000 });
    world.nowMs += 4_999;
    expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 1 } });
    world.nowMs += 1;
    expect(world.passFileSystem().actions).toHaveLength(1);
  });

  test("that was only missing from one stale list changes nothing", () => {
    const world = converged();
    const kept = world.accessPoints;
    world.accessPoints = [];
    world.passFileSystem();
    world.accessPoints = kept;
    expect(world.settle()).toEqual([]);
    world.accessPoints = [];
    expect(world.passFileSystem().actions).toEqual([]);
  });

  test("that could not be read is never taken for absent", () => {
    const world = converged();
    const before = world.get("thumb").facets.accessPoint!;
    world.unreadable["accessPoints"] = "ThrottlingException";
    for (let pass = 0; pass < 3; pass += 1) {
      const plan = world.passFileSystem();
      expect(plan.actions).toEqual([]);
      expect(plan.ending.kind).toBe("waiting");
    }
    expect(world.get("thumb").facets.accessPoint).toMatchObject({
      accessPoint: before.accessPoint,
      policyUsableAtMs: before.policyUsableAtMs,
    });
    expect(world.condition("thumb", "AccessPointReady")?.status).toBe("Unknown");
  });

  test("is only reported with driftPolicy Observe: no new generation, the call listed as held back", () => {
    const world = converged();
    world.change("thumb", { driftPolicy: "Observe" });
    world.settle();
    world.accessPoints = [];
    world.passFileSystem();
    const plan = world.passFileSystem();
    expect(plan.actions).toEqual([]);
    expect(plan.heldBack.map(({ type }) => type)).toEqual(["CreateAccessPoint"]);
    expect(plan.facets.accessPoints.get("uid-thumb")).toMatchObject({ tokenGeneration: 0 });
    expect(plan.ending.kind).toBe("stalled");
    expect(world.condition("thumb", "Drifted")).toMatchObject({ status: "True", reason: "HeldBack" });
  });
});

describe("an access point that is there", () => {
  test("gets back the tags of ours that others changed, and keeps theirs", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.accessPoints = world.accessPoints.map((one) => ({
      ...one,
      tags: { ...one.tags, [TAGS.binding]: "stolen", cost: "42" },
    }));
    const [action] = world.settle();
    expect(action).toMatchObject({
      type: "TagResource",
      tags: { [TAGS.binding]: "uid-thumb" },
      before: { [TAGS.binding]: "stolen" },
    });
    expect(world.accessPoints[0]!.tags["cost"]).toBe("42");
  });

  test.each<[string, object]>([
    ["path", { rootDirectory: { path: "/new", ownerUid: 1001, ownerGid: 1001, permissions: "0750" } }],
    ["owner", { rootDirectory: { path: "/thumb", ownerUid: 7, ownerGid: 1001, permissions: "0750" } }],
    ["identity", { posixUser: { uid: 7, gid: 7, secondaryGids: [] } }],
  ])(
    "is not replaced without consent when the spec's %s changes: a condition says what to do, the mount stays",
    (_field, spec) => {
      const world = new PlanningWorld();
      world.add("thumb");
      world.settle();
      const policy = world.policy;
      world.change("thumb", spec);
      expect(world.settle()).toEqual([]);
      expect(world.policy).toBe(policy);
      expect(world.condition("thumb", "AccessPointReady")).toMatchObject({
        status: "False",
        reason: "ReplacementNeedsConsent",
      });
      expect(world.condition("thumb", "AccessPointReady")?.message).toContain(
        "set spec.replacement to AcceptDataChange",
      );
      expect(world.functions.get("thumb")!.fileSystemConfigs).toHaveLength(1);
    },
  );

  test.each<[string, object]>([
    [
      "permissions with and without a leading zero",
      { rootDirectory: { path: "/thumb", ownerUid: 1001, ownerGid: 1001, permissions: "750" } },
    ],
    ["groups in another order", { posixUser: { uid: 1001, gid: 1001, secondaryGids: [5, 4] } }],
  ])("is the same with %s", (_what, spec) => {
    const world = new PlanningWorld();
    world.add("thumb", { posixUser: { uid: 1001, gid: 1001, secondaryGids: "posixUser" in spec ? [4, 5] : [] } });
    world.settle();
    world.change("thumb", spec);
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "AccessPointReady")?.status).toBe("True");
  });
});

describe("a store restored to an older state", () => {
  test("stops every call until the slot named in the message is confirmed", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.head = 50;
    world.add("resize");
    expect(world.settle().filter(({ type }) => type !== "UpdateFunctionConfiguration")).toEqual([]);
    expect(world.condition("thumb", "StoreRestored")).toMatchObject({ status: "True" });
    expect(world.condition("thumb", "StoreRestored")?.message).toContain("mooring.dev/confirm-restore=100");
    world.fileSystem.metadata.annotations["mooring.dev/confirm-restore"] = "99";
    expect(world.settle()).toEqual([]);
    world.fileSystem.metadata.annotations["mooring.dev/confirm-restore"] = "100";
    expect(world.settle().map(({ type }) => type)).toContain("CreateAccessPoint");
    expect(world.condition("thumb", "StoreRestored")).toBeUndefined();
  });
});

describe("a store restored to a state of shortly before", () => {
  test("does not say again that a function is missing which was just read", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    const before = world.functions.get("thumb")!;
    world.functions.delete("thumb");
    for (let look = 0; look < 2; look += 1) {
      world.passLambda("thumb");
      world.nowMs += 60_000;
    }
    expect(world.condition("thumb", "MountConfigured")?.reason).toBe("FunctionNotFound");
    world.functions.set("thumb", before);
    world.head = 99;
    world.passFileSystem();
    world.passLambda("thumb");
    expect(world.condition("thumb", "MountConfigured")).toMatchObject({ status: "Unknown", reason: "StoreRestored" });
  });

  test("stays held although its log grows beyond the slot by the very finding", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.head = 99;
    world.passFileSystem();
    expect(world.condition("thumb", "StoreRestored")).toMatchObject({ status: "True" });
    world.head = 101;
    world.accessPoints.length = 0;
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "StoreRestored")?.message).toContain("mooring.dev/confirm-restore=100");
    world.fileSystem.metadata.annotations["mooring.dev/confirm-restore"] = "100";
    expect(world.settle().map(({ type }) => type)).toContain("CreateAccessPoint");
    expect(world.fileSystem.facets.fileSystem).not.toHaveProperty("restoredSlot");
  });

  test("is recognised by the first look at a file system, however much was written since its record", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.fileSystem = { ...world.fileSystem, facets: {}, resourceVersion: 2 };
    world.head = 500;
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "StoreRestored")).toMatchObject({ status: "True" });
  });
});

describe("what carries our marks without a record", () => {
  test("is reported on the file system and left as it is, its statements too", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.add("lost");
    world.settle();
    const id = world.get("lost").facets.accessPoint!.accessPoint!.id;
    world.bindings.delete("lost");
    world.functions.get("lost")!.fileSystemConfigs = [];
    expect(world.settle()).toEqual([]);
    const orphaned = world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "Orphaned");
    expect(orphaned).toMatchObject({ status: "True" });
    expect(orphaned?.message).toContain(id);
    expect(world.policy).toContain(roleArn("lost"));
  });

  test("an empty store deletes nothing and writes nothing", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.bindings.clear();
    world.fileSystem = { ...world.fileSystem, facets: {} };
    world.fileSystemMemory = { absentSinceMs: {}, cleanSinceMs: {}, policyPutAtMs: 0, admittedSinceMs: {} };
    const policy = world.policy;
    expect(world.settle()).toEqual([]);
    expect(world.policy).toBe(policy);
    expect(world.accessPoints).toHaveLength(1);
  });

  test("other installations' access points are none of our business", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.settle();
    world.accessPoints.push({
      ...world.accessPoints[0]!,
      accessPointId: "fsap-9",
      accessPointArn: "arn:x/fsap-9",
      clientToken: "t",
      fileSystemId: FS,
      tags: { [TAGS.installation]: "other", [TAGS.slot]: "900" },
    });
    expect(world.settle()).toEqual([]);
    expect(world.fileSystem.facets.fileSystem!.conditions.map(({ type }) => type)).toEqual(["PolicyReady"]);
  });
});

test.for(["Preserve", "Enforce"] as const)(
  "what was never made under driftPolicy Observe has not drifted in mode %s, whether or not others stand beside it",
  (mode) => {
    const world = new PlanningWorld();
    world.changeFileSystem({ mode });
    world.add("other");
    world.settle();
    world.add("thumb", { driftPolicy: "Observe" });
    world.settle();
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("NotPermitted");
    expect(world.condition("thumb", "Drifted")).toBeUndefined();
    expect(world.passFileSystem().drifted).toBe(false);
  },
);
