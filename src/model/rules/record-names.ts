import type { BindingRecord, FileSystemRecord } from "../records.ts";

/** `<namespace>/<name>`, as messages name a Binding. */
export function fullName(record: { metadata: { namespace: string; name: string } }): string {
  return `${record.metadata.namespace}/${record.metadata.name}`;
}

export function isBeingDeleted(record: BindingRecord | FileSystemRecord): boolean {
  return record.metadata.deletionTimestamp !== undefined;
}
