import type { Registry } from "prom-client";
import type { AwsConnection } from "../aws/create-aws.ts";
import type { Cause, NotedEvent } from "../model/audit.ts";
import type { Chance, Clock } from "../model/clock.ts";
import { fileSystemKey, type ReconcileKey } from "../model/keys.ts";
import type { Settings } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import type { MemoryEventIndex } from "../queue/event-index.ts";
import type { EventsOut, WakeCause, WorkQueue } from "../queue/queue.ts";
import { type ConsumerScan, createConsumerScan } from "../reconcilers/consumer-scan.ts";
import { dryRun, type DryRunChange } from "../reconcilers/dry-run.ts";
import { createEcsReconciler } from "../reconcilers/ecs.ts";
import { createFileSystemReconciler } from "../reconcilers/file-system.ts";
import { createLambdaReconciler } from "../reconcilers/lambda.ts";
import type { Activity, ReconcilerPorts } from "../reconcilers/ports.ts";
import type { DryRunResult } from "../reconcilers/reconciler.ts";
import { createTaskTargetScan, type TaskTargetScan } from "../reconcilers/task-targets.ts";
import type { RecordsView, Store } from "../store/store.ts";
import { backoffMs } from "./backoff.ts";
import { takeIn } from "./intake.ts";
import { runKey } from "./key-runner.ts";
import { createMetrics } from "./metrics.ts";
import { lookAtRestoredFirst } from "./restored-first.ts";
import { createPublisher } from "./publisher.ts";
import { Scheduler, type RunKey } from "./scheduler.ts";
import { startSweeper } from "./sweeper.ts";
import { workloadKey } from "../model/workload.ts";

export interface ServiceOptions {
  home: Home;
  store: Store;
  queue: WorkQueue;
  /** Where wakes of changed specs and the product's own events go; null = wakes go straight to the queue. */
  eventsOut: EventsOut | null;
  /** Told of what runs see, so that events which carry only an id find their key. */
  index: MemoryEventIndex;
  aws: AwsConnection;
  /** ARN of the role (or user) that this service calls AWS with, as CloudTrail's sessionIssuer shows it. */
  ownArn: string;
  clock: Clock;
  chance: Chance;
  settings: Settings;
  logError(message: string, error: unknown): void;
  /** Ends a start that waits; absent = nothing does. */
  signal?: AbortSignal;
}

/** A start that was told to stop before anything but looking had begun. */
export class StoppedWhileStarting extends Error {
  override readonly name = "StoppedWhileStarting";
}

export interface Service {
  /** Wakes keys after a change of spec was committed; what gets lost here is found among the pending keys. */
  wake(keys: ReconcileKey[]): Promise<void>;
  /** Asks for a run of these keys now, and resolves when it has ended on this replica. */
  reconcile(keys: ReconcileKey[]): Promise<void>;
  /** Compares everything with AWS now; resolves with the keys it woke. */
  sweepNow(): Promise<ReconcileKey[]>;
  dryRun(change: DryRunChange): Promise<DryRunResult>;
  onActivity(listener: (activity: Activity) => void): () => void;
  readonly metrics: Registry;
  ready(): { ready: boolean; why?: string };
  /** Takes in nothing more, lets runs end, hands their leases back. */
  stop(): Promise<void>;
}

