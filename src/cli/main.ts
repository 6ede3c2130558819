import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

// Whoever reads us may have read enough ("mooring plan | head"): that is no failure, and nothing is left to be said.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), processTerminal());
