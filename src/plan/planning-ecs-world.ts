import type {
  ObservedDeployment,
  ObservedMountTarget,
  ObservedService,
  ObservedTask,
  ObservedTaskDefinition,
  Reading,
} from "../model/observations.ts";
import type { Action } from "../model/actions.ts";
import { ecsServiceKey } from "../model/keys.ts";
import { type BindingRecord, type BindingSpec, type EcsMount, MOUNT_FINALIZER } from "../model/records.ts";
import { RegisterInput } from "../model/register-input.ts";
import { observedTaskDefinition } from "../model/task-definition.ts";
import { isEcsBinding } from "../model/workload.ts";
import { DEFAULT_SETTINGS, type Settings } from "../model/settings.ts";
import {
  type EcsMemory,
  type EcsObservation,
  type EcsPlanInput,
  type EcsTarget,
  EMPTY_ECS_MEMORY,
} from "./ecs-input.ts";
import { type EcsPlan, planEcs } from "./plan-ecs.ts";
import { aBinding, ACCOUNT, FS, REGION, roleArn } from "./planning-samples.ts";

const FAMILY_ARN = `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/`;

/**
 * A world for tests of the ECS planner: one service or family, its revisions, deployments and tasks; an ECS that obeys
 * every planned action, and whose rollouts end when the test says so. Nothing in it decides anything.
 */
export class PlanningEcsWorld {
  nowMs = Date.parse("2026-11-23T12:00:00Z");
  settings: Settings = { ...DEFAULT_SETTINGS, installation: "test", absenceGapMs: 0, propagationMs: 0, settleMs: 0 };
  target: EcsTarget = { cluster: "prod", service: "web" };
  service: ObservedService | "noCluster" | null;
  /** Of family `web`, oldest first. */
  revisions: ObservedTaskDefinition[] = [];
  /** Revisions of tasks that have not stopped, beside those of the deployments. */
  oldTasks: string[] = [];
  familyServices: string[] = [];
  /** Who pins a revision, by name; null = nobody has asked. */
  pins: { [name: string]: number } | null = null;
  bindings = new Map<string, BindingRecord>();
  memory: EcsMemory = EMPTY_ECS_MEMORY;
  mountTargets: Reading<ObservedMountTarget[]> | undefined = this.read("mountTargets", [aMountTarget]);
  lastForeignEventAtMs: number | null = null;
  removalsLastHour = 0;
  unreadable: { [part: string]: string } = {};
  readonly done: Action[] = [];
  #deployments = 0;

  constructor() {
    this.register({
      containerDefinitions: [{ name: "app", environment: [{ name: "SECRET", value: "hunter2" }] }, { name: "logs" }],
    });
    this.service = {
      serviceArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:service/prod/web`,
      cluster: "prod",
      serviceName: "web",
      status: "ACTIVE",
      createdAtMs: 1,
      taskDefinitionArn: this.arn(1),
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
      launchType: "FARGATE",
      platformFamily: "Linux",
      controller: "ECS",
      strategy: "ROLLING",
      subnetIds: ["subnet-a"],
      securityGroupIds: [],
      deployments: [],
    };
    this.deploy(1);
    this.complete();
  }

  arn(revision: number): string {
    return `${FAMILY_ARN}web:${revision}`;
  }

  /** A family in the service's stead. */
  asFamily(): this {
    this.target = { family: "web" };
    this.service = null;
    return this;
  }

  get running(): ObservedService {
    return this.service as ObservedService;
  }

  /** Somebody registers a revision; what is not given is as in the first. */
  register(change: Record<string, unknown>, tags: Record<string, string> = {}): number {
    const revision = this.revisions.length + 1;
    const base = {
      family: "web",
      taskRoleArn: roleArn("web"),
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
    };
    const first = this.revisions[0]?.register.reveal() ?? base;
    const register = new RegisterInput({ ...first, ...change });
    this.revisions.push(
      observedTaskDefinition({ taskDefinitionArn: this.arn(revision), status: "ACTIVE", tags, register }),
    );
    return revision;
  }

  /** Somebody's rollout begins. */
  deploy(revision: number): void {
    this.#deployments += 1;
    const before = this.running.deployments.map((one) => ({ ...one, status: "ACTIVE" as const }));
    this.#set([aDeployment(`ecs-svc/${this.#deployments}`, this.arn(revision), this.nowMs), ...before]);
  }

  complete(): void {
    const primary = this.running.deployments[0]!;
    this.#set([{ ...primary, rolloutState: "COMPLETED", rolloutStateReason: "completed.", updatedAtMs: this.nowMs }]);
  }

  /** The circuit breaker gives up; the deployment before becomes PRIMARY under its old id. */
  /** To the deployment before, or to one further back. */
  rollBack(to = 1): void {
    const failed = this.running.deployments[0];
    const before = this.running.deployments[to];
    this.nowMs += 1;
    this.#set([
      {
        ...before!,
        status: "PRIMARY",
        rolloutState: "IN_PROGRESS",
        rolloutStateReason: "rolling back.",
        updatedAtMs: this.nowMs,
      },
      {
        ...failed!,
        status: "ACTIVE",
        rolloutState: "FAILED",
        rolloutStateReason: "tasks failed to start.",
        failedTasks: 3,
      },
    ]);
  }

