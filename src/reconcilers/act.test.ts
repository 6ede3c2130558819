import { describe, expect, test } from "vitest";
import type { Action } from "../model/actions.ts";
import { AwsError, type AwsErrorKind } from "../model/errors.ts";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import { LeaseLostError, emptyKeyItem, type Lease } from "../store/store.ts";
import { act, type ActContext } from "./act.ts";
import { actionId, type Failure } from "./failures.ts";
import type { Activity, ReconcilerPorts } from "./ports.ts";

const KEY = "filesystem/111122223333/eu-west-1/fs-0123456789abcdef0";

function deletion(accessPointId: string): Action {
  const target = `arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/${accessPointId}`;
  return {
    type: "DeleteAccessPoint",
    accessPointId,
    bindingUid: "u",
    target,
    why: "gone",
    bindings: ["media/a"],
    before: {},
    after: null,
    removes: 1,
  };
}

function refusal(kind: AwsErrorKind, certainlyNotDone = true): AwsError {
  return new AwsError({
    kind,
    operation: "elasticfilesystem:DeleteAccessPoint",
    code: kind,
    message: "no",
    certainlyNotDone,
  });
}

/** Ports whose one AWS call answers from `answers`, with a log of everything in the order it happened. */
function world(answers: Record<string, AwsError | "ok"> = {}, { leaseEndsInMs = 20_000 } = {}) {
  const log: string[] = [];
  const reported: Activity[] = [];
  const remembered: object[] = [];
  let ids = 0;
  const ports = {
    clock: { nowMs: () => 0, sleep: async () => {} },
    chance: { random: () => 0.5, uuid: () => `intent-${(ids += 1)}` },
    settings: DEFAULT_SETTINGS,
    report: (activity: Activity) => reported.push(activity),
    aws: {
      efs: {
        async deleteAccessPoint(id: string) {
          log.push(`call ${id}`);
          const answer = answers[id] ?? "ok";
          if (answer !== "ok") throw answer;
          return { requestId: `r-${id}` };
        },
      },
    },
    store: {
      records: { view: () => ({ head: 7 }) },
      keys: {
        beginIntent: async (_: Lease, entry: { intentId: string; target: string }, memory: object) => {
          log.push(`intent ${entry.intentId}`);
          remembered.push(memory);
        },
        closeIntent: async (_: Lease, entry: { intentId: string; outcome: string }) =>
          log.push(`${entry.outcome} ${entry.intentId}`),
      },
    },
  } as unknown as ReconcilerPorts;
  const lease: Lease = {
    key: KEY,
    owner: "me",
    fence: 1,
    expiresAtMs: leaseEndsInMs,
    item: emptyKeyItem(KEY),
    takenOver: false,
  };
  let removed = 0;
  const undone: string[] = [];
  const failures = new Map<string, Failure>();
  const context: ActContext = {
    lease,
    causeOf: () => ({ kind: "Sweep" }),
    fileSystem: "shared",
    failures,
    leftWith: ({ removes }) => ({ memory: { planner: "as planned" }, removals: [{ atMs: 0, count: removes }] }),
    removed: (n) => (removed += n),
    undone: ({ target }) => void undone.push(target),
  };
  return { ports, context, log, reported, remembered, failures, undone, removed: () => removed };
}

