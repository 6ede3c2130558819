import type { AuditRecord } from "../../src/model/audit.ts";
import type { BindingRecord, StoredRecord } from "../../src/model/records.ts";
import { isReady } from "../../src/model/status.ts";
import { workloadId } from "../../src/model/workload.ts";
import type { RecordsView, Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Engine } from "../../src/store/engine.ts";
import type { ServiceName } from "../../src/simulator/core.ts";
import type { AwsCall } from "./aws-port.ts";
import { streamOf } from "./chance.ts";
import { FS_ID } from "../integration/manifests.ts";
import type { SimulatedProcess } from "./process.ts";
import type { Simulation, Watcher } from "./simulation.ts";
import type { StoreCall } from "./store-port.ts";

export interface Lease {
  key: string;
  owner: string;
  process: SimulatedProcess;
  /** Simulated time. */
  takenAtMs: number;
  expiresAtMs: number;
  /** As it was written, by the clock of who took it. */
  writtenExpiryMs: number;
}

export interface Intent {
  intentId: string;
  operation: string;
  target: string;
  lease: Lease | null;
  key: string;
  beganAtMs: number;
  /** `<namespace>/<name>` of the bindings that it concerns. */
  bindings: string[];
}

/**
 * What is really so, past all latencies, faults and stale reads: for those who judge, and never for those who act.
 */
export class Truth implements Watcher {
  readonly simulation: Simulation;
  /** By key. */
  readonly leases = new Map<string, Lease>();
  /** When somebody other than Mooring last changed an object, simulated ms: "policy", "function/x", "accessPoint/x". */
  readonly #touched = new Map<string, number>();
  /** Intents that a process wrote and has not closed: what it may call AWS for. */
  readonly #intents = new Map<SimulatedProcess, Map<string, Intent>>();
  readonly #covered = new WeakMap<AwsCall, Intent>();
  /** Uids of bindings of which the log has ever said that they are to go. */
  readonly deletionAsked = new Set<string>();
  /** Workloads of which some binding was to go: "lambda/x". */
  readonly goes = new Set<string>();
  #observer: Store | null = null;
  isRestored = false;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  get nowMs(): number {
    return this.simulation.time.nowMs;
  }

  get world() {
    return this.simulation.simulator.world;
  }

  /** The records as the log has them now; null before the log was begun. */
  async view(): Promise<RecordsView | null> {
    const store = await this.store();
    return (await store?.records.refresh()) ?? null;
  }

  /** Bindings that are said to be Ready, but for those that a restored store holds as they were: that says enough. */
  async readyBindings(): Promise<BindingRecord[]> {
    return [...((await this.view())?.bindings() ?? [])].filter((one) => isReady(one) && !isHeld(one));
  }

  async store(): Promise<Store | null> {
    const { database, seed, settings } = this.simulation;
    if (this.#observer === null && (await database.truth.slot(1)) !== null) {
      const clock = { nowMs: () => this.nowMs, sleep: async () => undefined };
      const chance = streamOf(seed, "observer");
      const engine = onlyLooking(database.truth);
      this.#observer = await openStore({ engine, clock, chance, installation: settings.installation });
    }
    return this.#observer;
  }

