import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: for each bug, simulated runs in a copy of the source. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/planted-bugs/**/*.suite.ts"],
    pool: "forks",
    maxWorkers: 1,
    // Two at once, as there are two trees to plant in.
    maxConcurrency: 2,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
