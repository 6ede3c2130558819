import type { ReconcileKey } from "../model/keys.ts";
import type { ObservedService, ObservedTaskTarget, Reading } from "../model/observations.ts";
import type { WorkloadFacet } from "../model/facets.ts";
import { type EcsBinding, isEcsBinding } from "../model/workload.ts";
import { verifiedId } from "../plan/ecs-facets.ts";
import { type EcsObservation, type EcsTarget, ecsTargetOf, EMPTY_ECS_MEMORY } from "../plan/ecs-input.ts";
import { isAtRest, primaryOf } from "../plan/ecs-rollout.ts";
import { type EcsPlan, planEcs } from "../plan/plan-ecs.ts";
import type { Plan } from "../plan/plan.ts";
import { desiredEcs, ecsKeyOf, observeFamily, readRevisions, seenService } from "../reconcilers/observe-ecs.ts";
import { recordedMountTargets } from "../reconcilers/observe-lambda.ts";
import type { Situation } from "../reconcilers/pass.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { reading } from "../reconcilers/read.ts";
import type { RevisionCache } from "../reconcilers/revision-cache.ts";
import { pinsOf, type TaskTargetScan, tellStarters, withPins } from "../reconcilers/task-targets.ts";
import { emptyKeyItem, type KeyItem, type RecordsView } from "../store/store.ts";

/** What the sweep of all other objects brings along. */
export interface EcsSweep {
  ports: ReconcilerPorts;
  view: RecordsView;
  /** Kept from sweep to sweep: revisions never change. */
  revisions: RevisionCache;
  targets: TaskTargetScan;
  situationOf<Memory extends object>(item: KeyItem, empty: Memory, nowMs: number): Situation<Memory>;
  /** Calls are due, or something is waited for, and the key's own time has come. */
  needsRun(plan: Plan<unknown>, item: KeyItem, ports: ReconcilerPorts): boolean;
  isDue(item: KeyItem, nowMs: number): boolean;
}

/** By cluster: the services that bindings name, as one list showed them; "noCluster" if there is none. */
type Listed = ReadonlyMap<string, Reading<ObservedService[] | "noCluster">>;

interface Snapshot {
  listed: Listed;
  /** What starts tasks by itself. */
  starting: Reading<ObservedTaskTarget[]>;
}

/**
 * The services and families that need a run. Ten services are described by one call, and where the deployed revision
 * is the one that was last verified, that is all. A family costs one call; rules and schedules, for all keys
 * together, what `createTaskTargetScan` says.
 */
export async function sweepEcs(sweep: EcsSweep): Promise<ReconcileKey[]> {
  const { ports, view } = sweep;
  const byKey = Map.groupBy([...view.bindings()].filter(isEcsBinding), ({ spec }) =>
    ecsKeyOf(ecsTargetOf(spec.workload.ecs), ports.home),
  );
  if (byKey.size === 0) return [];
  const [listed, starting] = await Promise.all([
    listServices(ports, [...byKey.values()].flat()),
    sweep.targets.refresh(),
  ]);
  const keys: ReconcileKey[] = [];
  for (const [key, bindings] of byKey) {
    if (await needsRun(sweep, key, bindings, { listed, starting })) keys.push(key);
    await ports.clock.sleep(0);
  }
  return keys;
}

async function listServices({ aws, clock }: ReconcilerPorts, bindings: readonly EcsBinding[]): Promise<Listed> {
  const byCluster = new Map<string, Set<string>>();
  for (const { spec } of bindings) {
    const { ecs } = spec.workload;
    if ("service" in ecs) byCluster.set(ecs.cluster, (byCluster.get(ecs.cluster) ?? new Set()).add(ecs.service));
  }
  const read = async ([cluster, names]: [string, Set<string>]) =>
    [
      cluster,
      await reading(clock, async () => (await aws.ecs.describeServices(cluster, [...names])) ?? "noCluster"),
    ] as const;
  return new Map(await Promise.all([...byCluster].map(read)));
}

