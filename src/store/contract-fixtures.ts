import type { NotedEvent, OutcomeEntry, IntentEntry } from "../model/audit.ts";
import type { Chance, Clock } from "../model/clock.ts";
import type { WorkloadFacet } from "../model/facets.ts";
import { refOf } from "../model/records.ts";
import type { BindingRecord, FileSystemRecord, ObjectMeta, StoredRecord } from "../model/records.ts";
import type { Engine } from "./engine.ts";
import { openStore } from "./open-store.ts";
import type { OpenStoreOptions } from "./open-store.ts";
import type { Change, Lease, Proposal, RecordsView, Store } from "./store.ts";

/** 2026-01-02T00:00:00Z. */
export const NOW_MS = 1_767_312_000_000;

/** A clock that stands still until it is told otherwise; sleeping moves it. */
export class ManualClock implements Clock {
  #nowMs = NOW_MS;

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Ids that count up, different for each seed; `random` is not random at all. */
export function seededChance(seed: number): Chance {
  let drawn = 0;
  return {
    random: () => 0.5,
    uuid: () => `${String(seed).padStart(8, "0")}-0000-4000-8000-${String(++drawn).padStart(12, "0")}`,
  };
}

/** What an engine's test file gives to the contract. */
export interface EngineUnderTest {
  name: string;
  /** A fresh, empty engine. */
  open(): Promise<Engine>;
  /** Examples per property: an engine over a socket gets fewer. */
  runs: number;
}

/** An engine that outlives the stores opened on it, so that several can share it. */
export function shared(engine: Engine): Engine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === "close") return async () => undefined;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

let replicas = 0;

/** Opens one more replica on the engine. */
export function replica(engine: Engine, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  replicas += 1;
  return openStore({
    engine: shared(engine),
    clock: new ManualClock(),
    chance: seededChance(replicas),
    installation: "test",
    ...options,
  });
}

export function aBinding(
  name: string,
  over: { metadata?: Partial<ObjectMeta>; fileSystem?: string; functionName?: string; path?: string } = {},
): BindingRecord {
  return {
    kind: "Binding",
    metadata: {
      name,
      namespace: "media",
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: "2026-01-02T00:00:00Z",
      finalizers: ["mooring.dev/mount", "mooring.dev/access-point"],
      labels: {},
      annotations: {},
      ...over.metadata,
    },
    spec: {
      fileSystemRef: { name: over.fileSystem ?? "shared" },
      rootDirectory: { path: over.path ?? `/${name}`, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001, secondaryGids: [] },
      access: "ReadWrite",
      workload: { lambda: { functionName: over.functionName ?? `fn-${name}`, localMountPath: "/mnt/data" } },
      driftPolicy: "Correct",
      suspend: false,
      deletionPolicy: "Delete",
    },
    changedBy: { actor: "alice", atMs: NOW_MS },
    facets: {},
    resourceVersion: 0,
  };
}

export function aFileSystem(name: string, fileSystemId = "fs-0123456789abcdef0"): FileSystemRecord {
  const { metadata } = aBinding(name);
  return {
    kind: "FileSystem",
    metadata: { ...metadata, namespace: "", finalizers: ["mooring.dev/in-use"] },
    spec: {
      account: "111122223333",
      region: "eu-west-1",
      fileSystemId,
      policy: { mode: "Observe", requireTls: false },
    },
    changedBy: { actor: "alice", atMs: NOW_MS },
    facets: {},
    resourceVersion: 0,
  };
}

export const FN_KEY = "lambda/arn:aws:lambda:eu-west-1:111122223333:function:fn-a";
export const FS_KEY = "filesystem/111122223333/eu-west-1/fs-0123456789abcdef0";

export function aWorkloadFacet(fence: number, over: Partial<WorkloadFacet> = {}): WorkloadFacet {
  return {
    key: FN_KEY,
    fence,
    observedGeneration: 1,
    conditions: [],
    roleArns: [],
    mounted: null,
    served: [],
    echo: null,
    revisionId: null,
    admissible: true,
    ...over,
  };
}

export function proposal(changes: Change[], wakes: string[] = [], actor = "alice"): Proposal {
  return { changes, wakes, by: { actor, atMs: NOW_MS } };
}

export function put(...records: StoredRecord[]): Proposal {
  return proposal(records.map((record) => ({ type: "put", record })));
}

export function facetOf(record: StoredRecord, facet: WorkloadFacet): Change {
  return { type: "workloadFacet", ref: refOf(record), facet };
}

/** Everything a view shows, as plain data. */
export function dump(view: RecordsView): unknown {
  return structuredClone({ head: view.head, bindings: [...view.bindings()], fileSystems: [...view.fileSystems()] });
}

export async function acquired(store: Store, key: string, owner: string, leaseMs = 20_000): Promise<Lease> {
  const lease = await store.keys.acquire(key, owner, leaseMs);
  if (lease === "held") throw new Error(`${key} is held`);
  return lease;
}

export function anIntent(intentId: string, over: Partial<IntentEntry> = {}): IntentEntry {
  const base = {
    bindings: ["media/a"],
    fileSystem: "shared",
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "arn:fs",
  };
  return {
    type: "Intent",
    ...base,
    intentId,
    why: "it is missing",
    cause: { kind: "Sweep" },
    before: null,
    after: { path: "/a" },
    ...over,
  };
}

export function anOutcome(intentId: string, over: Partial<OutcomeEntry> = {}): OutcomeEntry {
  const base = {
    bindings: ["media/a"],
    fileSystem: "shared",
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "arn:fs",
  };
  return { type: "Outcome", ...base, intentId, outcome: "Done", requestId: `req-${intentId}`, detail: null, ...over };
}

export function aNote(id: string, receivedAtMs = NOW_MS): NotedEvent {
  return {
    id,
    name: "DeleteAccessPoint",
    actor: "deploy-bot",
    actorArn: "arn:aws:iam::111122223333:user/deploy-bot",
    atMs: receivedAtMs - 100,
    receivedAtMs,
    requestId: null,
    sourceIp: null,
    userAgent: null,
    subject: { accessPointId: "fsap-0a1" },
  };
}
