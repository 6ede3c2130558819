import { expect, test } from "vitest";
import { liveThroughKill } from "../integration/crash-life.ts";

const OPERATIONS = ["sqs.SendMessageBatch", "sqs.DeleteMessageBatch", "eventbridge.PutEvents"];
const POINTS = OPERATIONS.flatMap((operation) =>
  [1, 2, 4, 7].flatMap((nth) => (["before", "after"] as const).map((when) => [when, nth, operation] as const)),
);

// How many messages a life takes depends on what happens to meet in one batch, so not each point is always reached.
test.each(POINTS)("killed %s call %i of %s, all ends well", async (when, nth, operation) => {
  const { kills } = await liveThroughKill({ operation, nth, when });
  expect(kills).toBeLessThanOrEqual(1);
});
