import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: it needs Terraform with its AWS provider, whose own waits alone take a minute a run. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/terraform/**/*.suite.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
