import { Command, CommanderError } from "commander";
import { ConfigError } from "../config.ts";
import { addAdopt } from "./adopt.ts";
import { addDev } from "./dev.ts";
import { addHistory } from "./history.ts";
import { addKubeconfig } from "./kubeconfig.ts";
import { addPlan } from "./plan.ts";
import { addReconcile } from "./reconcile.ts";
import { addRender } from "./render.ts";
import { addServe } from "./serve.ts";
import { addSimulator } from "./simulator.ts";
import type { Terminal } from "./terminal.ts";
import { EXIT, UserError } from "./user-error.ts";
import { readVersion } from "./version.ts";

/** What a verb gets: where to write, and a way to end with a code of its own. */
export interface Shell {
  terminal: Terminal;
  exitWith(code: number): void;
}

const EXIT_CODES = `
Exit codes:
  0   done
  1   it failed, or was refused; the reason is on standard error
  2   mooring plan: there are calls to make
  64  the command line or the configuration is wrong
  69  no Mooring answers at the given URL`;

/**
 * Runs one command line.
 *
 * @param argv without node and the script.
 * @returns the exit code; nothing is thrown, what went wrong is on `terminal.err`.
 */
export async function run(argv: string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram({ terminal, exitWith: (own) => (code = own) });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return report(error, terminal);
  }
}

function createProgram(shell: Shell): Command {
  const program = new Command("mooring")
    .description(
      "Keeps Amazon EFS access points, file system policies, Lambda and ECS mounts as your bindings declare them.",
    )
    .version(readVersion(), "-V, --version")
    .exitOverride()
    .showHelpAfterError('(run "mooring --help", or "mooring VERB --help")')
    .addHelpText("after", EXIT_CODES)
    .configureOutput({
      writeOut: (text) => shell.terminal.out(text.trimEnd()),
      writeErr: (text) => shell.terminal.err(text.trimEnd()),
    });
  for (const add of [
    addDev,
    addServe,
    addPlan,
    addHistory,
    addReconcile,
    addRender,
    addAdopt,
    addKubeconfig,
    addSimulator,
  ])
    add(program, shell);
  return program;
}

function report(error: unknown, { err, paint }: Terminal): number {
  // Commander has already written its message (or the help that was asked for).
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError) {
    err(`${paint.red("mooring:")} ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof UserError) {
    err(`${paint.red("mooring:")} ${error.message}`);
    return error.exitCode;
  }
  // A bug: whoever reports it needs the stack.
  err(`${paint.red("mooring:")} unexpected: ${error instanceof Error ? error.stack : String(error)}`);
  return EXIT.failed;
}
