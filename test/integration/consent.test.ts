import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessPoints, policyText } from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { World } from "./world.ts";

const fileSystem = aFileSystem();
const thumbnailer = aBinding("thumbnailer");

interface Plan {
  records: { name: string; refused?: unknown }[];
  plan: { operation: string; after: { wouldLoseAccess?: string[] } }[];
  problems: string[];
}

describe("the first policy of a file system", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.withoutMooring();
    await world.aws("platform-team", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
    const [foreign] = await accessPoints(world);
    await world.aws("platform-team", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "reporter",
      FileSystemConfigs: [{ Arn: foreign!.AccessPointArn, LocalMountPath: "/mnt/old" }],
    });
    await world.startMooring();
  });
  afterEach(() => world.close());

  test("is announced, before anything is written, with the functions that it would shut out", async () => {
    const { body } = await world.request<Plan>("POST", "/plans", { items: [thumbnailer, fileSystem] });
    expect(body.problems).toEqual([]);
    expect(body.records.map(({ name, refused }) => [name, refused])).toEqual([
      ["shared", undefined],
      ["thumbnailer", undefined],
    ]);
    expect(body.plan.map(({ operation }) => operation)).toEqual([
      "elasticfilesystem:CreateAccessPoint",
      "elasticfilesystem:PutFileSystemPolicy",
      "lambda:UpdateFunctionConfiguration",
    ]);
    expect(body.plan[1]!.after.wouldLoseAccess).toEqual(["Lambda function reporter"]);
    expect(await policyText(world)).toBeNull();
  });

  test("is told with them in the history, and once only", async () => {
    await world.create(fileSystem);
    await world.create(thumbnailer);
    await world.ready(thumbnailer);
    await world.aws("deploy-bot", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
    await world.until("the policy is back", async () => {
      const text = await policyText(world);
      return text === null ? { not: text } : { is: text };
    });
    const puts = (await world.history()).flatMap((entry) =>
      entry.type === "Intent" && entry.operation === "PutFileSystemPolicy" ? [entry.why] : [],
    );
    expect(puts[0]).toContain("Lambda function reporter");
    expect(puts[1]).toContain("was deleted");
    expect(world.simulator.simulator.calls.counts().byOperation["lambda.ListFunctions"]).toBe(1);
  });

  test("that AWS refuses is shown by the FileSystem, too, and heals", async () => {
    const { faults } = world.simulator.simulator;
    faults.add({ kind: "error", operation: "PutFileSystemPolicy", code: "AccessDeniedException", status: 403 });
    await world.create(fileSystem);
    await world.create(thumbnailer);
    await world.condition(thumbnailer, "PolicyReady", { reason: "AccessDenied" });
    await world.condition(fileSystem, "PolicyReady", { status: "False", reason: "AccessDenied" });
    await world.condition(fileSystem, "Stalled", { status: "True", reason: "AccessDenied" });
    faults.clear();
    await world.ready(fileSystem, thumbnailer);
  });
});
