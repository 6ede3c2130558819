/** STS: who am I, and sessions of roles and users. */
import type { CallContext, Caller, Service } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import type { Principal, RoleDirectory, World } from "../../world.ts";
import { createSessionKey } from "./session-key.ts";
import type { Session } from "./session-key.ts";
import { mayAssume } from "./trust-policy.ts";

declare module "../../world.ts" {
  interface Services {
    sts: Service;
  }
}

const INPUT_MEMBERS = {
  GetCallerIdentity: [],
  AssumeRole: ["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "Tags", "TransitiveTagKeys"],
  GetSessionToken: ["DurationSeconds"],
  GetAccessKeyInfo: ["AccessKeyId"],
};

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]{1,64})$/;

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/ */
export function createStsService(world: World): Service {
  const sessions = new Map<string, Session>();
  const enter = (session: Session) => {
    sessions.set(session.principal.accessKeyId, session);
    world.enterKey(session.principal);
  };
  const parts = { world, enter };
  return {
    name: "sts",
    operations: {
      GetCallerIdentity: (_, { caller }: CallContext) => ({
        UserId: caller.principalId,
        Account: caller.accountId,
        Arn: caller.arn,
      }),
      AssumeRole: (input, { caller }: CallContext) => assumeRole(parts, input, caller),
      GetSessionToken: (input, { caller }: CallContext) => getSessionToken(parts, input, caller),
      GetAccessKeyInfo: ({ AccessKeyId }) => ({ Account: world.principalOf(AccessKeyId).accountId }),
    },
    inputMembers: INPUT_MEMBERS,
    // CloudTrail marks AssumeRole and GetSessionToken read-only as well.
    readOnly: new Set(["GetCallerIdentity", "GetAccessKeyInfo", "AssumeRole", "GetSessionToken"]),
    snapshot: () => [...sessions.values()].filter(({ expiresAtMs }) => expiresAtMs > world.clock.nowMs()),
    restore(state) {
      sessions.clear();
      for (const session of state as Session[]) enter(session);
    },
  };
}

interface Parts {
  world: World;
  enter(session: Session): void;
}

interface AssumeRoleInput {
  RoleArn: string;
  RoleSessionName: string;
  DurationSeconds?: number;
  ExternalId?: string;
}

function assumeRole({ world, enter }: Parts, input: AssumeRoleInput, caller: Caller): object {
  const { RoleArn, RoleSessionName, DurationSeconds = 3_600 } = input;
  if (!SESSION_NAME.test(RoleSessionName)) {
    throw invalid(
      `Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  checkDuration(DurationSeconds, 43_200);
  const [, accountId, roleName = ""] = ROLE_ARN.exec(RoleArn) ?? [];
  if (accountId === undefined) throw new ServiceError("ValidationError", 400, `${RoleArn} is invalid`);
  const iam = world.find("iam") as (Service & Partial<RoleDirectory>) | undefined;
  const role = accountId === world.account ? iam?.findRole?.(roleName) : undefined;
  const denied = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
  // AWS does not tell a role that does not exist from one that does not trust the caller.
  if (!role || role.arn !== RoleArn || !mayAssume(role.assumeRolePolicyDocument, caller, input.ExternalId)) {
    throw new ServiceError("AccessDenied", 403, denied);
  }
  if (DurationSeconds > role.maxSessionSeconds) {
    const complaint = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    throw new ServiceError("ValidationError", 400, complaint);
  }
  const arn = `arn:${world.partition}:sts::${world.account}:assumed-role/${roleName}/${RoleSessionName}`;
  const principalId = `${role.roleId}:${RoleSessionName}`;
  const sessionIssuer = { arn: role.arn, userName: roleName, principalId: role.roleId };
  const owner = {
    accountId: world.account,
    type: "AssumedRole" as const,
    arn,
    principalId,
    userName: RoleSessionName,
    sessionIssuer,
  };
  const Credentials = openSession({ world, enter }, owner, DurationSeconds);
  return { Credentials, AssumedRoleUser: { AssumedRoleId: principalId, Arn: arn }, PackedPolicySize: 0 };
}

function getSessionToken(
  parts: Parts,
  { DurationSeconds = 43_200 }: { DurationSeconds?: number },
  caller: Caller,
): object {
  checkDuration(DurationSeconds, 129_600);
  if (caller.type === "AssumedRole") {
    throw new ServiceError("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  }
  const { accountId, type, arn, principalId, userName } = caller;
  return { Credentials: openSession(parts, { accountId, type, arn, principalId, userName }, DurationSeconds) };
}

function openSession({ world, enter }: Parts, owner: Omit<Principal, "accessKeyId">, durationSeconds: number): object {
  const key = createSessionKey(world.clock);
  const expiresAtMs = world.clock.nowMs() + durationSeconds * 1_000;
  enter({ principal: { ...owner, accessKeyId: key.accessKeyId, expiresAtMs }, expiresAtMs });
  world.changed();
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: key.sessionToken,
    Expiration: new Date(expiresAtMs),
  };
}

function checkDuration(seconds: number, maxSeconds: number): void {
  if (seconds >= 900 && seconds <= maxSeconds) return;
  const bound = seconds < 900 ? "greater than or equal to 900" : `less than or equal to ${maxSeconds}`;
  throw invalid(
    `Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

function invalid(complaint: string): ServiceError {
  return new ServiceError("ValidationError", 400, `1 validation error detected: ${complaint}`);
}
