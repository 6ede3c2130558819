import { describe, expect, test } from "vitest";
import type { RegisterTaskDefinitionAction } from "../model/actions.ts";
import { ANNOTATIONS, MOUNT_FINALIZER } from "../model/records.ts";
import { roleArn } from "./planning-samples.ts";
import { mount, PlanningEcsWorld } from "./planning-ecs-world.ts";

function converged(...names: string[]): PlanningEcsWorld {
  const world = new PlanningEcsWorld();
  for (const name of names.length > 0 ? names : ["data"]) world.add(name);
  world.settle();
  return world;
}

const types = (actions: { type: string }[]) => actions.map(({ type }) => type);

describe("a service", () => {
  test("gets ten volumes by one revision and one rollout", () => {
    const world = new PlanningEcsWorld();
    for (let n = 0; n < 10; n += 1) world.add(`d${n}`, [mount("app", `/d${n}`), mount("logs", `/in/d${n}`, true)]);
    expect(types(world.settle())).toEqual(["RegisterTaskDefinition", "UpdateService"]);
    expect(Object.keys(world.mounts())).toHaveLength(20);
    expect(world.mounts()["logs:/in/d3 ro"]).toBe("fsap-d3");
    for (const name of world.bindings.keys()) expect(world.condition(name)?.status).toBe("True");
  });

  test("keeps everything that is not ours, tags included, and AWS's own tags are not sent", () => {
    const world = new PlanningEcsWorld();
    const containerDefinitions = [
      { name: "app", unheardOf: { of: 1 }, mountPoints: [{ sourceVolume: "scratch", containerPath: "/tmp" }] },
    ];
    const volumes = [{ name: "scratch", host: {} }];
    world.deploy(world.register({ containerDefinitions, volumes }, { team: "media", "aws:cloudformation:stack": "x" }));
    world.complete();
    world.add("data");
    const [register] = world.settle() as [RegisterTaskDefinitionAction];
    expect(register.register.reveal()).toMatchObject({
      containerDefinitions: [{ name: "app", unheardOf: { of: 1 }, mountPoints: [{ sourceVolume: "scratch" }, {}] }],
      volumes: [
        { name: "scratch", host: {} },
        {
          name: "mooring-uiddata",
          efsVolumeConfiguration: {
            rootDirectory: "/",
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: "fsap-data", iam: "ENABLED" },
          },
        },
      ],
    });
    expect(register.tags).toMatchObject({ team: "media", "mooring.dev/installation": "test" });
    expect(register.tags).not.toHaveProperty("aws:cloudformation:stack");
  });

  test("shows nothing of environment variables in what is audited", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.settle();
    expect(JSON.stringify(world.done)).not.toContain("hunter2");
  });

  test("is ready only once the rollout is COMPLETED and no other deployment is left", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.pass();
    world.pass();
    const plan = world.pass();
    expect(plan).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 15_000 } });
    expect(world.condition("data")).toMatchObject({ status: "False", reason: "Updating" });
    expect(world.get("data").facets.workload?.echo).toBeNull();
    world.changePrimary({ rolloutState: "COMPLETED" });
    world.pass();
    expect(world.condition("data")?.status).toBe("False");
    world.complete();
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "converged" } });
    expect(world.get("data").facets.workload).toMatchObject({ echo: "fsap-data", roleArns: [roleArn("web")] });
  });

  test("names roles of all deployments while it is rolled out", () => {
    const world = converged();
    world.deploy(world.register({ ...world.revisions.at(-1)!.register.reveal(), taskRoleArn: roleArn("new") }));
    world.pass();
    expect(world.get("data").facets.workload?.roleArns).toEqual([roleArn("new"), roleArn("web")]);
    expect(world.condition("data")?.status).toBe("True");
  });

  test("is not rolled out twice for a revision whose reply was lost", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.pass();
    world.memory = { ...world.memory, registering: null };
    const pipeline = world.register({});
    expect(types(world.pass().actions)).toEqual(["UpdateService"]);
    expect(world.revisions).toHaveLength(pipeline);
    expect(world.running.taskDefinitionArn).toBe(world.arn(2));
  });

  test("does not take a pipeline's revision for ours because it copied our tags", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.pass();
    const ours = world.revisions.pop()!;
    world.register({ ...ours.register.reveal(), cpu: "512" }, ours.tags);
    expect(types(world.pass().actions)).toEqual(["RegisterTaskDefinition"]);
  });

  test("stops registering when ECS never shows what was sent", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    for (let n = 0; n < 6; n += 1) {
      world.pass();
      const { register, tags } = world.revisions.pop()!;
      world.register({ ...register.reveal(), cpu: String(n) }, tags);
    }
    expect(types(world.done)).toHaveLength(3);
    expect(world.condition("data")?.reason).toBe("RevisionNotRecognised");
  });

  test("leaves an unanswered UpdateService time to show", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.pass();
    const before = world.service;
    world.pass();
    const after = world.service;
    world.service = before;
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 1_000 } });
    world.service = after;
    world.complete();
    expect(world.pass().ending.kind).toBe("converged");
    expect(types(world.done)).toEqual(["RegisterTaskDefinition", "UpdateService"]);
  });
});

