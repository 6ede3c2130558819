import { beforeEach, describe, expect, test } from "vitest";
import { CLUSTER, createTestCluster, efsVolume, type TestCluster, webDefinition } from "./test-cluster.ts";

let at: TestCluster;
beforeEach(async () => {
  at = await createTestCluster();
});
const call = (operation: string, input: object) => at.world.call("ecs", operation, input);
const register = (more: object = {}) => call("RegisterTaskDefinition", { ...definition(), ...more });
const definition = () => ({ ...webDefinition(at.fileSystemId, at.accessPointId), taskRoleArn: at.taskRole });

describe("registration", () => {
  test("gives everything back, and more than was given", async () => {
    const [app, log] = definition().containerDefinitions;
    const rich = {
      ...app,
      linuxParameters: { capabilities: { add: ["SYS_PTRACE"] }, tmpfs: [{ containerPath: "/t", size: 16 }] },
      logConfiguration: { logDriver: "awsfirelens", options: { Name: "x" } },
      firelensConfiguration: { type: "fluentbit", options: { a: "b" } },
      healthCheck: { command: ["CMD", "true"] },
      ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 2 }],
      dockerLabels: { a: "b" },
      restartPolicy: { enabled: true, ignoredExitCodes: [0] },
      versionConsistency: "disabled",
      portMappings: [{ containerPort: 80, name: "http", appProtocol: "http2" }],
    };
    const { taskDefinition } = await register({
      containerDefinitions: [rich, log],
      proxyConfiguration: { type: "APPMESH", containerName: "app", properties: [{ name: "a", value: "b" }] },
      ephemeralStorage: { sizeInGiB: 30 },
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      enableFaultInjection: true,
      pidMode: "task",
    });
    expect(taskDefinition).toMatchObject({
      taskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1",
      revision: 1,
      status: "ACTIVE",
      registeredBy: "arn:aws:iam::111122223333:user/tester",
      proxyConfiguration: { properties: [{ name: "a", value: "b" }] },
      ephemeralStorage: { sizeInGiB: 30 },
      enableFaultInjection: true,
      placementConstraints: [],
      compatibilities: ["EC2", "FARGATE", "MANAGED_INSTANCES"],
      containerDefinitions: [
        {
          ...rich,
          cpu: 0,
          essential: true,
          environment: [],
          volumesFrom: [],
          systemControls: [],
          mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp", name: "http" }],
          healthCheck: { command: ["CMD", "true"], interval: 30, timeout: 5, retries: 3 },
        },
        { name: "log", essential: false, mountPoints: [] },
      ],
      volumes: [{ name: "data", efsVolumeConfiguration: { rootDirectory: "/", transitEncryption: "ENABLED" } }],
    });
    const names = taskDefinition.requiresAttributes.map((one: { name: string }) => one.name);
    expect(names).toEqual(
      expect.arrayContaining(["ecs.capability.efs", "ecs.capability.efsAuth", "ecs.capability.task-eni"]),
    );
  });

  test("what is read back can be noisier still", async () => {
    const efsVolumeConfiguration = { fileSystemId: at.fileSystemId };
    await register({ volumes: [{ name: "data", efsVolumeConfiguration }] });
    at.world.world.service("ecs").configure({ noisy: true });
    const { taskDefinition } = await call("DescribeTaskDefinition", { taskDefinition: "web" });
    expect(taskDefinition.containerDefinitions[0].mountPoints[0].readOnly).toBe(false);
    expect(taskDefinition.volumes[0].efsVolumeConfiguration.transitEncryption).toBe("DISABLED");
  });

  test("what was read can be registered again, without what only AWS writes", async () => {
    const { taskDefinition } = await register();
    const {
      taskDefinitionArn,
      revision,
      status,
      requiresAttributes,
      compatibilities,
      registeredAt,
      registeredBy,
      ...rest
    } = taskDefinition;
    expect([
      taskDefinitionArn,
      revision,
      status,
      requiresAttributes,
      compatibilities,
      registeredAt,
      registeredBy,
    ]).not.toContain(undefined);
    const again = (await call("RegisterTaskDefinition", rest)).taskDefinition;
    expect(again).toMatchObject({ ...rest, revision: 2 });
    await expect(call("RegisterTaskDefinition", { ...rest, revision: 1 })).rejects.toMatchObject({
      code: "NotSimulated",
    });
  });

  const volume = (more: object) => ({
    volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-01234567", ...more } }],
  });
  const mounts = (...mountPoints: object[]) => ({ containerDefinitions: [{ name: "app", image: "i", mountPoints }] });
  const point = { sourceVolume: "data", containerPath: "/data" };
  test.each([
    [
      "an access point below another directory",
      volume({
        rootDirectory: "/a",
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: "fsap-01234567" },
      }),
      "must either be omitted or set to '/'",
    ],
    [
      "an access point without TLS",
      volume({ authorizationConfig: { accessPointId: "fsap-01234567" } }),
      "transit encryption must be enabled",
    ],
    ["IAM without TLS", volume({ authorizationConfig: { iam: "ENABLED" } }), "transit encryption must be enabled"],
    [
      "IAM without a task role",
      { ...volume({ transitEncryption: "ENABLED", authorizationConfig: { iam: "ENABLED" } }), taskRoleArn: undefined },
      "requires a task role",
    ],
    [
      "the ARN of a file system",
      volume({ fileSystemId: "arn:aws:elasticfilesystem:eu-west-1:1:file-system/fs-01234567" }),
      "file system ID is not valid",
    ],
    ["a mount point of no volume", mounts({ ...point, sourceVolume: "none" }), "Unknown volume 'none'."],
    ["two mount points on one path", mounts(point, point), "Duplicate mount point '/data' in container 'app'."],
    [
      "two volumes of one name",
      { volumes: [efsVolume("fs-01234567", "fsap-01234567"), { name: "data" }] },
      "Duplicate volume name 'data'.",
    ],
    [
      "a volume of two kinds",
      { volumes: [{ ...efsVolume("fs-01234567", "fsap-01234567"), host: { sourcePath: "/x" } }] },
      "one volume configuration only",
    ],
    [
      "EFS on Windows",
      { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } },
      "not supported for Windows",
    ],
    [
      "two containers of one name",
      {
        volumes: [],
        containerDefinitions: [
          { name: "a", image: "i" },
          { name: "a", image: "i" },
        ],
      },
      "Duplicate container name 'a'.",
    ],
    ["a bad family", { family: "a b" }, "Family contains invalid characters."],
    [
      "a bad size for Fargate",
      { cpu: "256", memory: "4096" },
      "No Fargate configuration exists for given values: 256 CPU, 4096 memory.",
    ],
    ["another network mode on Fargate", { networkMode: "bridge" }, "Fargate only supports network mode ‘awsvpc’."],
    ["the host's processes on Fargate", { pidMode: "host" }, "The supported value for pidMode is 'task'."],
    [
      "more than 64 KiB",
      { containerDefinitions: [{ name: "app", image: "i", command: ["x".repeat(65_536)] }] },
      "Max allowed length is '65536' bytes.",
    ],
  ])("%s is refused", async (_what, more, message) => {
    await expect(register(more)).rejects.toMatchObject({
      code: "ClientException",
      status: 400,
      message: expect.stringContaining(message),
    });
  });
});

