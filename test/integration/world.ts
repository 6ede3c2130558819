import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EFSClient } from "@aws-sdk/client-efs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { createLog, startMooring, type Mooring } from "../../src/cli/compose.ts";
import type { AuditEntry } from "../../src/model/audit.ts";
import type { Condition } from "../../src/model/conditions.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/model/settings.ts";
import { startSimulator, type RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import { createRealClock, createVirtualClock } from "../../src/simulator/clocks.ts";
import type { ServiceName, Timings } from "../../src/simulator/core.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";

const POLL_MS = 15;

/** Production waits for AWS to settle; the simulator is at rest at once. */
export const TEST_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  installation: "test",
  settleMs: 0,
  propagationMs: 0,
  absenceGapMs: 0,
  gatherQuietMs: 20,
  backoffBaseMs: 100,
  backoffCapMs: 1_000,
  quotaShare: Number.POSITIVE_INFINITY,
};

export interface Manifest {
  apiVersion: "mooring.dev/v1";
  kind: "Binding" | "FileSystem";
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

export interface ApiRecord extends Manifest {
  metadata: Manifest["metadata"] & {
    uid: string;
    generation: number;
    resourceVersion: string;
    deletionTimestamp?: string;
    finalizers?: string[];
  };
  status: { conditions: Condition[]; accessPointId?: string; plan?: { operation: string; target: string }[] };
}

/** Answers of the API, for assertions on refusals too. */
export interface Answer<T> {
  status: number;
  body: T;
}

/**
 * A whole small world in this process: the furnished simulated account on a socket, and Mooring
 * with its API on another. Everything that people do to it goes over the sockets.
 */
export class World {
  /** How long anything is waited for, ms. */
  patienceMs = 15_000;
  readonly #directory = mkdtempSync(join(tmpdir(), "mooring-test-"));
  #simulator: RunningSimulator | null = null;
  #mooring: Mooring | null = null;
  #served: (() => Promise<string>) | null = null;
  #openStore = async (name: string): Promise<Engine> => openSqliteEngine(join(this.#directory, `${name}.db`));
  readonly #settings: Settings;
  readonly #log = createLog("error", join(this.#directory, "mooring.log"));
  readonly #clients: { destroy(): void }[] = [];

  private constructor(settings: Settings) {
    this.#settings = settings;
  }

  static async start(settings: Partial<Settings> = {}, timings: Partial<Timings> = {}): Promise<World> {
    const world = await World.withoutMooring(settings, timings);
    await world.startMooring();
    return world;
  }

  /** Only the account; `startMooring` comes later, or somebody else brings it. */
  static async withoutMooring(settings: Partial<Settings> = {}, timings: Partial<Timings> = {}): Promise<World> {
    const world = new World({ ...TEST_SETTINGS, ...settings });
    // Real time, but chance (of faults that hit a share of the calls) repeats.
    const clock = { ...createRealClock(), random: createVirtualClock({ seed: 7 }).random };
    world.#simulator = await startSimulator({ port: 0, furnish: true, timings, clock });
    return world;
  }

  /** Where this world keeps its files. */
  get directory(): string {
    return this.#directory;
  }

  get simulator(): RunningSimulator {
    return this.#simulator!;
  }

  get mooring(): Mooring {
    return this.#mooring!;
  }

  /** Lets a process of its own answer for the API, one that may end and be started anew at any time. */
  useService(url: () => Promise<string>): void {
    this.#served = url;
  }

  /** Stores come from elsewhere than SQLite files in this world's directory. */
  useStores(open: (name: string) => Promise<Engine>): void {
    this.#openStore = open;
  }

  /** Starts Mooring on the same store; `storeName` opens another one. */
  async startMooring({
    storeName = "store",
    settings = {},
  }: { storeName?: string; settings?: Partial<Settings> } = {}): Promise<void> {
    const { world } = this.simulator.simulator;
    this.#mooring = await startMooring({
      home: { account: world.account, region: world.region },
      settings: { ...this.#settings, ...settings },
      listen: { host: "127.0.0.1", port: 0, flag: "--port" },
      engine: await this.#openStore(storeName),
      aws: { endpoint: this.simulator.url, credentials: { accessKeyId: "mooring", secretAccessKey: "none" } },
      queues: null,
      eventBus: "default",
      log: this.#log,
    });
  }

