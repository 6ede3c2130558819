import { describe, expect, test } from "vitest";
import type { Access } from "../model/records.ts";
import { accessPointArnOf, FS_ARN, roleArn } from "./planning-samples.ts";
import { type Admission, admissionKey, admissionsInForce } from "./policy-admissions.ts";
import { NO_ROLE_NAMES } from "./policy-canonical.ts";
import { listOf, type Statement } from "./policy-document.ts";
import { statementsOf } from "./policy-statements.ts";

function admission(role: string, accessPoint: string, access: Access): Admission {
  return { roleArn: roleArn(role), accessPointArn: accessPointArnOf(accessPoint), access };
}

function render(admissions: Admission[], confine = true, requireTls = false): readonly Statement[] {
  return statementsOf({ installation: "test", fileSystemArn: FS_ARN, admissions, confine, requireTls });
}

/** What EFS decides for an NFS client, from our statements alone: an identity policy allows everything. */
function may(statements: readonly Statement[], role: string, action: string, accessPoint: string | null): boolean {
  return !statements.some((statement) => {
    if (statement.Effect !== "Deny" || !listOf((statement.Principal as { AWS: unknown }).AWS).includes(roleArn(role)))
      return false;
    if (!listOf(statement.Action).includes(`elasticfilesystem:${action}`)) return false;
    const condition = statement.Condition as { StringNotEquals: Record<string, unknown> } | undefined;
    if (!condition) return true;
    return !listOf(condition.StringNotEquals["elasticfilesystem:AccessPointArn"]).includes(
      accessPoint === null ? "" : accessPointArnOf(accessPoint),
    );
  });
}

describe("the Denies of a role", () => {
  const all = [
    admission("app", "ro", "ReadOnly"),
    admission("app", "rw", "ReadWrite"),
    admission("app", "root", "ReadWriteRoot"),
    admission("other", "else", "ReadWrite"),
  ];

  test.each<[string, string | null, boolean, boolean, boolean]>([
    ["its read-only access point", "ro", true, false, false],
    ["its writing access point", "rw", true, true, false],
    ["its root access point", "root", true, true, true],
    ["somebody else's access point", "else", false, false, false],
    ["no access point at all", null, false, false, false],
  ])("leave it through %s just what that grants", (_what, accessPoint, mount, write, root) => {
    const statements = render(all);
    expect([
      may(statements, "app", "ClientMount", accessPoint),
      may(statements, "app", "ClientWrite", accessPoint),
      may(statements, "app", "ClientRootAccess", accessPoint),
    ]).toEqual([mount, write, root]);
  });

  test("do not touch other roles", () => {
    expect(may(render(all), "stranger", "ClientMount", null)).toBe(true);
  });

  test("share a principal list where they are equal", () => {
    const denies = render([admission("a", "one", "ReadWrite"), admission("b", "one", "ReadWrite")]).filter(
      ({ Effect }) => Effect === "Deny",
    );
    expect(denies).toHaveLength(2);
    for (const { Principal } of denies) expect(Principal).toEqual({ AWS: [roleArn("a"), roleArn("b")] });
  });
});

describe("the Allows", () => {
  test.each<[Access, string[]]>([
    ["ReadOnly", ["ClientMount"]],
    ["ReadWrite", ["ClientMount", "ClientWrite"]],
    ["ReadWriteRoot", ["ClientMount", "ClientWrite", "ClientRootAccess"]],
  ])("of %s grant just %j, through the access point and a mount target", (access, actions) => {
    const [allow] = render([admission("app", "one", access)], false);
    expect(listOf(allow!.Action)).toEqual(actions.map((action) => `elasticfilesystem:${action}`));
    expect(allow!.Condition).toEqual({
      StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArnOf("one") },
      Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
    });
    expect(allow!.Resource).toBe(FS_ARN);
  });

  test("list all access points of a role and access in one statement", () => {
    const allows = render([admission("app", "one", "ReadWrite"), admission("app", "two", "ReadWrite")], false);
    expect(allows).toHaveLength(1);
  });

  test("can be read back to the admissions they were made from", () => {
    const admissions = [
      admission("a", "one", "ReadOnly"),
      admission("a", "two", "ReadWrite"),
      admission("b", "two", "ReadWrite"),
      admission("b", "three", "ReadWriteRoot"),
    ];
    expect(
      admissionsInForce(render(admissions, true, true), NO_ROLE_NAMES)
        .map(admissionKey)
        .sort(),
    ).toEqual(admissions.map(admissionKey).sort());
  });
});

test("one role with one access point stays within the measured 1,500 characters", () => {
  expect(
    JSON.stringify(render([admission("application-role", "fsap-0123456789abcdef0", "ReadOnly")])).length,
  ).toBeLessThan(1_500);
});

test("Sids begin with the installation's prefix and are unique", () => {
  const sids = render(
    [admission("a", "one", "ReadOnly"), admission("b", "two", "ReadWrite"), admission("c", "three", "ReadWriteRoot")],
    true,
    true,
  ).map(({ Sid }) => Sid as string);
  expect(new Set(sids).size).toBe(sids.length);
  expect(sids.every((sid) => sid.startsWith("mooring-test-"))).toBe(true);
});
