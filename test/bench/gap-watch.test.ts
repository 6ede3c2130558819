import { RegisterTaskDefinitionCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { CreateAccessPointCommand, DeleteAccessPointCommand } from "@aws-sdk/client-efs";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createActor, type Actor } from "../../src/cli/dev/actors.ts";
import { startSimulator, type RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import { CLUSTER, CONTAINER, revisionWithoutVolume } from "./account-services.ts";
import { buildAccount, type Account } from "./account.ts";
import { watchGaps, type GapWatch } from "./gap-watch.ts";
import { simulatedHere } from "./simulated-aws.ts";

let running: RunningSimulator;
let account: Account;
let actor: Actor;
let watch: GapWatch;

beforeEach(async () => {
  running = await startSimulator({ port: 0 });
  const shape = { fileSystems: 1, functionsPerFileSystem: 1, rolesPerFileSystem: 1, servicesPerFileSystem: 1 };
  account = await buildAccount(simulatedHere(running), shape);
  actor = createActor("alice", running.url, running.simulator.world.region);
});

afterEach(async () => {
  actor.destroy();
  await running.close();
});

async function newAccessPoint(name: string): Promise<{ id: string; arn: string }> {
  const FileSystemId = account.fileSystems[0]!.fileSystemId;
  const made = await actor.efs.send(
    new CreateAccessPointCommand({ FileSystemId, ClientToken: name, PosixUser: { Uid: 1, Gid: 1 } }),
  );
  return { id: made.AccessPointId!, arn: made.AccessPointArn! };
}

async function mountOnFunction(arn: string): Promise<void> {
  const FileSystemConfigs = [{ Arn: arn, LocalMountPath: "/mnt/data" }];
  const FunctionName = account.fileSystems[0]!.functionNames[0]!;
  await actor.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, FileSystemConfigs }));
}

async function mountOnService(accessPointId: string): Promise<void> {
  const { fileSystemId, services } = account.fileSystems[0]!;
  const plain = revisionWithoutVolume(services[0]!, "1");
  const efsVolumeConfiguration = {
    fileSystemId,
    transitEncryption: "ENABLED" as const,
    authorizationConfig: { accessPointId, iam: "ENABLED" as const },
  };
  const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
  const containerDefinitions = plain.containerDefinitions!.map((one) => ({ ...one, name: CONTAINER, mountPoints }));
  const volumes = [{ name: "data", efsVolumeConfiguration }];
  await actor.ecs.send(new RegisterTaskDefinitionCommand({ ...plain, containerDefinitions, volumes }));
  await deploy(services[0]!.name);
}

async function deploy(name: string): Promise<void> {
  await actor.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: name, taskDefinition: name }));
}

async function mounted(): Promise<{ id: string; arn: string }> {
  const accessPoint = await newAccessPoint("first");
  await mountOnFunction(accessPoint.arn);
  await mountOnService(accessPoint.id);
  watch = watchGaps(running.simulator, account);
  return accessPoint;
}

async function remove({ id }: { id: string }): Promise<void> {
  await actor.efs.send(new DeleteAccessPointCommand({ AccessPointId: id }));
}

test("nothing is missed while everything moves first and the old access point goes last", async () => {
  const old = await mounted();
  const next = await newAccessPoint("second");
  await mountOnFunction(next.arn);
  await mountOnService(next.id);
  await remove(old);
  expect(watch.events()).toBeGreaterThan(3);
  expect([watch.longestUnnamedMs(), watch.longestUnmountableMs()]).toEqual([0, 0]);
});

test.each(["function", "service"] as const)(
  "an access point that goes before the %s has moved is seen",
  async (last) => {
    const old = await mounted();
    const next = await newAccessPoint("second");
    if (last === "function") await mountOnService(next.id);
    else await mountOnFunction(next.arn);
    await remove(old);
    if (last === "function") await mountOnFunction(next.arn);
    else await mountOnService(next.id);
    expect(watch.longestUnnamedMs()).toBeGreaterThan(0);
    expect(watch.longestUnmountableMs()).toBeGreaterThan(0);
  },
);

test("a revision without its volume is seen", async () => {
  await mounted();
  const { services } = account.fileSystems[0]!;
  await actor.ecs.send(new RegisterTaskDefinitionCommand(revisionWithoutVolume(services[0]!, "2")));
  await deploy(services[0]!.name);
  expect(watch.longestUnnamedMs()).toBeGreaterThan(0);
});
