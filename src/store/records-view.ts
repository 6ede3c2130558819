import type { BindingRecord, FileSystemRecord, RecordRef, StoredRecord } from "../model/records.ts";
import { SortedMap } from "./sorted-map.ts";
import type { RecordsView } from "./store.ts";
import { workloadId, type WorkloadId } from "../model/workload.ts";

/** Separates the parts of an index key; occurs in no name. */
const SEPARATOR = "\u0000";

interface Parts {
  head: number;
  bindingsByName: SortedMap<BindingRecord>;
  fileSystemsByName: SortedMap<FileSystemRecord>;
  /** `<file system name>␀<binding id>` → binding id. */
  byFileSystem: SortedMap<string>;
  /** `<function name>␀<binding id>` → binding id. */
  byWorkload: SortedMap<string>;
  byUid: SortedMap<string>;
  /** `<account>/<region>/<fs-id>␀<name>` → file system name. */
  byFileSystemId: SortedMap<string>;
}

/**
 * The records as of one slot: a snapshot that never changes. Records in it are frozen and shared by
 * all snapshots; a commit makes a new snapshot by copying a few dozen pointers.
 */
export class Records implements RecordsView {
  readonly head: number;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.head = parts.head;
    this.#parts = parts;
  }

  static empty(): Records {
    return new Records({
      head: 0,
      bindingsByName: SortedMap.empty(),
      fileSystemsByName: SortedMap.empty(),
      byFileSystem: SortedMap.empty(),
      byWorkload: SortedMap.empty(),
      byUid: SortedMap.empty(),
      byFileSystemId: SortedMap.empty(),
    });
  }

  /** All records at once, as of slot `head`; each name occurs once. */
  static of(head: number, records: readonly StoredRecord[]): Records {
    const bindings = records.filter((record) => record.kind === "Binding");
    const index = <V>(entryOf: (record: BindingRecord, id: string) => [string, V]): SortedMap<V> =>
      SortedMap.of(bindings.map((record) => entryOf(record, bindingId(record))));
    const withBindings = new Records({
      ...Records.empty().at(head).#parts,
      bindingsByName: index((record, id) => [id, record]),
      byFileSystem: index((record, id) => [fileSystemEntry(record, id), id]),
      byWorkload: index((record, id) => [workloadEntry(record, id), id]),
      byUid: index((record, id) => [record.metadata.uid, id]),
    });
    const fileSystems = records.filter((record) => record.kind === "FileSystem");
    return fileSystems.reduce((view: Records, record) => view.#putFileSystem(record), withBindings);
  }

  binding(namespace: string, name: string): BindingRecord | undefined {
    return this.#parts.bindingsByName.get(`${namespace}/${name}`);
  }

  fileSystem(name: string): FileSystemRecord | undefined {
    return this.#parts.fileSystemsByName.get(name);
  }

  bindings(): Iterable<BindingRecord> {
    return { [Symbol.iterator]: () => this.#parts.bindingsByName.values() };
  }

  fileSystems(): Iterable<FileSystemRecord> {
    return { [Symbol.iterator]: () => this.#parts.fileSystemsByName.values() };
  }

  bindingsOfFileSystem(fileSystemName: string): BindingRecord[] {
    return this.#named(this.#parts.byFileSystem.withPrefix(fileSystemName + SEPARATOR));
  }

  bindingsOfWorkload(id: WorkloadId): BindingRecord[] {
    return this.#named(this.#parts.byWorkload.withPrefix(id + SEPARATOR));
  }

  bindingByUid(uid: string): BindingRecord | undefined {
    const id = this.#parts.byUid.get(uid);
    return id === undefined ? undefined : this.#parts.bindingsByName.get(id);
  }

  fileSystemById(fs: { account: string; region: string; fileSystemId: string }): FileSystemRecord | undefined {
    const [name] = this.#parts.byFileSystemId.withPrefix(awsId(fs) + SEPARATOR);
    return name === undefined ? undefined : this.fileSystem(name);
  }

  /** The record of that kind and name, whatever its uid. */
  find(ref: Pick<RecordRef, "kind" | "namespace" | "name">): StoredRecord | undefined {
    return ref.kind === "Binding" ? this.binding(ref.namespace, ref.name) : this.fileSystem(ref.name);
  }

  at(head: number): Records {
    return new Records({ ...this.#parts, head });
  }

  put(record: StoredRecord): Records {
    return record.kind === "Binding" ? this.#putBinding(record) : this.#putFileSystem(record);
  }

  remove(record: StoredRecord): Records {
    return record.kind === "Binding" ? this.#removeBinding(record) : this.#removeFileSystem(record);
  }

  #named(ids: string[]): BindingRecord[] {
    return ids.map((id) => this.#parts.bindingsByName.get(id)!);
  }

  #putBinding(record: BindingRecord): Records {
    const id = bindingId(record);
    const old = this.#parts.bindingsByName.get(id);
    const clean = old && !sameBindingIndexes(old, record) ? this.#removeBinding(old) : this;
    const parts = { ...clean.#parts, bindingsByName: clean.#parts.bindingsByName.set(id, record) };
    if (old && clean === this) return new Records(parts);
    parts.byFileSystem = parts.byFileSystem.set(fileSystemEntry(record, id), id);
    parts.byWorkload = parts.byWorkload.set(workloadEntry(record, id), id);
    parts.byUid = parts.byUid.set(record.metadata.uid, id);
    return new Records(parts);
  }

  #removeBinding(record: BindingRecord): Records {
    const id = bindingId(record);
    const parts = this.#parts;
    return new Records({
      ...parts,
      bindingsByName: parts.bindingsByName.delete(id),
      byFileSystem: parts.byFileSystem.delete(fileSystemEntry(record, id)),
      byWorkload: parts.byWorkload.delete(workloadEntry(record, id)),
      byUid: parts.byUid.delete(record.metadata.uid),
    });
  }

  #putFileSystem(record: FileSystemRecord): Records {
    const { name } = record.metadata;
    const old = this.#parts.fileSystemsByName.get(name);
    const parts = old ? { ...this.#removeFileSystem(old).#parts } : { ...this.#parts };
    parts.fileSystemsByName = parts.fileSystemsByName.set(name, record);
    parts.byFileSystemId = parts.byFileSystemId.set(awsId(record.spec) + SEPARATOR + name, name);
    return new Records(parts);
  }

  #removeFileSystem(record: FileSystemRecord): Records {
    const { name } = record.metadata;
    const parts = this.#parts;
    return new Records({
      ...parts,
      fileSystemsByName: parts.fileSystemsByName.delete(name),
      byFileSystemId: parts.byFileSystemId.delete(awsId(record.spec) + SEPARATOR + name),
    });
  }
}

/** `Binding/<namespace>/<name>` or `FileSystem/<name>`: the name under which a record is kept. */
export function recordId(ref: Pick<RecordRef, "kind" | "namespace" | "name">): string {
  return ref.kind === "Binding" ? `Binding/${ref.namespace}/${ref.name}` : `FileSystem/${ref.name}`;
}

function bindingId(record: BindingRecord): string {
  return `${record.metadata.namespace}/${record.metadata.name}`;
}

function fileSystemEntry(record: BindingRecord, id: string): string {
  return record.spec.fileSystemRef.name + SEPARATOR + id;
}

function workloadEntry(record: BindingRecord, id: string): string {
  return workloadId(record.spec.workload) + SEPARATOR + id;
}

function awsId(fs: { account: string; region: string; fileSystemId: string }): string {
  return `${fs.account}/${fs.region}/${fs.fileSystemId}`;
}

function sameBindingIndexes(a: BindingRecord, b: BindingRecord): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    a.spec.fileSystemRef.name === b.spec.fileSystemRef.name &&
    workloadId(a.spec.workload) === workloadId(b.spec.workload)
  );
}
