import type { AccessPointFacet, FileSystemFacet, WorkloadFacet } from "../model/facets.ts";
import type { RecordRef } from "../model/records.ts";
import type { Change, RecordsView } from "./store.ts";

/** By type, so that a field which is added to a facet must be added here. */
type Known<T> = Record<keyof Required<T>, true>;

const FACET = { key: true, fence: true, observedGeneration: true, conditions: true } as const;
const WORKLOAD: Known<WorkloadFacet> = {
  ...FACET,
  roleArns: true,
  mounted: true,
  served: true,
  echo: true,
  revisionId: true,
  namedBy: true,
  admissible: true,
};
const ACCESS_POINT: Known<AccessPointFacet> = {
  ...FACET,
  accessPoint: true,
  serves: true,
  successor: true,
  predecessor: true,
  tokenGeneration: true,
  policyUsableAtMs: true,
  handover: true,
  retiring: true,
  former: true,
  asked: true,
};
const FILE_SYSTEM: Known<FileSystemFacet> = {
  ...FACET,
  policy: true,
  retained: true,
  released: true,
  mountTargets: true,
  restoredSlot: true,
  enforcedSinceMs: true,
};

/**
 * The change with those fields of the record as it is that this version does not know. A replica of a newer version has
 * written them, beside which this one runs during a rolling update; a facet is written as a whole, and would lose them.
 *
 * It is done by whoever proposes, not on apply: each replica must make the same of a slot, whatever it knows.
 */
export function withNewerFields(change: Change, view: RecordsView): Change {
  switch (change.type) {
    case "workloadFacet":
      return { ...change, facet: { ...newer(facetsOf(change, view)["workload"], WORKLOAD), ...change.facet } };
    case "accessPointFacet":
      return { ...change, facet: { ...newer(facetsOf(change, view)["accessPoint"], ACCESS_POINT), ...change.facet } };
    case "fileSystemFacet":
      return { ...change, facet: { ...newer(facetsOf(change, view)["fileSystem"], FILE_SYSTEM), ...change.facet } };
    default:
      return change;
  }
}

function facetsOf({ ref }: { ref: RecordRef }, view: RecordsView): Record<string, object | undefined> {
  const record = ref.kind === "FileSystem" ? view.fileSystem(ref.name) : view.binding(ref.namespace, ref.name);
  return record?.metadata.uid === ref.uid ? { ...record.facets } : {};
}

function newer(facet: object | undefined, known: Readonly<Record<string, true>>): object {
  return Object.fromEntries(Object.entries(facet ?? {}).filter(([name]) => !Object.hasOwn(known, name)));
}
