import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { realChance, realClock } from "../../src/cli/clock.ts";
import type { Condition } from "../../src/model/conditions.ts";
import { type DynamoDbEngine, openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { ServeProcess } from "../integration/serve-process.ts";
import { collectionOf, type Answer, type ApiRecord, type Manifest, pathOf, World } from "../integration/world.ts";
import { type DynamoDb, startDynamoDb } from "./dynamodb.ts";

/** One `mooring serve` under a name that stays when its process is another one. */
export interface Replica {
  name: string;
  /** Of its session: which replica made a call. */
  accessKeyId: string;
  serving: ServeProcess;
  paused: boolean;
}

const REGION = "eu-west-1";
const TABLE_PREFIX = "moor-";
const CREDENTIALS = { accessKeyId: "mooring", secretAccessKey: "none" };
/** Longer than any request takes that somebody works on; one that is paused answers later, or never. */
const REQUEST_MAX_MS = 3_000;
const POLL_MS = 50;

/**
 * Equal replicas, each a process of its own, on one simulated account and one database, which is a process of its own
 * too. All of them are sessions of one role, as the tasks of one service are.
 */
export class Replicas {
  readonly world: World;
  readonly #database: DynamoDb;
  readonly #client: DynamoDBClient;
  readonly #env: Readonly<Record<string, string>>;
  readonly all: Replica[] = [];
  #store: Store | null = null;
  #asked = 0;

  private constructor(world: World, database: DynamoDb, env: Readonly<Record<string, string>>) {
    this.world = world;
    this.#database = database;
    this.#env = env;
    this.#client = new DynamoDBClient({ endpoint: database.url, region: REGION, credentials: CREDENTIALS });
    world.useService(async () => this.#next().serving.url);
  }

  /** @param env settings of all replicas beyond those of every `ServeProcess`. */
  static async start(names: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Replicas> {
    const replicas = new Replicas(await World.withoutMooring(), await startDynamoDb(), env);
    try {
      await makeRole(replicas.world);
      await openDynamoDbEngine({ client: replicas.#client, tablePrefix: TABLE_PREFIX }).ensureTables();
      for (const name of names) await replicas.add(name);
      return replicas;
    } catch (error) {
      await replicas.close();
      throw error;
    }
  }

  /** One more, ready to serve when this resolves. */
  async add(name: string, env: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const { Credentials } = await this.world.aws("ecs-agent", "sts", "AssumeRole", {
      RoleArn: `arn:aws:iam::${this.world.simulator.simulator.world.account}:role/mooring`,
      RoleSessionName: name,
    });
    const replica = { name, accessKeyId: Credentials.AccessKeyId as string, paused: false } as Replica;
    replica.serving = this.#serve(replica, Credentials, env);
    await replica.serving.url;
    this.all.push(replica);
    return replica;
  }

  /** Ends it where it stands; nobody asks it any more. */
  async kill(replica: Replica): Promise<void> {
    this.#forget(replica);
    await replica.serving.kill();
  }

  /** Asks it to end, as a deployment does, and to hand over what it has. Nobody asks it any more. */
  leave(replica: Replica): ReturnType<ServeProcess["stop"]> {
    this.#forget(replica);
    return replica.serving.stop();
  }

  pause(replica: Replica): void {
    replica.paused = true;
    replica.serving.pause();
  }

  resume(replica: Replica): void {
    replica.paused = false;
    replica.serving.resume();
  }

  /** What all of them stand on. */
  engine(): DynamoDbEngine {
    return openDynamoDbEngine({ client: this.#client, tablePrefix: TABLE_PREFIX });
  }

  /** The store as one more reader sees it, who runs nothing. */
  async store(): Promise<Store> {
    this.#store ??= await openStore({
      engine: this.engine(),
      clock: realClock,
      chance: realChance,
      installation: "test",
    });
    return this.#store;
  }

  /** Asks one replica after another until one answers; null = that one did not. */
  async request<T = ApiRecord>(method: string, path: string, body?: unknown): Promise<Answer<T> | null> {
    try {
      const url = await this.#next().serving.url;
      const response = await fetch(`${url}/apis/mooring.dev/v1${path}`, {
        method,
        headers: { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" },
        signal: AbortSignal.timeout(REQUEST_MAX_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as T };
    } catch {
      return null;
    }
  }

  create(manifest: Manifest): Promise<Answer<ApiRecord> | null> {
    return this.request("POST", collectionOf(manifest), manifest);
  }

  get(manifest: Manifest): Promise<Answer<ApiRecord> | null> {
    return this.request("GET", pathOf(manifest));
  }

  /** Null = whoever was asked does not know the record (yet), or does not answer. */
  async readiness(manifest: Manifest): Promise<Condition | null> {
    const answer = await this.get(manifest);
    const conditions = answer?.status === 200 ? answer.body.status.conditions : [];
    return conditions.find(({ type }) => type === "Ready") ?? null;
  }

  /** Polls until `check` answers `is`; what it last saw instead is in the error. */
  async until<T>(
    what: string,
    check: () => Promise<{ is: T } | { not: unknown }>,
    { withinMs = 60_000 }: { withinMs?: number } = {},
  ): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const seen = await check();
      if ("is" in seen) return seen.is;
      if (performance.now() > deadline)
        throw new Error(`waited ${withinMs} ms in vain for: ${what}; last seen: ${JSON.stringify(seen.not)}`);
      await realClock.sleep(POLL_MS);
    }
  }

  async close(): Promise<void> {
    for (const replica of this.all.splice(0)) await replica.serving.kill();
    await this.#store?.close();
    this.#client.destroy();
    await this.#database.stop();
    await this.world.close();
  }

  #forget(replica: Replica): void {
    this.all.splice(this.all.indexOf(replica), 1);
  }

  #next(): Replica {
    const awake = this.all.filter(({ paused }) => !paused);
    if (awake.length === 0) throw new Error("nobody is left to ask");
    return awake[this.#asked++ % awake.length]!;
  }

  #serve(
    { name }: Replica,
    credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string },
    env: Readonly<Record<string, string>>,
  ): ServeProcess {
    return new ServeProcess(this.world, {
      AWS_ENDPOINT_URL_DYNAMODB: this.#database.url,
      AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: credentials.SessionToken,
      MOORING_STORE: `dynamodb:${TABLE_PREFIX}`,
      AWS_ROLE_SESSION_NAME: name,
      ...this.#env,
      ...env,
    });
  }
}

async function makeRole(world: World): Promise<void> {
  const Principal = { AWS: `arn:aws:iam::${world.simulator.simulator.world.account}:root` };
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await world.aws("platform-team", "iam", "CreateRole", { RoleName: "mooring", AssumeRolePolicyDocument });
}
