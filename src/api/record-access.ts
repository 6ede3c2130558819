import type { StoredRecord } from "../model/records.ts";
import type { RecordsView } from "../store/store.ts";
import { notFound } from "./api-error.ts";
import type { RecordResource } from "./resources.ts";

/** Names one object in the URL. */
export interface ObjectName {
  resource: RecordResource;
  /** Empty string for cluster-scoped kinds. */
  namespace: string;
  name: string;
}

export function find(view: RecordsView, { resource, namespace, name }: ObjectName): StoredRecord | undefined {
  return resource.kind === "Binding" ? view.binding(namespace, name) : view.fileSystem(name);
}

/** @throws {ApiError} 404 */
export function mustFind(view: RecordsView, object: ObjectName): StoredRecord {
  const record = find(view, object);
  if (!record) throw notFound(object.resource, object.name);
  return record;
}

/** All records of a kind, of one namespace or (undefined) of all. */
export function* recordsOf(
  view: RecordsView,
  resource: RecordResource,
  namespace: string | undefined,
): Iterable<StoredRecord> {
  const all: Iterable<StoredRecord> = resource.kind === "Binding" ? view.bindings() : view.fileSystems();
  for (const record of all) {
    if (namespace === undefined || record.metadata.namespace === namespace) yield record;
  }
}
