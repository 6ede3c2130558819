import { describe, expect, test } from "vitest";
import type { ObservedAccessPoint, ObservedFunction } from "../../model/observations.ts";
import { parseManifests } from "../manifests.ts";
import { adoptable } from "./adoptable.ts";
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
  return { fileSystems, accessPoints, functions, policies: new Map([[FS, null]]) };
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

  test("strings that look like numbers stay strings in the file, and guesses stand in comments", () => {
    const one = accessPoint("fsap-01234567");
    const text = adoptableYaml(adoptable(account([one], [fn("thumbnailer", one.accessPointArn)]), CHOICE), HOME);
    expect(text).toContain("# access: ReadWrite is a guess");
    const [fileSystem, binding] = parseManifests(text, "scan").map(({ body }) => body["spec"]);
    expect(fileSystem).toMatchObject({ account: "111122223333" });
    expect(binding).toMatchObject({ rootDirectory: { permissions: "0750" } });
  });
});
