import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { expectWholeHistory, mountsOf, ourAccessPoints, policyText } from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { watchMounts } from "./mount-watch.ts";
import { CONSENT, directory, mountedId, onlyOneIsLeft } from "./replacing.ts";
import { World } from "./world.ts";

/** Clients feel a policy, and functions an update, only after a while; Mooring relies on a policy after longer. */
const SLOW = { policyPropagationMs: 150, functionUpdateMs: 60, accessPointCreateMs: 40, accessPointDeleteMs: 40 };
const PROPAGATION_MS = 250;

describe("a path change with consent", () => {
  let world: World;
  let watch: ReturnType<typeof watchMounts>;
  const binding = aBinding("thumbnailer", CONSENT);

  beforeAll(async () => {
    world = await World.start({ propagationMs: PROPAGATION_MS, quarantineMs: 300 }, SLOW);
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
    watch = watchMounts(world, "thumbnailer");
  });
  afterEach(() => expect(watch.gaps).toEqual([]));
  afterAll(async () => {
    watch.stop();
    await world.close();
  });

  test("is shown whole by a dry-run, the deletion after quarantine included, and changes nothing", async () => {
    const before = [await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)];
    const { body } = await world.request(
      "PATCH",
      "/namespaces/media/bindings/thumbnailer?dryRun=All",
      { spec: directory("/elsewhere") },
      "application/merge-patch+json",
    );
    expect(body.status.plan?.map(({ operation }) => operation)).toEqual([
      "elasticfilesystem:CreateAccessPoint",
      "elasticfilesystem:PutFileSystemPolicy",
      "lambda:UpdateFunctionConfiguration",
      "elasticfilesystem:TagResource",
      "elasticfilesystem:PutFileSystemPolicy",
      "elasticfilesystem:DeleteAccessPoint",
    ]);
    expect(JSON.stringify(body.status.plan?.at(-1))).toMatch(/quarantine ends at 20\d\d-/);
    expect([await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)]).toEqual(
      before,
    );
  });

  test("moves the function while it can mount at every instant, and deletes the old one in the end", async () => {
    const old = await mountedId(world);
    await world.patch(binding, { spec: directory("/elsewhere") });
    await world.condition(binding, "AccessPointReady", { reason: "Replacing" });
    await world.until("the function names another access point", async () => {
      const now = await mountedId(world);
      return now !== old ? { is: now } : { not: now };
    });
    await world.ready(binding);
    await onlyOneIsLeft(world);
    const [left] = await ourAccessPoints(world);
    expect(left!.RootDirectory.Path).toBe("/elsewhere");
    expect(await policyText(world)).not.toContain(old);
    expect(watch.looks()).toBeGreaterThan(50);
    await expectWholeHistory(world);
  });

  test("keeps the old one admitted and alive while a published version names it, and says which", async () => {
    const old = await mountedId(world);
    const { Version } = await world.aws("alice", "lambda", "PublishVersion", { FunctionName: "thumbnailer" });
    await world.patch(binding, { spec: directory("/third") });
    const said = await world.until("the condition names the version", async () => {
      const { body } = await world.get(binding);
      const ready = body.status.conditions.find(({ type }) => type === "AccessPointReady")!;
      return ready.message.includes(`thumbnailer:${Version}`) ? { is: ready } : { not: ready };
    });
    expect(said).toMatchObject({ status: "True" });
    expect(said.message).toContain(`${old} is still named by thumbnailer:${Version}`);
    await world.ready(binding);
    expect(await policyText(world)).toContain(old);
    await world.aws("alice", "lambda", "DeleteFunction", { FunctionName: "thumbnailer", Qualifier: Version });
    await onlyOneIsLeft(world);
    expect(await policyText(world)).not.toContain(old);
  });
});

