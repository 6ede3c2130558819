import { API_VERSION } from "../model/records.ts";
import type { Provenance, StoredRecord } from "../model/records.ts";
import { listPage } from "./list.ts";
import type { ApiOptions } from "./options.ts";
import { find } from "./record-access.ts";
import { markedForDeletion } from "./remove.ts";
import { render } from "./render.ts";
import type { ApiObject } from "./render.ts";
import type { Query } from "./request-parameters.ts";
import type { RecordResource } from "./resources.ts";
import { wakesOf } from "./wakes.ts";
import { planOf, wakeSoon } from "./write-record.ts";

export interface DeleteCollectionRequest {
  resource: RecordResource;
  namespace: string | undefined;
  query: Query;
  by: Provenance;
  dryRun: boolean;
}

/** Characters of records in one commit: well below the log's 200 KB a group. One record alone always fits. */
const BATCH_CHARACTERS_MAX = 100_000;

/** Asks for the deletion of everything selected; what has gone or was re-created meanwhile is left alone. */
export async function deleteCollection(options: ApiOptions, request: DeleteCollectionRequest): Promise<object> {
  const view = await options.store.records.refresh();
  const { records, metadata } = listPage(view, request.resource, request.namespace, request.query);
  const items: ApiObject[] = [];
  if (request.dryRun) {
    for (const record of records) {
      const after = markedForDeletion(record, request.by);
      items.push(render(after, view, after === record ? {} : await planOf(options, { before: record, after })));
    }
  } else {
    for (const batch of batches(records)) {
      const marked = await deleteBatch(options, request, batch);
      items.push(...marked.map((record) => render(record, options.store.records.view())));
    }
  }
  return { kind: `${request.resource.kind}List`, apiVersion: API_VERSION, metadata, items };
}

function* batches(records: StoredRecord[]): Iterable<StoredRecord[]> {
  let batch: StoredRecord[] = [];
  let characters = 0;
  for (const record of records) {
    const size = JSON.stringify(record).length;
    if (batch.length > 0 && characters + size > BATCH_CHARACTERS_MAX) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(record);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}

async function deleteBatch(
  options: ApiOptions,
  { resource, by }: DeleteCollectionRequest,
  batch: StoredRecord[],
): Promise<StoredRecord[]> {
  let marked: StoredRecord[] = [];
  let wakes: string[] = [];
  const { slot } = await options.store.records.commit((view) => {
    const present = batch
      .map(({ metadata }) => find(view, { resource, ...metadata }))
      .filter((record, index) => record?.metadata.uid === batch[index]!.metadata.uid);
    const due = present
      .filter((record) => record !== undefined)
      .filter((record) => record.metadata.deletionTimestamp === undefined);
    marked = due.map((record) => markedForDeletion(record, by));
    wakes = [...new Set(due.flatMap((record, index) => wakesOf(record, marked[index]!, view, options.home)))];
    return { changes: marked.map((record) => ({ type: "put", record })), wakes, by };
  });
  wakeSoon(options, wakes);
  return marked.map((record) => ({ ...record, resourceVersion: slot }));
}
