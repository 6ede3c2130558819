import type { BindingRecord, FileSystemRecord, StoredRecord } from "../model/records.ts";
import type { RecordsView } from "../store/store.ts";
import { workloadId, type WorkloadId } from "../model/workload.ts";

/** The records as they would be: a mutable copy over which a dry-run plays both reconcilers. */
export class HypotheticalView implements RecordsView {
  readonly head: number;
  readonly #bindings = new Map<string, BindingRecord>();
  readonly #fileSystems = new Map<string, FileSystemRecord>();

  constructor(base: RecordsView, changes: { before?: StoredRecord; after?: StoredRecord }[]) {
    this.head = base.head;
    for (const binding of base.bindings()) this.#bindings.set(binding.metadata.uid, binding);
    for (const fileSystem of base.fileSystems()) this.#fileSystems.set(fileSystem.metadata.name, fileSystem);
    for (const { before, after } of changes) {
      if (before !== undefined) this.remove(before.metadata.uid);
      if (after !== undefined) this.set(after);
    }
  }

  set(record: StoredRecord): void {
    if (record.kind === "Binding") this.#bindings.set(record.metadata.uid, record);
    else this.#fileSystems.set(record.metadata.name, record);
  }

  remove(uid: string): void {
    this.#bindings.delete(uid);
    for (const [name, fileSystem] of this.#fileSystems) {
      if (fileSystem.metadata.uid === uid) this.#fileSystems.delete(name);
    }
  }

  binding(namespace: string, name: string): BindingRecord | undefined {
    return this.#find((b) => b.metadata.namespace === namespace && b.metadata.name === name)[0];
  }

  fileSystem(name: string): FileSystemRecord | undefined {
    return this.#fileSystems.get(name);
  }

  bindings(): Iterable<BindingRecord> {
    return this.#bindings.values();
  }

  fileSystems(): Iterable<FileSystemRecord> {
    return this.#fileSystems.values();
  }

  bindingsOfFileSystem(fileSystemName: string): BindingRecord[] {
    return this.#find((b) => b.spec.fileSystemRef.name === fileSystemName);
  }

  bindingsOfWorkload(id: WorkloadId): BindingRecord[] {
    return this.#find((b) => workloadId(b.spec.workload) === id);
  }

  bindingByUid(uid: string): BindingRecord | undefined {
    return this.#bindings.get(uid);
  }

  fileSystemById(id: { account: string; region: string; fileSystemId: string }): FileSystemRecord | undefined {
    return [...this.#fileSystems.values()].find(
      ({ spec }) => spec.fileSystemId === id.fileSystemId && spec.account === id.account && spec.region === id.region,
    );
  }

  #find(holds: (binding: BindingRecord) => boolean): BindingRecord[] {
    return [...this.#bindings.values()].filter(holds);
  }
}
