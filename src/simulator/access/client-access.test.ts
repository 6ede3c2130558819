import { beforeEach, expect, test } from "vitest";
import { makeFileSystem, makeNetwork, makeRole } from "../services/test-network.ts";
import { createTestWorld, type TestWorld } from "../services/test-world.ts";
import { type ClientAttempt, evaluateClientAccess } from "./client-access.ts";

let world: TestWorld;
let fileSystemId: string;
let web: string;
let batch: string;
let accessPoints: { id: string; arn: string }[];
beforeEach(async () => {
  world = createTestWorld();
  const network = await makeNetwork(world);
  fileSystemId = await makeFileSystem(world, network.subnets, network.storageGroup);
  [web, batch] = [await makeRole(world, "web"), await makeRole(world, "batch")];
  accessPoints = [];
  for (const ClientToken of ["one", "two"]) {
    const { AccessPointId, AccessPointArn } = await world.call("efs", "CreateAccessPoint", {
      ClientToken,
      FileSystemId: fileSystemId,
    });
    accessPoints.push({ id: AccessPointId, arn: AccessPointArn });
  }
});

function decide(over: Partial<ClientAttempt> = {}): string {
  const attempt = {
    roleArn: web,
    fileSystemId,
    tls: true,
    viaMountTarget: true,
    action: "ClientMount" as const,
    ...over,
  };
  return evaluateClientAccess(world.world, attempt).decision;
}
const through = (index: number): Partial<ClientAttempt> => ({ accessPointId: accessPoints[index]?.id ?? "" });
const put = (...Statement: object[]) =>
  world.call("efs", "PutFileSystemPolicy", {
    FileSystemId: fileSystemId,
    Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
  });
const identity = (RoleName: string, Action: string) => {
  const PolicyDocument = JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
  return world.call("iam", "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
};
/** Allow through one access point, deny everything else: what confines a role. */
const confined = (role: string, arn: string, action = "ClientMount"): object[] => [
  {
    Sid: "allow",
    Effect: "Allow",
    Principal: { AWS: role },
    Action: `elasticfilesystem:${action}`,
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": arn } },
  },
  {
    Sid: "deny",
    Effect: "Deny",
    Principal: { AWS: role },
    Action: "elasticfilesystem:Client*",
    Condition: { StringNotEquals: { "elasticfilesystem:AccessPointArn": arn } },
  },
];

test("without a policy everybody may do everything, even without credentials", () => {
  expect([decide(), decide({ roleArn: null, tls: false, action: "ClientRootAccess" })]).toEqual(["allow", "allow"]);
});

test("the first policy ends that", async () => {
  await put({ Effect: "Deny", Principal: "*", Action: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } });
  expect([decide(), decide({ roleArn: null })]).toEqual(["deny", "deny"]);
});

test("a confined role mounts through its access point only, whatever its own policies allow", async () => {
  const arn = accessPoints[0]?.arn ?? "";
  await put(...confined(web, arn));
  await identity("web", "elasticfilesystem:*");
  expect([decide(through(0)), decide(through(1)), decide()]).toEqual(["allow", "deny", "deny"]);
  expect(decide({ ...through(0), roleArn: batch })).toBe("deny");
});

test("an Allow alone confines nobody whose own policies allow more", async () => {
  await put(confined(web, accessPoints[0]?.arn ?? "")[0] ?? {});
  expect(decide(through(1))).toBe("deny");
  await identity("web", "elasticfilesystem:ClientMount");
  expect(decide(through(1))).toBe("allow");
});

test("TLS can be demanded, and an access point demands it", async () => {
  const everybody = { Effect: "Allow", Principal: "*", Action: "elasticfilesystem:ClientMount" };
  await put(everybody, {
    Effect: "Deny",
    Principal: "*",
    Action: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  expect([decide(), decide({ tls: false })]).toEqual(["allow", "deny"]);
  await put(everybody);
  expect([decide({ tls: false }), decide({ tls: false, ...through(0) })]).toEqual(["allow", "deny"]);
});

test("conditions on other keys are not looked at", async () => {
  await put({
    Effect: "Allow",
    Principal: "*",
    Action: "elasticfilesystem:ClientMount",
    Condition: { StringEquals: { "aws:PrincipalOrgID": "o-mine" } },
  });
  expect(decide({ roleArn: null })).toBe("allow");
});

test("a role made again under the same name is not the one that was admitted", async () => {
  await put(...confined(web, accessPoints[0]?.arn ?? ""));
  await world.call("iam", "DeleteRole", { RoleName: "web" });
  expect(decide(through(0))).toBe("deny");
  await makeRole(world, "web");
  expect(decide(through(0))).toBe("deny");
});

test("managed policies and boundaries count", async () => {
  await put({ Effect: "Allow", Principal: { AWS: batch }, Action: "elasticfilesystem:ClientMount" });
  await world.call("iam", "AttachRolePolicy", {
    RoleName: "web",
    PolicyArn: "arn:aws:iam::aws:policy/AmazonElasticFileSystemClientReadOnlyAccess",
  });
  expect([decide(), decide({ action: "ClientWrite" })]).toEqual(["allow", "deny"]);
  const PermissionsBoundary = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  await world.call("iam", "PutRolePermissionsBoundary", { RoleName: "web", PermissionsBoundary });
  expect(decide()).toBe("deny");
});

test("a deleted access point admits nobody", async () => {
  await world.call("efs", "DeleteAccessPoint", { AccessPointId: accessPoints[0]?.id });
  expect(decide(through(0))).toBe("deny");
});
