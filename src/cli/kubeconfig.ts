import type { Command } from "commander";
import { kubeconfig } from "../api/kubeconfig.ts";
import { readClientConfig } from "../config.ts";
import type { Shell } from "./run.ts";
import { serverOption } from "./service-option.ts";

/** `mooring kubeconfig`: what kubectl needs to talk to Mooring. */
export function addKubeconfig(program: Command, { terminal }: Shell): void {
  program
    .command("kubeconfig")
    .description("Print a kubeconfig for a running Mooring; kubectl needs no cluster for it.")
    .addOption(serverOption())
    .option("--user <name>", "the name that the history shows for what kubectl does")
    .addHelpText(
      "after",
      "\nExample:\n  mooring kubeconfig > mooring.kubeconfig && kubectl --kubeconfig mooring.kubeconfig get bindings -A",
    )
    .action((options: { server?: string; user?: string }) => {
      const { url } = readClientConfig({ MOORING_URL: options.server });
      terminal.out(kubeconfig(url, options.user).trimEnd());
    });
}
