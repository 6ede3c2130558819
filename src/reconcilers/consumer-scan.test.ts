import { expect, test } from "vitest";
import type { Aws } from "../aws/aws.ts";
import { createConsumerScan } from "./consumer-scan.ts";

function scanned() {
  const clock = { ms: 100_000, nowMs: () => clock.ms, sleep: async () => undefined };
  // An account in which there is nothing of any kind.
  const empty = new Proxy({}, { get: () => async () => [] });
  const aws = { lambda: empty, ecs: empty, events: empty, scheduler: empty } as unknown as Aws;
  return { clock, scan: createConsumerScan(aws, clock) };
}

test("those who ask at the same time share one list, and nobody gets one that was begun too early", async () => {
  const { clock, scan } = scanned();
  const first = await scan.since(100_000);
  expect(first).toMatchObject({ functions: { known: true }, ecs: { known: true } });
  expect(await scan.since(100_000)).toBe(first);
  clock.ms += 1;
  expect(await scan.since(100_001)).not.toBe(first);
});

test("a list that was begun before the clock was set back is not taken for a new one", async () => {
  const { clock, scan } = scanned();
  const first = await scan.since(100_000);
  clock.ms -= 18_000;
  expect(await scan.since(clock.ms)).not.toBe(first);
});
