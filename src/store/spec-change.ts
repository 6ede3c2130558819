import type { SpecChangedEntry } from "../model/audit.ts";
import { ANNOTATIONS, API_GROUP } from "../model/records.ts";
import type { StoredRecord } from "../model/records.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Consents are acts of people: history must name who gave them. Mooring's other annotations are noise. */
const CONSENTS: ReadonlySet<string> = new Set([
  ANNOTATIONS.confirmRemoval,
  ANNOTATIONS.adopt,
  ANNOTATIONS.confirmRestore,
  ANNOTATIONS.forceRelease,
]);

interface Step {
  before: StoredRecord | undefined;
  after: StoredRecord;
  removed: boolean;
  actor: string;
  slot: number;
}

/** The history's entry for one change of a record; null if nothing that a person decides has changed. */
export function specChangeOf(step: Step): { chain: string; entry: SpecChangedEntry } | null {
  const { after, slot, actor } = step;
  const before = step.before?.metadata.uid === after.metadata.uid ? step.before : undefined;
  const verb = verbOf(before, after, step.removed);
  if (verb === null) return null;
  const { namespace, name } = after.metadata;
  return {
    chain: `record/${after.kind}/${namespace}/${name}`,
    entry: {
      type: "SpecChanged",
      actor,
      slot,
      verb,
      before: before ? decided(before) : null,
      after: step.removed ? null : decided(after),
      bindings: after.kind === "Binding" ? [`${namespace}/${name}`] : [],
      fileSystem: after.kind === "Binding" ? after.spec.fileSystemRef.name : name,
    },
  };
}

function verbOf(
  before: StoredRecord | undefined,
  after: StoredRecord,
  removed: boolean,
): SpecChangedEntry["verb"] | null {
  if (removed) return "removed";
  if (before === undefined) return "created";
  if (after.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined)
    return "deletionRequested";
  if (
    before.spec === after.spec &&
    before.metadata.annotations === after.metadata.annotations &&
    before.metadata.labels === after.metadata.labels
  )
    return null;
  return canonicalJson(decided(before)) === canonicalJson(decided(after)) ? null : "updated";
}

/** The part of a record that people decide. */
function decided(record: StoredRecord): Record<string, unknown> {
  const { labels, annotations } = record.metadata;
  const kept = Object.entries(annotations).filter(([name]) => isDecided(name));
  return { spec: record.spec, labels, annotations: Object.fromEntries(kept) };
}

function isDecided(annotation: string): boolean {
  if (annotation === "kubectl.kubernetes.io/last-applied-configuration") return false;
  return !annotation.startsWith(`${API_GROUP}/`) || CONSENTS.has(annotation);
}
