import { expect, test } from "vitest";
import { type KillPoint, liveThroughKill } from "./crash-life.ts";

/** A few of all points; every single one is killed at by `test/crash`. */
const POINTS: KillPoint[] = [
  { operation: "efs.CreateAccessPoint", nth: 1, when: "after" },
  { operation: "lambda.UpdateFunctionConfiguration", nth: 2, when: "before" },
  { operation: "efs.DeleteAccessPoint", nth: 1, when: "after" },
];

test.each(POINTS)(
  "killed $when call $nth of $operation, it goes on where it was, and nothing is lost or doubled",
  async (point) => {
    expect(await liveThroughKill(point)).toMatchObject({ kills: 1 });
  },
);
