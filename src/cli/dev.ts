import { Option, type Command } from "commander";
import { parsePort } from "./ports.ts";
import type { Shell } from "./run.ts";

const HELP = `
Everything runs on this machine: a simulated AWS, the service, its API. Nothing of your AWS configuration is used.
State is kept in --data and survives a restart; delete the directory to start over.

Exit codes with --once: 0 all bindings became ready and every sabotage was repaired; 1 otherwise, with the reasons.`;

/** What the command line of `mooring dev` says. */
export interface DevOptions {
  port: number;
  awsPort: number;
  dataDirectory: string;
  /** No furnished account, no samples, no sabotages. */
  isEmpty: boolean;
  /** End after the last sabotage instead of staying up. */
  isOnce: boolean;
}

/** `mooring dev`: watch Mooring do its job, on this machine alone. */
export function addDev(program: Command, shell: Shell): void {
  program
    .command("dev")
    .description(
      "Run everything on this machine: a simulated AWS, the service, sample bindings, and sabotages that get repaired.",
    )
    .option("--port <port>", "port of the API on 127.0.0.1; 0 = any free one", "8080")
    .option("--aws-port <port>", "port of the simulated AWS on 127.0.0.1; 0 = any free one", "4566")
    .option("--data <dir>", "directory that keeps the state", ".mooring")
    .option("--empty", "start with an empty account: no file system, no functions, no samples, no sabotages")
    .addOption(new Option("--once", "end after the last sabotage"))
    .addHelpText("after", HELP)
    .action(async (options: { port: string; awsPort: string; data: string; empty?: true; once?: true }) => {
      const parsed = {
        port: parsePort(options.port, "--port"),
        awsPort: parsePort(options.awsPort, "--aws-port"),
        dataDirectory: options.data,
        isEmpty: options.empty === true,
        isOnce: options.once === true,
      };
      const { runDev } = await import("./dev/run-dev.ts");
      shell.exitWith(await runDev(parsed, shell.terminal));
    });
}
