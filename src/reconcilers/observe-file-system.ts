import { fileSystemKey } from "../model/keys.ts";
import type { ObservedRole, Reading } from "../model/observations.ts";
import type { FileSystemRecord } from "../model/records.ts";
import type { FileSystemMemory, FileSystemObservation, FileSystemPlanInput } from "../plan/file-system-input.ts";
import { rolesToRead } from "../plan/plan-file-system.ts";
import type { RecordsView } from "../store/store.ts";
import type { Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { notRead, reading } from "./read.ts";

type Desired = Omit<FileSystemPlanInput, "observed">;

/** Everything that the planner needs and that is not read from AWS. */
export function desiredFileSystem(
  view: RecordsView,
  record: FileSystemRecord,
  situation: Situation<FileSystemMemory>,
  ports: Pick<ReconcilerPorts, "settings" | "isOwn">,
): Desired {
  return {
    nowMs: situation.nowMs,
    settings: ports.settings,
    head: view.head,
    fileSystem: record,
    bindings: view
      .bindingsOfFileSystem(record.metadata.name)
      .toSorted(
        (a, b) =>
          compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
          compare(a.metadata.uid, b.metadata.uid),
      ),
    memory: isPrincipalRefused(situation) ? { ...situation.memory, checkRoles: true } : situation.memory,
    removalsLastHour: situation.removalsLastHour,
    foreignPolicyEdits: situation.item.noted
      .filter(
        (event) => event.name === "PutFileSystemPolicy" && event.subject["policy"] !== undefined && !ports.isOwn(event),
      )
      .map((event) => ({ atMs: event.atMs, policy: event.subject["policy"]! }))
      .toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** AWS names no culprit when it refuses a policy for a principal: then every role is read again. */
function isPrincipalRefused({ failures }: Situation<FileSystemMemory>): boolean {
  return failures.some((f) => f.condition === "PolicyReady" && f.code === "InvalidPolicyException");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * One fresh look at a file system: four lists side by side, then the roles that the plan hangs on.
 *
 * @param seenRoles of an earlier look in the same run: a role that existed moments ago is not asked for again.
 */
export async function observeFileSystem(
  ports: ReconcilerPorts,
  record: FileSystemRecord,
  desired: Desired,
  seenRoles: Roles = new Map(),
): Promise<FileSystemObservation> {
  const { aws, clock, sightings } = ports;
  const id = record.spec.fileSystemId;
  const [fileSystem, accessPoints, mountTargets, policy] = await Promise.all([
    reading(clock, () => aws.efs.describeFileSystem(id)),
    reading(clock, () => aws.efs.describeAccessPoints(id)),
    reading(clock, () => aws.efs.describeMountTargets(id)),
    reading(clock, () => aws.efs.describePolicy(id)),
  ]);
  const roles = await readRoles(ports, rolesToRead({ ...desired, observedPolicy: policy }), seenRoles);
  sightings.roles(
    fileSystemKey(record.spec),
    desired.bindings.flatMap((b) => b.facets.workload?.roleArns ?? []),
  );
  if (accessPoints.known) sightings.accessPoints(id, accessPoints.value);
  if (mountTargets.known) sightings.mountTargets(id, mountTargets.value);
  return { fileSystem, accessPoints, mountTargets, policy, roles, consumers: null, ecsConsumers: null };
}

type Roles = ReadonlyMap<string, Reading<ObservedRole | null>>;

async function readRoles(ports: ReconcilerPorts, roleArns: string[], seen: Roles): Promise<Roles> {
  const { aws, clock } = ports;
  const read = async (arn: string) => {
    const before = seen.get(arn);
    const exists = before?.known && before.value !== null;
    return [arn, exists ? before : await reading(clock, () => aws.iam.getRole(arn))] as const;
  };
  return new Map(await Promise.all(roleArns.map(read)));
}

/** For a key whose record is gone: nothing was read, and nothing may be concluded. */
export function nothingObserved(nowMs: number): FileSystemObservation {
  return {
    fileSystem: notRead(nowMs),
    accessPoints: notRead(nowMs),
    mountTargets: notRead(nowMs),
    policy: notRead(nowMs),
    roles: new Map(),
    consumers: null,
    ecsConsumers: null,
  };
}
