import type { ObservedTaskDefinition, ObservedVolume } from "./observations.ts";
import { RegisterInput } from "./register-input.ts";

/**
 * Members of DescribeTaskDefinition's `taskDefinition` that RegisterTaskDefinition does not take.
 * Source: the API reference of both operations.
 */
const NOT_REGISTERED: ReadonlySet<string> = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]);

/** Leaves what can be registered again, omitted and undefined members left out. */
export function registerInputOf(described: Readonly<Record<string, unknown>>): RegisterInput {
  const kept = Object.entries(described).filter(([name, value]) => !NOT_REGISTERED.has(name) && value !== undefined);
  return new RegisterInput(Object.fromEntries(kept));
}

/** The ARN without its revision's number, and the number: `…:task-definition/web:7` is revision 7 of `web`. */
export function parseTaskDefinitionArn(arn: string): { familyArn: string; family: string; revision: number } {
  const found = /^(arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:task-definition\/([\w-]+)):(\d+)$/.exec(arn);
  if (found === null) throw new Error(`"${arn}" is not the ARN of a task definition's revision`);
  return { familyArn: found[1]!, family: found[2]!, revision: Number(found[3]) };
}

/** A revision as the planners look at it; omitted members read as AWS's defaults. */
export function observedTaskDefinition(revision: {
  taskDefinitionArn: string;
  /** "ACTIVE", "INACTIVE" or "DELETE_IN_PROGRESS". */
  status: ObservedTaskDefinition["status"];
  tags: Record<string, string>;
  register: RegisterInput;
}): ObservedTaskDefinition {
  const input = revision.register.reveal() as RegisterShape;
  const { family, revision: number } = parseTaskDefinitionArn(revision.taskDefinitionArn);
  return {
    ...revision,
    family,
    revision: number,
    taskRoleArn: input.taskRoleArn || null,
    requiresCompatibilities: [...(input.requiresCompatibilities ?? [])].sort(),
    operatingSystemFamily: input.runtimePlatform?.operatingSystemFamily ?? null,
    volumes: (input.volumes ?? []).map(observedVolume),
    containers: (input.containerDefinitions ?? []).map(({ name, mountPoints }) => ({
      name: name ?? "",
      mountPoints: (mountPoints ?? []).map((mount) => ({
        sourceVolume: mount.sourceVolume ?? "",
        containerPath: mount.containerPath ?? "",
        readOnly: mount.readOnly ?? false,
      })),
    })),
    bytes: revision.register.bytes,
  };
}

function observedVolume({ name, efsVolumeConfiguration: efs }: VolumeShape): ObservedVolume {
  if (efs === undefined) return { name: name ?? "", efs: null };
  return {
    name: name ?? "",
    efs: {
      fileSystemId: efs.fileSystemId ?? "",
      rootDirectory: efs.rootDirectory || "/",
      transitEncryption: efs.transitEncryption === "ENABLED",
      accessPointId: efs.authorizationConfig?.accessPointId || null,
      iam: efs.authorizationConfig?.iam === "ENABLED",
    },
  };
}

/** The members that are looked at; all others are carried along unseen. */
export interface RegisterShape {
  family?: string;
  taskRoleArn?: string;
  requiresCompatibilities?: string[];
  runtimePlatform?: { operatingSystemFamily?: string };
  volumes?: VolumeShape[];
  containerDefinitions?: ContainerShape[];
}

export interface VolumeShape {
  name?: string;
  efsVolumeConfiguration?: {
    fileSystemId?: string;
    rootDirectory?: string;
    transitEncryption?: string;
    authorizationConfig?: { accessPointId?: string; iam?: string };
  };
}

export interface ContainerShape {
  name?: string;
  mountPoints?: { sourceVolume?: string; containerPath?: string; readOnly?: boolean }[];
}