describe("a newcomer is refused with what to do", () => {
  const change = (world: PlanningEcsWorld, register: Record<string, unknown>) => {
    world.deploy(world.register(register));
    world.complete();
  };
  test.each<[string, (world: PlanningEcsWorld) => void, string, RegExp]>([
    ["no cluster", (world) => (world.service = "noCluster"), "ClusterNotFound", /Cluster prod.*create it/],
    ["no service", (world) => (world.service = null), "ServiceNotFound", /Service prod\/web.*create it/],
    [
      "an INACTIVE service",
      (world) => (world.service = { ...world.running, status: "INACTIVE" }),
      "ServiceNotFound",
      /create it/,
    ],
    [
      "no such container",
      (world) => change(world, { containerDefinitions: [{ name: "web" }] }),
      "ContainerNotFound",
      /it has web/,
    ],
    ["no task role", (world) => change(world, { taskRoleArn: undefined }), "TaskRoleMissing", /taskRoleArn/],
    [
      "Windows",
      (world) => (world.service = { ...world.running, platformFamily: "WINDOWS_SERVER_2022_CORE" }),
      "UnsupportedPlatform",
      /WINDOWS_SERVER_2022_CORE/,
    ],
    [
      "a revision for Windows in a service that says nothing of it",
      (world) => change(world, { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
      "UnsupportedPlatform",
      /WINDOWS_SERVER_2022_CORE/,
    ],
    [
      "ECS Anywhere",
      (world) => (world.service = { ...world.running, launchType: "EXTERNAL" }),
      "UnsupportedPlatform",
      /external instances/,
    ],
    [
      "a path that is taken",
      (world) =>
        change(world, {
          containerDefinitions: [{ name: "app", mountPoints: [{ sourceVolume: "x", containerPath: "/data/" }] }],
          volumes: [{ name: "x", host: {} }],
        }),
      "PathTaken",
      /volume x/,
    ],
    [
      "a volume of our name",
      (world) => change(world, { volumes: [{ name: "mooring-uiddata", host: {} }] }),
      "VolumeNameTaken",
      /rename/,
    ],
    [
      "another installation's service",
      (world) => {
        const tags = { "mooring.dev/installation": "staging" };
        world.deploy(world.register({ volumes: [{ name: "mooring-0123456789ab", host: {} }] }, tags));
        world.complete();
      },
      "ManagedElsewhere",
      /installation "staging"/,
    ],
    [
      "no mount targets",
      (world) => (world.mountTargets = { known: true, value: [], readAtMs: 0 }),
      "NoMountTargets",
      /create one in every availability zone/,
    ],
    [
      "a task definition too large",
      (world) =>
        change(world, {
          containerDefinitions: [{ name: "app", environment: [{ name: "A", value: "x".repeat(65_400) }] }],
        }),
      "TaskDefinitionTooLarge",
      /65536/,
    ],
    [
      "too many tags",
      (world) => {
        world.deploy(world.register({}, Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`t${n}`, "1"]))));
        world.complete();
      },
      "TooManyTags",
      /ECS allows 50/,
    ],
  ])("%s", (_what, prepare, reason, message) => {
    const world = new PlanningEcsWorld();
    world.add("data");
    prepare(world);
    expect(world.settle()).toEqual([]);
    expect(world.condition("data")).toMatchObject({ status: "False", reason });
    expect(world.condition("data")?.message).toMatch(message);
  });

  test("and harms no neighbour: the one that does not fit is left out by itself", () => {
    const world = new PlanningEcsWorld();
    const pad = 64 * 1024 - world.revisions[0]!.bytes - 500;
    world.deploy(
      world.register({ containerDefinitions: [{ name: "app", environment: [{ name: "A", value: "x".repeat(pad) }] }] }),
    );
    world.complete();
    world.add("one");
    world.add("two");
    world.settle();
    expect(world.condition("one")?.status).toBe("True");
    expect(world.condition("two")?.reason).toBe("TaskDefinitionTooLarge");
  });

  test("two bindings on one path: the older one has it", () => {
    const world = new PlanningEcsWorld();
    world.add("a", [mount("app", "/data")]);
    world.add("b", [mount("app", "/data/")]);
    world.settle();
    expect(world.condition("a")?.status).toBe("True");
    expect(world.condition("b")).toMatchObject({ reason: "PathTaken" });
    expect(world.condition("b")?.message).toContain("media/a");
  });

  test("what cannot be read is Unknown, or names the missing permission", () => {
    const world = new PlanningEcsWorld();
    world.add("data");
    world.unreadable = { service: "ThrottlingException" };
    expect(world.pass().ending.kind).toBe("waiting");
    expect(world.condition("data")?.status).toBe("Unknown");
    world.unreadable = { service: "AccessDeniedException" };
    expect(world.pass().ending.kind).toBe("stalled");
    expect(world.condition("data")?.message).toContain("ecs:DescribeServices");
  });
});

