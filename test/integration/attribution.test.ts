import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSystemKey } from "../../src/model/keys.ts";
import { mountsOf, putStatements, statements } from "./account.ts";
import { mount, onService } from "./ecs-account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { World } from "./world.ts";

const indexer = aBinding("indexer");
const KEY = fileSystemKey({ account: "111122223333", region: "eu-west-1", fileSystemId: FS_ID });

/** Causes of all calls since `from`, in order. */
async function causesSince(world: World, from: number) {
  const entries = (await world.history()).slice(from);
  return entries.flatMap((entry) => (entry.type === "Intent" ? [{ call: entry.operation, ...entry.cause }] : []));
}

describe("the history names the same cause for every call of a repair", () => {
  let world: World;
  beforeAll(async () => {
    // Long enough that a repair takes several runs, as it does with production's settings.
    world = await World.start({ settleMs: 1_500, absenceGapMs: 100 });
    await world.create(aFileSystem());
    await world.create(indexer);
    await world.ready(indexer);
  });
  afterAll(() => world.close());

  test("up to the function's new mount, which another reconciler makes", async () => {
    const from = (await world.history()).length;
    const { accessPointId } = (await world.get(indexer)).body.status;
    await world.aws("eve", "efs", "DeleteAccessPoint", { AccessPointId: accessPointId });
    const causes = await world.until("all three calls", async () => {
      const made = await causesSince(world, from);
      return made.length === 3 ? { is: made } : { not: made };
    });
    const eve = { kind: "Drift", actor: "eve", eventName: "DeleteAccessPoint" };
    expect(causes).toEqual([
      { call: "CreateAccessPoint", ...eve },
      { call: "PutFileSystemPolicy", ...eve },
      { call: "UpdateFunctionConfiguration", ...eve },
    ]);
    await world.ready(indexer);
  });

  test("after the wait for a deployment to settle", async () => {
    const from = (await world.history()).length;
    await world.aws("bob", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "indexer",
      FileSystemConfigs: [],
    });
    await world.until("the mount is back", async () => {
      const mounts = await mountsOf(world, "indexer");
      return mounts.length === 1 ? { is: mounts } : { not: mounts };
    });
    expect(await causesSince(world, from)).toMatchObject([{ kind: "Drift", actor: "bob" }]);
  });

  test("and blames nobody whose own statements stand, however soon after the repair they came", async () => {
    await world.ready(indexer);
    const from = (await world.history()).length;
    const theirs = await statements(world);
    await world.aws("eve", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
    await world.until("the policy is back", async () => {
      const now = await statements(world);
      return now.length > 0 ? { is: now } : { not: now };
    });
    const receives = world.simulator.simulator.calls.counts().byOperation["sqs.ReceiveMessage"] ?? 0;
    await putStatements(world, "platform-team", theirs);
    await world.until("that event is taken in", async () => {
      const item = await world.mooring.store.keys.get(KEY);
      const now = world.simulator.simulator.calls.counts().byOperation["sqs.ReceiveMessage"] ?? 0;
      return now > receives && item?.noted.length === 0 ? { is: now } : { not: item };
    });
    // A run that was under way may see the drift before its event; who did it is then written after the repair.
    const told = (await world.history()).slice(from).flatMap((entry) => ("actor" in entry ? [entry.actor] : []));
    expect(told.filter((actor) => actor !== null)).toEqual(["eve"]);
  });

  test("and a change of spec is its author's, not the last saboteur's", async () => {
    await world.ready(indexer);
    const from = (await world.history()).length;
    await world.patch(indexer, { spec: { workload: { lambda: { localMountPath: "/mnt/other" } } } });
    await world.until("the mount moved", async () => {
      const mounts = await mountsOf(world, "indexer");
      return mounts[0]?.LocalMountPath === "/mnt/other" ? { is: mounts } : { not: mounts };
    });
    expect(await causesSince(world, from)).toMatchObject([{ kind: "SpecChange", generation: 2 }]);
  });

  test("and what was done by hand with Mooring's own role is told as that, with the request that is not its own", async () => {
    await world.ready(indexer);
    const from = (await world.history()).length;
    await world.aws("mooring", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "indexer",
      FileSystemConfigs: [],
    });
    const told = await world.until("the drift is told", async () => {
      const entries = (await world.history()).slice(from);
      const drift = entries.find((entry) => entry.type === "Drift");
      return drift?.type === "Drift" ? { is: drift } : { not: entries };
    });
    expect(told.actor).toBe("mooring");
    expect(told.what).toMatch(
      /^UpdateFunctionConfiguration\S* indexer with Mooring's own role.*not in Mooring's history/,
    );
    await world.ready(indexer);
  });

  test("and of several updates in one second only the one that touched the mount is blamed", async () => {
    await world.ready(indexer);
    const from = (await world.history()).length;
    await world.aws("release-bot", "lambda", "UpdateFunctionConfiguration", { FunctionName: "indexer", Timeout: 17 });
    await world.aws("bob", "lambda", "UpdateFunctionConfiguration", { FunctionName: "indexer", FileSystemConfigs: [] });
    await world.aws("ops", "lambda", "TagResource", {
      Resource: "arn:aws:lambda:eu-west-1:111122223333:function:indexer",
      Tags: { cost: "1" },
    });
    await world.until("the mount is back", async () => {
      const entries = (await world.history()).slice(from);
      return entries.some(({ type }) => type === "Converged") ? { is: true } : { not: entries };
    });
    await world.ready(indexer);
    const blamed = (await world.history())
      .slice(from)
      .flatMap((entry) => (entry.type === "Drift" || entry.type === "Attributed" ? [entry.actor] : []));
    expect(blamed.filter((actor) => actor !== null)).toEqual(["bob"]);
  });
});

describe("a pipeline's deployment whose event comes while the repair rolls out", () => {
  let world: World;
  const data = onService("data", [mount("app", "/data")]);

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(data);
    await world.ready(data);
  });
  afterAll(() => world.close());

  test("is named in the history, however long that takes", async () => {
    const { timings } = world.simulator.simulator.world;
    await world.aws("deploy-bot", "ecs", "UpdateService", { cluster: "prod", service: "web", taskDefinition: "web:1" });
    // The repair's own rollout takes longer than a second look after the event would wait.
    timings.deploymentStepMs = 3_000;
    const from = await world.until("the pipeline is named", async () => {
      const entries = await world.history({ binding: "media/data" });
      const named = entries.filter(
        (entry) => (entry.type === "Drift" || entry.type === "Attributed") && entry.actor === "deploy-bot",
      );
      return named.length > 0 ? { is: named } : { not: entries };
    });
    expect(from).toHaveLength(1);
    timings.deploymentStepMs = 0;
    await world.ready(data);
  });
});
