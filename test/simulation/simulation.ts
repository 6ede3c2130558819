import type { Settings } from "../../src/model/settings.ts";
import { provisionQueues } from "../../src/queue/provision.ts";
import type { ServiceName } from "../../src/simulator/core.ts";
import type { FurnishedAccount } from "../../src/simulator/furnish/furnish-account.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { standIn } from "../../src/simulator/stand-in.ts";
import type { Engine } from "../../src/store/engine.ts";
import type { Manifest } from "../integration/world.ts";
import { ask, type ApiRequest } from "./api-client.ts";
import type { AwsCall, Fate } from "./aws-port.ts";
import { streamOf, type Stream } from "./chance.ts";
import { databaseOf, type Database } from "./database.ts";
import { EventWeather } from "./event-weather.ts";
import { Interference } from "./interference.ts";
import { type Levers, MOORING } from "./levers.ts";
import { Replica, type ReplicaWorld } from "./replica.ts";
import { RunLog } from "./run-log.ts";
import type { Scenario } from "./scenario.ts";
import { SIMULATED_SETTINGS } from "./settings.ts";
import { simulatedAws, type SimulatedAws } from "./simulated-aws.ts";
import type { StoreCall, StoreFate } from "./store-port.ts";
import { SimulatedTime } from "./time.ts";

/** Who watches what happens, step by step; nothing of it may change anything. */
export interface Watcher {
  leaving?(call: AwsCall): void;
  beforeCall?(call: AwsCall): void | Promise<void>;
  afterCall?(call: AwsCall, outcome: Outcome): void;
  afterStore?(call: StoreCall, answer: unknown): void;
  afterForeign?(actor: string, service: ServiceName, operation: string, input: object): void;
  storeRestored?(): void;
}

/** `tookEffect`: all was done, and the answer was lost. */
export type Outcome = { output: unknown } | { error: unknown; tookEffect?: boolean };

/** How long a user whose request found nobody waits before asking again, ms. */
const ASK_AGAIN_MS = 500;

/** The whole simulated world of one run. */
export class Simulation implements ReplicaWorld, Levers {
  readonly seed: number;
  readonly time: SimulatedTime;
  readonly log: RunLog;
  readonly settings: Settings;
  readonly #storeMs: { from: number; to: number };
  readonly replicas: Replica[];
  readonly database: Database;
  readonly interference: Interference;
  readonly events: EventWeather;
  readonly fileSystem: Manifest;
  readonly bindings: Manifest[];
  readonly queues: { fastUrl: string; slowUrl: string };
  readonly watchers: Watcher[] = [];
  readonly #network: Stream;
  readonly #users: Stream;
  readonly #aws: SimulatedAws;
  #messagesToDouble = 0;

  private constructor(
    scenario: Scenario,
    given: { time: SimulatedTime; aws: SimulatedAws; isLogged: boolean } & Queues,
  ) {
    const { seed } = scenario;
    const { time, aws, isLogged, queues } = given;
    this.seed = seed;
    this.settings = { ...SIMULATED_SETTINGS, ...scenario.profile.settings };
    this.#storeMs = scenario.profile.storeMs;
    this.time = time;
    this.#aws = aws;
    this.queues = queues;
    this.log = new RunLog(() => time.nowMs, isLogged);
    this.#network = streamOf(seed, "network");
    this.#users = streamOf(seed, "users");
    this.database = databaseOf(scenario.engine);
    this.fileSystem = scenario.fileSystem;
    this.bindings = scenario.bindings.map(({ manifest }) => manifest);
    this.interference = new Interference(time);
    const { world } = aws.simulator;
    const weather = streamOf(seed, "weather");
    this.events = new EventWeather(world, time, weather, this.interference, scenario.faults.includes("own-events"));
    this.replicas = scenario.replicas.map((name) => new Replica(this, name));
  }

  static async create(scenario: Scenario, { isLogged = false } = {}): Promise<Simulation> {
    const { seed } = scenario;
    const time = new SimulatedTime(streamOf(seed, "order"));
    const aws = await simulatedAws(time, streamOf(seed, "aws"));
    return new Simulation(scenario, { time, aws, isLogged, queues: await queuesOf(aws.simulator) });
  }

  get simulator(): Simulator {
    return this.#aws.simulator;
  }

  get account(): FurnishedAccount {
    return this.#aws.account;
  }

  openEngine(): Engine {
    return this.database.open();
  }

