import type { AwsClients } from "../../src/aws/create-aws.ts";
import type { QueueClients } from "../../src/queue/clients.ts";
import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { ConnectionLost, type FaultRule } from "../../src/simulator/faults.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { standIn, type StandIn } from "../../src/simulator/stand-in.ts";
import type { Stream } from "./chance.ts";
import type { SimulatedProcess } from "./process.ts";
import type { SimulatedTime } from "./time.ts";

/** One attempt of one call, as it leaves a process. */
export interface AwsCall {
  process: SimulatedProcess;
  service: ServiceName;
  operation: string;
  /** May be changed before it is sent, e.g. to a smaller page. */
  input: Record<string, unknown>;
  /** From 1; the SDK repeats what may succeed the next time. */
  attempt: number;
}

/** What becomes of a call on its way. */
export interface Fate {
  /** Until it takes effect, ms. */
  outMs: number;
  /** From its effect to its answer, ms. */
  backMs: number;
  /** The simulator's own faults that strike this attempt. */
  rules: FaultRule[];
  /** True = it has left the process already, which may have been killed or stopped in this very instant. */
  sent: boolean;
}

/** The world that calls go through: who decides what becomes of them, and who watches. */
export interface AwsWorld {
  time: SimulatedTime;
  simulator: Simulator;
  fateOf(call: AwsCall): Fate;
  /** The call leaves its process for good. */
  leaving(call: AwsCall): void;
  /** In the instant before the effect; a foreign writer may strike here. */
  before(call: AwsCall): Promise<void>;
  /** In the instant after it. `error` is what AWS answered instead of an output. */
  after(call: AwsCall, outcome: { output: unknown } | { error: unknown; tookEffect?: boolean }): void;
}

/** The SDK's defaults (standard retries): attempts, and the base of the waits between them, ms. */
const ATTEMPTS_MAX = 3;
const RETRY_BASE_MS = 100;
const THROTTLED_BASE_MS = 500;
const RETRY_CAP_MS = 20_000;

interface Command {
  input: Record<string, unknown>;
  constructor: { name: string };
  middlewareStack: {
    resolve(last: (args: object) => Promise<object>, context: object): (args: object) => Promise<{ output: unknown }>;
  };
}

interface SendOptions {
  abortSignal?: AbortSignal;
}

/** Stand-ins for all clients of one process. */
export function awsClientsOf(
  world: AwsWorld,
  process: SimulatedProcess,
  caller: Caller,
  chance: Stream,
): AwsClients & Pick<QueueClients, "sqs" | "eventBridge"> {
  const client = (service: ServiceName, attemptsMax = ATTEMPTS_MAX): never => {
    const port = new AwsPort(world, process, service, standIn(world.simulator, service, caller), chance, attemptsMax);
    return { send: (command: Command, options?: SendOptions) => port.send(command, options) } as never;
  };
  return {
    efs: client("efs"),
    lambda: client("lambda"),
    ecs: client("ecs"),
    ecsOnce: client("ecs", 1),
    iam: client("iam"),
    eventbridge: client("eventbridge"),
    scheduler: client("scheduler"),
    sts: client("sts"),
    sqs: client("sqs"),
    eventBridge: client("eventbridge"),
  };
}

/** One client of the SDK as a process sees it: network, retries, and an end when it is asked to end. */
class AwsPort {
  readonly #world: AwsWorld;
  readonly #process: SimulatedProcess;
  readonly #service: ServiceName;
  readonly #client: StandIn;
  readonly #chance: Stream;
  readonly #attemptsMax: number;

  constructor(
    world: AwsWorld,
    process: SimulatedProcess,
    service: ServiceName,
    client: StandIn,
    chance: Stream,
    attemptsMax: number,
  ) {
    this.#world = world;
    this.#process = process;
    this.#service = service;
    this.#client = client;
    this.#chance = chance;
    this.#attemptsMax = attemptsMax;
  }

