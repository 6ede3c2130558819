import type { BindingRecord, FileSystemRecord } from "../../src/model/records.ts";
import { ACCESS_POINT_FINALIZER, IN_USE_FINALIZER, MOUNT_FINALIZER } from "../../src/model/records.ts";
import { accessPointArn, fileSystemKey, lambdaKey } from "../../src/model/keys.ts";
import { parseManifest, type Home } from "../../src/model/validate.ts";
import type { Change, Store } from "../../src/store/store.ts";
import { bindingManifest, fileSystemManifest } from "./records.ts";

const PER_FILE_SYSTEM = 1_000;
const PER_COMMIT = 50;
const AT = "2026-01-01T00:00:00Z";
const BY = { actor: "bench", atMs: 1_767_225_600_000 };

/**
 * Writes converged-looking records straight into the log, without waking anything: what a service holds
 * in memory does not depend on how its records came to be.
 *
 * @param isOver asked before each commit; true = as many as there are by then are enough.
 */
export async function holdRecords(
  store: Store,
  home: Home,
  count: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  const changes: Change[] = [];
  for (let first = 0; first < count; first += PER_FILE_SYSTEM) {
    const fileSystemId = `fs-${(first + 1).toString(16).padStart(17, "0")}`;
    const fileSystem = fileSystemRecord(home, fileSystemId);
    changes.push({ type: "put", record: fileSystem });
    for (let i = first; i < Math.min(count, first + PER_FILE_SYSTEM); i++)
      changes.push(...bindingChanges(home, fileSystem, i));
  }
  for (let i = 0; i < changes.length && !isOver(); i += PER_COMMIT) {
    const some = changes.slice(i, i + PER_COMMIT);
    await store.records.commit(() => ({ changes: some, wakes: [], by: BY }));
  }
}

/** A record like those, by its name alone: for whoever only wants to commit something of ordinary size. */
export function aHeldBinding(name: string): BindingRecord {
  const home = { account: "111122223333", region: "eu-west-1" };
  const [put] = bindingChanges(home, fileSystemRecord(home, "fs-00000000000000001"), 1);
  if (put?.type !== "put" || put.record.kind !== "Binding") throw new Error("the first change of a binding is its put");
  return { ...put.record, metadata: { ...put.record.metadata, name, uid: name } };
}

function metadata(name: string, namespace: string, uid: string, finalizers: string[]) {
  return { name, namespace, uid, generation: 1, creationTimestamp: AT, finalizers, labels: {}, annotations: {} };
}

function uidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

function fileSystemRecord(home: Home, fileSystemId: string): FileSystemRecord {
  const parsed = parseManifest("FileSystem", fileSystemManifest(home, fileSystemId, "Observe"), home);
  if (!parsed.ok || parsed.manifest.kind !== "FileSystem") throw new Error("the benchmark's FileSystem is not valid");
  return {
    kind: "FileSystem",
    metadata: metadata(fileSystemId, "", uidOf(Number.parseInt(fileSystemId.slice(3), 16) + 1_000_000), [
      IN_USE_FINALIZER,
    ]),
    spec: parsed.manifest.spec,
    changedBy: BY,
    facets: {},
    resourceVersion: 0,
  };
}

function bindingChanges(home: Home, fileSystem: FileSystemRecord, n: number): Change[] {
  const functionName = `bench-held-${n}`;
  const parsed = parseManifest("Binding", bindingManifest(fileSystem.metadata.name, functionName, n), home);
  if (!parsed.ok || parsed.manifest.kind !== "Binding") throw new Error("the benchmark's Binding is not valid");
  const record: BindingRecord = {
    kind: "Binding",
    metadata: metadata(functionName, "bench", uidOf(n), [MOUNT_FINALIZER, ACCESS_POINT_FINALIZER]),
    spec: parsed.manifest.spec,
    changedBy: BY,
    facets: {},
    resourceVersion: 0,
  };
  const ref = { kind: "Binding", namespace: "bench", name: functionName, uid: record.metadata.uid } as const;
  const id = `fsap-${n.toString(16).padStart(17, "0")}`;
  const facet = { fence: 1, observedGeneration: 1 };
  return [
    { type: "put", record },
    {
      type: "workloadFacet",
      ref,
      facet: {
        ...facet,
        key: lambdaKey({ ...home, functionName }),
        conditions: conditions("MountConfigured"),
        roleArns: [`arn:aws:iam::${home.account}:role/bench-${n % 500}`],
        mounted: id,
        served: [id],
        echo: id,
        revisionId: uidOf(n),
        admissible: true,
      },
    },
    {
      type: "accessPointFacet",
      ref,
      facet: {
        ...facet,
        key: fileSystemKey(fileSystem.spec),
        conditions: [...conditions("AccessPointReady"), ...conditions("PolicyReady"), ...conditions("OwnershipReady")],
        accessPoint: { id, arn: accessPointArn(home, id) },
        tokenGeneration: 0,
        policyUsableAtMs: BY.atMs,
        handover: id,
        retiring: [],
      },
    },
  ];
}

function conditions(type: "MountConfigured" | "AccessPointReady" | "PolicyReady" | "OwnershipReady") {
  return [
    {
      type,
      status: "True" as const,
      reason: "Verified",
      message: "read back after the last change",
      observedGeneration: 1,
      lastTransitionTime: AT,
    },
  ];
}
