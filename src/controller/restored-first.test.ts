import { expect, test } from "vitest";
import { AwsError } from "../model/errors.ts";
import { ANNOTATIONS, TAGS } from "../model/records.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { ManualClock } from "../model/manual-clock.ts";
import { lookAtRestoredFirst } from "./restored-first.ts";

const KEY = "filesystem/111122223333/eu-west-1/fs-1";
const SPEC = { account: "111122223333", region: "eu-west-1", fileSystemId: "fs-1" };

/** A replica that starts with a log that ends at slot 69; `read` answers each list of access points, or throws. */
function starting(given: {
  madeAtSlot: number;
  read?: (log: { head: number; confirmed?: string }) => void;
  look?: (recordIt: () => void) => void;
}) {
  const clock = new ManualClock();
  const log: { head: number; restoredSlot?: number; confirmed?: string } = { head: 69 };
  const view = () => {
    const annotations = log.confirmed === undefined ? {} : { [ANNOTATIONS.confirmRestore]: log.confirmed };
    const { head, restoredSlot } = log;
    return {
      head,
      fileSystems: () => [
        { spec: SPEC, metadata: { name: "shared", annotations }, facets: { fileSystem: { restoredSlot } } },
      ],
    };
  };
  const describeAccessPoints = async () => {
    given.read?.(log);
    return [{ fileSystemId: "fs-1", tags: { [TAGS.installation]: "test", [TAGS.slot]: String(given.madeAtSlot) } }];
  };
  const ports = {
    clock,
    settings: { installation: "test", leaseMs: 20_000 },
    aws: { efs: { describeAccessPoints } },
    store: { records: { view, refresh: async () => view() } },
  } as unknown as ReconcilerPorts;
  const looked: string[] = [];
  const told: string[] = [];
  const stop = new AbortController();
  const run = { clock, log, looked, told, stop, isOver: false };
  const logError = (message: string, error: unknown) => void told.push(`${message}: ${String(error)}`);
  const look = async (key: string): Promise<void> => {
    looked.push(key);
    given.look?.(() => (log.restoredSlot = given.madeAtSlot));
  };
  void lookAtRestoredFirst({ ...ports, logError }, look, stop.signal).then(() => (run.isOver = true));
  return run;
}

function refused(): never {
  throw new AwsError({
    kind: "AccessDenied",
    certainlyNotDone: true,
    operation: "elasticfilesystem:DescribeAccessPoints",
    code: "ExpiredTokenException",
    message: "The token is expired",
  });
}

test("goes on at once if the log has reached every access point", async () => {
  const run = starting({ madeAtSlot: 69 });
  await run.clock.advance(0);
  expect(run).toMatchObject({ isOver: true, looked: [] });
});

test("looks again while the lease that was put back with the store keeps the finding out of the log", async () => {
  let looks = 0;
  const run = starting({ madeAtSlot: 85, look: (recordIt) => void ((looks += 1) === 20 && recordIt()) });
  await run.clock.advance(18_000);
  expect(run).toMatchObject({ isOver: false });
  await run.clock.advance(2_000);
  expect(run).toMatchObject({ isOver: true, looked: Array(20).fill(KEY) });
});

test("reads again what could not be read", async () => {
  let reads = 0;
  const read = () => {
    reads += 1;
    if (reads < 5) refused();
  };
  const run = starting({ madeAtSlot: 85, read, look: (recordIt) => recordIt() });
  await run.clock.advance(6_000);
  expect(run).toMatchObject({ isOver: true, looked: [KEY] });
});

test("does not take for lost what another replica committed while this one was reading", async () => {
  const run = starting({ madeAtSlot: 72, read: (log) => (log.head = 72) });
  await run.clock.advance(0);
  expect(run).toMatchObject({ isOver: true, looked: [] });
});

test("has nothing to look at once somebody has confirmed", async () => {
  const run = starting({ madeAtSlot: 85, read: (log) => (log.confirmed = "85") });
  await run.clock.advance(0);
  expect(run).toMatchObject({ isOver: true, looked: [] });
});

test("waits as long as it takes for what was seen and is not recorded: a lease may have been written by a fast clock", async () => {
  let looks = 0;
  const run = starting({ madeAtSlot: 85, look: (recordIt) => void ((looks += 1) === 90 && recordIt()) });
  await run.clock.advance(88_000);
  expect(run).toMatchObject({ isOver: false });
  await run.clock.advance(2_000);
  expect(run).toMatchObject({ isOver: true });
});

test("starts all the same after two lease times in which nothing could be read", async () => {
  const run = starting({ madeAtSlot: 85, read: refused });
  await run.clock.advance(39_000);
  expect(run).toMatchObject({ isOver: false });
  await run.clock.advance(2_000);
  expect(run).toMatchObject({ isOver: true });
});

test("says once that it waits and for what, and nothing if the first look records it", async () => {
  const waiting = starting({ madeAtSlot: 85 });
  await waiting.clock.advance(5_000);
  expect(waiting.told).toEqual([
    expect.stringMatching(
      /the API does not answer: Error: the store was put back: access points of shared were made later/,
    ),
  ]);
  const blind = starting({ madeAtSlot: 85, read: refused });
  await blind.clock.advance(5_000);
  expect(blind.told).toEqual([expect.stringContaining("read again for up to 40 s")]);
  const quick = starting({ madeAtSlot: 85, look: (recordIt) => recordIt() });
  await quick.clock.advance(5_000);
  expect(quick).toMatchObject({ isOver: true, told: [] });
});

test("ends its wait when it is told to stop", async () => {
  const run = starting({ madeAtSlot: 85 });
  await run.clock.advance(5_000);
  expect(run.isOver).toBe(false);
  run.stop.abort();
  await run.clock.advance(0);
  expect(run.isOver).toBe(true);
});