describe("revisions", () => {
  test("an inactive one runs on, but cannot be deployed any more once that is enforced", async () => {
    at = await createTestCluster({ deregisterMs: 60_000 });
    await register();
    await at.createService();
    await register();
    await call("DeregisterTaskDefinition", { taskDefinition: "web:2" });
    expect((await at.update({ taskDefinition: "web:2" })).taskDefinition).toContain("web:2");
    at.world.clock.advance(60_000);
    await expect(at.update({ forceNewDeployment: true })).rejects.toThrow("TaskDefinition is inactive");
    expect(await at.update({ desiredCount: 2 })).toMatchObject({ runningCount: 2 });
    const { taskDefinition } = await call("DescribeTaskDefinition", { taskDefinition: "web" });
    expect(taskDefinition.revision).toBe(1);
  });

  test("numbers are never used twice, and deleted ones stay visible while something uses them", async () => {
    await register();
    await at.createService();
    const arn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1";
    const active = await call("DeleteTaskDefinitions", { taskDefinitions: [arn, "web:9"] });
    expect(active).toMatchObject({
      taskDefinitions: [],
      failures: [{ reason: "TASK_DEFINITION_NOT_INACTIVE" }, { reason: "MISSING" }],
    });
    await call("DeregisterTaskDefinition", { taskDefinition: arn });
    await call("DeleteTaskDefinitions", { taskDefinitions: [arn] });
    at.world.clock.advance(7_200_000);
    expect((await call("DescribeTaskDefinition", { taskDefinition: arn })).taskDefinition.status).toBe(
      "DELETE_IN_PROGRESS",
    );
    await call("DeleteService", { cluster: CLUSTER, service: "web", force: true });
    await expect(call("DescribeTaskDefinition", { taskDefinition: arn })).rejects.toThrow("Unable to describe");
    expect((await register()).taskDefinition.revision).toBe(2);
  });

  test("are listed by family, in order, page by page", async () => {
    for (const family of ["web", "api", "web", "web-old", "web"]) await register({ family });
    const pages: string[][] = [];
    for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
      const page = await call("ListTaskDefinitions", { maxResults: 2, nextToken });
      pages.push(page.taskDefinitionArns.map((arn: string) => arn.split("/")[1]));
      nextToken = page.nextToken;
    }
    expect(pages).toEqual([["api:1", "web:1"], ["web:2", "web:3"], ["web-old:1"]]);
    const newest = await call("ListTaskDefinitions", { familyPrefix: "web", sort: "DESC", maxResults: 1 });
    expect(newest.taskDefinitionArns[0]).toContain("web:3");
    await call("DeregisterTaskDefinition", { taskDefinition: "api:1" });
    expect((await call("ListTaskDefinitionFamilies", { familyPrefix: "w" })).families).toEqual(["web", "web-old"]);
    expect((await call("ListTaskDefinitionFamilies", { status: "INACTIVE" })).families).toEqual(["api"]);
  });

  test("tags are beside a definition, and only if asked for", async () => {
    await register({ tags: [{ key: "team", value: "web" }] });
    expect(await call("DescribeTaskDefinition", { taskDefinition: "web" })).not.toHaveProperty("tags");
    expect((await call("DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] })).tags).toEqual([
      { key: "team", value: "web" },
    ]);
    await expect(register({ tags: [{ key: "aws:x", value: "1" }] })).rejects.toMatchObject({
      code: "InvalidParameterException",
    });
  });
});
