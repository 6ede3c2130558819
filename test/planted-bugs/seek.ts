import { run } from "../simulation/run.ts";
import { scenarioOf } from "../simulation/scenario.ts";

/**
 * Runs the seeds that the command line names in the tree that this file lies in, until one is violated: `seek.ts 3,1,2`.
 * Prints one line of JSON for each.
 */
for (const seed of (process.argv[2] ?? "").split(",").map(Number)) {
  const { violation } = await run(scenarioOf(seed));
  process.stdout.write(`${JSON.stringify({ seed, violation })}\n`);
  if (violation !== null) break;
}
