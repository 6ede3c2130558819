import { describe, expect, test } from "vitest";
import type { ObservedAccessPoint, ObservedFunction, ObservedService } from "../../model/observations.ts";
import { RegisterInput } from "../../model/register-input.ts";
import { observedTaskDefinition, type RegisterShape } from "../../model/task-definition.ts";
import { parseManifests } from "../manifests.ts";
import type { BindingRecord, FileSystemRecord } from "../../model/records.ts";
import { adoptable } from "./adoptable.ts";
import { asStored } from "./known-records.ts";
import type { Account } from "./scan-account.ts";
import { adoptableYaml } from "./write-yaml.ts";

const HOME = { account: "111122223333", region: "eu-west-1" };
const CHOICE = { home: HOME, namespace: "media", driftPolicy: "Observe" as const };
const FS = "fs-0123456789abcdef0";
const arnOf = (id: string) => `arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/${id}`;

function accessPoint(id: string, changes: Partial<ObservedAccessPoint> = {}): ObservedAccessPoint {
  return {
    accessPointId: id,
    accessPointArn: arnOf(id),
    fileSystemId: FS,
    clientToken: id,
    lifeCycleState: "available",
    path: "/data",
    creationInfo: { ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
    posixUser: { uid: 1001, gid: 1001, secondaryGids: [] },
    tags: {},
    ...changes,
  };
}

function fn(functionName: string, accessPointArn: string | null): ObservedFunction {
  return {
    functionName,
    functionArn: `arn:aws:lambda:eu-west-1:111122223333:function:${functionName}`,
    version: "$LATEST",
    roleArn: `arn:aws:iam::111122223333:role/${functionName}`,
    revisionId: "r",
    vpcId: "vpc-1",
    subnetIds: [],
    snapStart: false,
    fileSystemConfigs: accessPointArn === null ? [] : [{ arn: accessPointArn, localMountPath: "/mnt/data" }],
    state: null,
    lastUpdateStatus: null,
    lastUpdateStatusReason: null,
    lastUpdateStatusReasonCode: null,
    lastModifiedMs: 0,
  };
}

function account(accessPoints: ObservedAccessPoint[], functions: ObservedFunction[]): Account {
  const fileSystems = [{ fileSystemId: FS, lifeCycleState: "available" as const }];
  return { fileSystems, accessPoints, functions, services: [], families: [], policies: new Map([[FS, null]]) };
}

const REVISION = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7";

/** A revision of `web` that mounts an access point at app:/data. */
function revision(accessPointId: string, changes: RegisterShape = {}) {
  const register = new RegisterInput({
    family: "web",
    taskRoleArn: "arn:aws:iam::111122223333:role/web",
    containerDefinitions: [{ name: "app", mountPoints: [{ sourceVolume: "files", containerPath: "/data" }] }],
    volumes: [
      {
        name: "files",
        efsVolumeConfiguration: {
          fileSystemId: FS,
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId, iam: "ENABLED" },
        },
      },
    ],
    ...changes,
  });
  return observedTaskDefinition({ taskDefinitionArn: REVISION, status: "ACTIVE", tags: {}, register });
}

function service(changes: Partial<ObservedService> = {}): ObservedService {
  return {
    serviceArn: "arn:aws:ecs:eu-west-1:111122223333:service/prod/web",
    cluster: "prod",
    serviceName: "web",
    status: "ACTIVE",
    createdAtMs: 0,
    taskDefinitionArn: REVISION,
    desiredCount: 0,
    runningCount: 0,
    pendingCount: 0,
    launchType: "FARGATE",
    platformFamily: "Linux",
    controller: "ECS",
    strategy: "ROLLING",
    subnetIds: [],
    securityGroupIds: [],
    deployments: [],
    ...changes,
  };
}

const namesOf = (found: Account) => adoptable(found, CHOICE).records.map(({ body }) => body.metadata.name);

