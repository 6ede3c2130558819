import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountsOf, statements, putStatements, type Statement } from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

const HOUR_MS = 3_600_000;

async function removeMount(world: World, person: string, functionName: string): Promise<void> {
  await world.aws(person, "lambda", "UpdateFunctionConfiguration", {
    FunctionName: functionName,
    FileSystemConfigs: [],
  });
}

async function mountedAgain(world: World, functionName: string): Promise<void> {
  await world.until(`${functionName} has its mount again`, async () => {
    const mounts = await mountsOf(world, functionName);
    return mounts.length === 1 ? { is: true } : { not: mounts };
  });
}

const isOurs = ({ Sid }: Statement) => Sid.startsWith("mooring-test-");

describe("somebody who undoes the same thing again and again", () => {
  let world: World;
  const thumbnailer = aBinding("thumbnailer");
  const transcoder = aBinding("transcoder");

  beforeAll(async () => {
    world = await World.start({ contendedBackoffBaseMs: HOUR_MS, contendedBackoffCapMs: HOUR_MS });
    await world.create(aFileSystem());
    await world.create(thumbnailer);
    await world.create(transcoder);
    await world.ready(thumbnailer, transcoder);
  });
  afterAll(() => world.close());

  test("is contended with from the third time on: the condition names who and what, and how to end it", async () => {
    for (let n = 0; n < 2; n++) {
      await removeMount(world, "deploy-bot", "thumbnailer");
      await mountedAgain(world, "thumbnailer");
      await world.ready(thumbnailer);
    }
    expect((await world.get(thumbnailer)).body.status.conditions.map((c) => c.type)).not.toContain("Contended");
    await removeMount(world, "deploy-bot", "thumbnailer");
    const { message } = await world.condition(thumbnailer, "Contended", { status: "True" });
    expect(message).toMatch(/^deploy-bot has undone the mount of media\/thumbnailer 3 times/);
    expect(message).toContain("mooring render media/thumbnailer");
    await world.condition(thumbnailer, "MountConfigured", { status: "False", reason: "Contended" });
    expect(await mountsOf(world, "thumbnailer")).toEqual([]);
  });

  test("a sweep leaves the key asleep, and the facet as it is", async () => {
    const before = (await world.get(thumbnailer)).body.metadata.resourceVersion;
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    expect((await world.get(thumbnailer)).body.metadata.resourceVersion).toBe(before);
  });

  test("the correction that waits is told once in the history, and counted", async () => {
    const told = (await world.history({ binding: "media/thumbnailer" })).filter(({ type }) => type === "Contended");
    expect(told).toMatchObject([{ actor: "deploy-bot", undoings: 3, bindings: ["media/thumbnailer"] }]);
    const metrics = await (await fetch(`${world.mooring.url}/metrics`)).text();
    expect(metrics).toMatch(/mooring_contended_corrections_total\{kind="lambda"\} 1/);
  });

  test("does not slow down the repair of what they do to another binding", async () => {
    await removeMount(world, "deploy-bot", "transcoder");
    await mountedAgain(world, "transcoder");
    await world.ready(transcoder);
  });

  test("somebody else's change of the same thing is corrected at once", async () => {
    await removeMount(world, "alice", "thumbnailer");
    await mountedAgain(world, "thumbnailer");
    await world.ready(thumbnailer);
    await world.condition(thumbnailer, "Contended", { status: "True" });
  });

  test("a change of the spec is not held back", async () => {
    await removeMount(world, "deploy-bot", "thumbnailer");
    await world.condition(thumbnailer, "MountConfigured", { reason: "Contended" });
    await world.patch(thumbnailer, { spec: { workload: { lambda: { localMountPath: "/mnt/other" } } } });
    await mountedAgain(world, "thumbnailer");
    await world.ready(thumbnailer);
  });

  test("a policy that is contended keeps neither newcomers nor other repairs waiting", async () => {
    for (let n = 0; n < 3; n++) {
      const all = await statements(world);
      await putStatements(
        world,
        "terraform-ci",
        all.filter((one) => !isOurs(one)),
      );
      if (n === 2) break;
      await world.until("ours are back", async () => {
        const now = (await statements(world)).filter(isOurs);
        return now.length === all.filter(isOurs).length ? { is: true } : { not: now };
      });
      await world.ready(thumbnailer, transcoder);
    }
    await world.condition(transcoder, "PolicyReady", { status: "False", reason: "Contended" });
    const { message } = await world.condition(aFileSystem(), "Contended", { status: "True" });
    expect(message).toMatch(/^terraform-ci has undone .* let terraform-ci leave Mooring's statements/);
    await world.condition(aFileSystem(), "PolicyReady", { status: "False", reason: "Contended" });
    expect((await statements(world)).filter(isOurs)).toEqual([]);
    const reporter = aBinding("reporter");
    await world.create(reporter);
    await world.ready(reporter, transcoder);
    expect((await statements(world)).filter(isOurs).length).toBeGreaterThan(0);
  });
});

describe("a quarrel", () => {
  let world: World;
  const thumbnailer = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start({ contendedBackoffBaseMs: 300, contendedBackoffCapMs: 600, contendedWindowMs: 2_500 });
    await world.create(aFileSystem());
    await world.create(thumbnailer);
    await world.ready(thumbnailer);
  });
  afterAll(() => world.close());

  test("is corrected when its wait is over, and ends after its time of quiet", async () => {
    for (let n = 0; n < 4; n++) {
      await removeMount(world, "deploy-bot", "thumbnailer");
      await mountedAgain(world, "thumbnailer");
      await world.ready(thumbnailer);
    }
    await world.condition(thumbnailer, "Contended", { status: "True" });
    await world.until("Contended is gone", async () => {
      await world.mooring.service.sweepNow();
      const types = (await world.get(thumbnailer)).body.status.conditions.map((c) => c.type);
      return types.includes("Contended") ? { not: types } : { is: true };
    });
    await world.ready(thumbnailer);
  });
});