describe("carrying out actions", () => {
  test("writes the intent before each call and the outcome after it", async () => {
    const { ports, context, log } = world();
    await act([deletion("fsap-1"), deletion("fsap-2")], ports, context);
    expect(log).toEqual([
      "intent intent-1",
      "call fsap-1",
      "Done intent-1",
      "intent intent-2",
      "call fsap-2",
      "Done intent-2",
    ]);
  });

  test("goes on after a refusal: one bad binding harms no neighbour", async () => {
    const { ports, context, log, failures } = world({ "fsap-1": refusal("AccessDenied") });
    const result = await act([deletion("fsap-1"), deletion("fsap-2")], ports, context);
    expect(log).toContain("Failed intent-1");
    expect(log).toContain("Done intent-2");
    expect(result).toEqual({ carriedOut: 2, stale: false });
    expect([...failures.keys()]).toEqual([actionId(deletion("fsap-1"))]);
  });

  test("stops at a conflict, since what follows was planned on a world that is gone", async () => {
    const { ports, context, log, failures } = world({ "fsap-1": refusal("Conflict") });
    const result = await act([deletion("fsap-1"), deletion("fsap-2")], ports, context);
    expect(result.stale).toBe(true);
    expect(log).not.toContain("call fsap-2");
    expect(failures.size).toBe(0);
  });

  test("records Unknown, and stops, when nobody knows whether the call took effect", async () => {
    const { ports, context, log } = world({ "fsap-1": refusal("Transient", false) });
    const result = await act([deletion("fsap-1"), deletion("fsap-2"), deletion("fsap-3")], ports, context);
    expect(log).toEqual(["intent intent-1", "call fsap-1", "Unknown intent-1"]);
    expect(result).toEqual({ carriedOut: 1, stale: true });
  });

  test("forgets an earlier refusal once the same call succeeds", async () => {
    const { ports, context, failures } = world();
    failures.set(actionId(deletion("fsap-1")), {} as Failure);
    await act([deletion("fsap-1")], ports, context);
    expect(failures.size).toBe(0);
  });

  test("begins no call that might still be under way when the lease ends", async () => {
    const { ports, context, log } = world({}, { leaseEndsInMs: DEFAULT_SETTINGS.callDeadlineMs - 1 });
    await expect(act([deletion("fsap-1")], ports, context)).rejects.toThrow(LeaseLostError);
    expect(log).toEqual([]);
  });

  test("counts what it took away, for the blast radius, and only what it really took", async () => {
    const { ports, context, removed } = world({ "fsap-1": refusal("Rejected") });
    await act([deletion("fsap-1"), deletion("fsap-2")], ports, context);
    expect(removed()).toBe(1);
  });

  test("counts what it may have taken away: an answer that was lost proves nothing", async () => {
    const { ports, context, removed } = world({ "fsap-1": refusal("Transient", false) });
    await act([deletion("fsap-1")], ports, context);
    expect(removed()).toBe(1);
  });

  test("makes no call if the write of its intent took what was left of the lease, and says that it was not made", async () => {
    const { ports, context, log, undone } = world();
    const { beginIntent } = ports.store.keys;
    ports.store.keys.beginIntent = async (...args) => {
      await beginIntent(...args);
      context.lease.expiresAtMs = 0;
    };
    await expect(act([deletion("fsap-1")], ports, context)).rejects.toThrow(LeaseLostError);
    expect(log).toEqual(["intent intent-1", "Failed intent-1"]);
    expect(undone).toEqual([deletion("fsap-1").target]);
  });

  test("says what was certainly not done, and nothing of what may have been", async () => {
    const { ports, context, undone } = world({
      "fsap-1": refusal("Rejected"),
      "fsap-3": refusal("Transient", false),
    });
    await act([deletion("fsap-1"), deletion("fsap-2"), deletion("fsap-3")], ports, context);
    expect(undone).toEqual([deletion("fsap-1").target]);
  });

  test("lets a bug of ours through instead of calling it an answer of AWS's", async () => {
    const { ports, context } = world({ "fsap-1": new TypeError("bug") as unknown as AwsError });
    await expect(act([deletion("fsap-1")], ports, context)).rejects.toThrow("bug");
  });
});

test("each intent carries what the run would leave behind", async () => {
  const { ports, context, remembered } = world();
  await act([deletion("a"), deletion("b")], ports, context);
  const left = { memory: { planner: "as planned" }, removals: [{ atMs: 0, count: 1 }] };
  expect(remembered).toEqual([left, left]);
});
