import { fileSystemMachine } from "../../state-machines/file-system/machine.ts";
import type { Clock } from "../model/clock.ts";
import { parseKey } from "../model/keys.ts";
import { ACCESS_POINT_FINALIZER, IN_USE_FINALIZER } from "../model/records.ts";
import type { FileSystemFacetDrafts, FileSystemMemory, FileSystemObservation } from "../plan/file-system-input.ts";
import type { Plan } from "../plan/plan.ts";
import { needsConsumers, planFileSystem } from "../plan/plan-file-system.ts";
import { samePolicyMeaning } from "../plan/policy-meaning.ts";
import { withoutNewestPut } from "../plan/policy-recency.ts";
import { clientsAmong, needsClients } from "../plan/policy-clients.ts";
import { nameOf } from "./binding-name.ts";
import { driftedOf } from "./drift-log.ts";
import type { ConsumerScan } from "./consumer-scan.ts";
import { showFailures, showOnFileSystem } from "./failures.ts";
import { runPass, type PassSpec } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { desiredFileSystem, nothingObserved, observeFileSystem } from "./observe-file-system.ts";
import { proposeFileSystemFacets } from "./record.ts";
import type { Reconciler } from "./reconciler.ts";

export const EMPTY_FILE_SYSTEM_MEMORY: FileSystemMemory = {
  absentSinceMs: {},
  cleanSinceMs: {},
  policyPutAtMs: 0,
  admittedSinceMs: {},
};

type Spec = PassSpec<FileSystemObservation, FileSystemFacetDrafts, FileSystemMemory>;

/** The one writer of a file system's access points, their tags and its policy. */
export function createFileSystemReconciler(ports: ReconcilerPorts, consumers: ConsumerScan): Reconciler {
  return (run) => {
    const key = parseKey(run.key);
    if (key.kind !== "filesystem") throw new Error(`Cannot reconcile ${run.key} as a file system`);
    return runPass(fileSystemSpec(key, ports, consumers), ports, run);
  };
}

export function isPutDue({ actions, heldBack }: Plan<FileSystemFacetDrafts>): boolean {
  return [...actions, ...heldBack].some(({ type }) => type === "PutFileSystemPolicy");
}

/** A report needs no reading of this very moment: file systems that are enforced at about the same time share one. */
const CLIENTS_AGE_MAX_MS = 60_000;

/** Who mounts the file system today, from the functions, services and tasks of the account and region. */
export async function readClients(
  consumers: ConsumerScan,
  clock: Clock,
  fileSystemId: string,
  { accessPoints }: FileSystemObservation,
): Promise<NonNullable<FileSystemObservation["clients"]>> {
  return clientsAmong(await consumers.since(clock.nowMs() - CLIENTS_AGE_MAX_MS), fileSystemId, accessPoints);
}

/** Who names access points, read from now on. */
async function readConsumers(
  consumers: ConsumerScan,
  clock: Clock,
): Promise<Pick<FileSystemObservation, "consumers" | "ecsConsumers">> {
  const { functions, ecs } = await consumers.since(clock.nowMs());
  return { consumers: functions, ecsConsumers: ecs };
}

interface FileSystemId {
  account: string;
  region: string;
  fileSystemId: string;
}

function fileSystemSpec(id: FileSystemId, ports: ReconcilerPorts, consumers: ConsumerScan): Spec {
  const { clock, home } = ports;
  // A spec lives for one run, and so does what it has seen of roles.
  let seenRoles: FileSystemObservation["roles"] = new Map();
  let missing: "consumers" | "clients" = "consumers";
  return {
    machine: fileSystemMachine,
    emptyMemory: EMPTY_FILE_SYSTEM_MEMORY,
    observe: async (view, situation) => {
      const record = view.fileSystemById(id);
      if (record === undefined) return nothingObserved(clock.nowMs());
      const observed = await observeFileSystem(
        ports,
        record,
        desiredFileSystem(view, record, situation, ports),
        seenRoles,
      );
      seenRoles = new Map([...seenRoles, ...observed.roles]);
      return observed;
    },
    readMore: async (_view, observation) =>
      missing === "clients"
        ? { ...observation, clients: await readClients(consumers, clock, id.fileSystemId, observation) }
        : { ...observation, ...(await readConsumers(consumers, clock)) },
    plan: (view, observed, situation) => {
      const record = view.fileSystemById(id);
      if (record === undefined) return null;
      const input = { ...desiredFileSystem(view, record, situation, ports), observed };
      missing = "consumers";
      if (observed.consumers === null && needsConsumers(input)) return { needsMore: true };
      const plan = planFileSystem(input);
      missing = "clients";
      if (needsClients(input, isPutDue(plan))) return { needsMore: true };
      return { needsMore: false, plan };
    },
    propose: (view, facets, lease, failures, nowMs) => {
      const record = view.fileSystemById(id);
      if (record === undefined) return { changes: [], wakes: [] };
      const shown = showFailures(facets.accessPoints, (uid) => nameOf(view.bindingByUid(uid)), failures, nowMs);
      const finalizers = { binding: ACCESS_POINT_FINALIZER, fileSystem: IN_USE_FINALIZER };
      return proposeFileSystemFacets(
        view,
        record.metadata.name,
        { ...facets, accessPoints: shown, fileSystem: showOnFileSystem(facets.fileSystem, failures, nowMs) },
        finalizers,
        lease,
        home,
      );
    },
    undone: (memory, { type }) => (type === "PutFileSystemPolicy" ? withoutNewestPut(memory) : memory),
    drifted: (facets) => driftedOf(facets.accessPoints),
    stands: ({ name, subject }, { policy }) =>
      name === "PutFileSystemPolicy" &&
      subject["policy"] !== undefined &&
      policy.known &&
      samePolicyMeaning(subject["policy"], policy.value, ports.settings.installation),
    concerns: (view) => {
      const record = view.fileSystemById(id);
      const name = record?.metadata.name ?? null;
      return { fileSystem: name, bindings: name === null ? [] : view.bindingsOfFileSystem(name).map(nameOf) };
    },
  };
}
