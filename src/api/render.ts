import { API_VERSION } from "../model/records.ts";
import type { ObjectMeta, StoredRecord } from "../model/records.ts";
import { bindingStatus, fileSystemStatus } from "../model/status.ts";
import type { BindingStatus, FileSystemStatus } from "../model/status.ts";
import { changeLines } from "../plan/change-lines.ts";
import type { PlannedCall } from "../reconcilers/reconciler.ts";
import type { RecordsView } from "../store/store.ts";

/** One AWS call as a client sees it: what it changes line by line, so that `kubectl diff` can be read. */
export interface ShownCall {
  operation: string;
  target: string;
  why: string;
  changes: string[];
}

export function showCall({ operation, target, why, before, after }: PlannedCall): ShownCall {
  return { operation, target, why, changes: changeLines(before, after).map(({ sign, text }) => `${sign} ${text}`) };
}

/** What a dry-run adds to the status. */
export interface PlanStatus {
  /** The AWS calls that the change would make, in order. */
  plan?: ShownCall[];
  /** What stands in the way. */
  problems?: string[];
}

/** A record as clients see it. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown>;
  spec: StoredRecord["spec"];
  status: (BindingStatus | FileSystemStatus) & PlanStatus;
}

/** Renders one record; `view` supplies the records that its status depends on. */
export function render(record: StoredRecord, view: RecordsView, plan: PlanStatus = {}): ApiObject {
  return {
    apiVersion: API_VERSION,
    kind: record.kind,
    metadata: renderMetadata(record.metadata, record.resourceVersion),
    spec: record.spec,
    status: { ...statusOf(record, view), ...plan },
  };
}

function statusOf(record: StoredRecord, view: RecordsView): BindingStatus | FileSystemStatus {
  return record.kind === "Binding"
    ? bindingStatus(record, view.fileSystem(record.spec.fileSystemRef.name))
    : fileSystemStatus(record, view.bindingsOfFileSystem(record.metadata.name));
}

/** Empty maps and lists are left out, as Kubernetes does; a record that was never committed has no resourceVersion. */
export function renderMetadata(metadata: ObjectMeta, resourceVersion: number): Record<string, unknown> {
  const { name, namespace, uid, generation, creationTimestamp, deletionTimestamp, finalizers, labels, annotations } =
    metadata;
  return {
    name,
    ...(namespace === "" ? {} : { namespace }),
    uid,
    ...(resourceVersion > 0 ? { resourceVersion: String(resourceVersion) } : {}),
    generation,
    creationTimestamp,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds: 0 }),
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}
