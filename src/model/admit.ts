import type { BindingRecord, FileSystemRecord } from "./records.ts";
import type { Change } from "./rules/rule.ts";
import { ADMISSION_RULES } from "./rules/table.ts";
import type { Fault, Manifest, Neighbours } from "./validate.ts";
import { workloadId } from "./workload.ts";

/**
 * Checks a record against the others: one binding per function, one owner and mode per shared directory, no
 * overlap across namespaces, one FileSystem record per file system, immutable fields against `before`, new
 * bindings on a FileSystem that is being deleted, policy capacity (what certainly cannot fit).
 *
 * @param before the record as it is; undefined when it is new. `neighbours` may contain it.
 */
export function admit(
  after: Manifest,
  before: BindingRecord | FileSystemRecord | undefined,
  neighbours: Neighbours,
): Fault[] {
  const change = changeAmong(after, before, neighbours);
  return ADMISSION_RULES.filter((rule) => rule.appliesTo.includes(after.kind)).flatMap((rule) =>
    rule.check(change).map(({ field = rule.field, value, message }) => ({ field, value, rule: rule.id, message })),
  );
}

/** Goes through the neighbours once: there may be many, and an iterator may be spent after one pass. */
function changeAmong(after: Manifest, before: Change["before"], neighbours: Neighbours): Change {
  const change = { after, before, sameFunction: [] as BindingRecord[], sameFileSystem: [] as BindingRecord[] };
  const fileSystemName = after.kind === "Binding" ? after.spec.fileSystemRef.name : after.metadata.name;
  for (const binding of neighbours.bindings) {
    if (isSame(after, binding)) continue;
    const { fileSystemRef, workload } = binding.spec;
    if (after.kind === "Binding" && workloadId(workload) === workloadId(after.spec.workload))
      change.sameFunction.push(binding);
    if (fileSystemRef.name === fileSystemName) change.sameFileSystem.push(binding);
  }
  const otherFileSystems: FileSystemRecord[] = [];
  let fileSystem: FileSystemRecord | undefined;
  for (const record of neighbours.fileSystems) {
    if (after.kind === "Binding" && record.metadata.name === fileSystemName) fileSystem = record;
    if (!isSame(after, record)) otherFileSystems.push(record);
  }
  return { ...change, fileSystem, otherFileSystems };
}

function isSame(after: Manifest, record: BindingRecord | FileSystemRecord): boolean {
  return (
    after.kind === record.kind &&
    after.metadata.name === record.metadata.name &&
    after.metadata.namespace === record.metadata.namespace
  );
}
