import { describe, expect, test } from "vitest";
import { TAGS } from "../model/records.ts";
import { aFunction, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";

function converged(...names: string[]): PlanningWorld {
  const world = new PlanningWorld();
  for (const name of names.length > 0 ? names : ["thumb"]) world.add(name);
  world.settle();
  return world;
}

function idOf(world: PlanningWorld, name = "thumb"): string {
  return world.get(name).facets.accessPoint!.accessPoint!.id;
}

describe("a deleted binding", () => {
  test("is unmounted, retired, taken out of the policy, deleted, and only then released", () => {
    const world = converged("thumb", "resize");
    world.delete("thumb");
    const actions = world.settle().map(({ type }) => type);
    expect(actions).toEqual(["UpdateFunctionConfiguration", "TagResource", "PutFileSystemPolicy", "DeleteAccessPoint"]);
    expect(world.bindings.has("thumb")).toBe(false);
    expect(world.policy).not.toContain(roleArn("thumb"));
    expect(world.condition("resize", "MountConfigured")?.status).toBe("True");
  });

  test("leaves alone what somebody else made under its client token", () => {
    const world = converged();
    const other = { ...world.accessPoints[0]!, tags: {} };
    const { workload } = world.get("thumb").facets;
    world.get("thumb").facets = workload === undefined ? {} : { workload };
    world.accessPoints = [other];
    world.delete("thumb");
    const touched = world.settle().filter(({ type }) => type === "TagResource" || type === "DeleteAccessPoint");
    expect(touched).toEqual([]);
    expect(world.accessPoints).toEqual([other]);
    expect(world.bindings.has("thumb")).toBe(false);
  });

  test("leaves alone what bears its client token and tags, and is another directory: both can be copied", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.passLambda("thumb");
    world.passFileSystem();
    const other = { ...world.accessPoints[0]!, path: "/mallory" };
    world.accessPoints = [other];
    world.delete("thumb");
    const touched = world.settle().filter(({ type }) => type === "TagResource" || type === "DeleteAccessPoint");
    expect(touched).toEqual([]);
    expect(world.accessPoints).toEqual([other]);
    expect(world.bindings.has("thumb")).toBe(false);
  });

  test("keeps access point and statement until its mount is proven to be out", () => {
    const world = converged();
    world.unreadable["function thumb"] = "AccessDeniedException";
    world.delete("thumb");
    const policy = world.policy;
    expect(world.settle()).toEqual([]);
    expect(world.policy).toBe(policy);
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("WaitingForUnmount");
    expect(world.condition("thumb", "MountConfigured")?.message).toContain("lambda:GetFunction");
  });

  test("records the retirement before the first act, and it stays recorded", () => {
    const world = converged();
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    const id = idOf(world);
    const plan = world.passFileSystem();
    expect(plan.actions.map(({ type }) => type)).toEqual(["TagResource", "PutFileSystemPolicy"]);
    expect(plan.facets.accessPoints.get("uid-thumb")!.retiring).toEqual([
      { accessPointId: id, retiredAtMs: world.nowMs, why: "BindingDeleted" },
    ]);
    expect(world.accessPoints[0]!.tags[TAGS.retiredAt]).toBe(new Date(world.nowMs).toISOString());
  });

  test("waits the absence gap between the two clean reads", () => {
    const world = converged();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    world.passFileSystem();
    expect(world.passFileSystem()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 5_000 } });
    world.nowMs += 5_000;
    expect(world.passFileSystem().actions.map(({ type }) => type)).toEqual(["DeleteAccessPoint"]);
  });

  test.each<[string, (world: PlanningWorld, config: { arn: string; localMountPath: string }[]) => void, string]>([
    [
      "a published version",
      (world, fileSystemConfigs) =>
        world.versions.set("thumb", [aFunction("thumb", "thumb", { version: "7", fileSystemConfigs })]),
      "thumb:7",
    ],
    [
      "another function",
      (world, fileSystemConfigs) => world.functions.set("legacy", aFunction("legacy", "legacy", { fileSystemConfigs })),
      "legacy:$LATEST",
    ],
  ])("is not deleted while %s names its access point", (_who, prepare, named) => {
    const world = converged();
    const config = world.functions.get("thumb")!.fileSystemConfigs;
    prepare(world, config);
    world.delete("thumb");
    world.settle();
    expect(world.done.some(({ type }) => type === "DeleteAccessPoint" || type === "TagResource")).toBe(false);
    expect(world.policy).toContain(roleArn("thumb"));
    const condition = world.condition("thumb", "AccessPointReady");
    expect(condition?.reason).toBe("StillServed");
    expect(condition?.message).toContain(named);
    expect(condition?.message).toContain("delete those versions");
    world.versions.clear();
    world.functions.delete("legacy");
    world.settle();
    expect(world.bindings.size).toBe(0);
  });

  test("is looked at again by itself while only the own function's $LATEST is listed: the unmount was proven", () => {
    const world = converged();
    const { fileSystemConfigs } = world.functions.get("thumb")!;
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    world.functions.get("thumb")!.fileSystemConfigs = fileSystemConfigs;
    expect(world.passFileSystem().ending.kind).toBe("stalled");
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("StillServed");
    world.functions.get("thumb")!.fileSystemConfigs = [];
    world.settle();
    expect(world.bindings.size).toBe(0);
  });

  test("waits for a policy that cannot be read, and says whose right is missing", () => {
    const world = converged();
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    world.unreadable["policy"] = "AccessDeniedException";
    for (let pass = 0; pass < 4; pass += 1) world.passFileSystem();
    expect(world.condition("thumb", "AccessPointReady")?.reason).toBe("WaitingForPolicy");
    expect(world.condition("thumb", "PolicyReady")?.message).toContain("elasticfilesystem:DescribeFileSystemPolicy");
    expect(world.accessPoints).toHaveLength(1);
  });

  test("is not deleted while the functions cannot be read: unreadable is not clean", () => {
    const world = converged();
    world.unreadable["consumers"] = "AccessDeniedException";
    world.delete("thumb");
    world.settle();
    expect(world.accessPoints).toHaveLength(1);
    expect(world.condition("thumb", "AccessPointReady")?.message).toContain("lambda:ListFunctions");
  });

  test("is not deleted while ECS may not be read, even where nothing of ECS is bound: the permission is named, and why", () => {
    const world = converged();
    world.unreadable["ecsConsumers"] = "AccessDeniedException";
    world.delete("thumb");
    world.settle();
    expect(world.accessPoints).toHaveLength(1);
    const condition = world.condition("thumb", "AccessPointReady");
    expect(condition).toMatchObject({ status: "False", reason: "AccessDenied" });
    expect(condition?.message).toContain("ecs:ListClusters");
    expect(condition?.message).not.toContain("lambda:");
    expect(condition?.message).toContain("any task of the account may mount it");
  });

  test("that somebody names again after its retirement is not deleted", () => {
    const world = converged();
    const fileSystemConfigs = world.functions.get("thumb")!.fileSystemConfigs;
    world.delete("thumb");
    for (let pass = 0; pass < 2; pass += 1) world.passLambda("thumb");
    world.passFileSystem();
    world.passFileSystem();
    world.functions.set("late", aFunction("late", "late", { fileSystemConfigs }));
    world.settle();
    expect(world.accessPoints).toHaveLength(1);
    world.functions.delete("late");
    world.settle();
    expect(world.accessPoints).toEqual([]);
  });

  test("whose access point others deleted is released once that is believed and its statement is out", () => {
    const world = converged();
    world.delete("thumb");
    world.accessPoints = [];
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.policy).not.toContain(roleArn("thumb"));
  });

  test("whose file system is gone is released", () => {
    const world = converged();
    world.delete("thumb");
    world.fileSystemState = null;
    world.settle();
    expect(world.bindings.size).toBe(0);
  });

  test("that never got anywhere is released at once", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.functions.delete("thumb");
    world.settle();
    world.delete("thumb");
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.done).toEqual([]);
  });

  test("right after its create was sent does not leak the access point", () => {
    const world = new PlanningWorld();
    world.add("thumb");
    world.passLambda("thumb");
    world.passFileSystem();
    const hidden = world.accessPoints;
    world.accessPoints = [];
    world.delete("thumb");
    world.passLambda("thumb");
    expect(world.passFileSystem().facets.release).toEqual([]);
    world.accessPoints = hidden;
    world.settle();
    expect(world.accessPoints).toEqual([]);
    expect(world.bindings.size).toBe(0);
  });

  test("is not taken for unmounted while the update is in progress, or after it failed", () => {
    const world = converged();
    world.delete("thumb");
    world.passLambda("thumb");
    world.changeFunction("thumb", { lastUpdateStatus: "InProgress" });
    expect(world.passLambda("thumb")).toMatchObject({
      actions: [],
      facets: { release: [] },
      ending: { kind: "waiting" },
    });
    world.changeFunction("thumb", { lastUpdateStatus: "Failed", lastUpdateStatusReasonCode: "InternalError" });
    for (let pass = 0; pass < 3; pass += 1) expect(world.passLambda("thumb").facets.release).toEqual([]);
    expect(world.condition("thumb", "MountConfigured")).toMatchObject({ reason: "UnmountFailed" });
    world.changeFunction("thumb", { lastUpdateStatus: "Successful" });
    expect(world.passLambda("thumb")).toMatchObject({ ending: { kind: "waiting" }, facets: { release: [] } });
    expect(world.passLambda("thumb").facets.release).toHaveLength(1);
  });

  test("is not taken for unmounted by one read that may be older than its mount", () => {
    const world = converged();
    const { fileSystemConfigs } = world.functions.get("thumb")!;
    world.delete("thumb");
    world.functions.get("thumb")!.fileSystemConfigs = [];
    expect(world.passLambda("thumb").facets.release).toEqual([]);
    expect(world.condition("thumb", "MountConfigured")?.reason).toBe("WaitingForUnmount");
    world.functions.get("thumb")!.fileSystemConfigs = fileSystemConfigs;
    expect(world.passLambda("thumb").actions.map(({ type }) => type)).toEqual(["UpdateFunctionConfiguration"]);
    // Our own update is proof enough.
    expect(world.passLambda("thumb").facets.release).toHaveLength(1);
  });

  test("whose function is gone is released after a second read, the absence gap later", () => {
    const world = converged();
    world.settings = { ...world.settings, absenceGapMs: 5_000 };
    world.functions.delete("thumb");
    world.delete("thumb");
    expect(world.passLambda("thumb")).toMatchObject({
      facets: { release: [] },
      ending: { kind: "waiting", afterMs: 5_000 },
    });
    world.nowMs += 4_999;
    expect(world.passLambda("thumb").facets.release).toEqual([]);
    world.nowMs += 1;
    expect(world.passLambda("thumb").facets.release).toEqual([{ uid: "uid-thumb" }]);
  });

  test("waits while suspended, and says so", () => {
    const world = converged();
    world.change("thumb", { suspend: true });
    world.delete("thumb");
    expect(world.settle()).toEqual([]);
    expect(world.condition("thumb", "MountConfigured")?.reason).toBe("Suspended");
    world.change("thumb", { suspend: false });
    world.settle();
    expect(world.bindings.size).toBe(0);
  });
});

