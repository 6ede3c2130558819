import { expect, test } from "vitest";
import { liveThroughKill, liveThroughKills } from "../integration/crash-life.ts";

// Counted first, so that no call is left out when a life comes to need more of them.
const quiet = await liveThroughKills(() => null);
const points = Array.from({ length: quiet.calls }, (_, n) => n + 1).flatMap((nth) =>
  (["before", "after"] as const).map((when) => [when, nth] as const),
);

test("a life without a kill makes all the calls of which each is killed at below", () => {
  expect(quiet.kills).toBe(0);
  expect(quiet.calls).toBeGreaterThanOrEqual(10);
});

test.each(points)("killed %s change %i of EFS or Lambda, all ends well", async (when, nth) => {
  const { kills, calls } = await liveThroughKill({ nth, when });
  // Two changes that became one leave the last point without a call.
  expect(kills).toBe(calls < nth ? 0 : 1);
});

test.each([1, 2, 3])("killed at every change for once, before and after in turn (%i), all ends well", async (turn) => {
  const seen = new Set<number>();
  const { kills } = await liveThroughKills(({ count, name }) => {
    if (name.startsWith("sqs") || name.startsWith("eventbridge") || seen.has(count)) return null;
    seen.add(count);
    // A kill before its effect is followed by the same call again, which is then let through.
    return count % 2 === 0 ? null : (count + turn) % 3 === 0 ? "before" : "after";
  });
  expect(kills).toBeGreaterThanOrEqual(5);
});