describe("others deploy too", () => {
  test("a rollout without the volume is waited for, then mounted on top of", () => {
    const world = converged();
    world.settings = { ...world.settings, settleMs: 10_000 };
    world.deploy(world.register({ cpu: "512" }));
    expect(world.pass()).toMatchObject({ actions: [], drifted: true, ending: { kind: "waiting", afterMs: 15_000 } });
    expect(world.condition("data")).toMatchObject({ status: "False", reason: "InTransition" });
    world.nowMs += 1_000;
    world.complete();
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "waiting", afterMs: 9_000 } });
    world.nowMs += 9_000;
    expect(types(world.settle())).toEqual(["RegisterTaskDefinition", "UpdateService"]);
    expect(world.revisions.at(-1)!.register.reveal()).toMatchObject({ cpu: "512" });
    expect(world.mounts()).toEqual({ "app:/data": "fsap-data" });
    expect(world.condition("data", "Drifted")).toBeUndefined();
  });

  test("a rollout of a revision that has our volume, under whatever name, is converged", () => {
    const world = converged();
    const ours = world.revisions.at(-1)!.register.reveal();
    const text = JSON.stringify({ ...ours, cpu: "512" }).replaceAll("mooring-uiddata", "theirs");
    world.deploy(world.register(JSON.parse(text)));
    world.pass();
    expect(world.condition("data")?.status).toBe("True");
    world.complete();
    expect(world.settle()).toEqual([]);
  });

  test("a volume that lost IAM is put right", () => {
    const world = converged();
    const text = JSON.stringify(world.revisions.at(-1)!.register.reveal()).replace(
      '"iam":"ENABLED"',
      '"iam":"DISABLED"',
    );
    world.deploy(world.register(JSON.parse(text)));
    world.complete();
    expect(types(world.settle())).toEqual(["RegisterTaskDefinition", "UpdateService"]);
    expect(world.revisions.at(-1)!.volumes[0]!.efs).toMatchObject({ iam: true });
  });

  test("with driftPolicy Observe it is listed, not corrected", () => {
    const world = converged();
    world.change("data", { driftPolicy: "Observe" });
    world.settle();
    world.deploy(1);
    world.complete();
    expect(world.pass()).toMatchObject({ actions: [], drifted: true, heldBack: [{ type: "RegisterTaskDefinition" }] });
    expect(world.condition("data")?.reason).toBe("NotPermitted");
  });

  test("a failed rollout is not deployed over", () => {
    const world = converged();
    world.deploy(world.register({ cpu: "512" }));
    world.changePrimary({ rolloutState: "FAILED", rolloutStateReason: "tasks failed to start." });
    expect(world.pass()).toMatchObject({ actions: [], ending: { kind: "stalled" } });
    expect(world.condition("data")).toMatchObject({ reason: "RolloutFailed" });
  });

  test("a service that was re-created under the same name is mounted anew", () => {
    const world = converged();
    world.service = { ...world.running, createdAtMs: 2 };
    world.memory = { ...world.memory, foreignUpdateAtMs: world.nowMs };
    world.deploy(1);
    world.complete();
    expect(types(world.settle())).toEqual(["UpdateService"]);
    expect(world.get("data").facets.workload?.revisionId).toMatch(/ @2$/);
  });
});

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

