/**
 * The control plane of Amazon EFS: file systems, mount targets, access points, policies, tags.
 * No file is simulated; what a mount may do is answered by `src/simulator/access`.
 */
import type { RawPolicy } from "../../access/policy-document.ts";
import type { Handler, Service } from "../../core.ts";
import type { World } from "../../world.ts";
import { inputValidator } from "../input-constraints.ts";
import { ACCESS_POINT_MEMBERS, accessPointOperations, addAccessPoint, forgetAccessPoint } from "./access-points.ts";
import { EFS_CONSTRAINTS } from "./constraints.ts";
import { TAG_MEMBERS, tagOperations } from "./efs-tags.ts";
import { addFileSystem, FILE_SYSTEM_MEMBERS, fileSystemOperations } from "./file-systems.ts";
import { addMountTarget, forgetMountTarget, MOUNT_TARGET_MEMBERS, mountTargetOperations } from "./mount-targets.ts";
import { POLICY_MEMBERS, policyInForce, policyOperations } from "./policy.ts";
import { SETTING_MEMBERS, settingOperations } from "./settings.ts";
import {
  type AccessPointRecord,
  arnOf,
  type EfsContext,
  type EfsState,
  emptyState,
  type FileSystemRecord,
  type MountTargetRecord,
} from "./state.ts";
import { resumeState } from "./transitions.ts";

declare module "../../world.ts" {
  interface Services {
    efs: EfsService;
  }
}

export interface EfsService extends Service {
  fileSystem(id: string): FileSystemRecord | undefined;
  accessPoint(id: string): AccessPointRecord | undefined;
  mountTargetsOf(fileSystemId: string): readonly MountTargetRecord[];
  /** The policy that clients feel now; null = none, so the default one, which admits everybody. */
  policyInForce(fileSystemId: string): RawPolicy | null;
  fileSystemArn(id: string): string;
  accessPointArn(id: string): string;
  /** Gives a new file system, nothing on it yet, an id that demos and tests can know beforehand. */
  furnish(fileSystemId: string, knownId: string): void;
  /** Ends at once whatever is being created, and lets clients feel the newest policies. */
  settle(): void;
}

const READ_ONLY = /^(Describe|List)/;

export function createEfsService(world: World): EfsService {
  const context: EfsContext = { state: emptyState(), world };
  const operations = validated({
    ...fileSystemOperations(context),
    ...mountTargetOperations(context),
    ...accessPointOperations(context),
    ...policyOperations(context),
    ...tagOperations(context),
    ...settingOperations(context),
  });
  const { state } = context;
  return {
    name: "efs",
    operations,
    inputMembers: {
      ...FILE_SYSTEM_MEMBERS,
      ...MOUNT_TARGET_MEMBERS,
      ...ACCESS_POINT_MEMBERS,
      ...POLICY_MEMBERS,
      ...TAG_MEMBERS,
      ...SETTING_MEMBERS,
    },
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    snapshot: () => snapshot(state),
    restore: (saved) => restore(context, saved as Saved),
    fileSystem: (id) => state.fileSystems.get(id),
    accessPoint: (id) => state.accessPoints.get(id),
    mountTargetsOf: (id) => [...(state.mountTargetsOf.get(id)?.values() ?? [])],
    policyInForce: (id) => policyInForce(context, id),
    fileSystemArn: (id) => arnOf(context, "file-system", id),
    accessPointArn: (id) => arnOf(context, "access-point", id),
    furnish: (fileSystemId, knownId) => renameFileSystem(state, fileSystemId, knownId),
    settle: () => settle(context),
  };
}

function validated(operations: Record<string, Handler>): Record<string, Handler> {
  const validate = inputValidator(EFS_CONSTRAINTS, "ValidationException");
  const entries = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, context) => {
      validate(name, input);
      return handler(input, context);
    },
  ]);
  return Object.fromEntries(entries);
}

function renameFileSystem(state: EfsState, from: string, to: string): void {
  const record = state.fileSystems.get(from);
  if (!record || state.mountTargetsOf.has(from) || state.accessPointsOf.has(from)) {
    throw new Error(
      `Cannot rename file system ${from}: it must exist and have neither mount targets nor access points`,
    );
  }
  state.fileSystems.delete(from);
  record.id = to;
  state.fileSystems.set(to, record);
}

function settle({ state, world }: EfsContext): void {
  for (const record of [
    ...state.fileSystems.values(),
    ...state.mountTargets.values(),
    ...state.accessPoints.values(),
  ]) {
    if (record.state === "creating") Object.assign(record, { state: "available", dueMs: null });
  }
  for (const record of state.fileSystems.values()) {
    record.policies = record.policies.slice(-1).map((moment) => ({ ...moment, effectiveAtMs: world.clock.nowMs() }));
  }
}

type Plain<T> = Omit<T, "tags"> & { tags: [string, string][] };

interface Saved {
  fileSystems: Plain<FileSystemRecord>[];
  mountTargets: MountTargetRecord[];
  accessPoints: Plain<AccessPointRecord>[];
  resourceIdType: EfsState["resourceIdType"];
}

function snapshot(state: EfsState): Saved {
  return {
    fileSystems: state.fileSystems.values().map((record) => ({ ...record, tags: [...record.tags] })),
    mountTargets: state.mountTargets.values(),
    accessPoints: state.accessPoints.values().map((record) => ({ ...record, tags: [...record.tags] })),
    resourceIdType: state.resourceIdType,
  };
}

function restore(context: EfsContext, saved: Saved): void {
  const { state } = context;
  Object.assign(state, emptyState(), { resourceIdType: saved.resourceIdType });
  for (const plain of saved.fileSystems) {
    const record = { ...plain, tags: new Map(plain.tags) };
    addFileSystem(context, record);
    resumeState(context, record, () => (record.state = "available"));
  }
  for (const record of saved.mountTargets) {
    addMountTarget(context, record);
    resumeState(context, record, () => ended(record, () => forgetMountTarget(context, record)));
  }
  for (const plain of saved.accessPoints) {
    const record = { ...plain, tags: new Map(plain.tags) };
    addAccessPoint(context, record);
    resumeState(context, record, () => ended(record, () => forgetAccessPoint(context, record)));
  }
}

function ended(record: MountTargetRecord | AccessPointRecord, forget: () => void): void {
  if (record.state === "deleting") forget();
  else record.state = "available";
}
