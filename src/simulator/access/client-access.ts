/** Whether an NFS client may use a file system (EFS user guide, "Using IAM to control file system data access"). */
import type { World } from "../world.ts";
import { type AccessRequest, type Answer, evaluate } from "./evaluate.ts";
import { parsePolicy, type RawPolicy, type Statement, statementsOf } from "./policy-document.ts";

export type ClientAction = "ClientMount" | "ClientWrite" | "ClientRootAccess";

export interface ClientAttempt {
  /** The role whose credentials the client shows; null = none (an anonymous mount). */
  roleArn: string | null;
  fileSystemId: string;
  /** Mounts through this access point; absent = without one. */
  accessPointId?: string;
  tls: boolean;
  /** False for what comes to EFS otherwise, e.g. DataSync. */
  viaMountTarget: boolean;
  action: ClientAction;
}

export interface ClientVerdict {
  decision: "allow" | "deny";
  /** One sentence: which policy decided. */
  why: string;
}

/** The condition keys that EFS enforces for NFS clients; conditions on any other key are not looked at. */
const ENFORCED = new Set([
  "aws:securetransport",
  "aws:sourceip",
  "elasticfilesystem:accesspointarn",
  "elasticfilesystem:accessedviamounttarget",
]);
const options = { enforces: (key: string): boolean => ENFORCED.has(key.toLowerCase()) };

/**
 * Decides one client action, by the policies in force now.
 *
 * In one account an Allow in the role's own policies or in the file system's policy is enough, and
 * an explicit Deny in either wins. Without a file system policy the default one admits everybody.
 */
export function evaluateClientAccess(world: World, attempt: ClientAttempt): ClientVerdict {
  const efs = world.service("efs");
  if (!efs.fileSystem(attempt.fileSystemId)) return deny(`file system ${attempt.fileSystemId} does not exist`);
  const fault = accessPointFault(world, attempt);
  if (fault !== null) return deny(fault);
  const identity = attempt.roleArn === null ? null : world.service("iam").identityOf(attempt.roleArn);
  if (attempt.roleArn !== null && identity === null) return deny(`role ${attempt.roleArn} does not exist`);

  const request = requestOf(world, attempt, identity?.id);
  const own = answerOf(identity?.policies ?? [], request);
  if (own?.effect === "Deny") return deny(`a policy of the role denies it${named(own)}`);
  if (identity?.boundary && answerOf([identity.boundary], request)?.effect !== "Allow") {
    return deny("the role's permissions boundary does not allow it");
  }
  const policy = efs.policyInForce(attempt.fileSystemId);
  if (policy === null) return allow("the file system has no policy, and the default one admits every client");
  const resource = evaluate(readOnce(policy), request, options);
  if (resource?.effect === "Deny") return deny(`the file system policy denies it${named(resource)}`);
  if (resource) return allow(`the file system policy allows it${named(resource)}`);
  if (own) return allow(`a policy of the role allows it${named(own)}`);
  return deny("neither the role's policies nor the file system policy allow it");
}

/** AWS accepts an access point only while it exists, on its own file system, and over TLS. */
function accessPointFault(world: World, { accessPointId, fileSystemId, tls }: ClientAttempt): string | null {
  if (accessPointId === undefined) return null;
  const accessPoint = world.service("efs").accessPoint(accessPointId);
  if (!accessPoint) return `access point ${accessPointId} does not exist`;
  if (accessPoint.fileSystemId !== fileSystemId)
    return `access point ${accessPointId} belongs to ${accessPoint.fileSystemId}`;
  if (accessPoint.state !== "available") return `access point ${accessPointId} is ${accessPoint.state}`;
  return tls ? null : "an access point can be used over TLS only";
}

function requestOf(world: World, attempt: ClientAttempt, id: string | undefined): AccessRequest {
  const { roleArn, accessPointId, tls, viaMountTarget } = attempt;
  const efs = world.service("efs");
  const keys = new Map<string, string[]>([
    ["aws:securetransport", [String(tls)]],
    ["elasticfilesystem:accessedviamounttarget", [String(viaMountTarget)]],
  ]);
  if (accessPointId !== undefined) keys.set("elasticfilesystem:accesspointarn", [efs.accessPointArn(accessPointId)]);
  return {
    requester: roleArn === null ? null : { arn: roleArn, id, account: world.account },
    action: `elasticfilesystem:${attempt.action}`,
    resource: efs.fileSystemArn(attempt.fileSystemId),
    keys,
  };
}

function answerOf(documents: readonly string[], request: AccessRequest): Answer | null {
  return evaluate(documents.flatMap(parsePolicy), request, options);
}

/** Documents are put as a whole and never changed, so each is read once. */
const read = new WeakMap<RawPolicy, Statement[]>();

function readOnce(policy: RawPolicy): Statement[] {
  let statements = read.get(policy);
  if (statements === undefined) read.set(policy, (statements = statementsOf(policy)));
  return statements;
}

const named = ({ sid }: Answer): string => (sid === undefined ? "" : ` (statement ${sid})`);
const allow = (why: string): ClientVerdict => ({ decision: "allow", why });
const deny = (why: string): ClientVerdict => ({ decision: "deny", why });