  changePrimary(change: Partial<ObservedDeployment>): void {
    const [primary, ...others] = this.running.deployments;
    this.#set([{ ...primary!, ...change }, ...others]);
  }

  #set(deployments: ObservedDeployment[]): void {
    this.service = { ...this.running, deployments, taskDefinitionArn: deployments[0]!.taskDefinitionArn };
  }

  /** A binding that has its access point, `fsap-<name>`, admitted by the policy. */
  add(name: string, mounts: EcsMount[] = [mount("app", `/${name}`)], spec: Partial<BindingSpec> = {}): void {
    const ecs = "service" in this.target ? { ...this.target, mounts } : { ...this.target, mounts };
    const record = aBinding(name, { workload: { ecs }, ...spec });
    this.bindings.set(name, record);
    this.serve(name, `fsap-${name}`);
  }

  /** What the file system's side says of the access point. */
  serve(
    name: string,
    id: string | null,
    change: Partial<NonNullable<BindingRecord["facets"]["accessPoint"]>> = {},
  ): void {
    const record = this.get(name);
    const accessPoint = {
      key: "filesystem/x",
      fence: 1,
      observedGeneration: record.metadata.generation,
      conditions: [],
      accessPoint: id === null ? null : { id, arn: `arn:${id}` },
      tokenGeneration: 1,
      policyUsableAtMs: id === null ? null : 0,
      handover: id,
      retiring: [],
      ...change,
    };
    this.bindings.set(name, { ...record, facets: { ...record.facets, accessPoint } });
  }

  get(name: string): BindingRecord {
    return this.bindings.get(name)!;
  }

  change(name: string, spec: Partial<BindingSpec>): void {
    const record = this.get(name);
    const metadata = { ...record.metadata, generation: record.metadata.generation + 1 };
    this.bindings.set(name, { ...record, metadata, spec: { ...record.spec, ...spec } });
  }

  mountsOf(name: string, mounts: EcsMount[]): void {
    this.change(name, { workload: { ecs: { ...this.get(name).spec.workload.ecs!, mounts } } });
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

  condition(name: string, type = "MountConfigured"): { status: string; reason: string; message: string } | undefined {
    return this.get(name).facets.workload?.conditions.find((condition) => condition.type === type);
  }

  read<T>(part: string, value: T): Reading<T> {
    const code = this.unreadable?.[part];
    if (code === undefined) return { known: true, value, readAtMs: this.nowMs };
    return { known: false, why: { code, message: code, transient: !code.includes("Denied") }, readAtMs: this.nowMs };
  }

  observe(needs: readonly string[] = []): EcsObservation {
    const { service } = this;
    const find = (arn: string) => this.revisions.find((one) => one.taskDefinitionArn === arn) ?? null;
    const there = service === null || service === "noCluster" ? null : service;
    const active = this.revisions.filter(({ status }) => status === "ACTIVE");
    const primary = there?.deployments.find(({ status }) => status === "PRIMARY");
    const base = there
      ? find(primary?.taskDefinitionArn ?? there.taskDefinitionArn)
      : "family" in this.target
        ? (active.at(-1) ?? null)
        : null;
    const tasks = this.#tasks(there);
    const pins = Object.entries(this.pins ?? {}).map(([name, revision]) => ({
      name,
      taskDefinitionArn: this.arn(revision),
    }));
    const named = [...(there?.deployments ?? []), ...(needs.includes("tasks") ? tasks : []), ...pins];
    return {
      service: "service" in this.target ? this.read("service", service) : null,
      base: this.read("base", base),
      revisions: new Map(named.map(({ taskDefinitionArn: arn }) => [arn, this.read("revisions", find(arn))])),
      tasks: needs.includes("tasks") ? this.read("tasks", tasks) : null,
      candidates: needs.includes("candidates")
        ? this.read("candidates", this.revisions.filter((one) => one.revision > (base?.revision ?? 0)).reverse())
        : null,
      familyServices: this.read("familyServices", this.familyServices),
      ...(this.pins === null ? {} : { pins: this.read("pins", pins) }),
      mountTargets: this.mountTargets ? new Map([[FS, this.mountTargets]]) : new Map(),
    };
  }

  #tasks(there: ObservedService | null): ObservedTask[] {
    const arns = [...(there?.deployments ?? []).map(({ taskDefinitionArn }) => taskDefinitionArn), ...this.oldTasks];
    return arns.map((taskDefinitionArn, at) => ({
      taskArn: `task-${at}`,
      cluster: "prod",
      taskDefinitionArn,
      group: "service:web",
      lastStatus: "RUNNING",
      desiredStatus: "RUNNING",
    }));
  }

  input(needs: readonly string[] = []): EcsPlanInput {
    const bindings = [...this.bindings.values()].filter(isEcsBinding);
    return {
      nowMs: this.nowMs,
      settings: this.settings,
      account: ACCOUNT,
      region: REGION,
      target: this.target,
      bindings,
      fileSystemIds: new Map(bindings.map(({ metadata }) => [metadata.uid, FS])),
      observed: this.observe(needs),
      memory: this.memory,
      removalsLastHour: this.removalsLastHour,
      lastForeignEventAtMs: this.lastForeignEventAtMs,
    };
  }

  /** One round of a run: what the plan asks for is read, then everything is recorded and carried out. */
  pass(): EcsPlan {
    const needs = new Set<string>();
    let plan = planEcs(this.input());
    while (plan.needs.some((need) => !needs.has(need))) {
      for (const need of plan.needs) needs.add(need);
      plan = planEcs(this.input([...needs]));
    }
    this.memory = JSON.parse(JSON.stringify(plan.facets.memory));
    const key = ecsServiceKey({ account: ACCOUNT, region: REGION, cluster: "prod", service: "web" });
    for (const [name, record] of this.bindings) {
      const facet = plan.facets.workloads.get(record.metadata.uid);
      const isReleased = plan.facets.release.some(({ uid }) => uid === record.metadata.uid);
      const finalizers = record.metadata.finalizers.filter((one) => !isReleased || one !== MOUNT_FINALIZER);
      const facets = { ...record.facets, ...(facet ? { workload: { ...facet, key, fence: 1 } } : {}) };
      this.bindings.set(name, { ...record, metadata: { ...record.metadata, finalizers }, facets });
    }
    for (const action of plan.actions) this.carryOut(action);
    return plan;
  }

  carryOut(action: Action): void {
    this.done.push(action);
    if (action.type === "RegisterTaskDefinition") {
      const read = JSON.parse(JSON.stringify(action.register.reveal())) as Record<string, unknown>;
      this.register({ ...read, placementConstraints: [] }, action.tags);
    }
    if (action.type === "UpdateService") this.deploy(Number(action.taskDefinitionArn.split(":").at(-1)));
  }

  /** Runs until the planner waits or is done; every rollout completes at once. */
  settle(): Action[] {
    const before = this.done.length;
    for (let round = 0; round < 30; round += 1) {
      const plan = this.pass();
      if (plan.actions.some(({ type }) => type === "UpdateService")) this.complete();
      if (plan.actions.length > 0) continue;
      if (plan.ending.kind !== "waiting") return this.done.slice(before);
      this.nowMs += plan.ending.afterMs;
    }
    throw new Error("The planner did not come to rest in 30 passes");
  }

  /** `container:path` → access point, of the revision that is deployed (or the latest of the family). */
  mounts(): Record<string, string | null> {
    const base = this.observe().base;
    const { volumes, containers } = base.known ? base.value! : { volumes: [], containers: [] };
    const efs = new Map(volumes.map((volume) => [volume.name, volume.efs]));
    return Object.fromEntries(
      containers.flatMap(({ name, mountPoints }) =>
        mountPoints.map(({ containerPath, sourceVolume, readOnly }) => [
          `${name}:${containerPath}${readOnly ? " ro" : ""}`,
          efs.get(sourceVolume)?.accessPointId ?? sourceVolume,
        ]),
      ),
    );
  }
}

export function mount(container: string, containerPath: string, readOnly = false): EcsMount {
  return { container, containerPath, readOnly };
}

const aMountTarget: ObservedMountTarget = {
  mountTargetId: "fsmt-a",
  lifeCycleState: "available",
  vpcId: "vpc-1",
  subnetId: "subnet-a",
  availabilityZoneId: "euw1-az-a",
};

function aDeployment(id: string, taskDefinitionArn: string, nowMs: number): ObservedDeployment {
  return {
    id,
    status: "PRIMARY",
    taskDefinitionArn,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: "in progress.",
    desiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    failedTasks: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** With these bindings mounted and at rest; default: one, "data". */
export function converged(...names: string[]): PlanningEcsWorld {
  const world = new PlanningEcsWorld();
  for (const name of names.length > 0 ? names : ["data"]) world.add(name);
  world.settle();
  return world;
}

export const types = (actions: { type: string }[]) => actions.map(({ type }) => type);
