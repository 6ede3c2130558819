import { beforeEach, describe, expect, test } from "vitest";
import { CLUSTER, createTestCluster, efsVolume, type TestCluster } from "./test-cluster.ts";

let at: TestCluster;
beforeEach(async () => {
  at = await createTestCluster();
});

const run = (more: object = {}) =>
  at.world.call("ecs", "RunTask", {
    cluster: CLUSTER,
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: [at.subnets[0]], securityGroups: [at.clientGroup] } },
    ...more,
  });
const runOne = async (more: object = {}) => (await run(more)).tasks[0];
const describeTask = async (task: string) =>
  (await at.world.call("ecs", "DescribeTasks", { cluster: CLUSTER, tasks: [task] })).tasks[0];

const failed = (stderr: string, code = 32) => ({
  lastStatus: "STOPPED",
  stopCode: "TaskFailedToStart",
  stoppedReason:
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: " +
    `${stderr} : unsuccessful EFS utils command execution; code: ${code}`,
});
const DENIED = failed("b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'");

async function putPolicy(statement: object): Promise<void> {
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Resource: "*", ...statement }],
  });
  await at.world.call("efs", "PutFileSystemPolicy", { FileSystemId: at.fileSystemId, Policy });
}
const MOUNT = "elasticfilesystem:ClientMount";