  fateOf(call: AwsCall): Fate {
    const fate: Fate = { outMs: this.#network.between(5, 60), backMs: 0, rules: [], sent: false };
    this.interference.applyToAws(call, fate);
    return fate;
  }

  leaving(call: AwsCall): void {
    for (const watcher of this.watchers) watcher.leaving?.(call);
  }

  async before(call: AwsCall): Promise<void> {
    await this.interference.applyBefore(call);
    for (const watcher of this.watchers) {
      const looking = watcher.beforeCall?.(call);
      if (looking !== undefined) await looking;
    }
  }

  after(call: AwsCall, outcome: Outcome): void {
    const { process, service, operation, input } = call;
    this.log.write(process.name, () => `${service}.${operation} ${JSON.stringify(input)} -> ${told(outcome)}`);
    for (const watcher of this.watchers) watcher.afterCall?.(call, outcome);
    if (operation === "ReceiveMessage" && this.#messagesToDouble > 0 && "output" in outcome)
      this.#double(call, outcome);
  }

  storeFateOf(call: StoreCall): StoreFate {
    const fate: StoreFate = {
      outMs: this.#network.between(this.#storeMs.from, this.#storeMs.to),
      backMs: 0,
      fault: "none",
      sent: false,
    };
    this.interference.applyToStore(call, fate);
    return fate;
  }

  afterStore(call: StoreCall, answer: unknown): void {
    const { process, operation, args, isWrite } = call;
    if (!isWrite) return;
    this.log.write(process.name, () => `${operation} ${JSON.stringify(args)} -> ${JSON.stringify(answer)}`);
    for (const watcher of this.watchers) watcher.afterStore?.(call, answer);
  }

  request(actor: string, request: ApiRequest): void {
    const up = this.replicas.flatMap((replica) => replica.api() ?? []);
    if (up.length === 0) return void this.time.after(ASK_AGAIN_MS, () => this.request(actor, request));
    const { verb, manifest } = request;
    const said = (answer: string) => this.log.write(actor, () => `${verb} ${manifest.metadata.name} -> ${answer}`);
    ask(this.#users.pick(up), actor, request).then(
      (code) => said(String(code)),
      (error: unknown) => said(String(error)),
    );
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- see Levers
  async foreign(actor: string, service: ServiceName, operation: string, input: object): Promise<any> {
    try {
      const output = await this.simulator.call(service, operation, input, this.simulator.callerOf(actor));
      const isRead = /^(Describe|List|Get)/.test(operation);
      if (!isRead) this.log.write(actor, () => `${service}.${operation} ${JSON.stringify(input)}`);
      if (!isRead) for (const watcher of this.watchers) watcher.afterForeign?.(actor, service, operation, input);
      return structuredClone(output ?? {});
    } catch (error) {
      this.log.write(actor, () => `${service}.${operation} ${JSON.stringify(input)} -> ${String(error)}`);
      return null;
    }
  }

  crash(replica: Replica, downMs: number): void {
    replica.kill();
    const { process } = replica;
    this.time.after(downMs, () => {
      // A restored store may have brought it up meanwhile.
      if (replica.process === process) replica.start();
    });
  }

  doubleMessage(): void {
    this.#messagesToDouble += 1;
  }

  restoreStore(bringBack: () => void): void {
    for (const replica of this.replicas) replica.kill();
    this.log.write("operator", () => "restores the store");
    bringBack();
    for (const watcher of this.watchers) watcher.storeRestored?.();
    for (const replica of this.replicas) replica.start();
  }

  /** All is well again: no trap, no stopped process, no wrong clock. */
  calm(): void {
    this.interference.end();
    this.events.end();
    this.#messagesToDouble = 0;
    for (const { id } of this.simulator.faults.list()) this.simulator.faults.remove(id);
    for (const { process } of this.replicas) {
      process?.resume();
      process?.setClockRight();
    }
  }

  close(): void {
    for (const { process } of this.replicas) process?.kill();
    this.database.close();
  }

  #double({ input }: AwsCall, { output }: { output: unknown }): void {
    const [message] = (output as { Messages?: { Body: string }[] }).Messages ?? [];
    if (message === undefined) return;
    this.#messagesToDouble -= 1;
    this.interference.count("redelivery");
    const copy = { QueueUrl: input["QueueUrl"], MessageBody: message.Body, DelaySeconds: this.#network.between(0, 20) };
    void this.foreign("sqs-itself", "sqs", "SendMessage", copy);
  }
}

interface Queues {
  queues: { fastUrl: string; slowUrl: string };
}

async function queuesOf(simulator: Simulator): Promise<Queues["queues"]> {
  const { account, region } = simulator.world;
  const caller = simulator.callerOf(MOORING);
  const { fastQueueUrl, slowQueueUrl } = await provisionQueues({
    sqs: standIn(simulator, "sqs", caller),
    eventBridge: standIn(simulator, "eventbridge", caller),
    account,
    region,
    prefix: `mooring-${SIMULATED_SETTINGS.installation}`,
  });
  return { fastUrl: fastQueueUrl, slowUrl: slowQueueUrl };
}

function told(outcome: Outcome): string {
  if ("error" in outcome) return String(outcome.error).slice(0, 200);
  return JSON.stringify(outcome.output ?? null);
}
