import { Registry } from "prom-client";
import { realChance, realClock } from "../../src/cli/clock.ts";
import type { ApiOptions } from "../../src/api/options.ts";
import { buildApi } from "../../src/api/server.ts";
import type { Condition } from "../../src/model/conditions.ts";
import { refOf } from "../../src/model/records.ts";
import type { BindingRecord, StoredRecord } from "../../src/model/records.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import type { Change, Store } from "../../src/store/store.ts";

export interface LiveApi {
  url: string;
  store: Store;
  close(): Promise<void>;
}

/** The API on loopback, on the embedded store, with nobody behind it that reconciles. */
export async function startApi(overrides: Partial<ApiOptions> = {}): Promise<LiveApi> {
  const store = await openStore({
    engine: openSqliteEngine(":memory:"),
    clock: realClock,
    chance: realChance,
    installation: "test",
  });
  const log = () => undefined;
  const api = buildApi({
    store,
    home: { account: "111122223333", region: "eu-west-1" },
    clock: realClock,
    chance: realChance,
    dryRun: async ({ after }) => ({
      calls: [
        {
          operation: "elasticfilesystem:CreateAccessPoint",
          target: after?.metadata.name ?? "",
          why: "there is no access point yet",
          before: null,
          after: { path: "/app" },
        },
      ],
      problems: [],
    }),
    wake: async () => undefined,
    metrics: new Registry(),
    ready: () => ({ ready: true }),
    log: { info: log, warn: log, error: log },
    ...overrides,
  });
  const url = await api.listen({ host: "127.0.0.1", port: 0 });
  const close = async () => {
    await api.close();
    await store.close();
  };
  return { url, store, close };
}

/** Writes what the reconcilers write once everything is mounted. */
export async function makeReady(store: Store, namespace: string, name: string): Promise<void> {
  await store.records.commit((view) => ({
    changes: readyFacets(view.binding(namespace, name)!),
    wakes: [],
    by: { actor: "mooring", atMs: realClock.nowMs() },
  }));
}

/** Releases all finalizers of whatever is being deleted from now on. @returns a function that ends it. */
export function releaseDeleted(store: Store): () => void {
  return store.records.watch(store.records.view().head, ({ type, record }) => {
    if (type === "MODIFIED" && record.metadata.deletionTimestamp !== undefined) void release(store, record);
  });
}

async function release(store: Store, record: StoredRecord): Promise<void> {
  const changes = record.metadata.finalizers.map((finalizer): Change => ({
    type: "releaseFinalizer",
    ref: refOf(record),
    finalizer,
    key: "test",
    fence: 1,
  }));
  await store.records.commit(() => ({ changes, wakes: [], by: { actor: "mooring", atMs: realClock.nowMs() } }));
}

function readyFacets(binding: BindingRecord): Change[] {
  const observedGeneration = binding.metadata.generation;
  const holds = (type: Condition["type"]): Condition => ({
    type,
    status: "True",
    reason: "AsDeclared",
    message: "As declared.",
    observedGeneration,
    lastTransitionTime: "2026-11-02T10:00:00Z",
  });
  const ref = refOf(binding);
  const id = `fsap-${binding.metadata.name}`;
  const common = { fence: 1, observedGeneration };
  return [
    {
      type: "accessPointFacet",
      ref,
      facet: {
        ...common,
        key: "fs",
        conditions: [holds("AccessPointReady"), holds("PolicyReady")],
        accessPoint: { id, arn: `arn:${id}` },
        tokenGeneration: 0,
        policyUsableAtMs: 0,
        handover: id,
        retiring: [],
      },
    },
    {
      type: "workloadFacet",
      ref,
      facet: {
        ...common,
        key: "fn",
        conditions: [holds("MountConfigured")],
        roleArns: [],
        mounted: id,
        served: [id],
        echo: id,
        revisionId: "r",
        admissible: true,
      },
    },
  ];
}

export function bindingManifest(
  name: string,
  namespace = "default",
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name, namespace },
    spec: {
      fileSystemRef: { name: "shared" },
      rootDirectory: { path: `/${name}`, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001 },
      access: "ReadWrite",
      workload: { lambda: { functionName: name, localMountPath: "/mnt/data" } },
      ...extra,
    },
  };
}

export function fileSystemManifest(): Record<string, unknown> {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "FileSystem",
    metadata: { name: "shared" },
    spec: { account: "111122223333", region: "eu-west-1", fileSystemId: "fs-0123456789abcdef0" },
  };
}
