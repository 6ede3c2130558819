import { fileSystemKey, lambdaKey } from "../model/keys.ts";
import type { Action } from "../model/actions.ts";
import type {
  EcsConsumer,
  ObservedAccessPoint,
  ObservedFunction,
  ObservedRole,
  Reading,
} from "../model/observations.ts";
import {
  ACCESS_POINT_FINALIZER,
  type BindingRecord,
  type BindingSpec,
  type FileSystemRecord,
  type FileSystemSpec,
  MOUNT_FINALIZER,
  TAGS,
} from "../model/records.ts";
import { DEFAULT_SETTINGS, type Settings } from "../model/settings.ts";
import { applyToFileSystem, applyToLambda } from "./apply-to.ts";
import type {
  FileSystemFacetDrafts,
  FileSystemMemory,
  FileSystemObservation,
  FileSystemPlanInput,
  KnownClient,
} from "./file-system-input.ts";
import type { LambdaFacetDrafts, LambdaMemory, LambdaPlanInput } from "./lambda-input.ts";
import { needsConsumers, planFileSystem, rolesToRead } from "./plan-file-system.ts";
import { needsVersions, planLambda } from "./plan-lambda.ts";
import type { Plan } from "./plan.ts";
import {
  ACCOUNT,
  aBinding,
  accessPointArnOf,
  aFileSystem,
  aFunction,
  FS,
  REGION,
  roleArn,
} from "./planning-samples.ts";
import { isLambdaBinding } from "../model/workload.ts";

const PASSES_MAX = 60;

/**
 * A world for tests of the planners: records, an AWS that obeys every planned action at once, and
 * the loop that a run makes (observe, plan, commit, act). Nothing in it decides anything.
 */
export class PlanningWorld {
  nowMs = Date.parse("2026-11-23T12:00:00Z");
  settings: Settings = { ...DEFAULT_SETTINGS, installation: "test", absenceGapMs: 0, propagationMs: 0, settleMs: 0 };
  head = 100;
  fileSystem: FileSystemRecord = aFileSystem();
  bindings = new Map<string, BindingRecord>();
  functions = new Map<string, ObservedFunction>();
  versions = new Map<string, ObservedFunction[]>();
  roles = new Set<string>();
  accessPoints: ObservedAccessPoint[] = [];
  policy: string | null = null;
  fileSystemState: "available" | "updating" | null = "available";
  /** Parts that cannot be read, with AWS's error code. */
  unreadable: { [part: string]: string } = {};
  fileSystemMemory: FileSystemMemory = { absentSinceMs: {}, cleanSinceMs: {}, policyPutAtMs: 0, admittedSinceMs: {} };
  lambdaMemories = new Map<string, LambdaMemory>();
  removalsLastHour = 0;
  foreignPolicyEdits: { atMs: number; policy: string }[] = [];
  knownClients: KnownClient[] | undefined;
  ecsConsumers: EcsConsumer[] = [];
  /** What lists show instead of what is there, for reads that lag behind; null = the truth. */
  staleAccessPoints: ObservedAccessPoint[] | null = null;
  staleConsumers: ObservedFunction[] | null = null;
  /** Called after every single change of the world: the commit of facets, or one call. */
  afterEffect: () => void = () => {};
  /** Everything that was carried out, in order. */
  readonly done: Action[] = [];
  #ids = 0;

  /** A binding of function `name` at `/name`, together with its function and role. */
  add(name: string, spec: Partial<BindingSpec> = {}, role = name): BindingRecord {
    const record = aBinding(name, spec);
    this.bindings.set(name, record);
    const { functionName } = record.spec.workload.lambda!;
    if (!this.functions.has(functionName)) this.functions.set(functionName, aFunction(functionName, role));
    this.roles.add(roleArn(role));
    return record;
  }

  get(name: string): BindingRecord {
    return this.bindings.get(name)!;
  }

  /** Changes a binding's spec, as an apply would. */
  change(name: string, spec: Partial<BindingSpec>): void {
    const record = this.get(name);
    const metadata = { ...record.metadata, generation: record.metadata.generation + 1 };
    this.bindings.set(name, { ...record, metadata, spec: { ...record.spec, ...spec } });
  }

  annotate(name: string, annotations: Record<string, string>): void {
    const record = this.get(name);
    this.bindings.set(name, { ...record, metadata: { ...record.metadata, annotations } });
  }

  changeFileSystem(policy: Partial<FileSystemSpec["policy"]>): void {
    const { metadata, spec } = this.fileSystem;
    this.fileSystem = {
      ...this.fileSystem,
      metadata: { ...metadata, generation: metadata.generation + 1 },
      spec: { ...spec, policy: { ...spec.policy, ...policy } },
    };
  }

