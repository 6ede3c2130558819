import { describe, expect, test } from "vitest";
import type { RegisterTaskDefinitionAction } from "../model/actions.ts";
import { ANNOTATIONS, MOUNT_FINALIZER } from "../model/records.ts";
import { roleArn } from "./planning-samples.ts";
import { converged, mount, PlanningEcsWorld, types } from "./planning-ecs-world.ts";

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
