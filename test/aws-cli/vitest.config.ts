import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: some six hundred processes of the real aws CLI take minutes. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/aws-cli/**/*.suite.ts"], pool: "forks", maxWorkers: 2, testTimeout: 60_000 },
});
