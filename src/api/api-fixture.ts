import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import type { AuditEntry, AuditRecord } from "../model/audit.ts";
import type { Chance, Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { refOf } from "../model/records.ts";
import type { StoredRecord } from "../model/records.ts";
import type { DryRunResult } from "../reconcilers/reconciler.ts";
import { SlotInProgress } from "../store/apply-proposal.ts";
import { Records } from "../store/records-view.ts";
import type { AuditQuery, Change, CommitLog, Proposal, RecordsView, Store } from "../store/store.ts";
import { WatchHistory } from "../store/watch-history.ts";
import type { ApiOptions, ProposedChange } from "./options.ts";
import { buildApi } from "./server.ts";

/** For tests of the API: its account and region. */
export const HOME = { account: "111122223333", region: "eu-west-1" };
export const START_MS = Date.parse("2026-11-02T10:00:00Z");

/** A clock that stands still until a test moves it; sleepers wake when their time has come. */
export class ManualClock implements Clock {
  #nowMs = START_MS;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake: resolve });
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
  }
}

/** Counted instead of random: the same names and uids in every run. */
export function countedChance(): Chance {
  let count = 0;
  return {
    random: () => ((count += 1) * 0.618_033_988_75) % 1,
    uuid: () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, "0")}`,
  };
}

/** A commit log and audit in memory, on the store's own rules of how a commit changes the records. */
export class MemoryStore implements Pick<Store, "records" | "audit"> {
  #view = Records.empty();
  readonly #history: WatchHistory;
  readonly #clock: Clock;
  readonly entries: AuditRecord[] = [];
  /** Called before each commit's propose, e.g. to let somebody else be faster. */
  beforeCommit: (() => void) | undefined;

  constructor(clock: Clock, eventsKept = 10_000) {
    this.#clock = clock;
    this.#history = new WatchHistory(eventsKept);
  }

  readonly records: CommitLog = {
    view: () => this.#view,
    refresh: async () => this.#view,
    commit: async (propose) => this.#commit(propose),
    watch: (afterSlot, listener) => this.#history.watch(afterSlot, listener),
    pending: () => [],
    settled: () => undefined,
    onWake: () => () => undefined,
  };

  readonly audit: Store["audit"] = {
    query: async (query) => ({ records: this.#select(query), cursor: null }),
    appendSpecChange: async () => undefined,
    verify: async () => ({ chains: 1, records: this.entries.length, faults: [] }),
  };

  /** Writes as a reconciler does: facets, finalizers. */
  apply(...changes: Change[]): void {
    this.#append({ changes, wakes: [], by: { actor: "mooring", atMs: this.#clock.nowMs() } });
  }

  tell(entry: AuditEntry): void {
    const seq = this.entries.length + 1;
    this.entries.push({
      chain: "test",
      seq,
      prevHash: "",
      hash: String(seq).padStart(16, "0"),
      atMs: this.#clock.nowMs(),
      entry,
    });
  }

  #commit(propose: (view: RecordsView) => Proposal): { slot: number; records: StoredRecord[] } {
    propose(this.#view);
    this.beforeCommit?.();
    this.beforeCommit = undefined;
    return this.#append(propose(this.#view));
  }

  #append(proposal: Proposal): { slot: number; records: StoredRecord[] } {
    if (proposal.changes.length + proposal.wakes.length === 0) return { slot: this.#view.head, records: [] };
    const slot = new SlotInProgress(this.#view, this.#clock.nowMs(), new Map());
    const records = slot.add(proposal);
    this.#view = slot.view;
    for (const { entry } of slot.specChanges) this.tell(entry);
    this.#history.append(slot.slot, slot.events());
    this.#history.deliver();
    return { slot: slot.slot, records };
  }

  #select({ binding, fileSystem, actor, sinceMs = 0, untilMs = Infinity, limit = 100 }: AuditQuery): AuditRecord[] {
    return this.entries
      .filter(({ entry, atMs }) => {
        const isWho = actor === undefined || ("actor" in entry && entry.actor === actor);
        const isWhat =
          (binding === undefined || entry.bindings.includes(binding)) &&
          (fileSystem === undefined || entry.fileSystem === fileSystem);
        return isWho && isWhat && atMs >= sinceMs && atMs <= untilMs;
      })
      .toReversed()
      .slice(0, limit);
  }
}

export interface Fixture {
  app: FastifyInstance;
  clock: ManualClock;
  store: MemoryStore;
  woken: ReconcileKey[];
  planned: ProposedChange[];
  logged: string[];
  /** What the next dry-runs answer; an Error is thrown. */
  plan: { result: DryRunResult | Error };
}

/** An API on a memory store, with everything else recorded. */
export function fixture(overrides: Partial<ApiOptions> = {}): Fixture {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const [woken, planned, logged]: [ReconcileKey[], ProposedChange[], string[]] = [[], [], []];
  const plan: Fixture["plan"] = { result: { calls: [], problems: [] } };
  const log = (_fields: object, message: string) => void logged.push(message);
  const app = buildApi({
    store: store as unknown as Store,
    home: HOME,
    clock,
    chance: countedChance(),
    dryRun: async (change) => {
      planned.push(change);
      if (plan.result instanceof Error) throw plan.result;
      return plan.result;
    },
    wake: async (keys) => void woken.push(...keys),
    metrics: new Registry(),
    ready: () => ({ ready: true }),
    log: { info: log, warn: log, error: log },
    ...overrides,
  });
  return { app, clock, store, woken, planned, logged, plan };
}

export function bindingBody(
  name = "thumbnailer",
  spec: Record<string, unknown> = {},
): Record<string, unknown> & { spec: Record<string, unknown> } {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name },
    spec: {
      fileSystemRef: { name: "shared" },
      rootDirectory: { path: `/${name}`, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001 },
      access: "ReadWrite",
      workload: { lambda: { functionName: name, localMountPath: "/mnt/data" } },
      ...spec,
    },
  };
}

export function fileSystemBody(name = "shared", fileSystemId = "fs-0123456789abcdef0"): Record<string, unknown> {
  return { apiVersion: "mooring.dev/v1", kind: "FileSystem", metadata: { name }, spec: { ...HOME, fileSystemId } };
}

/** Releases all finalizers of a record that is being deleted, as the reconcilers do in the end. */
export function releaseAll(store: MemoryStore, record: StoredRecord): void {
  store.apply(
    ...record.metadata.finalizers.map((finalizer): Change => ({
      type: "releaseFinalizer",
      ref: refOf(record),
      finalizer,
      key: "test",
      fence: 1,
    })),
  );
}

export const FILE_SYSTEMS_URL = "/apis/mooring.dev/v1/filesystems";
export const ALL_BINDINGS_URL = "/apis/mooring.dev/v1/bindings";

export function bindingsUrl(namespace = "media"): string {
  return `/apis/mooring.dev/v1/namespaces/${namespace}/bindings`;
}
