import { isDeepStrictEqual } from "node:util";
import { fileSystemKey, lambdaKey, type ReconcileKey } from "../model/keys.ts";
import type { ObservedAccessPoint, ObservedFileSystem, ObservedFunction, Reading } from "../model/observations.ts";
import type { FileSystemRecord } from "../model/records.ts";
import { needsConsumers, planFileSystem, rolesToRead } from "../plan/plan-file-system.ts";
import { needsVersions, planLambda } from "../plan/plan-lambda.ts";
import type { Plan } from "../plan/plan.ts";
import { hasEndedQuarrel, holdsBack, withoutHeld } from "../reconcilers/quarrels.ts";
import { EMPTY_FILE_SYSTEM_MEMORY } from "../reconcilers/file-system.ts";
import { EMPTY_LAMBDA_MEMORY } from "../reconcilers/lambda.ts";
import { desiredFileSystem } from "../reconcilers/observe-file-system.ts";
import { desiredLambda, recordedMountTargets } from "../reconcilers/observe-lambda.ts";
import type { Situation } from "../reconcilers/pass.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { reading } from "../reconcilers/read.ts";
import { createRevisionCache, type RevisionCache } from "../reconcilers/revision-cache.ts";
import { createTaskTargetScan, type TaskTargetScan } from "../reconcilers/task-targets.ts";
import { emptyKeyItem, type KeyItem, type RecordsView } from "../store/store.ts";
import { isLambdaBinding } from "../model/workload.ts";
import { sweepEcs } from "./sweep-ecs.ts";

/** Policies are read one by one: EFS has no list of them. */
const POLICY_READS_AT_ONCE = 4;

interface Snapshot {
  fileSystems: Reading<ObservedFileSystem[]>;
  accessPoints: Reading<ObservedAccessPoint[]>;
  functions: Reading<ObservedFunction[]>;
}

/**
 * Compares the whole account and region with the records by a few batched lists and the reconcilers'
 * own planners, and returns the keys that need a run: calls are due and permitted now, or it cannot be known.
 *
 * Per 1,000 bindings this is 1 DescribeAccessPoints, 1 DescribeFileSystems per 100, 20 ListFunctions, and for each
 * file system one DescribeFileSystemPolicy and one DescribeMountTargets, and for ECS what `sweepEcs` says, where a run for each key would be thousands of calls.
 */
export async function sweep(
  ports: ReconcilerPorts,
  revisions: RevisionCache = createRevisionCache(ports.aws),
  targets: TaskTargetScan = createTaskTargetScan(ports.aws, ports.clock),
): Promise<ReconcileKey[]> {
  const view = await ports.store.records.refresh();
  const snapshot = await readSnapshot(ports);
  const accessPoints = byFileSystem(snapshot.accessPoints);
  const keys: ReconcileKey[] = [];
  await forEachOf([...view.fileSystems()], POLICY_READS_AT_ONCE, async (record) => {
    if (await fileSystemNeedsRun(ports, view, record, snapshot, accessPoints)) keys.push(fileSystemKey(record.spec));
  });
  const functions = byName(snapshot.functions);
  for (const functionName of boundFunctions(view)) {
    if (await lambdaNeedsRun(ports, view, functionName, snapshot.functions, functions)) {
      keys.push(lambdaKey({ ...ports.home, functionName }));
    }
    await ports.clock.sleep(0);
  }
  return [...keys, ...(await sweepEcs({ ports, view, revisions, targets, situationOf, needsRun, isDue }))];
}

async function readSnapshot({ aws, clock }: ReconcilerPorts): Promise<Snapshot> {
  const [fileSystems, accessPoints, functions] = await Promise.all([
    reading(clock, () => aws.efs.describeFileSystems()),
    reading(clock, () => aws.efs.describeAccessPoints()),
    reading(clock, () => aws.lambda.listFunctions()),
  ]);
  return { fileSystems, accessPoints, functions };
}