describe("what a scan finds", () => {
  test("a function without a mount is none of its business, nor is a file system that no function mounts", () => {
    expect(adoptable(account([accessPoint("fsap-01234567")], [fn("plain", null)]), CHOICE)).toEqual({
      records: [],
      leftOut: [],
    });
  });

  test("names of functions become names of records, each once", () => {
    const ids = ["fsap-01234567", "fsap-01234568"];
    const found = account(
      ids.map((id) => accessPoint(id)),
      [fn("My_Function", arnOf(ids[0]!)), fn("my-function", arnOf(ids[1]!))],
    );
    expect(namesOf(found)).toEqual([FS, "my-function", "my-function-2"]);
  });

  test.each([
    ["without a POSIX user", accessPoint("fsap-01234567", { posixUser: null }), /no POSIX user/],
    ["without an owner", accessPoint("fsap-01234567", { creationInfo: null }), /states no owner/],
    ["of the root directory", accessPoint("fsap-01234567", { path: "/" }), /rootDirectory\.path/],
    [
      "of an installation",
      accessPoint("fsap-01234567", { tags: { "mooring.dev/installation": "prod", "mooring.dev/binding-name": "a/b" } }),
      /kept by Binding a\/b of installation "prod"/,
    ],
  ])("an access point %s is left out, with the reason", (_what, one, reason) => {
    const { records, leftOut } = adoptable(account([one], [fn("thumbnailer", one.accessPointArn)]), CHOICE);
    expect(records).toEqual([]);
    expect(leftOut).toEqual([expect.stringMatching(reason)]);
  });

  test("an access point that a deleted Binding left behind is found, with a note whose it was", () => {
    const tags = {
      "mooring.dev/installation": "prod",
      "mooring.dev/binding-name": "a/b",
      "mooring.dev/retained": "true",
    };
    const one = accessPoint("fsap-01234567", { tags });
    const { records, leftOut } = adoptable(account([one], [fn("thumbnailer", one.accessPointArn)]), CHOICE);
    expect(leftOut).toEqual([]);
    expect(records[1]!.notes.join()).toContain('Binding a/b of installation "prod" left this access point behind');
  });

  test("a FileSystem that Mooring has keeps its name, and a function that it binds is left out", () => {
    const points = [accessPoint("fsap-01234567"), accessPoint("fsap-01234568")];
    const functions = points.map(({ accessPointArn }, n) => fn(`f${n}`, accessPointArn));
    const [first] = adoptable(account(points, functions.slice(0, 1)), CHOICE).records.slice(1);
    const { account: owner, region } = HOME;
    const spec = { account: owner, region, fileSystemId: FS, policy: { mode: "Preserve" } };
    const fileSystem = { kind: "FileSystem", apiVersion: "mooring.dev/v1", metadata: { name: "shared" }, spec };
    const known = {
      fileSystems: asStored("FileSystem", fileSystem, HOME) as FileSystemRecord[],
      bindings: asStored("Binding", first!.body, HOME) as BindingRecord[],
    };
    const { records, leftOut } = adoptable(account(points, functions), { ...CHOICE, known });
    expect(leftOut).toEqual([expect.stringMatching(/f0.*mounted by the Binding media\/f0/)]);
    expect(records).toHaveLength(1);
    expect(records[0]!.body["spec"]).toMatchObject({ fileSystemRef: { name: "shared" } });
    expect(records[0]!.notes.join()).toContain("FileSystem shared is in mode Preserve");
  });

  test("strings that look like numbers stay strings in the file, and guesses stand in comments", () => {
    const one = accessPoint("fsap-01234567");
    const text = adoptableYaml(adoptable(account([one], [fn("thumbnailer", one.accessPointArn)]), CHOICE), HOME);
    expect(text).toContain("# access: ReadWrite is a guess");
    const [fileSystem, binding] = parseManifests(text, "scan").map(({ body }) => body["spec"]);
    expect(fileSystem).toMatchObject({ account: "111122223333" });
    expect(binding).toMatchObject({ rootDirectory: { permissions: "0750" } });
  });

  test.each([
    ["that CodeDeploy deploys", service({ controller: "CODE_DEPLOY" }), {}, /made by CodeDeploy/],
    ["of an external controller", service({ controller: "EXTERNAL" }), {}, /external controller/],
    ["on Windows", service({ platformFamily: "WINDOWS_SERVER_2022_CORE" }), {}, /WINDOWS_SERVER_2022_CORE/],
    ["on external instances", service({ launchType: "EXTERNAL" }), {}, /external instances/],
    ["that is being deleted", service({ status: "DRAINING" }), {}, /being deleted/],
    ["without a task role", service(), { taskRoleArn: "" }, /no task role/],
    ["of a foreign name", service({ serviceName: "web server" }), {}, /spec\.workload\.ecs\.service/],
  ])("a service %s is left out, with the reason", (_what, one, changes, reason) => {
    const id = "fsap-01234567";
    const found = { ...account([accessPoint(id)], []), services: [{ service: one, revision: revision(id, changes) }] };
    const { records, leftOut } = adoptable(found, CHOICE);
    expect(records).toEqual([]);
    expect(leftOut).toEqual([expect.stringMatching(reason)]);
  });

  test("a service whose revision nobody knows is said to be unknown, not to mount nothing", () => {
    const found = { ...account([], []), services: [{ service: service(), revision: null }] };
    expect(adoptable(found, CHOICE).leftOut).toEqual([expect.stringMatching(/service prod\/web: .*not known/)]);
  });

  test("a volume that names an access point of another file system is left out", () => {
    const one = accessPoint("fsap-01234567", { fileSystemId: "fs-11111111" });
    const found = { ...account([one], []), families: [revision("fsap-01234567")] };
    expect(adoptable(found, CHOICE).leftOut).toEqual([expect.stringMatching(/is one of fs-11111111/)]);
  });

  test("two access points of one directory with different modes are not both written: the API would refuse one", () => {
    const other = { creationInfo: { ownerUid: 1001, ownerGid: 1001, permissions: "0755" } };
    const points = [accessPoint("fsap-01234567"), accessPoint("fsap-01234568", other)];
    const functions = points.map(({ accessPointArn }, n) => fn(`f${n}`, accessPointArn));
    const { records, leftOut } = adoptable(account(points, functions), CHOICE);
    expect(records).toHaveLength(2);
    expect(leftOut).toEqual([expect.stringMatching(/function f1 .*a directory has one owner and mode/)]);
  });
});
