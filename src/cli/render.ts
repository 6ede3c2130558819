import { Option, type Command } from "commander";
import { cdkSnippet } from "./cdk-snippet.ts";
import { readMountSource, type MountSource } from "./mount-source.ts";
import { parseRecordName } from "./record-name.ts";
import type { Shell } from "./run.ts";
import { connectTo, serverOption } from "./service-option.ts";
import { taskDefinitionPart } from "./task-definition-snippet.ts";
import { terraformSnippet } from "./terraform-snippet.ts";
import { EXIT, UserError } from "./user-error.ts";

const FORMATS = ["terraform", "cdk", "taskdef"] as const;
type Format = (typeof FORMATS)[number];

const HELP = `
A pipeline that deploys without a mount takes it out each time, and Mooring puts it back: the Binding says
Contended. Where its source contains what this prints, both want the same, and the quarrel is over.

Examples:
  mooring render -o terraform media/thumbnailer
  mooring render -o taskdef shop/web | jq .volumes`;

/** `mooring render`: what to write into a pipeline's source, so that its deployments carry the mount. */
export function addRender(program: Command, { terminal }: Shell): void {
  program
    .command("render")
    .description("Print a Binding's mount for the source of the pipeline that deploys its workload.")
    .argument("<binding>", "NAMESPACE/NAME of a Binding")
    .addOption(
      new Option(
        "-o, --output <format>",
        "for Terraform, for the CDK (in TypeScript), or as the JSON of a task definition",
      )
        .choices(FORMATS)
        .default("terraform"),
    )
    .addOption(serverOption())
    .addHelpText("after", HELP)
    .action(async (text: string, options: { output: Format; server?: string }) => {
      const name = parseRecordName(text);
      if (name.kind !== "Binding")
        throw new UserError(
          `"${text}" is a FileSystem, and only a Binding has a mount; write NAMESPACE/NAME.`,
          EXIT.usage,
        );
      terminal.out(renderMount(await readMountSource(connectTo(options), name), options.output));
    });
}

/** @throws {UserError} for a task definition of what has none. */
export function renderMount(source: MountSource, format: Format): string {
  switch (format) {
    case "terraform":
      return terraformSnippet(source);
    case "cdk":
      return cdkSnippet(source);
    case "taskdef": {
      const { ecs } = source.workload;
      if (ecs !== undefined) return JSON.stringify(taskDefinitionPart(source, ecs), null, 2);
      throw new UserError(
        `The workload of ${source.binding} is a Lambda function, which has no task definition; write -o terraform or -o cdk.`,
        EXIT.usage,
      );
    }
  }
}