  send(command: Command, { abortSignal }: SendOptions = {}): Promise<unknown> {
    const gone = { aborted: false };
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        gone.aborted = true;
        reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
      };
      if (abortSignal?.aborted === true) return abort();
      abortSignal?.addEventListener("abort", abort, { once: true });
      this.#attempt(command, 1, gone, abortSignal)
        .then(resolve, reject)
        .finally(() => abortSignal?.removeEventListener("abort", abort));
    });
  }

  async #attempt(
    command: Command,
    attempt: number,
    gone: { aborted: boolean },
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    // The command's own middleware sees each attempt, as it does inside the SDK's retries.
    const last = async (): Promise<object> => ({ response: {}, output: await this.#wire(command, attempt, gone) });
    try {
      return (await command.middlewareStack.resolve(last, {})({ input: command.input })).output;
    } catch (error) {
      const again = retryBaseMs(error);
      if (again === null || attempt >= this.#attemptsMax || gone.aborted) throw withAttempts(error, attempt);
      await this.#process.clock.sleep(
        Math.min(RETRY_CAP_MS, this.#chance.random() * again * 2 ** (attempt - 1)),
        signal,
      );
      if (gone.aborted) throw error;
      return this.#attempt(command, attempt + 1, gone, signal);
    }
  }

  #wire(command: Command, attempt: number, gone: { aborted: boolean }): Promise<unknown> {
    const operation = command.constructor.name.replace(/Command$/, "");
    const input = { ...command.input };
    const call: AwsCall = { process: this.#process, service: this.#service, operation, input, attempt };
    return new Promise((resolve, reject) => {
      this.#process.leave(() => {
        const fate = this.#world.fateOf(call);
        const answer = (task: () => void): void => {
          if (fate.backMs <= 0) return this.#process.deliver(task);
          this.#world.time.after(fate.backMs, () => this.#process.deliver(task));
        };
        const send = (): void => {
          this.#world.leaving(call);
          this.#world.time.after(fate.outMs, () => {
            this.#effect(command, call, fate, gone).then(
              (output) => answer(() => resolve(output)),
              (error: Error) => answer(() => reject(error)),
            );
          });
        };
        // `fateOf` may have killed or stopped the process: what has not left by then never will, or later.
        if (fate.sent) send();
        else this.#process.leave(send);
      });
    });
  }

  async #effect(command: Command, call: AwsCall, fate: Fate, gone: { aborted: boolean }): Promise<unknown> {
    const { simulator } = this.#world;
    await this.#world.before(call);
    const process = this.#process;
    const abortSignal = {
      get aborted() {
        return gone.aborted || process.isDead;
      },
    };
    const { service, operation } = call;
    // Drawn in the very turn in which the call enters the simulator, so that they strike no other.
    const rules = fate.rules.map((rule) => simulator.faults.add({ ...rule, service, operation }));
    const sent = this.#client.send({ input: call.input, constructor: command.constructor }, { abortSignal });
    for (const { id } of rules) simulator.faults.remove(id);
    try {
      const output: unknown = await sent;
      this.#world.after(call, { output });
      return output;
    } catch (error) {
      const isLost = error instanceof ConnectionLost && fate.rules.every(({ kind }) => kind === "lost-reply");
      this.#world.after(call, { error, tookEffect: isLost });
      throw error;
    }
  }
}

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded/;

/** Null = the SDK does not repeat this. */
function retryBaseMs(error: unknown): number | null {
  if (error instanceof ConnectionLost) return RETRY_BASE_MS;
  const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (THROTTLED.test(name)) return THROTTLED_BASE_MS;
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 500 && status !== 501 ? RETRY_BASE_MS : null;
}

function withAttempts(error: unknown, attempts: number): unknown {
  const { $metadata } = error as { $metadata?: object };
  return Object.assign(error as object, { $metadata: { ...$metadata, attempts } });
}
