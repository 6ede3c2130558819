import { startController, type Controller } from "../../src/cli/compose.ts";
import type { ApiOptions } from "../../src/api/options.ts";
import type { Settings } from "../../src/model/settings.ts";
import type { Engine } from "../../src/store/engine.ts";
import { awsClientsOf, type AwsWorld } from "./aws-port.ts";
import { streamOf } from "./chance.ts";
import { SimulatedProcess } from "./process.ts";
import { MOORING } from "./levers.ts";
import type { RunLog } from "./run-log.ts";
import { engineOver, type StoreWorld } from "./store-port.ts";

export interface ReplicaWorld extends AwsWorld, StoreWorld {
  seed: number;
  settings: Settings;
  log: RunLog;
  /** The database itself; a restarted replica opens it anew. */
  openEngine(): Engine;
  /** The work queues, made before the first replica starts. */
  queues: { fastUrl: string; slowUrl: string };
}

/** One replica of Mooring, put together as `mooring serve` does it; its processes come and go. */
export class Replica {
  readonly name: string;
  readonly #world: ReplicaWorld;
  #life = 0;
  #process: SimulatedProcess | null = null;
  #controller: Controller | null = null;

  constructor(world: ReplicaWorld, name: string) {
    this.#world = world;
    this.name = name;
  }

  get process(): SimulatedProcess | null {
    return this.#process;
  }

  /** Null while it starts, and once it is dead. */
  get controller(): Controller | null {
    return this.#process?.isDead === true ? null : this.#controller;
  }

  /** Begins a process; it is up when `controller` is there. */
  start(): void {
    const world = this.#world;
    this.#life += 1;
    this.#controller = null;
    const name = `${this.name}.${this.#life}`;
    const process = new SimulatedProcess(name, world.time, streamOf(world.seed, `process ${name}`));
    this.#process = process;
    const caller = world.simulator.callerOf(MOORING);
    const clients = awsClientsOf(world, process, caller, streamOf(world.seed, `retries ${name}`));
    const { account, region } = world.simulator.world;
    const log = (level: string) => (fields: object, text?: string) =>
      world.log.write(name, () => `${level}: ${text} ${JSON.stringify(fields, withErrors)}`);
    world.log.write(name, () => "starts");
    startController({
      home: { account, region },
      settings: world.settings,
      engine: engineOver(world, process, world.openEngine()),
      queues: world.queues,
      eventBus: "default",
      log: { info: log("info"), warn: log("warn"), error: log("error") },
      world: { clock: process.clock, chance: process.chance, clients },
    }).then(
      (controller) => this.#up(process, controller),
      (error: unknown) => this.#failed(process, error),
    );
  }

  /** As SIGKILL: nothing of it is ever heard again. */
  kill(): void {
    this.#world.log.write(this.#process?.name ?? this.name, () => "is killed");
    this.#process?.kill();
  }

  /** What the API of this replica is made of; null while it is not up. */
  api(): ApiOptions | null {
    const process = this.#process;
    const controller = this.controller;
    if (process === null || controller === null || !process.isRunning) return null;
    const { account, region } = this.#world.simulator.world;
    const { store, service } = controller;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const { dryRun, wake, metrics, ready } = service;
    const { clock, chance } = process;
    return { store, home: { account, region }, clock, chance, dryRun, wake, metrics, ready, log };
  }

  #up(process: SimulatedProcess, controller: Controller): void {
    if (process.isDead) return;
    this.#controller = controller;
    this.#world.log.write(process.name, () => "is up");
    controller.service.onActivity((activity) =>
      this.#world.log.write(process.name, () => JSON.stringify(activity, withErrors)),
    );
  }

  /** What a supervisor does about a process that could not start: it tries again. */
  #failed(process: SimulatedProcess, error: unknown): void {
    if (process.isDead) return;
    this.#world.log.write(process.name, () => `could not start: ${String(error)}`);
    process.kill();
    this.#world.time.after(RESTART_MS, () => this.start());
  }
}

const RESTART_MS = 1_000;

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
