import { isDeepStrictEqual } from "node:util";
import { fileSystemKey } from "../model/keys.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { BindingRecord, FileSystemRecord, StoredRecord } from "../model/records.ts";
import type { Home } from "../model/validate.ts";
import type { RecordsView } from "../store/store.ts";
import { workloadKey } from "../model/workload.ts";

/**
 * The keys whose AWS objects a change of a record concerns. A change of labels alone concerns none;
 * Mooring's own annotations (reconcile-at, confirm-removal, …) ask for a look.
 */
export function wakesOf(
  before: StoredRecord | undefined,
  after: StoredRecord,
  view: RecordsView,
  home: Home,
): ReconcileKey[] {
  if (before && !concernsAws(before, after)) return [];
  const touched = before ? [before, after] : [after];
  const keys = touched.flatMap((record) =>
    record.kind === "Binding"
      ? bindingKeys(record, view.fileSystem(record.spec.fileSystemRef.name), home)
      : [fileSystemKey(record.spec)],
  );
  // A Binding may be older than its FileSystem: now that it arrives, they all have work to do.
  if (!before && after.kind === "FileSystem") {
    for (const binding of view.bindingsOfFileSystem(after.metadata.name))
      keys.push(...bindingKeys(binding, after, home));
  }
  return [...new Set(keys)];
}

function bindingKeys(binding: BindingRecord, fileSystem: FileSystemRecord | undefined, home: Home): ReconcileKey[] {
  const workload = workloadKey(binding.spec.workload, fileSystem?.spec ?? home);
  return fileSystem ? [fileSystemKey(fileSystem.spec), workload] : [workload];
}

function concernsAws(before: StoredRecord, after: StoredRecord): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    !isDeepStrictEqual(ownAnnotations(before), ownAnnotations(after))
  );
}

function ownAnnotations(record: StoredRecord): [string, string][] {
  return Object.entries(record.metadata.annotations)
    .filter(([key]) => key.startsWith("mooring.dev/"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
