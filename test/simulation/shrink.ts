import { run, type RunResult } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The shortest beginning of a scenario's disturbances that bisection finds to break the same invariant.
 *
 * @returns how many of them, and what came of that run; the whole, where leaving out the last ones hides the violation.
 */
export async function shrunk(
  scenario: Scenario,
  whole: RunResult,
): Promise<{ disturbances: number; result: RunResult }> {
  let low = 0;
  let best = { disturbances: scenario.disturbances.length, result: whole };
  while (low < best.disturbances) {
    const middle = (low + best.disturbances) >>> 1;
    const result = await run({ ...scenario, disturbances: scenario.disturbances.slice(0, middle) });
    if (result.violation?.invariant === whole.violation?.invariant) best = { disturbances: middle, result };
    else low = middle + 1;
  }
  return best;
}
