import { describe, expect, test } from "vitest";
import { createActor, fromPromise, initialTransition, toPromise, transition } from "xstate";
import type { Action } from "../src/model/actions.ts";
import type { Ending } from "../src/plan/plan.ts";
import { fileSystemMachine } from "./file-system/machine.ts";
import { ecsMachine } from "./ecs/machine.ts";
import { lambdaMachine } from "./lambda/machine.ts";
import { ROUNDS_MAX, type ActResult, type PlannedStep } from "./pass.ts";

const INPUT = { deadlineMs: 10_000, actionsMax: 25 };
const CONVERGED: Ending = { kind: "converged" };
const action = { type: "DeleteAccessPoint" } as Action;

function step(fields: Partial<PlannedStep>): PlannedStep {
  return { needsMore: false, actions: [], ending: CONVERGED, nowMs: 1, ...fields };
}

const done = (id: string, output: unknown) => ({ type: `xstate.done.actor.${id}`, output }) as never;
const failed = (id: string, error: unknown) => ({ type: `xstate.error.actor.${id}`, error }) as never;

/** The state after the given results, starting at observing. Pure: nothing is run. */
function stateAfter(
  machine: typeof fileSystemMachine | typeof lambdaMachine | typeof ecsMachine,
  events: never[],
  input = INPUT,
) {
  let [snapshot] = initialTransition(machine as typeof fileSystemMachine, input);
  for (const event of events) [snapshot] = transition(machine as typeof fileSystemMachine, snapshot, event);
  return snapshot;
}

const observed = done("observe", undefined);
const planned = (fields: Partial<PlannedStep>) => done("plan", step(fields));
const recorded = done("record", undefined);
const acted = (carriedOut: number) => done("act", { carriedOut, stale: false });

describe.each([
  { machine: fileSystemMachine, more: "readingMore" },
  { machine: lambdaMachine, more: "readingMore" },
  { machine: ecsMachine, more: "readingMore" },
])("a run of $machine.id", ({ machine, more }) => {
  test.each<[string, string, never[]]>([
    ["observing", "it begins", []],
    ["planning", "AWS was read", [observed]],
    [more, "the plan needs a further read", [observed, planned({ needsMore: true })]],
    ["planning", "the further read is there", [observed, planned({ needsMore: true }), done("readMore", undefined)]],
    [
      "recording",
      "there is a plan, so that facets are durable before any call",
      [observed, planned({ actions: [action] })],
    ],
    ["acting", "calls are due and recorded", [observed, planned({ actions: [action] }), recorded]],
    [
      "observing",
      "calls were made, so that they are verified by a read",
      [observed, planned({ actions: [action] }), recorded, acted(1)],
    ],
    [
      "pausing",
      "the wait is short",
      [observed, planned({ ending: { kind: "waiting", afterMs: 1_999, why: "" } }), recorded],
    ],
    [
      "ended",
      "the wait is long",
      [observed, planned({ ending: { kind: "waiting", afterMs: 2_000, why: "" } }), recorded],
    ],
    ["ended", "nothing is left to do", [observed, planned({}), recorded]],
    ["ended", "its time is used up", [observed, planned({ actions: [action], nowMs: 10_000 }), recorded]],
    ["failed", "reading threw", [failed("observe", new Error("boom"))]],
    ["failed", "planning threw", [observed, failed("plan", new Error("boom"))]],
    ["failed", "recording threw", [observed, planned({}), failed("record", new Error("boom"))]],
    ["failed", "acting threw", [observed, planned({ actions: [action] }), recorded, failed("act", new Error("boom"))]],
  ])("is %s when %s", (state, _why, events) => {
    expect(stateAfter(machine, events).value).toBe(state);
  });

  test("ends as waiting when its share of actions is used up, so that the next run goes on", () => {
    const round = [observed, planned({ actions: [action] }), recorded, acted(25)];
    const snapshot = stateAfter(machine, [...round, observed, planned({ actions: [action] }), recorded]);
    expect(snapshot.output).toMatchObject({ kind: "waiting", afterMs: 0 });
  });

  test("hands an error out instead of throwing it at the process", () => {
    const error = new Error("boom");
    expect(stateAfter(machine, [failed("observe", error)]).output).toEqual({ kind: "failed", error });
  });

  test("ends by itself even if the plan never empties", async () => {
    let rounds = 0;
    const provided = (machine as typeof fileSystemMachine).provide({
      actors: {
        observe: fromPromise(async (): Promise<void> => {
          rounds += 1;
        }),
        readMore: fromPromise(async (): Promise<void> => {}),
        plan: fromPromise(async () => step({ actions: [action] })),
        record: fromPromise(async (): Promise<void> => {}),
        act: fromPromise(async (): Promise<ActResult> => ({ carriedOut: 0, stale: true })),
        pause: fromPromise(async (): Promise<void> => {}),
      },
    });
    const actor = createActor(provided, { input: INPUT });
    const output = toPromise(actor);
    actor.start();
    expect(await output).toMatchObject({ kind: "waiting" });
    expect(rounds).toBe(ROUNDS_MAX);
  });
});