  /** ms since somebody else changed this; Infinity = never. */
  untouchedMs(object: string): number {
    return this.nowMs - (this.#touched.get(object) ?? -Infinity);
  }

  /** The intent that covered a call when it left its process; a late one may have been closed since. */
  intentFor(call: AwsCall): Intent | null {
    return this.#covered.get(call) ?? null;
  }

  leaving(call: AwsCall): void {
    const subject = subjectOf(call);
    const open = [...(this.#intents.get(call.process)?.values() ?? [])];
    // Of several the newest: the outcome of an older one is not known yet, and nothing calls for it any more.
    const found = open.findLast(({ operation, target }) => operation === call.operation && target.includes(subject));
    if (found !== undefined) this.#covered.set(call, found);
  }

  afterStore({ process, operation, args }: StoreCall, answer: unknown): void {
    if (answer !== true) return;
    if (operation === "putSlot") this.#noteDeletions((args[0] as { body: string }).body);
    if (operation !== "writeKeyRow") return;
    const [key, , set] = args as [string, unknown, { owner?: string | null; expiresAtMs?: number; body?: string }];
    const { owner, expiresAtMs = 0, body } = set;
    if (owner === null) this.leases.delete(key);
    else if (owner !== undefined)
      this.leases.set(key, {
        key,
        owner,
        process,
        takenAtMs: this.nowMs,
        expiresAtMs: expiresAtMs - process.aheadMs,
        writtenExpiryMs: expiresAtMs,
      });
    if (body !== undefined) this.#noteIntents(process, key, body);
  }

  afterForeign(_actor: string, _service: ServiceName, operation: string, input: object): void {
    const { FunctionName, AccessPointId, RoleName } = input as Record<string, string | undefined>;
    if (operation.endsWith("FileSystemPolicy")) this.#touched.set("policy", this.nowMs);
    if (FunctionName !== undefined) this.#touched.set(`function/${FunctionName}`, this.nowMs);
    if (AccessPointId !== undefined) this.#touched.set(`accessPoint/${AccessPointId}`, this.nowMs);
    if (RoleName !== undefined) this.#touched.set(`role/${RoleName}`, this.nowMs);
  }

  storeRestored(): void {
    this.isRestored = true;
    this.#observer = null;
    this.leases.clear();
    this.#intents.clear();
  }

  /** The newest policy as its text has it, felt already or not; null = none. */
  newestPolicy(): { Statement: Record<string, unknown>[] } | null {
    const document = this.world.service("efs").fileSystem(FS_ID)?.policies.at(-1)?.document;
    return (document as { Statement: Record<string, unknown>[] } | null | undefined) ?? null;
  }

  #noteDeletions(body: string): void {
    if (!body.includes("deletionTimestamp")) return;
    const { proposals } = JSON.parse(body) as { proposals: { changes: { record?: StoredRecord }[] }[] };
    for (const { record } of proposals.flatMap(({ changes }) => changes)) {
      if (record?.metadata.deletionTimestamp === undefined) continue;
      this.deletionAsked.add(record.metadata.uid);
      if (record.kind === "Binding") this.goes.add(workloadId(record.spec.workload));
    }
  }

  #noteIntents(process: SimulatedProcess, key: string, body: string): void {
    const own = this.#intents.get(process) ?? new Map<string, Intent>();
    this.#intents.set(process, own);
    // A shared rate budget lies beside the keys, and has no intents; most rows have none either.
    if (own.size === 0 && !body.includes('"intentId"')) return;
    const { openIntents = [] } = JSON.parse(body) as {
      openIntents?: { intentId: string; operation: string; target: string; record: AuditRecord }[];
    };
    const open = new Set(openIntents.map(({ intentId }) => intentId));
    for (const [id, intent] of own) if (intent.key === key && !open.has(id)) own.delete(id);
    for (const { intentId, operation, target, record } of openIntents) {
      if (own.has(intentId)) continue;
      const lease = this.leases.get(key) ?? null;
      const { bindings } = record.entry;
      own.set(intentId, { intentId, operation, target, key, lease, beganAtMs: this.nowMs, bindings });
    }
  }
}

function isHeld({ facets: { accessPoint } }: BindingRecord): boolean {
  return accessPoint?.conditions.some(({ type, status }) => type === "StoreRestored" && status === "True") === true;
}

/** What a call is about, as its intent's target names it. */
function subjectOf({ input }: AwsCall): string {
  const names = ["ResourceId", "AccessPointId", "FunctionName", "service", "family", "FileSystemId"];
  const found = names.map((name) => input[name]).find((value) => typeof value === "string");
  return (found as string | undefined) ?? "?";
}

/** Reads alone: whoever watches must not complete what others left undone. */
function onlyLooking(engine: Engine): Engine {
  return new Proxy(engine, {
    get(target, name) {
      // Only history is taken for written: whoever opens a store completes it, and tries until it stands there.
      if (name === "putAudit") return async () => true;
      if (/^(put|write|delete|drop|close)/.test(String(name))) return async () => false;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
