import type { Engine } from "../../src/store/engine.ts";
import type { SimulatedProcess } from "./process.ts";
import type { SimulatedTime } from "./time.ts";

/** One operation of the store's database, as it leaves a process. */
export interface StoreCall {
  process: SimulatedProcess;
  operation: keyof Engine;
  args: readonly unknown[];
  isWrite: boolean;
}

/** What becomes of it: until its effect and until its answer, ms, and what goes wrong. */
export interface StoreFate {
  outMs: number;
  backMs: number;
  fault: "none" | "fails before" | "reply lost";
  /** True = it has left the process already, which may have been killed or stopped in this very instant. */
  sent: boolean;
}

export interface StoreWorld {
  time: SimulatedTime;
  storeFateOf(call: StoreCall): StoreFate;
  /** In the instant after the effect. */
  afterStore(call: StoreCall, answer: unknown): void;
}

/** Operations that change something. */
const WRITES: ReadonlySet<string> = new Set([
  "putSlot",
  "dropBodies",
  "putProjection",
  "deleteTombstone",
  "putMarker",
  "putBlob",
  "deleteBlob",
  "writeKeyRow",
  "putAudit",
]);

/** A database that is reached over a network: its answers take time, get lost, or never come. */
export function engineOver(world: StoreWorld, process: SimulatedProcess, engine: Engine): Engine {
  const call = (operation: keyof Engine, args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const made: StoreCall = { process, operation, args, isWrite: WRITES.has(operation) };
      process.leave(() => {
        const fate = world.storeFateOf(made);
        const answer = (task: () => void): void => {
          if (fate.backMs <= 0) return process.deliver(task);
          world.time.after(fate.backMs, () => process.deliver(task));
        };
        const fail = (): void => answer(() => reject(new Error(`${operation} ${fate.fault}`)));
        const send = (): void => void world.time.after(fate.outMs, effect);
        const effect = (): void => {
          if (fate.fault === "fails before") return fail();
          const method = engine[operation] as (...args: unknown[]) => Promise<unknown>;
          method.apply(engine, args).then(
            (value) => {
              world.afterStore(made, value);
              if (fate.fault === "reply lost") fail();
              else answer(() => resolve(value));
            },
            (error: Error) => answer(() => reject(error)),
          );
        };
        // As with AWS: what has not left a process that was killed never will.
        if (fate.sent) send();
        else process.leave(send);
      });
    });
  const over = (operation: keyof Engine) =>
    operation === "close" ? async () => undefined : (...args: unknown[]) => call(operation, args);
  return new Proxy(engine, { get: (_target, name) => over(name as keyof Engine) });
}
