/** Ends with one line where no Docker engine answers, before any suite tells it with its own stack. */
import { assertEngine } from "./engine.ts";

try {
  await assertEngine();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
