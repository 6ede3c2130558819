import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: several processes each, which are killed and paused, and whose leases must run out. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/replicas/**/*.suite.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