  async stopMooring(): Promise<void> {
    await this.#mooring?.close();
    this.#mooring = null;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.stopMooring();
    await this.#simulator?.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** SDK clients of somebody else: the access key names the person. */
  as(person: string): { efs: EFSClient; lambda: LambdaClient } {
    const config = {
      region: this.simulator.simulator.world.region,
      endpoint: this.simulator.url,
      credentials: { accessKeyId: person, secretAccessKey: "none" },
    };
    const clients = { efs: new EFSClient(config), lambda: new LambdaClient(config) };
    this.#clients.push(clients.efs, clients.lambda);
    return clients;
  }

  /**
   * One call by somebody else, straight into the simulator: no socket, and none of the faults that
   * are meant for Mooring. For looking at the account, and for sabotage.
   */
  // As with the SDK's untyped answers, each test knows what it asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  async aws(person: string, service: ServiceName, operation: string, input: object = {}): Promise<any> {
    const { simulator } = this.simulator;
    return structuredClone(await simulator.call(service, operation, input, simulator.callerOf(person)));
  }

  request<T = ApiRecord>(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer<T>> {
    return this.requestText(method, path, body === undefined ? undefined : JSON.stringify(body), contentType);
  }

  /** A request whose body is exactly `text`, however wrong. */
  async requestText<T = ApiRecord>(
    method: string,
    path: string,
    text?: string,
    contentType = "application/json",
  ): Promise<Answer<T>> {
    const where = path.startsWith("/apis") ? path : `/apis/mooring.dev/v1${path}`;
    const init = { method, headers: { "content-type": contentType }, ...(text === undefined ? {} : { body: text }) };
    for (;;) {
      const url = this.#mooring?.url ?? (await this.#served!());
      try {
        const answer = await fetch(`${url}${where}`, init);
        return { status: answer.status, body: (await answer.json()) as T };
      } catch (error) {
        if (this.#mooring !== null) throw error;
        // The process ended meanwhile; its successor is asked.
        await this.until("the service answers again", async () =>
          (await this.#served!()) === url ? { not: url } : { is: true },
        );
      }
    }
  }

  /** Creates the record, and fails the test if the API refuses it. */
  async create(manifest: Manifest): Promise<ApiRecord> {
    const { status, body } = await this.request("POST", collectionOf(manifest), manifest);
    if (status !== 201)
      throw new Error(`creating ${manifest.metadata.name} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  get(manifest: Manifest): Promise<Answer<ApiRecord>> {
    return this.request("GET", pathOf(manifest));
  }

  patch(manifest: Manifest, patch: unknown): Promise<Answer<ApiRecord>> {
    return this.request("PATCH", pathOf(manifest), patch, "application/merge-patch+json");
  }

  delete(manifest: Manifest): Promise<Answer<ApiRecord>> {
    return this.request("DELETE", pathOf(manifest));
  }

  /** Waits until a condition of the record is as asked, and answers it. */
  async condition(manifest: Manifest, type: string, wanted: Partial<Condition>): Promise<Condition> {
    return this.until(`${manifest.metadata.name} ${type} ${JSON.stringify(wanted)}`, async () => {
      const { body } = await this.get(manifest);
      const found = body.status?.conditions?.find((c) => c.type === type);
      const matches =
        found !== undefined && Object.entries(wanted).every(([k, v]) => found[k as keyof Condition] === v);
      return matches ? { is: found } : { not: body.status?.conditions ?? body };
    });
  }

  async ready(...manifests: Manifest[]): Promise<void> {
    for (const manifest of manifests) await this.condition(manifest, "Ready", { status: "True" });
  }

  async gone(manifest: Manifest): Promise<void> {
    await this.until(`${manifest.metadata.name} is gone`, async () => {
      const { status, body } = await this.get(manifest);
      return status === 404 ? { is: true } : { not: body };
    });
  }

  /** Polls until `check` answers `is`; what it last saw instead is in the error. */
  async until<T>(what: string, check: () => Promise<{ is: T } | { not: unknown }>): Promise<T> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const seen = await check();
      if ("is" in seen) return seen.is;
      if (performance.now() > deadline)
        throw new Error(`waited ${this.patienceMs} ms in vain for: ${what}; last seen: ${JSON.stringify(seen.not)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Entries of the history, oldest first. */
  async history(query: Parameters<Mooring["store"]["audit"]["query"]>[0] = {}) {
    const { audit } = this.mooring.store;
    const entries: AuditEntry[] = [];
    let page = await audit.query({ limit: 1_000, ...query });
    for (;;) {
      entries.push(...page.records.map((record) => record.entry));
      if (page.cursor === null) return entries.toReversed();
      page = await audit.query({ limit: 1_000, ...query, cursor: page.cursor });
    }
  }
}

export function collectionOf({ kind, metadata }: Manifest): string {
  return kind === "FileSystem" ? "/filesystems" : `/namespaces/${metadata.namespace ?? "default"}/bindings`;
}

export function pathOf(manifest: Manifest): string {
  return `${collectionOf(manifest)}/${manifest.metadata.name}`;
}