describe("a spec that changes on the way", () => {
  let world: World;
  const binding = aBinding("thumbnailer", CONSENT);

  beforeEach(async () => {
    world = await World.start({ propagationMs: PROPAGATION_MS, quarantineMs: 0 }, SLOW);
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
  });
  afterEach(() => world.close());

  test("and is put back ends at what was asked for last, through an access point never used before", async () => {
    const watch = watchMounts(world, "thumbnailer");
    const first = await mountedId(world);
    await world.patch(binding, { spec: directory("/elsewhere") });
    await world.until("the function is moved", async () => {
      const now = await mountedId(world);
      return now !== first ? { is: true } : { not: now };
    });
    await world.patch(binding, { spec: directory("/thumbnailer") });
    await world.patch(binding, { spec: directory("/third") });
    await world.patch(binding, { spec: directory("/thumbnailer") });
    await world.until("the first path is mounted and verified again", async () => {
      const { body } = await world.get(binding);
      const mounted = await mountedId(world);
      const path = (await ourAccessPoints(world)).find((one) => one.AccessPointId === mounted)?.RootDirectory.Path;
      const ready = body.status.conditions.find(({ type }) => type === "Ready")?.status;
      return path === "/thumbnailer" && ready === "True" ? { is: true } : { not: { path, ready } };
    });
    expect(await mountedId(world)).not.toBe(first);
    await onlyOneIsLeft(world);
    watch.stop();
    expect(watch.gaps).toEqual([]);
  });

  test("to be deleted leaves nothing behind", async () => {
    await world.patch(binding, { spec: directory("/elsewhere") });
    await world.condition(binding, "AccessPointReady", { reason: "Replacing" });
    await world.delete(binding);
    await world.gone(binding);
    expect(await ourAccessPoints(world)).toEqual([]);
    await expectWholeHistory(world);
  });

  test("of a function that changes its role admits both roles until the update is over", async () => {
    const { Role } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "transcoder" });
    const before = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "thumbnailer" });
    world.simulator.simulator.world.timings.functionUpdateMs = 1_000;
    await world.aws("alice", "lambda", "UpdateFunctionConfiguration", { FunctionName: "thumbnailer", Role });
    await world.until("both roles are admitted while the old one serves", async () => {
      const text = (await policyText(world))!;
      return text.includes(Role) && text.includes(before.Role) ? { is: true } : { not: text };
    });
    expect(world.simulator.simulator.world.service("lambda").function("thumbnailer")!.latest.serving).not.toBeNull();
    await world.until("the new role alone is admitted", async () => {
      const text = (await policyText(world))!;
      return text.includes(Role) && !text.includes(before.Role) ? { is: true } : { not: text };
    });
    await world.ready(binding);
  });
});

describe("a path change of a binding on a service", () => {
  let world: World;
  afterEach(() => world.close());

  test("moves it by one rollout, and what its tasks mount is there at every instant", async () => {
    world = await World.start({ quarantineMs: 0 }, { taskStartMs: 20, deploymentStepMs: 20 });
    const mounts = [{ container: "app", containerPath: "/data" }];
    const binding = aBinding("data", { workload: { ecs: { cluster: "prod", service: "web", mounts } }, ...CONSENT });
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
    const [old] = await ourAccessPoints(world);
    const made = () => world.simulator.simulator.calls.counts().byCaller["mooring"]!["ecs.RegisterTaskDefinition"];
    const before = made()!;
    const gaps = watchRevision(world);
    await world.patch(binding, { spec: directory("/elsewhere") });
    await world.until("the other path alone is left", async () => {
      const ours = await ourAccessPoints(world);
      return ours.length === 1 && ours[0]!.RootDirectory.Path === "/elsewhere" ? { is: true } : { not: ours };
    });
    await world.ready(binding);
    expect(gaps.stop()).toEqual([]);
    expect(made()! - before).toBe(1);
    expect(await policyText(world)).not.toContain(old!.AccessPointId);
  });
});

/** After every call: each access point that a deployment of the service or one of its tasks names exists. */
function watchRevision(world: World): { stop(): string[] } {
  const { simulator } = world.simulator;
  const gaps: string[] = [];
  let isOver = false;
  const look = (after: string): void => {
    for (const task of simulator.world.service("ecs").tasksOfService("prod", "web"))
      for (const { accessPointId } of task.mounts as { accessPointId?: string }[])
        if (accessPointId !== undefined && !simulator.world.service("efs").accessPoint(accessPointId))
          gaps.push(`${after}: a task names ${accessPointId}`);
  };
  const call = simulator.call;
  simulator.call = async (service: ServiceName, operation: string, input: unknown, caller: Caller, options) => {
    try {
      return await call.call(simulator, service, operation, input, caller, options);
    } finally {
      if (!isOver) look(`${caller.userName} called ${service}.${operation}`);
    }
  };
  return {
    stop() {
      isOver = true;
      simulator.call = call;
      return gaps;
    },
  };
}
