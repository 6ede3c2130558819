import type { Condition } from "../model/conditions.ts";
import type { BindingRecord, FileSystemRecord, StoredRecord } from "../model/records.ts";
import { bindingStatus, fileSystemStatus } from "../model/status.ts";
import type { BindingStatus, FileSystemStatus } from "../model/status.ts";
import type { RecordsView } from "../store/store.ts";
import { humanAge } from "./durations.ts";
import { render, renderMetadata } from "./render.ts";
import { mountPaths, workloadId } from "../model/workload.ts";

export interface Column {
  name: string;
  type: "string" | "integer" | "date";
  format: string;
  description: string;
  /** 0 = always shown, 1 = only with `-o wide`. */
  priority: number;
}

export interface TableRow {
  cells: (string | number)[];
  object: unknown;
}

/** What a row carries besides its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface Table {
  kind: "Table";
  apiVersion: "meta.k8s.io/v1";
  metadata: Record<string, unknown>;
  columnDefinitions: Column[];
  rows: TableRow[];
}

export function table(metadata: Record<string, unknown>, columnDefinitions: Column[], rows: TableRow[]): Table {
  return { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, columnDefinitions, rows };
}

function column(name: string, description: string, wide = false): Column {
  return { name, type: "string", format: name === "Name" ? "name" : "", description, priority: wide ? 1 : 0 };
}

const BINDING_COLUMNS: Column[] = [
  column("Name", "Name of the Binding."),
  column("Ready", "True once the workload is proven to mount the directory as declared."),
  column("Reason", "Why it is (not) ready."),
  column("File System", "The FileSystem record that it names."),
  column("Path", "Directory on the file system."),
  column("Workload", "What mounts it."),
  column("Access Point", "The access point that serves it."),
  column("Age", "Time since it was created."),
  column("Access", "What the workload may do.", true),
  column("Mount Path", "Where the workload sees it.", true),
  column("Identity", "uid:gid of every access.", true),
  column("Message", "What is wrong and what to do.", true),
];

const FILE_SYSTEM_COLUMNS: Column[] = [
  column("Name", "Name of the FileSystem."),
  column("Ready", "True once its policy is as declared."),
  column("Reason", "Why it is (not) ready."),
  column("File System Id", "AWS's id."),
  column("Policy", "The policy's mode."),
  column("Bindings", "How many of its Bindings are ready."),
  column("Age", "Time since it was created."),
  column("Account", "AWS account.", true),
  column("Region", "AWS region.", true),
  column("Statements", "Of the policy in force: Mooring's and others'.", true),
  column("Characters", "Of the policy in force, of the 20,000 that AWS allows.", true),
  column("Message", "What is wrong and what to do.", true),
];

export function columnsOf(kind: StoredRecord["kind"]): Column[] {
  return kind === "Binding" ? BINDING_COLUMNS : FILE_SYSTEM_COLUMNS;
}

/** One record as a row of `kubectl get`. */
export function rowOf(record: StoredRecord, view: RecordsView, include: IncludeObject, nowMs: number): TableRow {
  const age = humanAge(nowMs - Date.parse(record.metadata.creationTimestamp));
  const cells =
    record.kind === "Binding"
      ? bindingCells(record, bindingStatus(record, view.fileSystem(record.spec.fileSystemRef.name)), age)
      : fileSystemCells(record, fileSystemStatus(record, view.bindingsOfFileSystem(record.metadata.name)), age);
  return { cells, object: rowObject(record, view, include) };
}

function rowObject(record: StoredRecord, view: RecordsView, include: IncludeObject): unknown {
  if (include === "None") return null;
  if (include === "Object") return render(record, view);
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: renderMetadata(record.metadata, record.resourceVersion),
  };
}

function bindingCells({ metadata, spec }: BindingRecord, status: BindingStatus, age: string): string[] {
  const ready = readyOf(status.conditions);
  const reason = metadata.deletionTimestamp === undefined ? ready.reason : "Deleting";
  return [
    metadata.name,
    ready.status,
    reason,
    spec.fileSystemRef.name,
    spec.rootDirectory.path,
    workloadId(spec.workload),
    status.accessPointId ?? "<none>",
    age,
    spec.access,
    mountPaths(spec.workload),
    `${spec.posixUser.uid}:${spec.posixUser.gid}`,
    ready.message,
  ];
}

function fileSystemCells({ metadata, spec }: FileSystemRecord, status: FileSystemStatus, age: string): string[] {
  const ready = readyOf(status.conditions);
  const reason = metadata.deletionTimestamp === undefined ? ready.reason : "Deleting";
  const statements = status.policy ? `${status.policy.ours} ours, ${status.policy.foreign} foreign` : "<none>";
  return [
    metadata.name,
    ready.status,
    reason,
    spec.fileSystemId,
    spec.policy.mode,
    `${status.ready}/${status.bindings}`,
    age,
    spec.account,
    spec.region,
    statements,
    status.policy ? String(status.policy.characters) : "<none>",
    ready.message,
  ];
}

function readyOf(conditions: Condition[]): { status: string; reason: string; message: string } {
  return (
    conditions.find((condition) => condition.type === "Ready") ?? {
      status: "Unknown",
      reason: "NotChecked",
      message: "",
    }
  );
}