  delete(name: string): void {
    const record = this.get(name);
    const metadata = {
      ...record.metadata,
      generation: record.metadata.generation + 1,
      deletionTimestamp: "2026-11-23T13:00:00Z",
    };
    this.bindings.set(name, { ...record, metadata });
  }

  changeFunction(name: string, change: Partial<ObservedFunction>): void {
    const revision = `${this.functions.get(name)!.revisionId}'`;
    this.functions.set(name, { ...this.functions.get(name)!, revisionId: revision, ...change });
  }

  condition(name: string, type: string): { status: string; reason: string; message: string } | undefined {
    const { workload, accessPoint } = this.get(name).facets;
    return [...(accessPoint?.conditions ?? []), ...(workload?.conditions ?? [])].find(
      (condition) => condition.type === type,
    );
  }

  observeFileSystem(input: Omit<FileSystemPlanInput, "observed">): FileSystemObservation {
    const policy = this.#read("policy", this.policy);
    const roles = rolesToRead({ ...input, observedPolicy: policy });
    return {
      fileSystem: this.#read(
        "fileSystem",
        this.fileSystemState === null ? null : { fileSystemId: FS, lifeCycleState: this.fileSystemState },
      ),
      accessPoints: this.#read("accessPoints", this.staleAccessPoints ?? this.accessPoints),
      mountTargets: this.#read("mountTargets", this.#mountTargets()),
      policy,
      roles: new Map(
        roles.map((role) => [
          role,
          this.#read<ObservedRole | null>(
            "roles",
            this.roles.has(role) ? { roleArn: role, roleId: `AROA${role.toUpperCase()}` } : null,
          ),
        ]),
      ),
      consumers: null,
      ecsConsumers: null,
      ...(this.knownClients ? { clients: this.#read("clients", this.knownClients) } : {}),
    };
  }

  fileSystemInput(): FileSystemPlanInput {
    const desired = {
      nowMs: this.nowMs,
      settings: this.settings,
      head: this.head,
      fileSystem: this.fileSystem,
      bindings: [...this.bindings.values()],
      memory: this.fileSystemMemory,
      removalsLastHour: this.removalsLastHour,
      foreignPolicyEdits: this.foreignPolicyEdits,
    };
    const input = { ...desired, observed: this.observeFileSystem(desired) };
    if (!needsConsumers(input)) return input;
    const all = this.staleConsumers ?? [...this.functions.values(), ...[...this.versions.values()].flat()];
    return {
      ...input,
      observed: {
        ...input.observed,
        consumers: this.#read("consumers", all),
        ecsConsumers: this.#read("ecsConsumers", this.ecsConsumers),
      },
    };
  }

