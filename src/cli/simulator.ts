import type { Command } from "commander";
import { portError, parsePort } from "./ports.ts";
import type { Shell } from "./run.ts";
import { untilStopped } from "./signals.ts";

/** `mooring simulator`: the simulated AWS alone, in a process of its own. Not in the help: it is a tool for the benchmark and for tests. */
export function addSimulator(program: Command, { terminal }: Shell): void {
  program
    .command("simulator", { hidden: true })
    .description("Run the simulated AWS alone.")
    .option("--port <port>", "port on 127.0.0.1; 0 = any free one", "4566")
    .option("--data <file>", "file that keeps its state over a restart (default: memory only)")
    .option("--furnish", "start with the furnished account of mooring dev")
    .action(async (options: { port: string; data?: string; furnish?: true }) => {
      const port = parsePort(options.port, "--port");
      const { startSimulator } = await import("../simulator/aws-simulator.ts");
      const simulator = await startSimulator({
        port,
        ...(options.data === undefined ? {} : { dataFile: options.data }),
        furnish: options.furnish === true,
      }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === undefined
          ? error
          : portError(error, "127.0.0.1", port, { what: "the simulator", flag: "--port" });
      });
      terminal.out(simulator.url);
      await untilStopped();
      await simulator.close();
    });
}