async function needsRun(
  sweep: EcsSweep,
  key: ReconcileKey,
  bindings: readonly EcsBinding[],
  { listed, starting }: Snapshot,
): Promise<boolean> {
  const { ports, view, revisions } = sweep;
  const nowMs = ports.clock.nowMs();
  const item = (await ports.store.keys.get(key)) ?? emptyKeyItem(key);
  const target = ecsTargetOf(bindings[0]!.spec.workload.ecs);
  const service = "service" in target ? serviceIn(listed, target) : null;
  const deployed = deployedBy(service);
  if (deployed !== null) tellStarters(ports.sightings, key, deployed, starting);
  // A key that waits or backs off by itself stays asleep, whatever there is to see.
  if (!sweep.isDue(item, nowMs)) return false;
  if (service?.known && isSteady(service.value, bindings) && !mayBePinned(deployed!, bindings, starting)) return false;
  const desired = desiredEcs(view, target, sweep.situationOf(item, EMPTY_ECS_MEMORY, nowMs), ports);
  const seen =
    service === null
      ? await observeFamily(
          ports,
          revisions,
          (target as EcsTarget & { family: string }).family,
          view,
          described(ports, listed),
        )
      : await seenService(service, (arns) => readRevisions(ports.clock, revisions, arns));
  const unpinned: EcsObservation = { ...seen, mountTargets: recordedMountTargets(view, desired) };
  const observed = await withPins(ports.clock, revisions, unpinned, starting);
  const plan = planEcs({ ...desired, observed });
  return plan.needs.length > 0 || sweep.needsRun(plan, item, ports) || tellsOtherPins(plan, bindings);
}

/** Rules and schedules are looked at where there is one to tell of, or one was told of. */
function mayBePinned(revisionArn: string, bindings: readonly EcsBinding[], starting: Snapshot["starting"]): boolean {
  return (
    !starting.known ||
    pinsOf(revisionArn, starting.value).length > 0 ||
    bindings.some(({ facets }) => pinsTold(facets.workload) !== undefined)
  );
}

function tellsOtherPins({ facets }: EcsPlan, bindings: readonly EcsBinding[]): boolean {
  return bindings.some(
    (binding) => pinsTold(facets.workloads.get(binding.metadata.uid)) !== pinsTold(binding.facets.workload),
  );
}

function pinsTold(facet: Pick<WorkloadFacet, "conditions"> | undefined): string | undefined {
  return facet?.conditions.find(({ type }) => type === "RevisionPinned")?.message;
}

/** Services as this sweep's own lists showed them; what could not be listed is asked for again. */
function described({ aws }: ReconcilerPorts, listed: Listed): ReconcilerPorts["aws"]["ecs"]["describeServices"] {
  return async (cluster, names) => {
    const read = listed.get(cluster);
    if (!read?.known) return aws.ecs.describeServices(cluster, names);
    return read.value === "noCluster" ? null : read.value.filter(({ serviceName }) => names.includes(serviceName));
  };
}

/** The revision that a service deploys; null where there is none, or none to be seen. */
function deployedBy(service: ServiceReading | null): string | null {
  if (service === null || !service.known || service.value === null || service.value === "noCluster") return null;
  return primaryOf(service.value)?.taskDefinitionArn ?? null;
}

type ServiceReading = Reading<ObservedService | "noCluster" | null>;

function serviceIn(listed: Listed, { cluster, service }: { cluster: string; service: string }): ServiceReading {
  const read = listed.get(cluster)!;
  if (!read.known || read.value === "noCluster") return read as ServiceReading;
  return { ...read, value: read.value.find(({ serviceName }) => serviceName === service) ?? null };
}

/** The revision that was last found in order is deployed, alone and completely, and nothing else is asked for since. */
function isSteady(service: ObservedService | "noCluster" | null, bindings: readonly EcsBinding[]): boolean {
  if (service === null || service === "noCluster" || service.status !== "ACTIVE" || !isAtRest(service)) return false;
  const verified = verifiedId(primaryOf(service)!.taskDefinitionArn, service.createdAtMs);
  return bindings.every(({ metadata, facets: { workload, accessPoint } }) => {
    const wanted = accessPoint?.handover ?? accessPoint?.accessPoint?.id;
    return (
      metadata.deletionTimestamp === undefined &&
      workload?.observedGeneration === metadata.generation &&
      workload.revisionId === verified &&
      workload.echo === wanted &&
      workload.served.length === 1 &&
      workload.conditions.every(
        ({ type, status }) => type !== "StoreRestored" && (type !== "MountConfigured" || status === "True"),
      )
    );
  });
}
