import { fromPromise } from "xstate";
import type { ecsMachine } from "../../state-machines/ecs/machine.ts";
import type { fileSystemMachine } from "../../state-machines/file-system/machine.ts";
import type { lambdaMachine } from "../../state-machines/lambda/machine.ts";
import type { ActResult, PlannedStep } from "../../state-machines/pass.ts";

export type PassMachine = typeof fileSystemMachine | typeof lambdaMachine | typeof ecsMachine;

/** What a machine's steps do in one run. */
export interface Hands {
  observe(): Promise<void>;
  readMore(): Promise<void>;
  plan(): Promise<PlannedStep>;
  record(): Promise<void>;
  act(actionsMax: number): Promise<ActResult>;
  pause(afterMs: number): Promise<void>;
}

/** By the system of actors that a run's machine lives in. */
export const handsOf = new WeakMap<object, Hands>();
const machines = new WeakMap<PassMachine, PassMachine>();

/** A machine whose steps ask the run that they belong to; made once, since XState reads a whole machine for it. */
export function withHands(machine: PassMachine): PassMachine {
  const made = machines.get(machine);
  if (made !== undefined) return made;
  const of = (system: object): Hands => handsOf.get(system)!;
  const provided = machine.provide({
    actors: {
      observe: fromPromise(({ system }) => of(system).observe()),
      readMore: fromPromise(({ system }) => of(system).readMore()),
      plan: fromPromise(({ system }) => of(system).plan()),
      record: fromPromise(({ system }) => of(system).record()),
      act: fromPromise(({ input, system }) => of(system).act(input.actionsMax)),
      pause: fromPromise(({ input, system }) => of(system).pause(input.afterMs)),
    },
  });
  machines.set(machine, provided);
  return provided;
}
