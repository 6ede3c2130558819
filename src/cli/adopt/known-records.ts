import { checkRecord } from "../../model/check-record.ts";
import type { BindingRecord, FileSystemRecord, Kind, StoredRecord } from "../../model/records.ts";
import type { Home } from "../../model/validate.ts";
import type { Client } from "../client.ts";

/** Records that a running Mooring has already: what is found is checked beside them, and uses their FileSystems. */
export interface KnownRecords {
  fileSystems: FileSystemRecord[];
  bindings: BindingRecord[];
}

export const NO_RECORDS: KnownRecords = { fileSystems: [], bindings: [] };

/** @throws {UserError} if nobody answers there, or somebody else does. */
export async function knownRecords(client: Client, home: Home): Promise<KnownRecords> {
  const read = async <T extends StoredRecord>(kind: Kind, plural: string): Promise<T[]> => {
    const { items } = await client.request<{ items: unknown[] }>("GET", `/apis/mooring.dev/v1/${plural}`);
    return items.flatMap((item) => asStored(kind, item, home) as T[]);
  };
  return {
    fileSystems: await read<FileSystemRecord>("FileSystem", "filesystems"),
    bindings: await read<BindingRecord>("Binding", "bindings"),
  };
}

/** A record as its neighbours are checked against it; none if it is of another account. */
export function asStored(kind: Kind, body: unknown, home: Home): StoredRecord[] {
  const checked = checkRecord(kind, body, home);
  if (!checked.ok) return [];
  const { name, namespace, labels, annotations } = checked.manifest.metadata;
  const metadata = {
    name,
    namespace,
    labels,
    annotations,
    uid: name,
    generation: 1,
    creationTimestamp: "",
    finalizers: [],
  };
  const { spec } = checked.manifest;
  return [{ kind, metadata, spec, changedBy: { actor: "", atMs: 0 }, facets: {}, resourceVersion: 0 } as StoredRecord];
}
