import { expect, test } from "vitest";
import { lambdaMachine } from "../../state-machines/lambda/machine.ts";
import type { Action } from "../model/actions.ts";
import { AwsError } from "../model/errors.ts";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import { emptyKeyItem, type Lease } from "../store/store.ts";
import { type PassSpec, runPass } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { RunReport } from "./reconciler.ts";

interface Memory {
  sent: number;
}

const KEY = "lambda/arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer";
const ACTION: Action = {
  type: "DeleteAccessPoint",
  target: "fsap-1",
  accessPointId: "fsap-1",
  bindingUid: "uid",
  why: "for the test",
  bindings: [],
  before: null,
  after: null,
  removes: 0,
};

/** A run whose reads take so long, and whose plans ask for a call until `calls` of them were made. */
async function runWith({ readMs = 1, calls, refusal }: { readMs?: number; calls: number; refusal?: AwsError }) {
  let nowMs = 0;
  let made = 0;
  const view = { head: 1, bindingByUid: () => undefined };
  const ports = {
    clock: { nowMs: () => nowMs, sleep: async () => {} },
    chance: { random: () => 0.5, uuid: () => "id" },
    settings: DEFAULT_SETTINGS,
    report: () => undefined,
    isOwn: () => false,
    aws: {
      efs: {
        deleteAccessPoint: async () => {
          if (refusal) throw refusal;
          return { requestId: `r-${(made += 1)}` };
        },
      },
    },
    store: {
      records: { view: () => view, refresh: async () => view },
      keys: { beginIntent: async () => undefined, closeIntent: async () => undefined, append: async () => undefined },
      audit: { query: async () => ({ records: [], cursor: null }) },
    },
  } as unknown as ReconcilerPorts;
  const spec: PassSpec<null, { memory: Memory }, Memory> = {
    machine: lambdaMachine,
    emptyMemory: { sent: 0 },
    observe: async () => {
      nowMs += readMs;
      return null;
    },
    readMore: async () => null,
    plan: (_view, _observation, { memory }) => ({
      needsMore: false,
      plan: {
        actions: made < calls ? [ACTION] : [],
        heldBack: [],
        facets: { memory: made < calls ? { sent: memory.sent + 1 } : memory },
        ending: { kind: "converged" },
        withheld: null,
        drifted: false,
      },
    }),
    propose: () => ({ changes: [], wakes: [] }),
    undone: ({ sent }) => ({ sent: sent - 1 }),
    drifted: () => [],
    concerns: () => ({ fileSystem: null, bindings: [] }),
  };
  const item = emptyKeyItem(KEY);
  const lease: Lease = { key: KEY, owner: "me", fence: 1, expiresAtMs: 60_000, item, takenOver: false };
  const run = { key: KEY, lease, item, cause: { kind: "Sweep" as const }, signal: new AbortController().signal };
  const report: RunReport = await runPass(spec, ports, run);
  return { made, memory: report.memory["planner"], result: report.result.kind };
}

test("a run whose time is up before its call forgets what its plan took for done", async () => {
  const report = await runWith({ readMs: DEFAULT_SETTINGS.runMaxMs + 1, calls: 1 });
  expect(report).toEqual({ made: 0, memory: { sent: 0 }, result: "waiting" });
});

test("a run that makes its call remembers it, also if its time is up then", async () => {
  const half = DEFAULT_SETTINGS.runMaxMs / 2 + 1;
  expect(await runWith({ readMs: half, calls: 1 })).toEqual({ made: 1, memory: { sent: 1 }, result: "converged" });
  expect(await runWith({ readMs: half, calls: 2 })).toEqual({ made: 1, memory: { sent: 1 }, result: "waiting" });
});

test("a run whose call was refused forgets it, once", async () => {
  const refusal = new AwsError({
    kind: "AccessDenied",
    operation: "elasticfilesystem:DeleteAccessPoint",
    code: "AccessDenied",
    message: "",
    certainlyNotDone: true,
  });
  expect(await runWith({ calls: 1, refusal })).toMatchObject({ made: 0, memory: { sent: 0 } });
});

test("a run that finds its share of a quota used up comes again soon; what AWS itself refuses is backed off from", async () => {
  const refusal = (code: string) =>
    new AwsError({
      kind: "Transient",
      operation: "elasticfilesystem:DeleteAccessPoint",
      code,
      message: "",
      certainlyNotDone: true,
    });
  expect(await runWith({ calls: 1, refusal: refusal("RateBudgetExhausted") })).toMatchObject({ result: "waiting" });
  expect(await runWith({ calls: 1, refusal: refusal("ThrottlingException") })).toMatchObject({ result: "stalled" });
});
