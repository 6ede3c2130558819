import type { AccessPointFacet, FileSystemFacet, WorkloadFacet } from "../../src/model/facets.ts";
import type { StoredRecord } from "../../src/model/records.ts";
import type { StoreCall } from "./store-port.ts";

interface Ref {
  kind: string;
  name: string;
  uid: string;
}

/** One change as a slot of the log has it. */
export type CommittedChange =
  | { type: "put"; record: StoredRecord }
  | { type: "workloadFacet"; ref: Ref; facet: WorkloadFacet }
  | { type: "accessPointFacet"; ref: Ref; facet: AccessPointFacet }
  | { type: "fileSystemFacet"; ref: Ref; facet: FileSystemFacet }
  | { type: "releaseFinalizer"; ref: Ref; finalizer: string };

const read = new WeakMap<StoreCall, CommittedChange[]>();

/** All that a successful write of a slot has committed; none of any other call. */
export function committedBy(call: StoreCall, answer: unknown): CommittedChange[] {
  if (call.operation !== "putSlot" || answer !== true) return [];
  let changes = read.get(call);
  if (changes === undefined) read.set(call, (changes = changesIn((call.args[0] as { body: string | null }).body)));
  return changes;
}

function changesIn(body: string | null): CommittedChange[] {
  if (body === null) return [];
  const { proposals = [] } = JSON.parse(body) as { proposals?: { changes: CommittedChange[] }[] };
  return proposals.flatMap(({ changes }) => changes);
}