describe("a pipeline that deploys a service without its volume", () => {
  let world: World;
  const data = aBinding("data", {
    workload: {
      ecs: { cluster: "prod", service: "web", mounts: [{ container: "app", containerPath: "/data", readOnly: false }] },
    },
  });

  beforeAll(async () => {
    world = await World.start({ contendedBackoffBaseMs: HOUR_MS, contendedBackoffCapMs: HOUR_MS });
    await world.create(aFileSystem());
    await world.create(data);
    await world.ready(data);
  });
  afterAll(() => world.close());

  async function deployed(): Promise<string> {
    const { services } = await world.aws("auditor", "ecs", "DescribeServices", { cluster: "prod", services: ["web"] });
    return services[0].taskDefinition.split("/").at(-1);
  }

  /** ECS tells of a rollout before CloudTrail tells whose it was: a repair may come before its cause is known. */
  async function deployWithout(nth: number): Promise<"corrected" | "held"> {
    const input = { cluster: "prod", service: "web", taskDefinition: "web:1" };
    await world.aws("deploy-bot", "ecs", "UpdateService", input);
    const outcome = await world.until("its volume is back, or waits", async () => {
      if ((await deployed()) !== "web:1") return { is: "corrected" as const };
      const { conditions } = (await world.get(data)).body.status;
      const isHeld = conditions.some(({ type, reason }) => type === "MountConfigured" && reason === "Contended");
      return isHeld ? { is: "held" as const } : { not: conditions };
    });
    await world.until("it is known who it was", async () => {
      const told = (await world.history()).filter(
        (entry) => (entry.type === "Drift" || entry.type === "Attributed") && entry.actor === "deploy-bot",
      );
      return outcome === "held" || told.length >= nth ? { is: true } : { not: told };
    });
    if (outcome === "corrected") await world.ready(data);
    return outcome;
  }

  test("is contended with from the third time on, and its revision stays meanwhile", async () => {
    const outcomes: string[] = [];
    for (let nth = 1; nth <= 3; nth++) outcomes.push(await deployWithout(nth));
    expect(outcomes).toEqual(["corrected", "corrected", "held"]);
    const { message } = await world.condition(data, "Contended", { status: "True" });
    expect(message).toMatch(/^deploy-bot has undone the mount of media\/data 3 times/);
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    expect(await deployed()).toBe("web:1");
  });
});
