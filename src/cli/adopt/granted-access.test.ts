import { describe, expect, test } from "vitest";
import { grantedAccess } from "./granted-access.ts";

const FS = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0";
const OWN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0";
const MOUNT = { roleArn: "arn:aws:iam::111122223333:role/thumbnailer", accessPointArn: OWN, posixUid: 1001 };

function allow(actions: string | string[], more: object = {}): object {
  return { Effect: "Allow", Principal: { AWS: MOUNT.roleArn }, Action: actions, Resource: FS, ...more };
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const through = (accessPointArn: string) => ({
  Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
});

describe("the access that a policy grants", () => {
  test.each([
    ["mount alone reads", [allow("elasticfilesystem:ClientMount")], "ReadOnly"],
    ["wildcards count", [allow("elasticfilesystem:Client*")], "ReadWriteRoot"],
    [
      "through its own access point",
      [allow(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], through(OWN))],
      "ReadWrite",
    ],
    [
      "the whole account",
      [
        allow(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], {
          Principal: { AWS: "111122223333" },
        }),
      ],
      "ReadWrite",
    ],
    [
      "a Deny takes away",
      [allow("elasticfilesystem:Client*"), { ...allow("elasticfilesystem:ClientRootAccess"), Effect: "Deny" }],
      "ReadWrite",
    ],
  ])("%s", (_what, statements, access) => {
    expect(grantedAccess(policy(...statements), MOUNT).access).toBe(access);
  });

  test.each([
    ["no policy", null],
    ["a policy that cannot be read", "{"],
    [
      "another role",
      policy(allow("elasticfilesystem:Client*", { Principal: { AWS: "arn:aws:iam::111122223333:role/other" } })),
    ],
    ["another access point", policy(allow("elasticfilesystem:Client*", through(`${OWN}f`)))],
    [
      "a condition that only a request can meet",
      policy(allow("elasticfilesystem:Client*", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } })),
    ],
  ])("is a guess that says so: %s", (_what, text) => {
    const guess = grantedAccess(text, MOUNT);
    expect(guess.access).toBe("ReadWrite");
    expect(guess.doubt).not.toBeNull();
    expect(grantedAccess(text, { ...MOUNT, posixUid: 0 }).access).toBe("ReadWriteRoot");
  });
});
