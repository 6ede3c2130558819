import { assign, fromPromise, setup } from "xstate";
import type { Action } from "../src/model/actions.ts";
import type { Ending } from "../src/plan/plan.ts";

/** Waits shorter than this are polled inside the run; longer ones go back to the queue. */
export const POLL_MAX_MS = 2_000;

/** How often a run may begin anew at observing: a plan that never empties is a bug, and must not spin. */
export const ROUNDS_MAX = 60;

/** What bounds one run; a machine lives for one run and is never persisted. */
export interface PassInput {
  /** ms since the epoch at which no further call may begin. */
  deadlineMs: number;
  actionsMax: number;
}

/** What one observation plus one plan came to, reduced to what the steps branch on. */
export interface PlannedStep {
  /** A further read is needed before the plan can decide. */
  needsMore: boolean;
  /** Calls that are due now; those that already failed in this run are left out. */
  actions: Action[];
  ending: Ending;
  /** Time after planning, ms. */
  nowMs: number;
}

/** What came of carrying out a list of actions. */
export interface ActResult {
  carriedOut: number;
  /** The world moved under us: read and plan again. */
  stale: boolean;
}

export interface PassContext extends PassInput {
  round: number;
  carriedOut: number;
  step: PlannedStep | null;
  error: unknown;
}

export type PassOutput = Ending | { kind: "failed"; error: unknown };

const notProvided = (name: string) => async (): Promise<never> => {
  throw new Error(`actor "${name}" was not provided`);
};

/**
 * The steps that every reconciler has: observe → plan → record → act → observe again.
 *
 * The actors arrive from the reconciler and keep the observation and the plan to themselves;
 * the machine decides only what may follow what, so it needs neither AWS nor the store.
 */
export const passSetup = setup({
  types: {
    input: {} as PassInput,
    context: {} as PassContext,
    output: {} as PassOutput,
  },
  actors: {
    observe: fromPromise<void, void>(notProvided("observe")),
    readMore: fromPromise<void, void>(notProvided("readMore")),
    plan: fromPromise<PlannedStep, void>(notProvided("plan")),
    record: fromPromise<void, void>(notProvided("record")),
    act: fromPromise<ActResult, { actionsMax: number }>(notProvided("act")),
    pause: fromPromise<void, { afterMs: number }>(notProvided("pause")),
  },
  actions: {
    countRound: assign({ round: ({ context }) => context.round + 1 }),
    rememberStep: assign({ step: (_, { step }: { step: PlannedStep }) => step }),
    rememberError: assign({ error: (_, { error }: { error: unknown }) => error }),
    countActions: assign({ carriedOut: ({ context }, { count }: { count: number }) => context.carriedOut + count }),
  },
  guards: {
    hasActions: ({ context }) => (context.step?.actions.length ?? 0) > 0,
    isExhausted: ({ context }) => isExhausted(context),
    isShortWait: ({ context }) => {
      const ending = context.step?.ending;
      return ending?.kind === "waiting" && ending.afterMs < POLL_MAX_MS && !isExhausted(context);
    },
  },
});

/** True if the run may not begin another step that calls AWS. */
function isExhausted(context: PassContext): boolean {
  return (
    context.round >= ROUNDS_MAX ||
    context.carriedOut >= context.actionsMax ||
    (context.step?.nowMs ?? 0) >= context.deadlineMs
  );
}

export function initialContext(input: PassInput): PassContext {
  return { ...input, round: 0, carriedOut: 0, step: null, error: null };
}

/** How the run ends once nothing more is to be done in it. */
function endingOf(context: PassContext): PassOutput {
  const step = context.step;
  if (step === null) return { kind: "failed", error: context.error };
  if (step.actions.length > 0) {
    return { kind: "waiting", afterMs: 0, why: "this run's share of actions or time is used up; the next one goes on" };
  }
  return step.ending;
}

/** Where a step goes when its actor rejects. */
export const toFailed = {
  target: "failed",
  actions: {
    type: "rememberError" as const,
    params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
  },
} as const;

/**
 * The steps that all machines share. What `readingMore` reads, and when a plan asks for it, is each machine's own:
 * its docstring says so.
 */
export const passStates = {
  observing: passSetup.createStateConfig({
    entry: "countRound",
    invoke: { id: "observe", src: "observe", onDone: "planning", onError: toFailed },
  }),
  planning: passSetup.createStateConfig({
    invoke: {
      id: "plan",
      src: "plan",
      onDone: [
        { guard: ({ event }) => event.output.needsMore, target: "readingMore" },
        {
          target: "recording",
          actions: { type: "rememberStep", params: ({ event }) => ({ step: event.output }) },
        },
      ],
      onError: toFailed,
    },
  }),
  readingMore: passSetup.createStateConfig({
    invoke: { id: "readMore", src: "readMore", onDone: "planning", onError: toFailed },
  }),
  recording: passSetup.createStateConfig({
    invoke: {
      id: "record",
      src: "record",
      onDone: [
        { guard: "isExhausted", target: "ended" },
        { guard: "hasActions", target: "acting" },
        { guard: "isShortWait", target: "pausing" },
        { target: "ended" },
      ],
      onError: toFailed,
    },
  }),
  acting: passSetup.createStateConfig({
    invoke: {
      id: "act",
      src: "act",
      input: ({ context }) => ({ actionsMax: context.actionsMax - context.carriedOut }),
      onDone: {
        target: "observing",
        actions: { type: "countActions", params: ({ event }) => ({ count: event.output.carriedOut }) },
      },
      onError: toFailed,
    },
  }),
  pausing: passSetup.createStateConfig({
    invoke: {
      id: "pause",
      src: "pause",
      input: ({ context }) => ({ afterMs: context.step?.ending.kind === "waiting" ? context.step.ending.afterMs : 0 }),
      onDone: "observing",
      onError: toFailed,
    },
  }),
  ended: { type: "final" },
  failed: { type: "final" },
} as const;

/** A machine's output: how the run ended, or the error that a step rejected with. */
export function outputOf({ context }: { context: PassContext }): PassOutput {
  return context.error === null ? endingOf(context) : { kind: "failed", error: context.error };
}
