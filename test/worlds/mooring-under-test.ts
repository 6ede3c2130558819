import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createLog, startMooring, type Mooring } from "../../src/cli/compose.ts";
import type { HistoryItem, HistoryList, HistoryVerification } from "../../src/api/history.ts";
import type { Condition } from "../../src/model/conditions.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import { type ApiRecord, collectionOf, type Manifest, pathOf, TEST_SETTINGS } from "../integration/world.ts";
import { until } from "./until.ts";
import { NOWHERE, type WorldUnderTest } from "./world-under-test.ts";

export interface Answer<T> {
  status: number;
  body: T;
}

/** One installation of Mooring in a world, and its API over HTTP: what a user has, and no more. */
export class MooringUnderTest {
  readonly installation: string;
  readonly #world: WorldUnderTest;
  readonly #directory = mkdtempSync(join(tmpdir(), "mooring-world-"));
  #running: Mooring | null = null;
  #dynamoDb: DynamoDBClient | null = null;

  private constructor(world: WorldUnderTest, installation: string) {
    this.#world = world;
    this.installation = installation;
  }

  static async start(world: WorldUnderTest, installation: string): Promise<MooringUnderTest> {
    const mooring = new MooringUnderTest(world, installation);
    await mooring.start();
    return mooring;
  }

  /** Starts, or starts again on the same records. */
  async start(): Promise<void> {
    const { account, region, endpoints } = this.#world;
    this.#running = await startMooring({
      home: { account, region },
      settings: { ...TEST_SETTINGS, installation: this.installation, quarantineMs: 0 },
      listen: { host: "127.0.0.1", port: 0, flag: "--port" },
      engine: await this.#openEngine(),
      aws: { endpoint: NOWHERE, endpoints, credentials: this.#world.credentialsOf("mooring") },
      queues: null,
      eventBus: "default",
      log: createLog("error", join(this.#directory, "mooring.log")),
    });
  }

  /** In DynamoDB where the world has one, as in production. */
  async #openEngine(): Promise<Engine> {
    const { endpoints, region } = this.#world;
    if (endpoints.dynamodb === undefined) return openSqliteEngine(join(this.#directory, "store.db"));
    this.#dynamoDb ??= new DynamoDBClient({
      region,
      endpoint: endpoints.dynamodb,
      credentials: this.#world.credentialsOf("mooring"),
    });
    const engine = openDynamoDbEngine({ client: this.#dynamoDb, tablePrefix: `${this.installation}-` });
    await engine.ensureTables();
    return engine;
  }

  async stop(): Promise<void> {
    await this.#running?.close();
    this.#running = null;
  }

  async close(): Promise<void> {
    await this.stop();
    this.#dynamoDb?.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async request<T = ApiRecord>(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ): Promise<Answer<T>> {
    const answer = await fetch(`${this.#running!.url}/apis/mooring.dev/v1${path}`, {
      method,
      headers: { "content-type": type, "x-remote-user": "tester" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  /** Creates the records in turn, and fails the test if the API refuses one. */
  async create(...manifests: Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      const { status, body } = await this.request("POST", collectionOf(manifest), manifest);
      if (status !== 201) throw new Error(`creating ${manifest.metadata.name}: ${status} ${JSON.stringify(body)}`);
    }
  }

  async get(manifest: Manifest): Promise<ApiRecord> {
    return (await this.request("GET", pathOf(manifest))).body;
  }

  /** Fails the test if the API refuses it. */
  async patch(manifest: Manifest, patch: unknown): Promise<void> {
    const { status, body } = await this.request("PATCH", pathOf(manifest), patch, "application/merge-patch+json");
    if (status !== 200) throw new Error(`patching ${manifest.metadata.name}: ${status} ${JSON.stringify(body)}`);
  }

  /** Only asks for it; `gone` waits. */
  async delete(manifest: Manifest): Promise<void> {
    const { status, body } = await this.request("DELETE", pathOf(manifest));
    if (status >= 300) throw new Error(`deleting ${manifest.metadata.name}: ${status} ${JSON.stringify(body)}`);
  }

  /** Asks for a fresh look at the record's AWS objects, as `mooring reconcile` does. */
  async lookNow(manifest: Manifest): Promise<void> {
    await this.patch(manifest, { metadata: { annotations: { "mooring.dev/reconcile-at": `${performance.now()}` } } });
  }

  /** Waits until a condition of the record is as asked, and answers it. */
  async condition(manifest: Manifest, type: string, wanted: Partial<Condition>): Promise<Condition> {
    return until(`${manifest.metadata.name} ${type} ${JSON.stringify(wanted)}`, async () => {
      const record = await this.get(manifest);
      const found = record.status?.conditions?.find((condition) => condition.type === type);
      const fits = found !== undefined && Object.entries(wanted).every(([k, v]) => found[k as keyof Condition] === v);
      return fits ? { is: found } : { not: record.status?.conditions ?? record };
    });
  }

  async ready(...manifests: Manifest[]): Promise<void> {
    for (const manifest of manifests) await this.condition(manifest, "Ready", { status: "True" });
  }

  async gone(manifest: Manifest): Promise<void> {
    await until(`${manifest.metadata.name} is gone`, async () => {
      const { status, body } = await this.request("GET", pathOf(manifest));
      return status === 404 ? { is: true } : { not: body };
    });
  }

  /** What happened to a Binding, oldest first. */
  async history(binding: Manifest): Promise<HistoryItem[]> {
    const name = `${binding.metadata.namespace}/${binding.metadata.name}`;
    const { body } = await this.request<HistoryList>("GET", `/history?limit=1000&binding=${encodeURIComponent(name)}`);
    return body.items.toReversed();
  }

  async verifyHistory(): Promise<HistoryVerification> {
    return (await this.request<HistoryVerification>("GET", "/history/verify")).body;
  }
}
