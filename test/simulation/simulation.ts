import type { Settings } from "../../src/model/settings.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { Engine } from "../../src/store/engine.ts";
import { ask, type ApiRequest } from "./api-client.ts";
import type { AwsCall, Fate } from "./aws-port.ts";
import { streamOf, type Stream } from "./chance.ts";
import { MOORING, Replica, type ReplicaWorld } from "./replica.ts";
import { RunLog } from "./run-log.ts";
import { SIMULATED_SETTINGS } from "./settings.ts";
import { simulatedAws, type SimulatedAws } from "./simulated-aws.ts";
import { databaseOf, type Database } from "./database.ts";
import type { Scenario } from "./scenario.ts";
import type { StoreCall, StoreFate } from "./store-port.ts";
import { SimulatedTime } from "./time.ts";

/** The whole simulated world of one run. */
export class Simulation implements ReplicaWorld {
  readonly seed: number;
  readonly time: SimulatedTime;
  readonly log: RunLog;
  readonly settings: Settings = SIMULATED_SETTINGS;
  readonly replicas: Replica[];
  readonly #network: Stream;
  readonly #users: Stream;
  readonly database: Database;
  readonly #aws: SimulatedAws;

  private constructor(scenario: Scenario, time: SimulatedTime, aws: SimulatedAws, isLogged: boolean) {
    const { seed } = scenario;
    this.seed = seed;
    this.time = time;
    this.#aws = aws;
    this.log = new RunLog(() => time.nowMs, isLogged);
    this.#network = streamOf(seed, "network");
    this.#users = streamOf(seed, "users");
    this.database = databaseOf(scenario.engine);
    this.replicas = scenario.replicas.map((name) => new Replica(this, name));
  }

  static async create(scenario: Scenario, { isLogged = false } = {}): Promise<Simulation> {
    const { seed } = scenario;
    const time = new SimulatedTime(streamOf(seed, "order"));
    return new Simulation(scenario, time, await simulatedAws(time, streamOf(seed, "aws")), isLogged);
  }

  get simulator(): Simulator {
    return this.#aws.simulator;
  }

  openEngine(): Engine {
    return this.database.open();
  }

  fateOf(_call: AwsCall): Fate {
    return { outMs: this.#network.between(5, 60), backMs: 0, rules: [] };
  }

  async before(_call: AwsCall): Promise<void> {}

  after({ process, service, operation, input }: AwsCall, outcome: { output: unknown } | { error: unknown }): void {
    this.log.write(process.name, () => {
      const said =
        "error" in outcome ? (outcome.error as Error).name : JSON.stringify((outcome.output as object) ?? null);
      return `${service}.${operation} ${JSON.stringify(input)} -> ${said}`;
    });
  }

  storeFateOf(_call: StoreCall): StoreFate {
    return { outMs: this.#network.between(1, 6), backMs: 0, fault: "none" };
  }

  afterStore({ process, operation, args, isWrite }: StoreCall, answer: unknown): void {
    if (isWrite)
      this.log.write(process.name, () => `${operation} ${JSON.stringify(args)} -> ${JSON.stringify(answer)}`);
  }

  /** A user's request to whichever replica answers first; repeated by the user until one does. */
  request(actor: string, request: ApiRequest): void {
    const up = this.replicas.flatMap((replica) => replica.api() ?? []);
    if (up.length === 0) return void this.time.after(500, () => this.request(actor, request));
    const { verb, manifest } = request;
    ask(this.#users.pick(up), actor, request).then(
      (code) => this.log.write(actor, () => `${verb} ${manifest.metadata.name} -> ${code}`),
      (error: unknown) => this.log.write(actor, () => `${verb} ${manifest.metadata.name} -> ${String(error)}`),
    );
  }

  close(): void {
    for (const replica of this.replicas) replica.process?.kill();
    this.database.close();
  }
}

export { MOORING };
