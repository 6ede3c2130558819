import { describe, expect, test } from "vitest";
import type { Cause } from "../model/audit.ts";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import { ManualClock } from "../model/manual-clock.ts";
import { Scheduler, type Request } from "./scheduler.ts";

const SWEEP: Cause = { kind: "Sweep" };
const SPEC: Cause = { kind: "SpecChange", actor: "ann", generation: 2 };

function world(concurrency = 8) {
  const clock = new ManualClock();
  const runs: { key: string; cause: Cause; atMs: number; end: (againInMs?: number | null) => Promise<void> }[] = [];
  const scheduler = new Scheduler(
    (key, cause) => {
      const { promise, resolve } = Promise.withResolvers<{ againInMs: number | null }>();
      const end = async (againInMs: number | null = null) => {
        resolve({ againInMs });
        await clock.advance(0);
      };
      runs.push({ key, cause, atMs: clock.nowMs(), end });
      return promise;
    },
    clock,
    { ...DEFAULT_SETTINGS, concurrency },
  );
  const request = (fields: Partial<Request> & { key: string }) =>
    scheduler.request({ cause: SWEEP, priority: "user", gather: false, ...fields });
  return { clock, runs, scheduler, request };
}

describe("the scheduler", () => {
  test("runs a key once for requests that come while it waits for its turn", async () => {
    const { runs, request } = world(1);
    void request({ key: "busy" });
    void request({ key: "a" });
    void request({ key: "a" });
    await runs[0]!.end();
    await runs[1]!.end();
    expect(runs.map((r) => r.key)).toEqual(["busy", "a"]);
  });

  test("runs a key again for a request that came while it ran, and never two at once", async () => {
    const { runs, request } = world();
    void request({ key: "a" });
    void request({ key: "a" });
    expect(runs).toHaveLength(1);
    await runs[0]!.end();
    expect(runs).toHaveLength(2);
  });

  test("resolves a request only when a run that began after it has ended", async () => {
    const { runs, request, clock } = world();
    void request({ key: "a" });
    let isDone = false;
    void request({ key: "a" }).then(() => (isDone = true));
    await runs[0]!.end();
    expect(isDone).toBe(false);
    await runs[1]!.end();
    await clock.advance(0);
    expect(isDone).toBe(true);
  });

  test("gathers changes of spec until it is quiet for 500 ms", async () => {
    const { clock, runs, request } = world();
    void request({ key: "a", cause: SPEC, gather: true });
    await clock.advance(400);
    void request({ key: "a", cause: SPEC, gather: true });
    await clock.advance(499);
    expect(runs).toHaveLength(0);
    await clock.advance(1);
    expect(runs).toHaveLength(1);
  });

  test("gathers for ten seconds at most, however busy the writers are", async () => {
    const { clock, runs, request } = world();
    for (let n = 0; n < 40; n += 1) {
      void request({ key: "a", cause: SPEC, gather: true });
      await clock.advance(300);
    }
    expect(runs[0]!.atMs).toBe(10_000);
  });

  test("does not let drift wait for the gathering of changes", async () => {
    const { clock, runs, request } = world();
    void request({ key: "a", cause: SPEC, gather: true });
    await clock.advance(100);
    void request({ key: "a", cause: { kind: "Drift", actor: "bob", eventName: null } });
    expect(runs).toHaveLength(1);
    expect(runs[0]!.cause).toEqual(SPEC);
  });

  test("runs what a user changed before what drifted, and that before what a sweep found", async () => {
    const { runs, request } = world(1);
    void request({ key: "busy" });
    void request({ key: "swept", priority: "sweep" });
    void request({ key: "drifted", priority: "drift" });
    void request({ key: "changed", priority: "user" });
    for (let n = 0; n < 3; n += 1) await runs[n]!.end();
    expect(runs.map((run) => run.key)).toEqual(["busy", "changed", "drifted", "swept"]);
  });

  test("runs a key that waits for a sweep as soon as a user has changed it", async () => {
    const { runs, request } = world(1);
    void request({ key: "busy" });
    for (const key of ["a", "b", "c"]) void request({ key, priority: "sweep" });
    void request({ key: "b", priority: "user" });
    void request({ key: "b", priority: "sweep" });
    for (let n = 0; n < 3; n += 1) await runs[n]!.end();
    expect(runs.map((run) => run.key)).toEqual(["busy", "b", "a", "c"]);
  });

  test("serves one that comes while a hundred wait within two turns, and the oldest meanwhile", async () => {
    const { runs, request } = world(1);
    void request({ key: "busy" });
    for (let n = 0; n < 100; n += 1) void request({ key: `mass-${n}` });
    for (let n = 0; n < 10; n += 1) await runs[n]!.end();
    void request({ key: "urgent" });
    await runs[10]!.end();
    await runs[11]!.end();
    expect(runs.slice(11).map((run) => run.key)).toContain("urgent");
    expect(runs.map((run) => run.key)).toEqual(expect.arrayContaining(["mass-0", "mass-1", "mass-2", "mass-3"]));
  });

  test("looks again at what a user changed as at a user's change", async () => {
    const { clock, runs, request } = world(1);
    void request({ key: "changed" });
    await runs[0]!.end(1_000);
    void request({ key: "busy" });
    void request({ key: "drifted", priority: "drift" });
    await clock.advance(1_000);
    await runs[1]!.end();
    expect(runs[2]!.key).toBe("changed");
  });

  test("looks again by itself after the wait that a run asked for", async () => {
    const { clock, runs, request } = world();
    void request({ key: "a" });
    await runs[0]!.end(3_000);
    await clock.advance(2_999);
    expect(runs).toHaveLength(1);
    await clock.advance(1);
    expect(runs).toHaveLength(2);
  });

  test("begins nothing after it was stopped, and waits for what is under way", async () => {
    const { runs, request, scheduler } = world();
    void request({ key: "a" });
    const waiting = request({ key: "a" });
    const stopped = scheduler.stop();
    const tooLate = request({ key: "b" });
    await runs[0]!.end();
    await stopped;
    expect(runs).toHaveLength(1);
    expect([await waiting, await tooLate]).toEqual([false, false]);
  });

  test("tells at its end which runs it had set itself, and when they were due", async () => {
    const { clock, runs, request, scheduler } = world();
    for (const key of ["a", "b", "c"]) void request({ key });
    await runs[0]!.end(60_000);
    await clock.advance(20_000);
    const stopped = scheduler.stop();
    await runs[1]!.end(5_000);
    await runs[2]!.end();
    expect(await stopped).toEqual([
      { key: "a", afterMs: 40_000 },
      { key: "b", afterMs: 5_000 },
    ]);
  });
});
