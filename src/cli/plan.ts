import type { Command } from "commander";
import type { DryRunResult, PlannedCall } from "../reconcilers/reconciler.ts";
import { recordPath, Refusal, type Client } from "./client.ts";
import { readManifests, type Document } from "./manifests.ts";
import { titleOf } from "./record-name.ts";
import { renderPlan, type PlannedRecord } from "./render-plan.ts";
import type { Shell } from "./run.ts";
import { connectTo, serverOption } from "./service-option.ts";
import { EXIT } from "./user-error.ts";

const HELP = `
The service itself makes the plan, with the planners that would also carry it out; nothing is written.
Each record is planned as if it alone were applied to what is there now.

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
    .option("-o, --output <format>", "json: the plans as data")
    .addOption(serverOption())
    .addHelpText("after", HELP)
    .action(async (options: { filename: string; output?: string; server?: string }) => {
      const client = connectTo(options);
      const planned: PlannedRecord[] = [];
      for (const document of readManifests(options.filename)) planned.push(await planDocument(client, document));
      if (options.output === "json") terminal.out(JSON.stringify(planned, null, 2));
      else renderPlan(planned, terminal.paint).forEach((line) => terminal.out(line));
      exitWith(exitCodeOf(planned));
    });
}

function exitCodeOf(planned: PlannedRecord[]): number {
  if (planned.some(({ plan }) => plan.problems.length > 0)) return EXIT.failed;
  return planned.some(({ plan }) => plan.calls.length > 0) ? EXIT.changes : EXIT.ok;
}

/** Dry-runs a create, or a merge into what exists: the same requests that kubectl would send. */
async function planDocument(client: Client, document: Document): Promise<PlannedRecord> {
  const exists = await recordExists(client, document);
  const { kind, namespace, name, body } = document;
  try {
    const answer = exists
      ? await client.request<Planned>("PATCH", `${recordPath(kind, namespace, name)}?dryRun=All`, body)
      : await client.request<Planned>("POST", `${recordPath(kind, namespace)}?dryRun=All`, body);
    return { title: titleOf(document), verb: exists ? "change" : "create", plan: planOf(answer) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      title: titleOf(document),
      verb: exists ? "change" : "create",
      plan: { calls: [], problems: [error.message] },
    };
  }
}

type Planned = { status?: { plan?: PlannedCall[]; problems?: string[] } };

function planOf(answer: Planned): DryRunResult {
  const { plan = [], problems = [] } = answer.status ?? {};
  return { calls: plan, problems };
}

async function recordExists(client: Client, { kind, namespace, name }: Document): Promise<boolean> {
  try {
    await client.request("GET", recordPath(kind, namespace, name));
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return false;
    throw error;
  }
}
