import type { RecordsView } from "../store/store.ts";
import { humanAge } from "./durations.ts";
import { parseFieldSelector } from "./selectors.ts";
import { table } from "./table.ts";
import type { Table } from "./table.ts";

export interface Namespace {
  kind: "Namespace";
  apiVersion: "v1";
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    labels: Record<string, string>;
  };
  spec: { finalizers: string[] };
  status: { phase: "Active" };
}

const EPOCH = "1970-01-01T00:00:00Z";

/** The namespaces that Bindings are in, and "default"; each as old as its oldest Binding. */
export function namespacesOf(view: RecordsView, fieldSelector?: string): Namespace[] {
  const born = new Map<string, string>([["default", EPOCH]]);
  for (const { metadata } of view.bindings()) {
    const oldest = born.get(metadata.namespace);
    if (oldest === undefined || metadata.creationTimestamp < oldest)
      born.set(metadata.namespace, metadata.creationTimestamp);
  }
  const terms = parseFieldSelector(fieldSelector).filter((term) => term.field === "metadata.name");
  return [...born.entries()]
    .filter(([name]) => terms.every((term) => (term.value === name) !== term.negated))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, creationTimestamp]) => ({
      kind: "Namespace",
      apiVersion: "v1",
      metadata: {
        name,
        uid: `namespace-${name}`,
        resourceVersion: String(view.head),
        creationTimestamp,
        labels: { "kubernetes.io/metadata.name": name },
      },
      spec: { finalizers: [] },
      status: { phase: "Active" },
    }));
}

export function namespaceTable(namespaces: Namespace[], head: number, nowMs: number): Table {
  const columns = ["Name", "Status", "Age"].map((name) => ({
    name,
    type: "string" as const,
    format: name === "Name" ? "name" : "",
    description: `${name}.`,
    priority: 0,
  }));
  const rows = namespaces.map(({ metadata, status }) => ({
    cells: [
      metadata.name,
      status.phase,
      metadata.creationTimestamp === EPOCH ? "<none>" : humanAge(nowMs - Date.parse(metadata.creationTimestamp)),
    ],
    object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata },
  }));
  return table({ resourceVersion: String(head) }, columns, rows);
}
