/** The state as plain JSON and back, with everything that was under way going on. */
import type { OrderedIndex } from "../ordered-index.ts";
import { plan } from "./scheduler.ts";
import {
  type ClusterRecord,
  type EcsContext,
  type EcsState,
  emptyState,
  type FamilyRecord,
  liveTasksOf,
  type ServiceRecord,
  servicesOf,
  type TaskRecord,
  tasksOf,
} from "./state.ts";
import { continueLater } from "./task-life.ts";

export interface SavedEcs {
  clusters: ClusterRecord[];
  families: FamilyRecord[];
  services: ServiceRecord[];
  tasks: TaskRecord[];
  runTokens: [string, { given: string; taskIds: string[] }][];
  accountSettings: [string, Record<string, string>][];
  throttling: boolean;
  noisy: boolean;
}

export function snapshotState(state: EcsState): SavedEcs {
  const all = <T>(indexes: Map<string, OrderedIndex<T>>): T[] =>
    [...indexes.values()].flatMap((index) => index.values());
  return {
    clusters: [...state.clusters.values()],
    families: [...state.families.values()],
    services: all(state.services),
    tasks: all(state.tasks),
    runTokens: [...state.runTokens],
    accountSettings: [...state.accountSettings],
    throttling: state.throttling,
    noisy: state.noisy,
  };
}

export function restoreState(context: EcsContext, saved: SavedEcs): void {
  const { state, world } = context;
  Object.assign(state, emptyState(), {
    clusters: new Map(saved.clusters.map((one) => [one.name, one])),
    families: new Map(saved.families.map((one) => [one.name, one])),
    runTokens: new Map(saved.runTokens),
    accountSettings: new Map(saved.accountSettings),
    throttling: saved.throttling,
    noisy: saved.noisy,
  });
  for (const service of saved.services) servicesOf(context, service.cluster).set(service.name, service);
  for (const task of saved.tasks) addTask(context, task);
  state.stopped = saved.tasks
    .filter(({ lastStatus }) => lastStatus === "STOPPED")
    .toSorted((a, b) => (a.stoppedMs ?? 0) - (b.stoppedMs ?? 0));
  // At least 1 ms is left even for what is overdue, so that what was saved can be seen as it was.
  const leftMs = (dueMs: number): number => Math.max(1, dueMs - world.clock.nowMs());
  for (const task of saved.tasks) if (task.dueMs !== null) continueLater(context, task, leftMs(task.dueMs));
  for (const service of saved.services) {
    const { tickDueMs } = service;
    service.tickDueMs = null;
    if (tickDueMs !== null) plan(context, service, leftMs(tickDueMs));
  }
}

function addTask(context: EcsContext, task: TaskRecord): void {
  tasksOf(context, task.cluster).set(task.id, task);
  if (task.service === null || task.lastStatus === "STOPPED") return;
  liveTasksOf(context, { cluster: task.cluster, name: task.service }).add(task);
}
