import type { AuditRecord } from "../model/audit.ts";
import { API_VERSION } from "../model/records.ts";
import type { Kind, StoredRecord } from "../model/records.ts";
import type { AuditQuery, RecordsView, Store } from "../store/store.ts";
import { badRequest } from "./api-error.ts";
import { humanAge, rfc3339 } from "./durations.ts";
import { tellings } from "./event-text.ts";
import { text, whole } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import { parseFieldSelector } from "./selectors.ts";
import type { FieldTerm } from "./selectors.ts";
import { table } from "./table.ts";
import type { Column, Table } from "./table.ts";

/** A core/v1 Event. */
export interface CoreEvent {
  kind: "Event";
  apiVersion: "v1";
  metadata: { name: string; namespace: string; uid: string; creationTimestamp: string; resourceVersion: string };
  involvedObject: { kind: Kind; apiVersion: string; name: string; namespace?: string; uid: string };
  reason: string;
  message: string;
  type: "Normal" | "Warning";
  source: { component: "mooring" };
  reportingComponent: "mooring";
  reportingInstance: "";
  firstTimestamp: string;
  lastTimestamp: string;
  eventTime: null;
  count: 1;
}

/** `kubectl describe` shows the latest of these; everything stands in the history. */
const EVENTS_DEFAULT = 100;

/** Kubernetes puts the events of cluster-scoped objects here. */
const CLUSTER_EVENTS_NAMESPACE = "default";

/**
 * The latest history as Events, oldest first as kubectl expects them.
 *
 * @param namespace undefined = all namespaces.
 * @throws {ApiError} 400 on a field selector that cannot be parsed.
 */
export async function listEvents(store: Store, namespace: string | undefined, query: Query): Promise<CoreEvent[]> {
  const terms = parseFieldSelector(text(query, "fieldSelector"));
  const view = store.records.view();
  const { records } = await store.audit.query(narrowed(terms, namespace, whole(query, "limit") || EVENTS_DEFAULT));
  const rules = terms.map(fieldRule);
  const events = tellings(records).flatMap((telling) =>
    involved(telling.record, view).map((object) => eventOf(telling, object)),
  );
  const isWanted = (event: CoreEvent) =>
    (namespace === undefined || event.metadata.namespace === namespace) && rules.every((rule) => rule(event));
  return events.filter(isWanted).toReversed();
}

/** Lets the audit's index do what it can: one object's history instead of everybody's. */
function narrowed(terms: FieldTerm[], namespace: string | undefined, limit: number): AuditQuery {
  const value = (field: string) => terms.find((term) => term.field === field && !term.negated)?.value;
  const name = value("involvedObject.name");
  const kind = value("involvedObject.kind");
  const objectNamespace = value("involvedObject.namespace") ?? (kind === "FileSystem" ? "" : namespace);
  if (name === undefined || objectNamespace === undefined) return { limit };
  return objectNamespace === "" ? { fileSystem: name, limit } : { binding: `${objectNamespace}/${name}`, limit };
}

/** The objects of today that an entry is about; a predecessor of the same name has other events. */
function involved({ entry, atMs }: AuditRecord, view: RecordsView): StoredRecord[] {
  const bindings = entry.bindings.map((full) =>
    view.binding(full.slice(0, full.indexOf("/")), full.slice(full.indexOf("/") + 1)),
  );
  // A change of a Binding's record also names its FileSystem, which did not change.
  const isOfBinding = entry.type === "SpecChanged" && entry.bindings.length > 0;
  const fileSystem = entry.fileSystem === null || isOfBinding ? undefined : view.fileSystem(entry.fileSystem);
  const bornBy = (record: StoredRecord) => Date.parse(record.metadata.creationTimestamp) <= atMs;
  return [...bindings, fileSystem].filter((record) => record !== undefined).filter(bornBy);
}

function eventOf(
  { record, reason, message, type }: ReturnType<typeof tellings>[number],
  { kind, metadata }: StoredRecord,
): CoreEvent {
  const at = rfc3339(record.atMs);
  const namespace = metadata.namespace === "" ? CLUSTER_EVENTS_NAMESPACE : metadata.namespace;
  const id = `${record.hash.slice(0, 16)}`;
  return {
    kind: "Event",
    apiVersion: "v1",
    metadata: {
      name: `${metadata.name}.${id}`,
      namespace,
      uid: `${metadata.uid}.${id}`,
      creationTimestamp: at,
      resourceVersion: String(record.atMs),
    },
    involvedObject: {
      kind,
      apiVersion: API_VERSION,
      name: metadata.name,
      ...(metadata.namespace === "" ? {} : { namespace: metadata.namespace }),
      uid: metadata.uid,
    },
    reason,
    message,
    type,
    source: { component: "mooring" },
    reportingComponent: "mooring",
    reportingInstance: "",
    firstTimestamp: at,
    lastTimestamp: at,
    eventTime: null,
    count: 1,
  };
}

const FIELDS: Record<string, (event: CoreEvent) => string> = {
  "involvedObject.kind": (event) => event.involvedObject.kind,
  "involvedObject.apiVersion": (event) => event.involvedObject.apiVersion,
  "involvedObject.name": (event) => event.involvedObject.name,
  "involvedObject.namespace": (event) => event.involvedObject.namespace ?? "",
  "involvedObject.uid": (event) => event.involvedObject.uid,
  "metadata.name": (event) => event.metadata.name,
  "metadata.namespace": (event) => event.metadata.namespace,
  reason: (event) => event.reason,
  type: (event) => event.type,
  source: (event) => event.source.component,
};

function fieldRule({ field, negated, value }: FieldTerm): (event: CoreEvent) => boolean {
  const read = FIELDS[field];
  if (!read) throw badRequest(`field label not supported: ${field}; supported are ${Object.keys(FIELDS).join(", ")}`);
  return (event) => (read(event) === value) !== negated;
}

const COLUMNS: Column[] = ["Last Seen", "Type", "Reason", "Object", "Message"].map((name) => ({
  name,
  type: "string",
  format: "",
  description: `${name} of the event.`,
  priority: 0,
}));

export function eventTable(events: CoreEvent[], nowMs: number): Table {
  const rows = events.map((event) => ({
    cells: [
      humanAge(nowMs - Date.parse(event.lastTimestamp)),
      event.type,
      event.reason,
      `${event.involvedObject.kind.toLowerCase()}/${event.involvedObject.name}`,
      event.message,
    ],
    object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: event.metadata },
  }));
  return table({ resourceVersion: "" }, COLUMNS, rows);
}
