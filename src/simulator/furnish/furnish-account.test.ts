import { beforeEach, expect, test } from "vitest";
import { evaluateClientAccess } from "../access/client-access.ts";
import { createTestWorld, type TestWorld } from "../services/test-world.ts";
import { FURNISHED } from "./furnished.ts";
import { furnishAccount, type FurnishedAccount, isFurnished } from "./furnish-account.ts";

let world: TestWorld;
let account: FurnishedAccount;
beforeEach(async () => {
  world = createTestWorld({ fileSystemCreateMs: 9_000, mountTargetCreateMs: 9_000, policyPropagationMs: 9_000 });
  account = await furnishAccount(world.world);
});

test("everything is there and ready, whatever new things would take", async () => {
  const { FileSystemId, LifeCycleState, NumberOfMountTargets } = (await world.call("efs", "DescribeFileSystems"))
    .FileSystems[0];
  expect([FileSystemId, LifeCycleState, NumberOfMountTargets]).toEqual([FURNISHED.fileSystemId, "available", 3]);
  const { Functions } = await world.call("lambda", "ListFunctions");
  expect(Functions.map((one: { FunctionName: string }) => one.FunctionName)).toEqual([...FURNISHED.functions]);
  expect(world.simulator.callerOf("deploy-bot").arn).toBe("arn:aws:iam::111122223333:user/deploy-bot");
});

test("no function's role gets in, the two foreign roles do", () => {
  const may = (name: string): string =>
    evaluateClientAccess(world.world, {
      roleArn: account.roleArns[name] ?? "",
      fileSystemId: account.fileSystemId,
      tls: true,
      viaMountTarget: true,
      action: "ClientMount",
    }).decision;
  expect(FURNISHED.functions.map(may)).toEqual(["deny", "deny", "deny", "deny"]);
  expect(["backup-agent", "auditor"].map(may)).toEqual(["allow", "allow"]);
});

test("a function can be given a mount at once", async () => {
  const { AccessPointArn: Arn } = await world.call("efs", "CreateAccessPoint", {
    ClientToken: "t",
    FileSystemId: account.fileSystemId,
  });
  const FileSystemConfigs = [{ Arn, LocalMountPath: "/mnt/data" }];
  await world.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "thumbnailer", FileSystemConfigs });
});

test("the service runs, and its revision mounts nothing yet", async () => {
  const paced = createTestWorld({ taskStartMs: 9_000, deploymentStepMs: 9_000 });
  const { containers } = await furnishAccount(paced.world);
  const { cluster, service } = FURNISHED;
  const { services } = await paced.call("ecs", "DescribeServices", { cluster, services: [service] });
  expect(services[0]).toMatchObject({
    serviceArn: containers?.serviceArn,
    runningCount: 2,
    deployments: [{ rolloutState: "COMPLETED" }],
  });
  const { taskDefinition } = await paced.call("ecs", "DescribeTaskDefinition", { taskDefinition: service });
  expect(taskDefinition.volumes).toEqual([]);
  expect(taskDefinition.containerDefinitions.map((one: { name: string }) => one.name)).toEqual([
    ...FURNISHED.containers,
  ]);
  expect(paced.world.timings.taskStartMs).toBe(9_000);
});

test("it is furnished once, also after a restart", async () => {
  world.restart();
  expect(isFurnished(world.world)).toBe(true);
  await expect(furnishAccount(world.world)).rejects.toThrow("already has file system");
});
