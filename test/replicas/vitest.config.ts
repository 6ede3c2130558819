import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: several processes each, which are killed and paused, and whose leases must run out. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/replicas/**/*.suite.ts"],
    pool: "forks",
    // Most of their time they wait: for a lease to run out, for a message to show again.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
