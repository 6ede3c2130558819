import type { Aws } from "../aws/aws.ts";
import { ecsFamilyKey, ecsServiceKey, familyArn, type ReconcileKey } from "../model/keys.ts";
import type { ObservedService, ObservedTask, ObservedTaskDefinition, Reading } from "../model/observations.ts";
import { parseTaskDefinitionArn } from "../model/task-definition.ts";
import { isEcsBinding, type WorkloadId } from "../model/workload.ts";
import type { EcsMemory, EcsObservation, EcsPlanInput, EcsTarget } from "../plan/ecs-input.ts";
import { primaryOf } from "../plan/ecs-rollout.ts";
import type { RecordsView } from "../store/store.ts";
import type { Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { recordedMountTargets } from "./observe-lambda.ts";
import { notRead, reading } from "./read.ts";
import type { RevisionCache } from "./revision-cache.ts";

type Desired = Omit<EcsPlanInput, "observed">;

/** How many revisions younger than the base are looked through for one of ours. */
const CANDIDATES_MAX = 5;

/** Mutating calls that deploy a service, or that make a family's next revision. */
const DEPLOYS = { service: /^(UpdateService|CreateService|CreateTaskSet)/, family: /^RegisterTaskDefinition/ };

export function ecsWorkloadId(target: EcsTarget): WorkloadId {
  return "service" in target ? `ecs/${target.cluster}/${target.service}` : `ecs-family/${target.family}`;
}

export function ecsKeyOf(target: EcsTarget, home: { account: string; region: string }): ReconcileKey {
  return "service" in target ? ecsServiceKey({ ...home, ...target }) : ecsFamilyKey({ ...home, ...target });
}

/** Everything that the planner needs and that is not read from AWS. */
export function desiredEcs(
  view: RecordsView,
  target: EcsTarget,
  situation: Situation<EcsMemory>,
  ports: Pick<ReconcilerPorts, "settings" | "home" | "isOwn">,
): Desired {
  const bindings = view.bindingsOfWorkload(ecsWorkloadId(target)).filter(isEcsBinding);
  const fileSystemIds = new Map<string, string>();
  for (const binding of bindings) {
    const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
    if (fileSystem !== undefined) fileSystemIds.set(binding.metadata.uid, fileSystem.spec.fileSystemId);
  }
  const pattern = "service" in target ? DEPLOYS.service : DEPLOYS.family;
  const foreign = situation.item.noted.filter((event) => !ports.isOwn(event) && pattern.test(event.name));
  return {
    nowMs: situation.nowMs,
    settings: ports.settings,
    account: ports.home.account,
    region: ports.home.region,
    target,
    bindings,
    fileSystemIds,
    memory: withoutRefused(situation),
    removalsLastHour: situation.removalsLastHour,
    lastForeignEventAtMs: foreign.length === 0 ? null : Math.max(...foreign.map((event) => event.atMs)),
  };
}

/** A call that AWS refused began nothing that could be waited for. */
function withoutRefused({ memory, failures }: Situation<EcsMemory>): EcsMemory {
  const isRefused = (operation: string) =>
    failures.some(({ actionId, kind }) => actionId.startsWith(operation) && kind !== "Transient");
  return {
    ...memory,
    rollout: isRefused("UpdateService") ? null : memory.rollout,
    registering: isRefused("RegisterTaskDefinition") ? null : memory.registering,
  };
}

interface EcsPorts extends Pick<ReconcilerPorts, "clock" | "home" | "sightings"> {
  aws: Pick<Aws, "ecs">;
}

/** One fresh look at a service (one call, and one more for each revision never seen) or at a family. */
export async function observeEcs(
  ports: EcsPorts,
  revisions: RevisionCache,
  desired: Desired,
  view: RecordsView,
): Promise<EcsObservation> {
  const { target } = desired;
  const mountTargets = recordedMountTargets(view, desired);
  const observed =
    "service" in target
      ? await observeService(ports, revisions, target)
      : await observeFamily(ports, revisions, target.family, view);
  const roles = [observed.base, ...observed.revisions.values()].flatMap((one) =>
    one.known && one.value?.taskRoleArn ? [one.value.taskRoleArn] : [],
  );
  ports.sightings.roles(ecsKeyOf(target, ports.home), roles);
  return { ...observed, mountTargets };
}

type Seen = Omit<EcsObservation, "mountTargets">;

async function observeService(
  { aws, clock }: EcsPorts,
  revisions: RevisionCache,
  target: { cluster: string; service: string },
): Promise<Seen> {
  const service = await reading(clock, async () => {
    const found = await aws.ecs.describeServices(target.cluster, [target.service]);
    return found === null ? ("noCluster" as const) : (found.find((one) => one.serviceName === target.service) ?? null);
  });
  return seenService(service, (arns) => readRevisions(clock, revisions, arns));
}

/** The observation of a service, whoever described it. */
export async function seenService(
  service: Reading<ObservedService | "noCluster" | null>,
  read: (arns: string[]) => Promise<Revisions>,
): Promise<Seen> {
  const { readAtMs } = service;
  const none = { tasks: null, candidates: null, familyServices: { known: true as const, value: [], readAtMs } };
  if (!service.known)
    return { ...none, service, base: { ...service, known: false, why: service.why }, revisions: new Map() };
  const there = service.value === "noCluster" ? null : service.value;
  if (there === null || there.status === "INACTIVE")
    return { ...none, service, base: { known: true, value: null, readAtMs }, revisions: new Map() };
  const baseArn = primaryOf(there)?.taskDefinitionArn ?? there.taskDefinitionArn;
  // A service of an external controller names none before its first task set.
  if (baseArn === "") return { ...none, service, base: { known: true, value: null, readAtMs }, revisions: new Map() };
  const all = await read([baseArn, ...there.deployments.map(({ taskDefinitionArn }) => taskDefinitionArn)]);
  return { ...none, service, base: all.get(baseArn)!, revisions: all };
}

type Revisions = Map<string, Reading<ObservedTaskDefinition | null>>;

export async function readRevisions(
  clock: EcsPorts["clock"],
  revisions: RevisionCache,
  arns: string[],
): Promise<Revisions> {
  const read = async (arn: string) => [arn, await reading(clock, () => revisions.get(arn))] as const;
  return new Map(await Promise.all([...new Set(arns)].map(read)));
}

/** @param describe services, where somebody has just described them all. */
export async function observeFamily(
  ports: EcsPorts,
  revisions: RevisionCache,
  family: string,
  view: RecordsView,
  describe: Aws["ecs"]["describeServices"] = (cluster, names) => ports.aws.ecs.describeServices(cluster, names),
): Promise<Seen> {
  const { clock } = ports;
  const [base, familyServices] = await Promise.all([
    reading(clock, () => revisions.fresh(family)),
    reading(clock, () => managedServicesOf(describe, familyArn({ ...ports.home, family }), view)),
  ]);
  return { service: null, base, revisions: new Map(), tasks: null, candidates: null, familyServices };
}

/** Services with bindings that run a revision of the family; ten are described by one call. */
async function managedServicesOf(
  describe: Aws["ecs"]["describeServices"],
  arnOfFamily: string,
  view: RecordsView,
): Promise<string[]> {
  const byCluster = managedServices(view);
  const found: string[] = [];
  for (const [cluster, names] of byCluster)
    for (const { serviceName, status, deployments } of (await describe(cluster, [...names])) ?? [])
      if (
        status === "ACTIVE" &&
        deployments.some(({ taskDefinitionArn }) => taskDefinitionArn.startsWith(`${arnOfFamily}:`))
      )
        found.push(`service ${cluster}/${serviceName}`);
  return found.sort();
}

/** By cluster, the services that stay bound. */
function managedServices(view: RecordsView): Map<string, Set<string>> {
  const byCluster = new Map<string, Set<string>>();
  for (const { spec, metadata } of view.bindings()) {
    const { ecs } = spec.workload;
    if (ecs === undefined || !("service" in ecs) || metadata.deletionTimestamp !== undefined) continue;
    byCluster.set(ecs.cluster, (byCluster.get(ecs.cluster) ?? new Set()).add(ecs.service));
  }
  return byCluster;
}

/** Reads what a plan asked for, side by side: a repair waits for all of it. */
export async function readMoreOfEcs(
  ports: EcsPorts,
  revisions: RevisionCache,
  target: EcsTarget,
  observed: EcsObservation,
  needs: readonly ("candidates" | "tasks")[],
): Promise<EcsObservation> {
  const [fromTasks, fromFamily] = await Promise.all([
    needs.includes("tasks") ? readTasks(ports, revisions, target, observed) : null,
    needs.includes("candidates") ? readCandidates(ports, revisions, observed) : null,
  ]);
  return { ...observed, ...fromTasks, ...fromFamily };
}

async function readTasks(
  { aws, clock }: EcsPorts,
  revisions: RevisionCache,
  target: EcsTarget,
  observed: EcsObservation,
): Promise<Partial<EcsObservation>> {
  const tasks = await reading(clock, () => tasksOf(aws, target));
  if (!tasks.known) return { tasks };
  const arns = tasks.value.map(({ taskDefinitionArn }) => taskDefinitionArn);
  const known = await readRevisions(clock, revisions, arns);
  return { tasks, revisions: new Map([...known, ...observed.revisions]) };
}

async function tasksOf({ ecs }: Pick<Aws, "ecs">, target: EcsTarget): Promise<ObservedTask[]> {
  if ("service" in target) return (await ecs.listTasks(target.cluster, { service: target.service })) ?? [];
  const tasks: ObservedTask[] = [];
  for (const cluster of await ecs.listClusters())
    tasks.push(...((await ecs.listTasks(cluster, { family: target.family })) ?? []));
  return tasks;
}

/** The base anew, for its tags; and what is younger in its family, where a revision of ours may wait. */
async function readCandidates(
  { clock }: EcsPorts,
  revisions: RevisionCache,
  observed: EcsObservation,
): Promise<Partial<EcsObservation>> {
  if (!observed.base.known || observed.base.value === null) return { candidates: notRead(clock.nowMs()) };
  const { taskDefinitionArn, family, revision } = observed.base.value;
  const [base, candidates] = await Promise.all([
    reading(clock, () => revisions.fresh(taskDefinitionArn)),
    reading(clock, () => youngerThan(revision, family, revisions)),
  ]);
  return { base, candidates };
}

async function youngerThan(
  revision: number,
  family: string,
  revisions: RevisionCache,
): Promise<ObservedTaskDefinition[]> {
  const latest = await revisions.fresh(family);
  if (latest === null) return [];
  const { familyArn: arn } = parseTaskDefinitionArn(latest.taskDefinitionArn);
  const found = [latest];
  for (let number = latest.revision - 1; number > revision && found.length < CANDIDATES_MAX; number -= 1) {
    const younger = await revisions.get(`${arn}:${number}`);
    if (younger !== null) found.push(younger);
  }
  return found.filter((one) => one.revision > revision);
}

export function noServiceObserved(nowMs: number): EcsObservation {
  return {
    service: notRead(nowMs),
    base: notRead(nowMs),
    revisions: new Map(),
    tasks: null,
    candidates: null,
    familyServices: { known: true, value: [], readAtMs: nowMs },
    mountTargets: new Map(),
  };
}
