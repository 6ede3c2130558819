import { fileURLToPath } from "node:url";
import { recordPath, Refusal, type Client } from "../client.ts";
import { readManifests } from "../manifests.ts";

/** The files that anybody can `kubectl apply` as well. */
export const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

/**
 * Writes the sample records through the API. What exists already stays as it is, changed or not.
 *
 * @returns how many Bindings were written, and how many were there.
 */
export async function writeSamples(client: Client): Promise<{ written: number; found: number }> {
  const count = { written: 0, found: 0 };
  for (const { kind, namespace, body } of readManifests(EXAMPLES)) {
    const isNew = await createUnlessPresent(client, recordPath(kind, namespace), body);
    if (kind === "Binding") count[isNew ? "written" : "found"] += 1;
  }
  return count;
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
