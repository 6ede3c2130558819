import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: a life, and two or more processes, for each call at which one can be killed take minutes. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/endurance/**/*.suite.ts"], pool: "forks", maxWorkers: 2, testTimeout: 120_000 },
});
