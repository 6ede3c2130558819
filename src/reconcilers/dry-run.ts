import type { Action } from "../model/actions.ts";
import type { WorkloadFacet } from "../model/facets.ts";
import type { EcsConsumer } from "../model/observations.ts";
import { fileSystemKey, lambdaKey, type ReconcileKey } from "../model/keys.ts";
import {
  ACCESS_POINT_FINALIZER,
  IN_USE_FINALIZER,
  MOUNT_FINALIZER,
  type BindingRecord,
  type FileSystemRecord,
  type StoredRecord,
} from "../model/records.ts";
import { withServiceAs } from "../plan/apply-to-ecs.ts";
import { applyToFileSystem, applyToLambda } from "../plan/apply-to.ts";
import {
  EMPTY_ECS_MEMORY,
  type EcsMemory,
  type EcsObservation,
  type EcsTarget,
  ecsTargetOf,
  targetName,
} from "../plan/ecs-input.ts";
import type { FileSystemMemory, FileSystemObservation } from "../plan/file-system-input.ts";
import type { LambdaMemory, LambdaObservation } from "../plan/lambda-input.ts";
import type { Ending, Plan } from "../plan/plan.ts";
import { needsConsumers, planFileSystem, rolesToRead } from "../plan/plan-file-system.ts";
import { needsClients } from "../plan/policy-clients.ts";
import { needsVersions, planLambda } from "../plan/plan-lambda.ts";
import { emptyKeyItem, type KeyItem } from "../store/store.ts";
import type { ConsumerScan } from "./consumer-scan.ts";
import { EMPTY_FILE_SYSTEM_MEMORY, isPutDue, readClients } from "./file-system.ts";
import { HypotheticalView } from "./hypothetical-view.ts";
import { EMPTY_LAMBDA_MEMORY } from "./lambda.ts";
import { desiredFileSystem, observeFileSystem } from "./observe-file-system.ts";
import { desiredLambda, observeLambda, recordedMountTargets } from "./observe-lambda.ts";
import { playEcs } from "./dry-run-ecs.ts";
import { desiredEcs, ecsKeyOf, observeEcs } from "./observe-ecs.ts";
import type { Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { reading } from "./read.ts";
import { createRevisionCache, type RevisionCache } from "./revision-cache.ts";
import { operationOf } from "./planned-operation.ts";
import type { DryRunResult, PlannedCall } from "./reconciler.ts";
import { isEcsBinding, isLambdaBinding } from "../model/workload.ts";

/** More rounds than any honest plan needs; a plan that has not come to rest by then is reported as such. */
const ROUNDS_MAX = 40;

/** Waits that a dry-run skips: propagation, absence and quarantine each need a few. */
const WAITS_MAX = 30;

/** `also` = changes that are made together with it. */
export interface DryRunChange {
  before?: StoredRecord;
  after?: StoredRecord;
  also?: DryRunChange[];
}

/**
 * The AWS calls that a change of records would lead to, by the reconcilers' own planners.
 *
 * Reads AWS once for each object concerned, then plays both sides on copies until nothing is left
 * to do. It has no way to write: neither to AWS nor to the store.
 */
export async function dryRun(
  ports: ReconcilerPorts,
  consumers: ConsumerScan,
  change: DryRunChange,
): Promise<DryRunResult> {
  const base = await ports.store.records.refresh();
  const changes = [change, ...(change.also ?? [])];
  const changed = changes.flatMap(({ before, after }) => after ?? before ?? []);
  return new DryRun(ports, consumers, new HypotheticalView(base, changes)).run(changed);
}

type WorkloadDraft = Omit<WorkloadFacet, "key" | "fence">;

interface Side<Memory, Observation> {
  key: ReconcileKey;
  memory: Memory;
  item: KeyItem;
  observed: Observation | null;
  ending: Ending | null;
}

class DryRun {
  readonly #ports: ReconcilerPorts;
  readonly #consumers: ConsumerScan;
  readonly #view: HypotheticalView;
  readonly #calls: PlannedCall[] = [];
  readonly #lambdas = new Map<string, Side<LambdaMemory, LambdaObservation>>();
  readonly #ecs = new Map<ReconcileKey, Side<EcsMemory, EcsObservation> & { target: EcsTarget }>();
  readonly #revisions: RevisionCache;
  readonly #fileSystems = new Map<string, Side<FileSystemMemory, FileSystemObservation>>();
  readonly #startMs: number;
  #nowMs: number;
  #waits = 0;

  constructor(ports: ReconcilerPorts, consumers: ConsumerScan, view: HypotheticalView) {
    this.#ports = ports;
    this.#consumers = consumers;
    this.#view = view;
    this.#revisions = createRevisionCache(ports.aws);
    this.#startMs = ports.clock.nowMs();
    this.#nowMs = this.#startMs;
  }

  async run(changed: StoredRecord[]): Promise<DryRunResult> {
    for (const name of changed.map(fileSystemNameOf)) {
      const record = this.#view.fileSystem(name);
      if (record !== undefined && !this.#fileSystems.has(name))
        this.#fileSystems.set(name, await this.#side(fileSystemKey(record.spec), EMPTY_FILE_SYSTEM_MEMORY));
    }
    for (const name of changed.flatMap((record) => this.#functionsOf(record))) {
      const key = lambdaKey({ ...this.#ports.home, functionName: name });
      if (!this.#lambdas.has(name)) this.#lambdas.set(name, await this.#side(key, EMPTY_LAMBDA_MEMORY));
    }
    for (const target of changed.flatMap((record) => this.#ecsTargetsOf(record))) {
      const key = ecsKeyOf(target, this.#ports.home);
      if (!this.#ecs.has(key)) this.#ecs.set(key, { ...(await this.#side(key, EMPTY_ECS_MEMORY)), target });
    }
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const before = this.#calls.length;
      let moved = false;
      for (const side of this.#ecs.values()) moved = (await this.#playEcs(side)) || moved;
      for (const [name, lambda] of this.#lambdas) moved = (await this.#playLambda(name, lambda)) || moved;
      for (const [name, side] of this.#fileSystems) moved = (await this.#playFileSystem(name, side)) || moved;
      if (!moved && this.#calls.length === before && !this.#skipWait()) break;
    }
    return { calls: this.#calls, problems: this.#problems() };
  }

  #bindingsOf(changed: StoredRecord): BindingRecord[] {
    return changed.kind === "Binding" ? [changed] : this.#view.bindingsOfFileSystem(changed.metadata.name);
  }

  #ecsTargetsOf(changed: StoredRecord): EcsTarget[] {
    return this.#bindingsOf(changed)
      .filter(isEcsBinding)
      .map(({ spec }) => ecsTargetOf(spec.workload.ecs));
  }

  #functionsOf(changed: StoredRecord): string[] {
    return this.#bindingsOf(changed)
      .filter(isLambdaBinding)
      .map((binding) => binding.spec.workload.lambda.functionName);
  }

  async #side<Memory, Observation>(key: ReconcileKey, empty: Memory): Promise<Side<Memory, Observation>> {
    const item = (await this.#ports.store.keys.get(key)) ?? emptyKeyItem(key);
    const memory = (item.memory as { planner?: Memory }).planner ?? empty;
    return { key, memory, item, observed: null, ending: null };
  }

  #situation<Memory>(side: { memory: Memory; item: KeyItem }): Situation<Memory> {
    return { nowMs: this.#nowMs, memory: side.memory, removalsLastHour: 0, item: side.item, failures: [] };
  }

  async #playLambda(name: string, side: Side<LambdaMemory, LambdaObservation>): Promise<boolean> {
    const desired = desiredLambda(this.#view, name, this.#situation(side), this.#ports);
    if (desired.bindings.length === 0) return false;
    side.observed ??= await observeLambda(this.#ports, desired, this.#view);
    side.observed = { ...readAt(this.#nowMs, side.observed), mountTargets: recordedMountTargets(this.#view, desired) };
    if (side.observed.versions === null && needsVersions({ ...desired, observed: side.observed })) {
      const versions = await reading(this.#ports.clock, () => this.#ports.aws.lambda.listVersions(name));
      side.observed = { ...side.observed, versions };
    }
    const plan = planLambda({ ...desired, observed: side.observed });
    for (const action of plan.actions) side.observed = applyToLambda(side.observed, this.#note(action));
    return this.#takeWorkload(side, plan);
  }

  async #playEcs(side: Side<EcsMemory, EcsObservation> & { target: EcsTarget }): Promise<boolean> {
    const desired = desiredEcs(this.#view, side.target, this.#situation(side), this.#ports);
    if (desired.bindings.length === 0) return false;
    const read = side.observed ?? (await observeEcs(this.#ports, this.#revisions, desired, this.#view));
    const mountTargets = recordedMountTargets(this.#view, desired);
    const before = { ...readAt(this.#nowMs, read), mountTargets };
    const { plan, observed } = await playEcs(this.#ports, this.#revisions, { ...desired, observed: before });
    for (const action of plan.actions) this.#note(action);
    side.observed = observed;
    return this.#takeWorkload(side, plan);
  }

  /** What a plan of a workload leaves in the records. @returns true if something changed. */
  #takeWorkload<Memory>(
    side: Side<Memory, unknown>,
    plan: Plan<{ workloads: Map<string, WorkloadDraft>; release: { uid: string }[]; memory: Memory }>,
  ): boolean {
    side.memory = plan.facets.memory;
    side.ending = plan.ending;
    let moved = plan.actions.length > 0;
    for (const [uid, draft] of plan.facets.workloads) {
      moved =
        this.#amend(uid, (b) => ({ ...b, facets: { ...b.facets, workload: { ...draft, key: side.key, fence: 0 } } })) ||
        moved;
    }
    for (const { uid } of plan.facets.release) moved = this.#release(uid, MOUNT_FINALIZER) || moved;
    return moved;
  }

  async #playFileSystem(name: string, side: Side<FileSystemMemory, FileSystemObservation>): Promise<boolean> {
    const record = this.#view.fileSystem(name);
    if (record === undefined) return false;
    const desired = desiredFileSystem(this.#view, record, this.#situation(side), this.#ports);
    side.observed ??= await observeFileSystem(this.#ports, record, desired);
    side.observed = readAt(this.#nowMs, side.observed);
    side.observed = await this.#withRoles(
      side.observed,
      rolesToRead({ ...desired, observedPolicy: side.observed.policy }),
    );
    if (needsConsumers({ ...desired, observed: side.observed }))
      side.observed = await this.#withConsumers(side.observed);
    let plan = planFileSystem({ ...desired, observed: side.observed });
    if (needsClients({ ...desired, observed: side.observed }, isPutDue(plan))) {
      const { fileSystemId } = record.spec;
      const clients = await readClients(this.#consumers, this.#ports.clock, fileSystemId, side.observed);
      side.observed = { ...side.observed, clients };
      plan = planFileSystem({ ...desired, observed: side.observed });
    }
    for (const action of plan.actions) side.observed = applyToFileSystem(side.observed, this.#note(action));
    side.memory = plan.facets.memory;
    side.ending = plan.ending;
    let moved = plan.actions.length > 0;
    const own = { ...plan.facets.fileSystem, key: side.key, fence: 0 };
    this.#view.set({ ...record, facets: { fileSystem: own } } satisfies FileSystemRecord);
    for (const [uid, draft] of plan.facets.accessPoints) {
      moved =
        this.#amend(uid, (b) => ({
          ...b,
          facets: { ...b.facets, accessPoint: { ...draft, key: side.key, fence: 0 } },
        })) || moved;
    }
    for (const { uid } of plan.facets.release) {
      moved = this.#release(uid, uid === record.metadata.uid ? IN_USE_FINALIZER : ACCESS_POINT_FINALIZER) || moved;
    }
    return moved;
  }

  async #withRoles(observed: FileSystemObservation, arns: string[]): Promise<FileSystemObservation> {
    const missing = arns.filter((arn) => !observed.roles.has(arn));
    if (missing.length === 0) return observed;
    const roles = new Map(observed.roles);
    for (const arn of missing) roles.set(arn, await reading(this.#ports.clock, () => this.#ports.aws.iam.getRole(arn)));
    return { ...observed, roles };
  }

  /** The account's functions, with those that this dry-run has changed as it has changed them. */
  async #withConsumers(observed: FileSystemObservation): Promise<FileSystemObservation> {
    const { functions: read, ecs } = await this.#consumers.since(this.#ports.clock.nowMs());
    const ecsConsumers = ecs.known ? { ...ecs, value: this.#withServices(ecs.value), readAtMs: this.#nowMs } : ecs;
    if (!read.known) return { ...observed, consumers: read, ecsConsumers };
    const value = read.value.map((fn) => {
      const latest = fn.version === "$LATEST" ? this.#lambdas.get(fn.functionName)?.observed?.latest : undefined;
      return latest?.known && latest.value !== null ? latest.value : fn;
    });
    return { ...observed, consumers: { ...read, value, readAtMs: this.#nowMs }, ecsConsumers };
  }

  #withServices(consumers: EcsConsumer[]): EcsConsumer[] {
    return [...this.#ecs.values()].reduce(
      (all, { target, observed }) => (observed === null ? all : withServiceAs(all, targetName(target), observed)),
      consumers,
    );
  }

  #amend(uid: string, change: (binding: BindingRecord) => BindingRecord): boolean {
    const before = this.#view.bindingByUid(uid);
    if (before === undefined) return false;
    const after = change(before);
    this.#view.set(after);
    return JSON.stringify(before.facets) !== JSON.stringify(after.facets);
  }

  #release(uid: string, finalizer: string): boolean {
    const record = this.#view.bindingByUid(uid) ?? [...this.#view.fileSystems()].find((f) => f.metadata.uid === uid);
    if (record === undefined || !record.metadata.finalizers.includes(finalizer)) return false;
    const finalizers = record.metadata.finalizers.filter((f) => f !== finalizer);
    if (finalizers.length === 0 && record.metadata.deletionTimestamp !== undefined) this.#view.remove(uid);
    else this.#view.set({ ...record, metadata: { ...record.metadata, finalizers } });
    return true;
  }

  #note(action: Action): Action {
    this.#calls.push({
      operation: operationOf(action),
      target: action.target,
      why: action.why,
      before: action.before,
      after: action.after,
    });
    return action;
  }

  /** A wait (propagation, quarantine) costs a dry-run nothing: its clock is moved on. */
  #skipWait(): boolean {
    const endings = this.#endings().flatMap((ending) => (ending.kind === "waiting" ? [ending.afterMs] : []));
    const waits = endings.length > 0 ? endings : this.#quarantines();
    if (waits.length === 0 || this.#waits >= WAITS_MAX) return false;
    this.#waits += 1;
    this.#nowMs += Math.max(1, ...waits);
    return true;
  }

  /** What this very change retires is shown to its end; nobody waits for a long quarantine, so no ending tells of it. */
  #quarantines(): number[] {
    return [...this.#fileSystems.keys()]
      .flatMap((name) => this.#view.bindingsOfFileSystem(name))
      .flatMap(({ facets }) => facets.accessPoint?.retiring ?? [])
      .filter(({ retiredAtMs }) => retiredAtMs >= this.#startMs)
      .map(({ retiredAtMs }) => retiredAtMs + this.#ports.settings.quarantineMs - this.#nowMs)
      .filter((restMs) => restMs > 0);
  }

  #problems(): string[] {
    return this.#endings().flatMap((ending) => (ending.kind === "stalled" ? [ending.why] : []));
  }

  #endings(): Ending[] {
    return [...this.#fileSystems.values(), ...this.#lambdas.values(), ...this.#ecs.values()].flatMap(
      ({ ending }) => ending ?? [],
    );
  }
}

function fileSystemNameOf(record: StoredRecord): string {
  return record.kind === "FileSystem" ? record.metadata.name : record.spec.fileSystemRef.name;
}

/** The same answers as if they had been read again: a dry-run reads once, and two looks must lie apart. */
function readAt<Observation extends object>(readAtMs: number, observed: Observation): Observation {
  const isReading = (part: unknown): part is { readAtMs: number } =>
    typeof part === "object" && part !== null && "readAtMs" in part;
  const restamped = Object.entries(observed).map(([name, part]) => [
    name,
    isReading(part) ? { ...part, readAtMs } : part,
  ]);
  return Object.fromEntries(restamped) as Observation;
}
