/**
 * Invocations, as far as mounts go: an execution environment is started when there is none for the
 * version's newest change, and it mounts then or not at all. A warm one keeps what it mounted.
 */
import { evaluateClientAccess } from "../../access/client-access.ts";
import { evaluateNetwork } from "../../access/network.ts";
import type { Handler } from "../../core.ts";
import type { World } from "../../world.ts";
import { isEfs } from "./mounts.ts";
import { resolve } from "./names.ts";
import {
  conflict,
  type FileSystemConfigRecord,
  functionArn,
  type LambdaContext,
  lambdaError,
  type Mountable,
  type VersionRecord,
} from "./state.ts";

export interface Mounted {
  localMountPath: string;
  accessPointArn: string;
  fileSystemId: string;
  path: string;
  write: boolean;
  root: boolean;
}

/** Warm environments by function ARN and version; they do not survive a restart of the world. */
export type Environments = Map<string, { changes: number; mounted: Mounted[] }>;

interface InvokeInput {
  FunctionName: string;
  Qualifier?: string;
  InvocationType?: "Event" | "RequestResponse" | "DryRun";
}

export function invokeOperations(context: LambdaContext, environments: Environments): Record<string, Handler> {
  return {
    Invoke({ FunctionName, Qualifier, InvocationType = "RequestResponse" }: InvokeInput) {
      const { version } = resolve(context, FunctionName, Qualifier);
      if (InvocationType === "DryRun") return { StatusCode: 204 };
      if (version.state === "Pending") {
        throw conflict(
          "The operation cannot be performed at this time. The function is currently in the following state: Pending",
        );
      }
      if (InvocationType === "Event") return { StatusCode: 202 };
      const mounts = environmentOf(context, environments, version);
      const Payload = new TextEncoder().encode(JSON.stringify({ function: version.functionName, mounts }));
      return { StatusCode: 200, ExecutedVersion: version.version, Payload };
    },
  };
}

function environmentOf(context: LambdaContext, environments: Environments, version: VersionRecord): Mounted[] {
  const key = functionArn(context, version.functionName, version.version);
  // While an update goes on, the change before it is what runs.
  const changes = version.serving ? version.changes - 1 : version.changes;
  const warm = environments.get(key);
  if (warm?.changes === changes) return warm.mounted;
  const source = version.serving ?? version;
  const mounted = source.fileSystemConfigs.filter(isEfs).map((mount) => mountOrThrow(context.world, source, mount));
  environments.set(key, { changes, mounted });
  return mounted;
}

/** @throws EFSMountFailureException, EFSMountConnectivityException, EFSMountTimeoutException. */
function mountOrThrow(world: World, source: Mountable, mount: FileSystemConfigRecord): Mounted {
  const attempt = tryMount(world, source, mount);
  if ("mounted" in attempt) return attempt.mounted;
  const { code, status } = FAILURES[attempt.failure];
  throw lambdaError(
    code,
    status,
    `The function couldn't mount the EFS file system with access point ${mount.Arn}: ${attempt.why}.`,
  );
}

const FAILURES = {
  denied: { code: "EFSMountFailureException", status: 403 },
  connectivity: { code: "EFSMountConnectivityException", status: 408 },
  timeout: { code: "EFSMountTimeoutException", status: 408 },
} as const;

type Attempt = { mounted: Mounted } | { failure: keyof typeof FAILURES; why: string };

/** What a new environment with this role and network would get. Lambda mounts over TLS, with its role, through a mount target. */
export function tryMount(world: World, { role, vpc }: Mountable, mount: FileSystemConfigRecord): Attempt {
  const accessPointId = mount.Arn.slice(mount.Arn.lastIndexOf("/") + 1);
  const accessPoint = world.service("efs").accessPoint(accessPointId);
  if (!accessPoint || accessPoint.state === "deleting")
    return { failure: "denied", why: "the access point does not exist" };
  const { fileSystemId, path } = accessPoint;
  const place = { subnetIds: vpc?.SubnetIds ?? [], securityGroupIds: vpc?.SecurityGroupIds ?? [] };
  const network = evaluateNetwork(world, fileSystemId, place);
  if (!network.reachable) return { failure: network.kind, why: network.why };
  const may = (action: "ClientMount" | "ClientWrite" | "ClientRootAccess") =>
    evaluateClientAccess(world, {
      roleArn: role,
      fileSystemId,
      accessPointId,
      tls: true,
      viaMountTarget: true,
      action,
    });
  const mounting = may("ClientMount");
  if (mounting.decision === "deny") return { failure: "denied", why: mounting.why };
  const write = may("ClientWrite").decision === "allow";
  const root = may("ClientRootAccess").decision === "allow";
  return {
    mounted: { localMountPath: mount.LocalMountPath, accessPointArn: mount.Arn, fileSystemId, path, write, root },
  };
}

export const INVOKE_MEMBERS = {
  Invoke: ["FunctionName", "Qualifier", "InvocationType", "Payload", "LogType", "ClientContext"],
} as const;