describe("deletionPolicy Retain", () => {
  test("leaves mount, access point and statements, tagged and recorded in the Denies", () => {
    const world = converged("thumb", "resize");
    const [policy, mounted, id] = [world.policy, world.functions.get("thumb")!.fileSystemConfigs, idOf(world)];
    world.change("thumb", { deletionPolicy: "Retain" });
    world.delete("thumb");
    expect(world.settle().map(({ type }) => type)).toEqual(["TagResource"]);
    expect(world.bindings.has("thumb")).toBe(false);
    expect(world.policy).toBe(policy);
    expect(world.functions.get("thumb")!.fileSystemConfigs).toEqual(mounted);
    expect(world.accessPoints.find(({ accessPointId }) => accessPointId === id)!.tags[TAGS.retained]).toBe("true");
    expect(world.fileSystem.facets.fileSystem!.retained).toMatchObject([
      { accessPointId: id, bindingName: "media/thumb", roleArns: [roleArn("thumb")], access: "ReadWrite" },
    ]);
    world.policy = null;
    world.settle();
    expect(world.policy).toContain(roleArn("thumb"));
    expect(world.fileSystem.facets.fileSystem!.conditions.some(({ type }) => type === "Orphaned")).toBe(false);
  });

  test("forgets what it retained once the access point is gone", () => {
    const world = converged();
    world.change("thumb", { deletionPolicy: "Retain" });
    world.delete("thumb");
    world.settle();
    world.accessPoints = [];
    world.settle();
    expect(world.fileSystem.facets.fileSystem!.retained).toEqual([]);
    expect(world.policy).not.toContain(roleArn("thumb"));
  });
});