  lambdaInput(functionName: string): LambdaPlanInput {
    const bindings = [...this.bindings.values()]
      .filter(isLambdaBinding)
      .filter(({ spec }) => spec.workload.lambda.functionName === functionName);
    const input: LambdaPlanInput = {
      nowMs: this.nowMs,
      settings: this.settings,
      account: ACCOUNT,
      region: REGION,
      functionName,
      bindings,
      fileSystemIds: new Map(bindings.map(({ metadata }) => [metadata.uid, FS])),
      observed: {
        latest: this.#read(`function ${functionName}`, this.functions.get(functionName) ?? null),
        versions: null,
        mountTargets: new Map([[FS, this.#read("mountTargets", this.#mountTargets())]]),
      },
      memory: this.lambdaMemories.get(functionName) ?? { absentSinceMs: null, foreignUpdateAtMs: null },
      removalsLastHour: 0,
      lastForeignEventAtMs: null,
    };
    if (!needsVersions(input)) return input;
    return {
      ...input,
      observed: { ...input.observed, versions: this.#read("versions", this.versions.get(functionName) ?? []) },
    };
  }

  /** One pass over the file system: plan, commit, act. It crashes after `effects` changes, and then forgets its memory. */
  passFileSystem(effects = Number.POSITIVE_INFINITY): Plan<FileSystemFacetDrafts> {
    const plan = planFileSystem(this.fileSystemInput());
    if (effects === 0) return plan;
    if (effects > plan.actions.length) this.fileSystemMemory = plan.facets.memory;
    const key = fileSystemKey(this.fileSystem.spec);
    this.fileSystem = { ...this.fileSystem, facets: { fileSystem: { ...plan.facets.fileSystem, key, fence: 1 } } };
    for (const [name, record] of this.bindings) {
      const facet = plan.facets.accessPoints.get(record.metadata.uid);
      if (facet)
        this.bindings.set(name, { ...record, facets: { ...record.facets, accessPoint: { ...facet, key, fence: 1 } } });
    }
    this.#release(plan.facets.release, ACCESS_POINT_FINALIZER);
    this.afterEffect();
    for (const action of plan.actions.slice(0, effects - 1)) this.carryOut(action);
    return plan;
  }

  passLambda(functionName: string, effects = Number.POSITIVE_INFINITY): Plan<LambdaFacetDrafts> {
    const plan = planLambda(this.lambdaInput(functionName));
    if (effects === 0) return plan;
    if (effects > plan.actions.length) this.lambdaMemories.set(functionName, plan.facets.memory);
    const key = lambdaKey({ account: ACCOUNT, region: REGION, functionName });
    for (const [name, record] of this.bindings) {
      const facet = plan.facets.workloads.get(record.metadata.uid);
      if (facet)
        this.bindings.set(name, { ...record, facets: { ...record.facets, workload: { ...facet, key, fence: 1 } } });
    }
    this.#release(plan.facets.release, MOUNT_FINALIZER);
    this.afterEffect();
    for (const action of plan.actions.slice(0, effects - 1)) this.carryOut(action);
    return plan;
  }

  /** Alternates both sides until neither acts nor waits; time passes only by the planners' own waits. */
  settle(): Action[] {
    const before = this.done.length;
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      const state = this.#state();
      const names = new Set([...this.bindings.values()].map(({ spec }) => spec.workload.lambda!.functionName));
      const plans: Plan<unknown>[] = [...names].map((name) => this.passLambda(name));
      plans.push(this.passFileSystem());
      const waits = plans.map(({ ending }) => (ending.kind === "waiting" ? ending.afterMs : 0));
      if (plans.every(({ actions }) => actions.length === 0) && this.#state() === state && Math.max(...waits) === 0)
        return this.done.slice(before);
      this.nowMs += Math.max(1, ...waits);
    }
    throw new Error(`The planners did not come to rest in ${PASSES_MAX} passes`);
  }

  carryOut(action: Action): void {
    this.done.push(action);
    this.#apply(action);
    this.afterEffect();
  }

  /** AWS knows the truth, whatever its lists show; a token that was used makes no second access point. */
  #apply(action: Action): void {
    this.staleAccessPoints = null;
    if (action.type === "CreateAccessPoint" && this.accessPoints.some((one) => one.clientToken === action.clientToken))
      return;
    if (action.type === "UpdateFunctionConfiguration") {
      const lambda = applyToLambda(this.lambdaInput(action.functionName).observed, action);
      if (lambda.latest.known && lambda.latest.value) this.functions.set(action.functionName, lambda.latest.value);
      return;
    }
    const input = this.fileSystemInput();
    const after = applyToFileSystem(input.observed, action);
    if (after.accessPoints.known) this.accessPoints = after.accessPoints.value.map((one) => this.#named(one));
    if (after.policy.known) this.policy = after.policy.value;
  }

  /** AWS gives ids; the reconciler adds the slot. */
  #named(one: ObservedAccessPoint): ObservedAccessPoint {
    if (!one.accessPointId.startsWith("(")) return one;
    this.#ids += 1;
    const id = `fsap-${String(this.#ids).padStart(17, "0")}`;
    return {
      ...one,
      accessPointId: id,
      accessPointArn: accessPointArnOf(id),
      tags: { ...one.tags, [TAGS.slot]: String(this.head) },
    };
  }

  #release(released: { uid: string }[], finalizer: string): void {
    for (const { uid } of released) {
      for (const [name, record] of this.bindings) {
        if (record.metadata.uid !== uid) continue;
        const finalizers = record.metadata.finalizers.filter((one) => one !== finalizer);
        if (finalizers.length === 0) this.bindings.delete(name);
        else this.bindings.set(name, { ...record, metadata: { ...record.metadata, finalizers } });
      }
    }
  }

  #read<T>(part: string, value: T): Reading<T> {
    const code = this.unreadable[part];
    if (code === undefined) return { known: true, value, readAtMs: this.nowMs };
    return { known: false, why: { code, message: code, transient: !code.includes("Denied") }, readAtMs: this.nowMs };
  }

  #mountTargets() {
    return ["a", "b"].map((zone) => ({
      mountTargetId: `fsmt-${zone}`,
      lifeCycleState: "available" as const,
      vpcId: "vpc-1",
      subnetId: `subnet-${zone}`,
      availabilityZoneId: `euw1-az-${zone}`,
    }));
  }

  #state(): string {
    return JSON.stringify([
      [...this.bindings.values()],
      this.fileSystem,
      this.accessPoints,
      this.policy,
      [...this.functions.values()],
    ]);
  }
}
