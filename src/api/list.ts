import { API_VERSION } from "../model/records.ts";
import type { StoredRecord } from "../model/records.ts";
import type { RecordsView } from "../store/store.ts";
import { badRequest, expired } from "./api-error.ts";
import type { Form } from "./negotiate.ts";
import { recordsOf } from "./record-access.ts";
import { render, renderMetadata } from "./render.ts";
import { text, whole } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import type { RecordResource } from "./resources.ts";
import { selection } from "./selectors.ts";
import { columnsOf, rowOf } from "./table.ts";
import type { IncludeObject } from "./table.ts";

/** One part of a list, not yet rendered. */
export interface Page {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  records: StoredRecord[];
}

/** Where a part ended: the slot that the first part was listed at, and the last key shown. */
interface Position {
  slot: number;
  after: string;
}

/**
 * Selects and cuts one part of a list.
 *
 * Later parts come from the newest view, yet every part carries the first one's resourceVersion: a watch
 * from there repeats whatever changed in between, so nothing is missed.
 *
 * @throws {ApiError} 400 on a selector, limit or continue token that cannot be read; 410 if the token is from another log.
 */
export function listPage(
  view: RecordsView,
  resource: RecordResource,
  namespace: string | undefined,
  query: Query,
): Page {
  const wanted = selection(text(query, "labelSelector"), text(query, "fieldSelector"));
  const limit = whole(query, "limit") ?? 0;
  const position = readToken(text(query, "continue"), view.head);
  const selected: { key: string; record: StoredRecord }[] = [];
  for (const record of recordsOf(view, resource, namespace)) {
    const key = sortKey(record);
    if ((position === null || key > position.after) && wanted.matches(record.metadata)) selected.push({ key, record });
  }
  selected.sort((a, b) => (a.key < b.key ? -1 : 1));
  const slot = position?.slot ?? view.head;
  const resourceVersion = String(slot);
  if (limit === 0 || selected.length <= limit)
    return { metadata: { resourceVersion }, records: selected.map(({ record }) => record) };
  const part = selected.slice(0, limit);
  const next = Buffer.from(JSON.stringify({ slot, after: part.at(-1)!.key } satisfies Position)).toString("base64url");
  const rest = wanted.everything ? { remainingItemCount: selected.length - limit } : {};
  return { metadata: { resourceVersion, continue: next, ...rest }, records: part.map(({ record }) => record) };
}

/** Kubernetes lists in the order of this key, too. */
function sortKey({ metadata }: StoredRecord): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function readToken(token: string | undefined, head: number): Position | null {
  if (token === undefined) return null;
  const position = parseToken(token);
  if (!position)
    throw badRequest("continue key is not valid: send the metadata.continue of the part before, unchanged.");
  if (position.slot > head)
    throw expired("The provided continue parameter is from a log that no longer exists: list again from the start.");
  return position;
}

function parseToken(token: string): Position | null {
  try {
    const { slot, after } = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Partial<Position>;
    return Number.isSafeInteger(slot) && typeof after === "string" ? { slot: slot!, after } : null;
  } catch {
    return null;
  }
}

/** How many objects are rendered before other requests get their turn. */
const BATCH_RECORDS = 250;

/** The list as a stream of JSON text, so that ten thousand objects neither block the loop nor stand in memory twice. */
export async function* listText(
  page: Page,
  view: RecordsView,
  resource: RecordResource,
  form: Form,
  include: IncludeObject,
  nowMs: number,
): AsyncGenerator<string> {
  const itemOf = itemRenderer(view, form, include, nowMs);
  yield `${opening(page, resource, form)}[`;
  for (let start = 0; start < page.records.length; start += BATCH_RECORDS) {
    const batch = page.records.slice(start, start + BATCH_RECORDS).map((record) => JSON.stringify(itemOf(record)));
    yield (start === 0 ? "" : ",") + batch.join(",");
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield "]}\n";
}

function opening(page: Page, resource: RecordResource, form: Form): string {
  const metadata = JSON.stringify(page.metadata);
  if (form === "table") {
    return `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"columnDefinitions":${JSON.stringify(columnsOf(resource.kind))},"rows":`;
  }
  const partial = form === "partialMetadata" || form === "partialMetadataList";
  const kind = partial ? "PartialObjectMetadataList" : `${resource.kind}List`;
  return `{"kind":"${kind}","apiVersion":"${partial ? "meta.k8s.io/v1" : API_VERSION}","metadata":${metadata},"items":`;
}

function itemRenderer(
  view: RecordsView,
  form: Form,
  include: IncludeObject,
  nowMs: number,
): (record: StoredRecord) => unknown {
  if (form === "table") return (record) => rowOf(record, view, include, nowMs);
  if (form === "partialMetadata" || form === "partialMetadataList") return partialMetadata;
  return (record) => render(record, view);
}

export function partialMetadata(record: StoredRecord): object {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: renderMetadata(record.metadata, record.resourceVersion),
  };
}