describe("a task's start", () => {
  test("mounts its volumes for good: what happens to the access point later does not stop it", async () => {
    await at.register();
    await at.createService();
    const [task] = at.world.world.service("ecs").tasksOfService(CLUSTER, "web");
    expect(task?.mounts).toEqual([
      {
        volume: "data",
        fileSystemId: at.fileSystemId,
        accessPointId: at.accessPointId,
        path: "/",
        write: true,
        root: true,
      },
    ]);
    await at.world.call("efs", "DeleteAccessPoint", { AccessPointId: at.accessPointId });
    expect((await describeTask(task?.id ?? "")).lastStatus).toBe("RUNNING");
    expect(await runOne()).toMatchObject(DENIED);
  });

  test("fails as AWS words it where the policy does not admit the role; containers have no exit code", async () => {
    await at.register();
    await putPolicy({ Principal: { AWS: "111122223333" }, Action: MOUNT });
    const task = await runOne();
    expect(task).toMatchObject(DENIED);
    expect(task.containers[0]).not.toHaveProperty("exitCode");
    await putPolicy({ Principal: { AWS: at.taskRole }, Action: MOUNT });
    expect((await runOne()).lastStatus).toBe("RUNNING");
  });

  test("is anonymous with IAM authorization disabled, whatever its role may do", async () => {
    await at.register({ volumes: [efsVolume(at.fileSystemId, at.accessPointId, "DISABLED")] });
    expect((await runOne()).lastStatus).toBe("RUNNING");
    await putPolicy({ Principal: { AWS: at.taskRole }, Action: MOUNT });
    expect(await runOne()).toMatchObject(DENIED);
    await putPolicy({ Principal: { AWS: "*" }, Action: MOUNT });
    expect((await runOne()).lastStatus).toBe("RUNNING");
  });

  test("takes the role that RunTask puts in place of the definition's", async () => {
    await at.register();
    await putPolicy({ Principal: { AWS: at.taskRole }, Action: MOUNT });
    const Statement = [
      { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
    ];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const other = await at.world.call("iam", "CreateRole", { RoleName: "other", AssumeRolePolicyDocument });
    expect(await runOne({ overrides: { taskRoleArn: other.Role.Arn } })).toMatchObject(DENIED);
  });

  test("shows no TLS where the volume asks for none", async () => {
    const efsVolumeConfiguration = { fileSystemId: at.fileSystemId, rootDirectory: "/app" };
    await at.register({ volumes: [{ name: "data", efsVolumeConfiguration }] });
    expect((await runOne()).lastStatus).toBe("RUNNING");
    await putPolicy({
      Principal: { AWS: "*" },
      Action: MOUNT,
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    });
    const source = `${at.fileSystemId}.efs.eu-west-1.amazonaws.com:/app`;
    expect(await runOne()).toMatchObject(failed(`b'mount.nfs4: access denied by server while mounting ${source}'`));
  });

  test("looks for a mount target in the zone it was placed in, and in no other", async () => {
    await at.register();
    const awsvpcConfiguration = { subnets: [at.subnets[0], at.subnets[2]], securityGroups: [at.clientGroup] };
    const { tasks } = await run({ count: 4, networkConfiguration: { awsvpcConfiguration } });
    expect(tasks.map((one: { lastStatus: string }) => one.lastStatus)).toEqual([
      "RUNNING",
      "STOPPED",
      "RUNNING",
      "STOPPED",
    ]);
    expect(tasks[1].availabilityZone).toBe("eu-west-1c");
    expect(tasks[1].stoppedReason).toContain(
      `Failed to resolve "${at.fileSystemId}.efs.eu-west-1.amazonaws.com" - check`,
    );
  });

  test("does not get through a security group that lets no NFS in", async () => {
    await at.register();
    const awsvpcConfiguration = { subnets: [at.subnets[0]], securityGroups: [at.storageGroup] };
    expect(await runOne({ networkConfiguration: { awsvpcConfiguration } })).toMatchObject(
      failed("b'mount.nfs4: Connection timed out'"),
    );
  });

  test("does not look at volumes that no container mounts", async () => {
    await at.register({
      volumes: [efsVolume("fs-00000000", "fsap-00000000000000000")],
      containerDefinitions: [{ name: "app", image: "nginx" }],
    });
    expect((await runOne()).lastStatus).toBe("RUNNING");
  });

  test("takes its time, in two steps", async () => {
    at = await createTestCluster({ taskStartMs: 10_000 });
    await at.register();
    const { taskArn, lastStatus, version } = await runOne();
    expect([lastStatus, version]).toEqual(["PROVISIONING", 1]);
    at.world.clock.advance(5_000);
    expect(await describeTask(taskArn)).toMatchObject({ lastStatus: "PENDING", version: 2 });
    at.world.restart();
    at.world.clock.advance(5_000);
    expect(await describeTask(taskArn)).toMatchObject({ lastStatus: "RUNNING", version: 3, connectivity: "CONNECTED" });
  });

  test("needs roles that ECS can assume", async () => {
    await at.register({ taskRoleArn: "arn:aws:iam::111122223333:role/none" });
    await expect(run()).rejects.toMatchObject({
      code: "ClientException",
      message: expect.stringContaining("unable to assume"),
    });
    const service = await at.createService();
    expect(service).toMatchObject({ runningCount: 0, deployments: [{ failedTasks: 1, rolloutState: "IN_PROGRESS" }] });
    expect(service.events[0].message).toContain("unable to assume the role 'arn:aws:iam::111122223333:role/none'");
  });
});

describe("RunTask", () => {
  test("answers the same token with the same tasks, and refuses it for anything else", async () => {
    await at.register();
    const first = await run({ clientToken: "once", count: 2 });
    at.world.restart();
    const again = await run({ clientToken: "once", count: 2 });
    expect(again.tasks.map((one: { taskArn: string }) => one.taskArn)).toEqual(
      first.tasks.map((one: { taskArn: string }) => one.taskArn),
    );
    await expect(run({ clientToken: "once", count: 1 })).rejects.toMatchObject({
      code: "ConflictException",
      fields: { resourceIds: first.tasks.map((one: { taskArn: string }) => one.taskArn) },
    });
  });

  test.each([
    ["more than ten", { count: 11 }, "Count must be between 1 and 10."],
    ["a container that is not there", { overrides: { containerOverrides: [{ name: "x" }] } }, "x is not a container"],
    ["no network", { networkConfiguration: undefined }, "Network Configuration must be provided"],
    ["an unknown subnet", network({ subnets: ["subnet-0"] }), "The subnet ID 'subnet-0' does not exist"],
    ["an unknown group", network({ securityGroups: ["sg-0"] }), "The security group 'sg-0' does not exist"],
    ["a platform without EFS", { platformVersion: "1.3.0" }, "required capabilities"],
    ["a launch type without EFS", { launchType: "EXTERNAL" }, "does not support launch_type EXTERNAL"],
    ["a provider that the cluster lacks", strategy("FARGATE_SPOT"), "not associated with the cluster"],
  ])("refuses %s", async (_what, more, message) => {
    await at.register();
    await expect(run(typeof more === "function" ? more() : more)).rejects.toThrow(message);
  });

  function network(more: object) {
    return () => ({
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [at.subnets[0]], securityGroups: [at.clientGroup], ...more },
      },
    });
  }

  function strategy(capacityProvider: string) {
    return { launchType: undefined, capacityProviderStrategy: [{ capacityProvider }] };
  }

  test("stopped tasks are listed as such for an hour", async () => {
    await at.register();
    const { taskArn } = await runOne({ startedBy: "me" });
    const list = async (more: object) =>
      (await at.world.call("ecs", "ListTasks", { cluster: CLUSTER, startedBy: "me", ...more })).taskArns;
    expect([await list({}), await list({ family: "other" })]).toEqual([[taskArn], []]);
    const { task } = await at.world.call("ecs", "StopTask", { cluster: CLUSTER, task: taskArn, reason: "done" });
    expect(task).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "done",
      containers: [{ exitCode: 143 }, {}],
    });
    expect([await list({}), await list({ desiredStatus: "STOPPED" })]).toEqual([[], [taskArn]]);
    at.world.clock.advance(3_600_001);
    await run();
    const { failures } = await at.world.call("ecs", "DescribeTasks", { cluster: CLUSTER, tasks: [taskArn] });
    expect(failures).toEqual([{ arn: taskArn, reason: "MISSING" }]);
  });
});