describe("a change of the spec", () => {
  test("moves mounts, and repoints to another access point in place", () => {
    const world = converged();
    world.mountsOf("data", [mount("app", "/data", true), mount("logs", "/in")]);
    world.settle();
    expect(world.mounts()).toEqual({ "app:/data ro": "fsap-data", "logs:/in": "fsap-data" });
    world.serve("data", "fsap-next", { predecessor: { id: "fsap-data", arn: "arn" } });
    expect(types(world.settle())).toEqual(["RegisterTaskDefinition", "UpdateService"]);
    expect(world.mounts()).toEqual({ "app:/data ro": "fsap-next", "logs:/in": "fsap-next" });
    expect(world.get("data").facets.workload).toMatchObject({ echo: "fsap-next", served: ["fsap-next"] });
  });

  test("of a mass of mounts waits for confirmation", () => {
    const world = new PlanningEcsWorld();
    const mounts = ["a", "b", "c", "d", "e"].map((name) => mount("app", `/${name}`));
    world.add("data", mounts);
    world.settle();
    world.mountsOf("data", mounts.slice(0, 1));
    const plan = world.pass();
    expect(plan).toMatchObject({ actions: [], withheld: { count: 4 }, ending: { kind: "stalled" } });
    const record = world.get("data");
    const annotations = { [ANNOTATIONS.confirmRemoval]: plan.withheld!.planHash };
    world.bindings.set("data", { ...record, metadata: { ...record.metadata, annotations } });
    world.settle();
    expect(world.mounts()).toEqual({ "app:/a": "fsap-data" });
  });

  test("while tasks of the old revision run, says who names the old access point", () => {
    const world = converged();
    world.serve("data", "fsap-next", { predecessor: { id: "fsap-data", arn: "arn" } });
    world.oldTasks = [world.arn(2)];
    world.settle();
    expect(world.get("data").facets.workload).toMatchObject({
      served: ["fsap-data", "fsap-next"],
      namedBy: { "fsap-data": ["task definition web:2"] },
    });
  });
});