describe("force-release", () => {
  function stuck(): PlanningWorld {
    const world = converged();
    world.unreadable["function thumb"] = "AccessDeniedException";
    world.delete("thumb");
    world.settle();
    expect(world.bindings.size).toBe(1);
    return world;
  }

  test("with the binding's uid treats an unmount that cannot be proven as Retain", () => {
    const world = stuck();
    world.annotate("thumb", { "mooring.dev/force-release": "uid-thumb" });
    world.settle();
    expect(world.bindings.size).toBe(0);
    expect(world.accessPoints).toHaveLength(1);
    expect(world.policy).toContain(roleArn("thumb"));
    expect(world.fileSystem.facets.fileSystem!.retained).toHaveLength(1);
  });

  test("with another uid does nothing: it was meant for an earlier binding of that name", () => {
    const world = stuck();
    world.annotate("thumb", { "mooring.dev/force-release": "uid-earlier" });
    world.settle();
    expect(world.bindings.size).toBe(1);
  });

  test("of a binding that is provably unmounted deletes as usual", () => {
    const world = converged();
    world.functions.get("thumb")!.fileSystemConfigs = [];
    world.delete("thumb");
    world.annotate("thumb", { "mooring.dev/force-release": "uid-thumb" });
    world.settle();
    expect(world.accessPoints).toEqual([]);
  });
});

describe("the FileSystem record", () => {
  test("is in use while a binding names it, and released after", () => {
    const world = converged();
    world.fileSystem = {
      ...world.fileSystem,
      metadata: { ...world.fileSystem.metadata, generation: 2, deletionTimestamp: "2026-11-23T14:00:00Z" },
    };
    expect(world.passFileSystem().facets.release).toEqual([]);
    const inUse = world.fileSystem.facets.fileSystem!.conditions.find(({ type }) => type === "InUse");
    expect(inUse?.message).toContain("media/thumb");
    world.delete("thumb");
    world.settle();
    expect(world.passFileSystem().facets.release).toEqual([{ uid: "uid-fs" }]);
  });
});