/**
 * The controller of one replica: takes keys from the queue, runs their reconcilers, sweeps.
 *
 * @throws {StoppedWhileStarting} if `signal` aborts while it waits for a store that was put back.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { store, queue, clock, settings, chance, logError } = options;
  const stopping = new AbortController();
  const listeners = new Set<(activity: Activity) => void>();
  const publisher = createPublisher(options);
  const metrics = createMetrics({
    active: () => scheduler.active,
    bindings: () => [...store.records.view().bindings()].length,
    head: () => store.records.view().head,
    pending: () => store.records.pending().length,
  });
  const ports = portsOf(options, (activity) => {
    metrics.count(activity);
    publisher.report(activity);
    for (const listener of listeners) listener(activity);
  });
  const consumers = createConsumerScan(options.aws, clock);
  const targets = createTaskTargetScan(options.aws, clock, options.aws.sweep);
  const reconcilers = reconcilersOf(ports, consumers, targets);
  const runOne = (key: ReconcileKey, cause: Cause) =>
    runKey(key, cause, reconcilers, { ...ports, logError }, stopping.signal).catch((error: unknown) => {
      logError(`cannot run ${key}`, error);
      return { againInMs: backoffMs(1, settings, chance) };
    });
  const inTurn: RunKey = (key, cause, priority) => options.aws.inTurn({ key, priority }, () => runOne(key, cause));
  const scheduler = new Scheduler(inTurn, clock, settings);
  fillIndex(options, await store.records.refresh());
  // Before the sweeper too: whatever else runs may commit.
  await restoredFirst({ ...ports, logError }, scheduler, options);
  const sweeper = startSweeper({
    ports: { ...ports, aws: options.aws.sweep },
    targets,
    scheduler,
    queue,
    signal: stopping.signal,
    logError,
  });
  const intakePorts = {
    queue,
    store,
    scheduler,
    concurrency: settings.concurrency,
    sleep: (ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
    isOwn: ports.isOwn,
    requestSweep: () => sweeper.request(),
    logError,
  };
  const loops = [takeIn("fast", intakePorts, stopping.signal), takeIn("slow", intakePorts, stopping.signal)];

  return {
    wake: (keys) => publisher.wake(keys),
    reconcile: async (keys) => void (await Promise.all(keys.map((key) => runNow(scheduler, key)))),
    sweepNow: () => sweeper.now(),
    dryRun: (change) => dryRun(ports, consumers, change),
    onActivity(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    metrics: metrics.registry,
    ready: () => (stopping.signal.aborted ? { ready: false, why: "shutting down" } : { ready: true }),
    async stop() {
      stopping.abort();
      await handOver(await scheduler.stop(), options);
      await Promise.all([...loops, sweeper.ended, publisher.flush()]);
    },
  };
}

async function restoredFirst(
  ports: Parameters<typeof lookAtRestoredFirst>[0],
  scheduler: Scheduler,
  options: ServiceOptions,
): Promise<void> {
  const { signal = new AbortController().signal } = options;
  await lookAtRestoredFirst(ports, (key) => runNow(scheduler, key), signal);
  if (!signal.aborted) return;
  await handOver(await scheduler.stop(), options);
  throw new StoppedWhileStarting("told to stop before it had begun");
}

const runNow = (scheduler: Scheduler, key: ReconcileKey) =>
  scheduler.request({ key, cause: { kind: "Sweep" }, priority: "user", gather: false });

function reconcilersOf(ports: ReconcilerPorts, consumers: ConsumerScan, targets: TaskTargetScan) {
  const ecs = createEcsReconciler(ports, targets);
  return {
    filesystem: createFileSystemReconciler(ports, consumers),
    lambda: createLambdaReconciler(ports),
    ecsService: ecs,
    ecsFamily: ecs,
  };
}

function portsOf(options: ServiceOptions, report: (activity: Activity) => void): ReconcilerPorts {
  const { queue, index, ownArn } = options;
  return {
    ...options,
    sightings: {
      accessPoints: (fileSystemId, seen) =>
        index.accessPointsSeen(
          fileSystemId,
          seen.map((ap) => ap.accessPointId),
        ),
      mountTargets: (fileSystemId, seen) =>
        index.mountTargetsSeen(
          fileSystemId,
          seen.map((mt) => mt.mountTargetId),
        ),
      roles: (key, roleArns) => index.rolesSeen(key, roleArns),
      starters: (key, starters) => index.startersSeen(key, starters),
    },
    report,
    wake: (keys) => queue.send("fast", wakesOf(keys, "counterpart")),
    isOwn: (event: NotedEvent) => event.actorArn === ownArn,
  };
}

/** Whoever stays takes up the waits of a replica that stops; if that fails, the sweep finds them by their dueAt. */
async function handOver(
  left: { key: ReconcileKey; afterMs: number }[],
  { queue, logError }: Pick<ServiceOptions, "queue" | "logError">,
): Promise<void> {
  const send = ({ key, afterMs }: (typeof left)[number]) => queue.send("fast", wakesOf([key], "self"), afterMs);
  await Promise.all(left.map(send)).catch((error: unknown) =>
    logError("cannot hand over what is waited for; the next sweep finds it", error),
  );
}

export function wakesOf(keys: ReconcileKey[], cause: WakeCause) {
  return keys.map((key) => ({ key, cause }));
}

/** What the log remembers of ids, so that an event that comes first after a start finds its key. */
function fillIndex({ index, home }: ServiceOptions, view: RecordsView): void {
  for (const binding of view.bindings()) {
    const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
    const { accessPoint, workload } = binding.facets;
    if (fileSystem !== undefined) {
      const ids = [
        accessPoint?.accessPoint?.id,
        ...(accessPoint?.retiring.map((r) => r.accessPointId) ?? []),
        ...(accessPoint?.former ?? []),
      ];
      for (const id of ids) if (id !== undefined) index.accessPointSeen(fileSystem.spec.fileSystemId, id);
    }
    if (workload !== undefined) index.rolesSeen(workloadKey(binding.spec.workload, home), workload.roleArns);
  }
  for (const fileSystem of view.fileSystems()) {
    const roles = view.bindingsOfFileSystem(fileSystem.metadata.name).flatMap((b) => b.facets.workload?.roleArns ?? []);
    index.rolesSeen(fileSystemKey(fileSystem.spec), roles);
  }
}
