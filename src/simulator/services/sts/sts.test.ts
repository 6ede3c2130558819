import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import type { STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Service } from "../../core.ts";
import type { RoleDirectory } from "../../world.ts";
import type { Doors } from "../../test-support.ts";
import { openDoors, sdkClient, standInWorld } from "../../test-support.ts";
import { createStsService } from "./sts.ts";

const trusting = (principal: object, condition?: object) =>
  JSON.stringify({
    Statement: [
      { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...(condition && { Condition: condition }) },
    ],
  });

/** Just enough of IAM to have roles. */
function createRoles(): Service & RoleDirectory {
  const documents: Record<string, string> = {
    deployer: trusting({ AWS: "arn:aws:iam::111122223333:user/tester" }),
    lambdas: trusting({ Service: "lambda.amazonaws.com" }),
    partner: trusting({ AWS: "111122223333" }, { StringEquals: { "sts:ExternalId": "secret" } }),
  };
  return {
    name: "iam",
    operations: {},
    inputMembers: {},
    readOnly: new Set(),
    snapshot: () => null,
    restore: () => undefined,
    findUser: () => undefined,
    findRole(name) {
      const assumeRolePolicyDocument = documents[name];
      const arn = `arn:aws:iam::111122223333:role/${name}`;
      return assumeRolePolicyDocument
        ? { arn, roleId: "AROATEST", roleName: name, assumeRolePolicyDocument, maxSessionSeconds: 3_600 }
        : undefined;
    },
  };
}

let doors: Doors;
beforeAll(async () => void (doors = await openDoors({ services: [createRoles, createStsService] })));
afterAll(() => doors.close());

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

describe.each(["socketClient", "standInClient"] as const)("STS through the %s", (door) => {
  const client = () => doors[door]<STSClient>("sts");

  test("an unknown access key is a user named after it", async () => {
    const identity = await doors[door]<STSClient>("sts", "deploy-bot").send(new GetCallerIdentityCommand());
    expect(identity).toMatchObject({ Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/deploy-bot" });
    expect(identity.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  test("a role that trusts the caller is assumed, and its key is the session", async () => {
    const assumed = await client().send(new AssumeRoleCommand({ RoleArn: role("deployer"), RoleSessionName: "ci" }));
    const key = assumed.Credentials?.AccessKeyId ?? "";
    expect(assumed.Credentials?.Expiration).toBeInstanceOf(Date);
    const session = sdkClient("sts", doors.url, key) as STSClient;
    const identity = await session.send(new GetCallerIdentityCommand());
    session.destroy();
    expect(identity.Arn).toBe("arn:aws:sts::111122223333:assumed-role/deployer/ci");
    expect(identity.UserId).toBe("AROATEST:ci");
  });

  test.each(["lambdas", "partner", "nobody"])("a role that does not trust the caller, %s, is denied", async (name) => {
    const call = client().send(new AssumeRoleCommand({ RoleArn: role(name), RoleSessionName: "ci" }));
    await expect(call).rejects.toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  });

  test("a session longer than the role allows is refused", async () => {
    const input = { RoleArn: role("deployer"), RoleSessionName: "ci", DurationSeconds: 3_601 };
    await expect(client().send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining("MaxSessionDuration"),
    });
  });

  test("an external id opens the role that asks for it", async () => {
    const input = { RoleArn: role("partner"), RoleSessionName: "ci", ExternalId: "secret" };
    await expect(client().send(new AssumeRoleCommand(input))).resolves.toHaveProperty("Credentials.AccessKeyId");
  });

  test("a session that would be too short is refused", async () => {
    const call = client().send(new GetSessionTokenCommand({ DurationSeconds: 60 }));
    await expect(call).rejects.toMatchObject({ name: "ValidationError", message: expect.stringContaining("900") });
  });

  test("a key says its account", async () => {
    await expect(
      client().send(new GetAccessKeyInfoCommand({ AccessKeyId: "AKIAIOSFODNN7EXAMPLE" })),
    ).resolves.toMatchObject({ Account: "111122223333" });
  });

  test("what is not built says so", async () => {
    const call = client().send(new GetFederationTokenCommand({ Name: "someone" }));
    await expect(call).rejects.toMatchObject({ name: "NotSimulated", $metadata: { httpStatusCode: 501 } });
  });

  test("a missing member is named", async () => {
    const call = client().send(new AssumeRoleCommand({ RoleArn: role("deployer") } as never));
    await expect(call).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining("'roleSessionName'"),
    });
  });
});

test("the credentials of a session end with it", async () => {
  const world = standInWorld({ services: [createRoles, createStsService] });
  const { Credentials } = await world
    .client<STSClient>("sts")
    .send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
  const session = world.client<STSClient>("sts", Credentials?.AccessKeyId);
  world.clock.advance(899_999);
  await session.send(new GetCallerIdentityCommand());
  world.clock.advance(1);
  await expect(session.send(new GetCallerIdentityCommand())).rejects.toMatchObject({ name: "ExpiredToken" });
});