async function fileSystemNeedsRun(
  ports: ReconcilerPorts,
  view: RecordsView,
  record: FileSystemRecord,
  snapshot: Snapshot,
  accessPoints: ReadonlyMap<string, ObservedAccessPoint[]>,
): Promise<boolean> {
  const { aws, clock, store } = ports;
  const id = record.spec.fileSystemId;
  const key = fileSystemKey(record.spec);
  const [policy, mountTargets] = await Promise.all([
    reading(clock, () => aws.efs.describePolicy(id)),
    reading(clock, () => aws.efs.describeMountTargets(id)),
  ]);
  const own = mapReading(snapshot.accessPoints, () => accessPoints.get(id) ?? []);
  if (own.known) ports.sightings.accessPoints(id, own.value);
  const item = (await store.keys.get(key)) ?? emptyKeyItem(key);
  const desired = desiredFileSystem(view, record, situationOf(item, EMPTY_FILE_SYSTEM_MEMORY, clock.nowMs()), ports);
  if (rolesToRead({ ...desired, observedPolicy: policy }).length > 0) return isDue(item, clock.nowMs());
  const observed = {
    fileSystem: mapReading(snapshot.fileSystems, (all) => all.find((fs) => fs.fileSystemId === id) ?? null),
    accessPoints: own,
    mountTargets,
    policy,
    roles: new Map(),
    consumers: null,
    ecsConsumers: null,
  };
  const input = { ...desired, observed };
  if (needsConsumers(input)) return isDue(item, clock.nowMs());
  const plan = planFileSystem(input);
  if (needsRun(plan, item, ports)) return true;
  const recorded = record.facets.fileSystem?.mountTargets;
  return (
    mountTargets.known &&
    !isDeepStrictEqual(plan.facets.fileSystem.mountTargets, recorded) &&
    isDue(item, clock.nowMs())
  );
}

async function lambdaNeedsRun(
  ports: ReconcilerPorts,
  view: RecordsView,
  functionName: string,
  listed: Reading<ObservedFunction[]>,
  functions: ReadonlyMap<string, ObservedFunction>,
): Promise<boolean> {
  const { clock, store, home } = ports;
  const key = lambdaKey({ ...home, functionName });
  const item = (await store.keys.get(key)) ?? emptyKeyItem(key);
  const latest = mapReading(listed, () => functions.get(functionName) ?? null);
  const desired = desiredLambda(view, functionName, situationOf(item, EMPTY_LAMBDA_MEMORY, clock.nowMs()), ports);
  const input = { ...desired, observed: { latest, versions: null, mountTargets: recordedMountTargets(view, desired) } };
  if (needsVersions(input)) return isDue(item, clock.nowMs());
  return needsRun(planLambda(input), item, ports);
}

function situationOf<Memory extends object>(item: KeyItem, empty: Memory, nowMs: number): Situation<Memory> {
  const memory = (item.memory as { planner?: Memory }).planner ?? empty;
  return { nowMs, memory, removalsLastHour: item.removals.reduce((sum, r) => sum + r.count, 0), item, failures: [] };
}

/** Calls that are due wake a key at once, unless it sleeps in its back-off; what is not converged, when its time has come. */
function needsRun(plan: Plan<unknown>, item: KeyItem, { clock, settings }: ReconcilerPorts): boolean {
  const nowMs = clock.nowMs();
  if (hasEndedQuarrel(item, settings, nowMs)) return true;
  // The key sleeps until the end of a hold, which concerns one thing only.
  if (holdsBack(item, nowMs)) return withoutHeld(plan.actions, item, settings.installation, nowMs).length > 0;
  if (plan.actions.length === 0 && plan.ending.kind === "converged") return false;
  return isDue(item, nowMs);
}

/** A key that waits or backs off by itself stays asleep until then. */
function isDue(item: KeyItem, nowMs: number): boolean {
  return item.dueAtMs === null || item.dueAtMs <= nowMs;
}

function mapReading<T, U>(read: Reading<T>, map: (value: T) => U): Reading<U> {
  return read.known ? { ...read, value: map(read.value) } : read;
}

function byFileSystem(read: Reading<ObservedAccessPoint[]>): Map<string, ObservedAccessPoint[]> {
  return Map.groupBy(read.known ? read.value : [], (accessPoint) => accessPoint.fileSystemId);
}

function byName(read: Reading<ObservedFunction[]>): Map<string, ObservedFunction> {
  return new Map((read.known ? read.value : []).map((fn) => [fn.functionName, fn] as const));
}

function boundFunctions(view: RecordsView): Set<string> {
  const names = new Set<string>();
  for (const binding of view.bindings())
    if (isLambdaBinding(binding)) names.add(binding.spec.workload.lambda.functionName);
  return names;
}

async function forEachOf<T>(items: T[], atOnce: number, task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await task(item);
    }),
  );
}
