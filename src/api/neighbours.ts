import type { BindingRecord } from "../model/records.ts";
import type { Manifest, Neighbours } from "../model/validate.ts";
import type { RecordsView } from "../store/store.ts";
import { workloadId } from "../model/workload.ts";

/** Only the records that a rule can compare with: those of the same workload and of the same file system. */
export function neighboursOf(manifest: Manifest, view: RecordsView): Neighbours {
  if (manifest.kind === "FileSystem") {
    return { bindings: view.bindingsOfFileSystem(manifest.metadata.name), fileSystems: view.fileSystems() };
  }
  const byUid = new Map<string, BindingRecord>();
  for (const binding of view.bindingsOfFileSystem(manifest.spec.fileSystemRef.name))
    byUid.set(binding.metadata.uid, binding);
  for (const binding of view.bindingsOfWorkload(workloadId(manifest.spec.workload)))
    byUid.set(binding.metadata.uid, binding);
  return { bindings: byUid.values(), fileSystems: view.fileSystems() };
}
