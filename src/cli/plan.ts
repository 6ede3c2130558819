import type { Command } from "commander";
import type { FilePlan } from "../api/plan-routes.ts";
import { readManifests } from "./manifests.ts";
import { renderPlan } from "./render-plan.ts";
import type { Shell } from "./run.ts";
import { connectTo, serverOption } from "./service-option.ts";
import { EXIT } from "./user-error.ts";

const HELP = `
The service itself makes the plan, with the planners that would also carry it out; nothing is written.
All records of the file are planned together, on top of what is there now.

Exit codes: 0 no AWS call is due, 2 there are calls to make, 1 something stands in the way or was refused.

Examples:
  mooring plan -f examples/
  kustomize build . | mooring plan -f -`;

/** `mooring plan -f FILE`: the AWS calls that applying a file would lead to. */
export function addPlan(program: Command, { terminal, exitWith }: Shell): void {
  program
    .command("plan")
    .description("Show the AWS calls that applying a file would lead to, without making any.")
    .requiredOption(
      "-f, --filename <file>",
      'YAML or JSON with Bindings and FileSystems; a directory, or "-" for standard input',
    )
    .option("-o, --output <format>", "json: the plan as data")
    .addOption(serverOption())
    .addHelpText("after", HELP)
    .action(async (options: { filename: string; output?: string; server?: string }) => {
      const client = connectTo(options);
      const items = readManifests(options.filename).map(({ body }) => body);
      const plan = await client.request<FilePlan>("POST", "/apis/mooring.dev/v1/plans", { items });
      if (options.output === "json") terminal.out(JSON.stringify(plan, null, 2));
      else renderPlan(plan, terminal.paint).forEach((line) => terminal.out(line));
      exitWith(exitCodeOf(plan));
    });
}

function exitCodeOf({ records, plan, problems }: FilePlan): number {
  if (problems.length > 0 || records.some(({ refused }) => refused)) return EXIT.failed;
  return plan.length > 0 ? EXIT.changes : EXIT.ok;
}
