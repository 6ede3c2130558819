import { defineConfig } from "vitest/config";
import { CheapestFirst } from "./cheapest-first.ts";

/**
 * Run inside Stryker's copy of the source, with one mutant at a time: the planners' own unit and property tests, and no
 * others. Whole disturbed replacements are left out, as they take seconds where thousands of mutants are to be judged;
 * for the same reason all files share one thread, and one failure ends a mutant's run.
 */
export default defineConfig({
  test: {
    include: ["src/plan/**/*.test.ts"],
    exclude: ["src/plan/replacement-properties.test.ts"],
    setupFiles: ["test/mutation/few-runs.ts"],
    pool: "threads",
    isolate: false,
    sequence: { sequencer: CheapestFirst },
    testTimeout: 60_000,
  },
});
