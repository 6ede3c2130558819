import { defineConfig } from "vitest/config";

/**
 * Run inside Stryker's copy of the source, with one mutant at a time: the planners' own unit and property tests, and no
 * others. Whole disturbed replacements are left out, as they take seconds where thousands of mutants are to be judged.
 */
export default defineConfig({
  test: {
    include: ["src/plan/**/*.test.ts"],
    exclude: ["src/plan/replacement-properties.test.ts"],
    pool: "threads",
    testTimeout: 60_000,
  },
});
