import type { Command } from "commander";
import { ANNOTATIONS } from "../model/records.ts";
import { recordPath, type Client } from "./client.ts";
import { realClock } from "./clock.ts";
import { parseRecordName, titleOf, type RecordName } from "./record-name.ts";
import type { Shell } from "./run.ts";
import { connectTo, serverOption } from "./service-option.ts";

/** `mooring reconcile`: look at one record's AWS objects now instead of at the next sweep. */
export function addReconcile(program: Command, { terminal }: Shell): void {
  program
    .command("reconcile")
    .description("Look at a record's AWS objects now instead of at the next sweep.")
    .argument("<record>", "NAMESPACE/NAME of a Binding, or NAME of a FileSystem")
    .addOption(serverOption())
    .action(async (text: string, options: { server?: string }) => {
      const record = parseRecordName(text);
      await askForReconcile(connectTo(options), record, realClock.nowMs());
      terminal.out(
        `${titleOf(record)} will be looked at now. What happens is in: mooring history ${record.kind === "Binding" ? text : `--file-system ${text}`}`,
      );
    });
}

/** The same that a person can do with `kubectl annotate`: every new value asks once. */
export async function askForReconcile(
  client: Client,
  { kind, namespace, name }: RecordName,
  nowMs: number,
): Promise<void> {
  await client.request("PATCH", recordPath(kind, namespace, name), {
    metadata: { annotations: { [ANNOTATIONS.reconcileAt]: new Date(nowMs).toISOString() } },
  });
}