describe("a deleted binding", () => {
  test("is taken out, and released once no deployment and no task has it", () => {
    const world = converged("data", "other");
    world.delete("data");
    expect(types(world.pass().actions)).toEqual(["RegisterTaskDefinition"]);
    expect(types(world.pass().actions)).toEqual(["UpdateService"]);
    world.oldTasks = [world.arn(2)];
    world.pass();
    expect(world.get("data").metadata.finalizers).toContain(MOUNT_FINALIZER);
    world.complete();
    world.pass();
    expect(world.condition("data")).toMatchObject({ reason: "StillServed" });
    world.oldTasks = [];
    world.pass();
    expect(world.get("data").metadata.finalizers).not.toContain(MOUNT_FINALIZER);
    expect(world.mounts()).toEqual({ "app:/other": "fsap-other" });
    expect(world.condition("other")?.status).toBe("True");
  });

  test("with Retain keeps its mount", () => {
    const world = converged();
    world.change("data", { deletionPolicy: "Retain" });
    world.delete("data");
    expect(world.settle()).toEqual([]);
    expect(world.get("data").metadata.finalizers).not.toContain(MOUNT_FINALIZER);
  });

  test("whose service is gone is released after two reads", () => {
    const world = converged();
    world.delete("data");
    world.service = null;
    world.pass();
    expect(world.get("data").metadata.finalizers).toContain(MOUNT_FINALIZER);
    world.nowMs += 1;
    world.pass();
    expect(world.get("data").metadata.finalizers).not.toContain(MOUNT_FINALIZER);
  });

  test("is not released on what cannot be read", () => {
    const world = converged();
    world.delete("data");
    world.pass();
    world.pass();
    world.complete();
    for (const part of ["service", "base", "revisions", "tasks"]) {
      world.unreadable = { [part]: "ThrottlingException" };
      world.pass();
      expect(world.get("data").metadata.finalizers).toContain(MOUNT_FINALIZER);
    }
  });
});

describe("a task family", () => {
  test("gets a revision and no rollout", () => {
    const world = new PlanningEcsWorld().asFamily();
    world.add("data");
    expect(types(world.settle())).toEqual(["RegisterTaskDefinition"]);
    expect(world.condition("data")?.status).toBe("True");
    expect(world.get("data").facets.workload).toMatchObject({ echo: "fsap-data", revisionId: world.arn(2) });
  });

  test("is mounted again on a revision that somebody registers without the volume", () => {
    const world = new PlanningEcsWorld().asFamily();
    world.add("data");
    world.settle();
    world.register({ cpu: "512" });
    expect(world.pass()).toMatchObject({ drifted: true, actions: [{ type: "RegisterTaskDefinition" }] });
    expect(world.revisions.at(-1)!.register.reveal()).toMatchObject({ cpu: "512" });
  });

  test("that has no active revision, or that a managed service runs, is refused", () => {
    const world = new PlanningEcsWorld().asFamily();
    world.add("data");
    world.familyServices = ["service prod/web"];
    expect(world.settle()).toEqual([]);
    expect(world.condition("data")).toMatchObject({ reason: "FamilyManaged" });
    world.familyServices = [];
    world.revisions = [];
    world.settle();
    expect(world.condition("data")).toMatchObject({ reason: "FamilyNotFound" });
  });

  test("is left by a deleted binding once no task has the mount", () => {
    const world = new PlanningEcsWorld().asFamily();
    world.add("data");
    world.settle();
    world.oldTasks = [world.arn(2)];
    world.delete("data");
    world.pass();
    world.pass();
    expect(world.condition("data")).toMatchObject({ reason: "StillServed" });
    world.oldTasks = [];
    world.pass();
    expect(world.get("data").metadata.finalizers).not.toContain(MOUNT_FINALIZER);
    expect(world.mounts()).toEqual({});
  });
});

test("the same bindings in any order give the same plan", () => {
  const world = new PlanningEcsWorld();
  for (const name of ["a", "b", "c"]) world.add(name);
  const plan = (order: string[]) => {
    world.bindings = new Map(order.map((name) => [name, world.get(name)]));
    const copy = Object.assign(new PlanningEcsWorld(), { bindings: world.bindings });
    const [action] = copy.pass().actions as [RegisterTaskDefinitionAction];
    return JSON.stringify([action, action.register.reveal()]);
  };
  expect(plan(["a", "b", "c"])).toBe(plan(["c", "a", "b"]));
});
