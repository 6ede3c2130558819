import { fileURLToPath } from "node:url";
import { LAST_APPLIED } from "../../model/records.ts";
import { recordPath, Refusal, type Client } from "../client.ts";
import { readManifests } from "../manifests.ts";
import { listBindings } from "./readiness.ts";

/** The files that anybody can `kubectl apply` as well. */
export const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

/** As the samples say it, and the simulated account is called. */
const SAMPLE_ACCOUNT = "111122223333";

/**
 * Writes the sample records through the API. What exists already stays as it is, changed or not.
 *
 * @param fileSystemId of this account: an emulator chooses ids of its own.
 * @returns how many of them are Bindings that were not there, and how many Bindings, samples or not, were.
 */
export async function writeSamples(
  client: Client,
  { account, fileSystemId }: { account: string; fileSystemId: string },
): Promise<{ written: number; found: number }> {
  const found = (await listBindings(client)).length;
  let written = 0;
  const sample = sampleFileSystemId();
  for (const { kind, namespace, body } of readManifests(EXAMPLES)) {
    const text = JSON.stringify(body).replaceAll(sample, fileSystemId).replaceAll(SAMPLE_ACCOUNT, account);
    const here = JSON.parse(text) as typeof body;
    const isNew = await createUnlessPresent(client, recordPath(kind, namespace), asApplied(here, namespace));
    if (kind === "Binding" && isNew) written += 1;
  }
  return { written, found };
}

/**
 * A record with the note that `kubectl apply` would have left, by which the first real apply knows its predecessor
 * instead of warning that there is none. Its text is kubectl's to the letter, so that the apply finds it unchanged.
 */
export function asApplied(body: Record<string, unknown>, namespace: string): Record<string, unknown> {
  const metadata: Record<string, unknown> = {
    ...(body["metadata"] as object),
    ...(namespace === "" ? {} : { namespace }),
  };
  const annotations = (metadata["annotations"] ?? {}) as Record<string, string>;
  const note = `${sortedJson({ ...body, metadata: { ...metadata, annotations } })}\n`;
  return { ...body, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: note } } };
}

/** Compact, with members in the order of their names, as Go writes maps. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

async function createUnlessPresent(client: Client, path: string, body: unknown): Promise<boolean> {
  try {
    await client.request("POST", path, body);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) return false;
    throw error;
  }
}

/** Id of the sample file system, for the commands to paste. */
export function sampleFileSystemId(): string {
  const sample = readManifests(EXAMPLES).find(({ kind }) => kind === "FileSystem");
  return String((sample?.body.spec as { fileSystemId?: unknown } | undefined)?.fileSystemId);
}
