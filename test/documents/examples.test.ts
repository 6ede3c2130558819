import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { BindingRecord, FileSystemRecord } from "../../src/model/records.ts";
import { admit, parseManifest, type Manifest } from "../../src/model/validate.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const HOME = { account: "111122223333", region: "eu-west-1" };

function manifestsOf(file: string): Manifest[] {
  return [...parseAllDocuments(readFileSync(`${EXAMPLES}/${file}`, "utf8"))].map((document) => {
    const body = document.toJS() as { kind: "Binding" | "FileSystem" };
    const parsed = parseManifest(body.kind, body, HOME);
    if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join("\n"));
    return parsed.manifest;
  });
}

function recordOf(manifest: Manifest, resourceVersion: number): BindingRecord | FileSystemRecord {
  const metadata = {
    ...manifest.metadata,
    uid: `uid-${resourceVersion}`,
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
    finalizers: [],
  };
  const rest = { changedBy: { actor: "alice", atMs: 0 }, facets: {}, resourceVersion };
  return { ...manifest, metadata, ...rest } as BindingRecord | FileSystemRecord;
}

test("every example is valid, and all of them can be there together", () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
  const records = files.flatMap(manifestsOf).map(recordOf);
  expect(records.length).toBeGreaterThan(6);
  const bindings = records.filter((record) => record.kind === "Binding");
  const fileSystems = records.filter((record) => record.kind === "FileSystem");
  for (const record of records) {
    const { kind, metadata, spec } = record;
    const faults = admit({ kind, metadata, spec } as Manifest, undefined, { bindings, fileSystems });
    expect(faults, metadata.name).toEqual([]);
  }
});
