import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import type { Adoptable } from "./adopt/adoptable.ts";
import type { KnownRecords } from "./adopt/known-records.ts";
import { counted } from "./counted.ts";
import type { Shell } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { connectTo, serverOption } from "./service-option.ts";
import { EXIT, UserError } from "./user-error.ts";

const HELP = `
Region, credentials and endpoints are the AWS SDK's ordinary ones (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …), as for
"mooring serve"; with "npm start" running, "source .mooring/env" gives those of the simulated account. Only reads are made.

For each Lambda function, ECS service and task-definition family that mounts an EFS access point this writes Bindings
with the annotation mooring.dev/adopt, and the FileSystems that they name. Applied as they are, they change nothing.
What no Binding can describe stands in comments at the head, with the reason. If a Mooring runs (--server), its
FileSystems keep their names, and what it has already is not written again.

Examples:
  mooring adopt --scan --namespace media --account-file found.yaml
  mooring plan -f found.yaml && kubectl apply -f found.yaml`;

interface AdoptOptions {
  scan?: true;
  accountFile?: string;
  namespace: string;
  driftPolicy: "Observe" | "Correct";
  server?: string;
}

/** `mooring adopt --scan`: records for what exists. */
export function addAdopt(program: Command, { terminal }: Shell): void {
  program
    .command("adopt")
    .description("Write Bindings and FileSystems for the mounts that an account has already.")
    .option("--scan", "read the account and region, and write what is there")
    .option("--account-file <file>", "write to this file (default: standard output)")
    .option("--namespace <namespace>", "namespace of the Bindings", "default")
    .addOption(
      new Option("--drift-policy <policy>", "of the Bindings; Correct also tags the access points as Mooring's")
        .choices(["Observe", "Correct"])
        .default("Observe"),
    )
    .addOption(serverOption())
    .addHelpText("after", HELP)
    .action(async (options: AdoptOptions) => {
      if (options.scan !== true)
        throw new UserError(
          "Nothing to do: write mooring adopt --scan to read the account. A single Binding adopts by its annotation mooring.dev/adopt.",
          EXIT.usage,
        );
      await scan(options, terminal);
    });
}

async function scan(options: AdoptOptions, terminal: Terminal): Promise<void> {
  const { namespace, driftPolicy, accountFile } = options;
  const { ambientAws, whoAmI } = await import("./who-am-i.ts");
  const { adoptable } = await import("./adopt/adoptable.ts");
  const { scanAccount } = await import("./adopt/scan-account.ts");
  const { adoptableYaml } = await import("./adopt/write-yaml.ts");
  const home = await whoAmI(DEFAULT_SETTINGS);
  const aws = ambientAws(home, DEFAULT_SETTINGS);
  try {
    const known = await askMooring(options, home, terminal);
    const found = adoptable(await scanAccount(aws), { home, namespace, driftPolicy, known });
    const yaml = adoptableYaml(found, home);
    if (accountFile === undefined) terminal.out(yaml.trimEnd());
    else writeTo(accountFile, yaml);
    terminal.err(summary(found, accountFile));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The account could not be read: ${(error as Error).message}`, EXIT.failed, { cause: error });
  } finally {
    aws.destroy();
  }
}

/** Its records, if one runs; only where it was named must one answer. */
async function askMooring({ server }: AdoptOptions, home: Home, terminal: Terminal): Promise<KnownRecords> {
  const { knownRecords, NO_RECORDS } = await import("./adopt/known-records.ts");
  const client = connectTo(server === undefined ? {} : { server });
  try {
    return await knownRecords(client, home);
  } catch (error) {
    if (server !== undefined || !(error instanceof UserError)) throw error;
    terminal.err(`No Mooring answers at ${client.url}: the records are not checked against those that it may have.`);
    return NO_RECORDS;
  }
}

function writeTo(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`Cannot write ${file}: ${(error as Error).message}`, EXIT.failed, { cause: error });
  }
}

function summary({ records, leftOut }: Adoptable, file: string | undefined): string {
  const bindings = records.filter(({ body }) => body.kind === "Binding").length;
  const next = file === undefined || records.length === 0 ? "" : ` Next: mooring plan -f ${file}`;
  const left = leftOut.length === 0 ? "" : `, ${counted(leftOut.length, "mount")} left out (see the comments)`;
  return `found ${counted(bindings, "Binding")} and ${counted(records.length - bindings, "new FileSystem")}${left}.${next}`;
}
