import type { Action } from "../model/actions.ts";
import type { AccessPointFacet, RetainedAccessPoint } from "../model/facets.ts";
import { fileSystemArn } from "../model/keys.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { TAGS, type BindingRecord } from "../model/records.ts";
import { nameOf } from "./access-point-fields.ts";
import { ConditionDrafts } from "./condition-drafts.ts";
import { Endings } from "./endings.ts";
import type { FileSystemMemory, FileSystemPlanInput } from "./file-system-input.ts";

/** What is asked of the policy for one binding. */
export type Admit =
  /** The roles of the workload through the access point. */
  | "wanted"
  /** Neither more nor less than now: suspended, observed only, not known, or on its way out. */
  | "asInForce"
  /** Nothing: its removal was ordered and its mount is gone. */
  | "nothing";

/** One binding in the course of one pass. */
export interface BindingDraft {
  readonly binding: BindingRecord;
  readonly name: string;
  readonly previous: AccessPointFacet | undefined;
  readonly conditions: ConditionDrafts;
  /** False: what is due is listed, but not carried out and not made durable. */
  readonly mayAct: boolean;
  /** The access point that serves it, seen by this pass; null = none (yet, any more, or not known). */
  seen: ObservedAccessPoint | null;
  accessPoint: AccessPointFacet["accessPoint"];
  serves: AccessPointFacet["serves"];
  successor: AccessPointFacet["successor"];
  /** The successor, once it can be admitted. */
  successorSeen: ObservedAccessPoint | null;
  predecessor: AccessPointFacet["predecessor"];
  /** Access points that do not serve the spec (any more) and that must stay admitted, as they may still be mounted. */
  beside: ObservedAccessPoint[];
  /** Ids of access points that are to leave the policy: retired, and named by nobody. */
  withdrawn: Set<string>;
  /** What is to be said of the access points that are on their way out. */
  remarks: string[];
  tokenGeneration: number;
  policyUsableAtMs: number | null;
  retiring: AccessPointFacet["retiring"];
  former: string[];
  asked: string[];
  admit: Admit;
  /** Something of ours was changed by others since it was last right. */
  drifted: boolean;
  /** Calls on access points; the policy has its own. */
  creates: Action[];
  deletes: Action[];
  release: boolean;
}

/** Everything that the parts of one pass over a file system share. */
export interface FileSystemPass {
  readonly input: FileSystemPlanInput;
  readonly arn: string;
  /** Access points by id; null = could not be read. */
  readonly seen: ReadonlyMap<string, ObservedAccessPoint> | null;
  /** Those that are not on their way out, by client token, and by the uid in our binding tag. */
  readonly byToken: ReadonlyMap<string, ObservedAccessPoint>;
  readonly byBinding: ReadonlyMap<string, readonly ObservedAccessPoint[]>;
  readonly drafts: BindingDraft[];
  readonly endings: Endings;
  readonly memory: FileSystemMemory;
  readonly conditions: ConditionDrafts;
  retained: RetainedAccessPoint[];
  enforcedSinceMs: number | null;
  /** See `restoredSlot`; null = the store is the one that was used before, or that was confirmed. */
  restoredSlot: number | null;
}

export function beginPass(input: FileSystemPlanInput): FileSystemPass {
  const { fileSystem, observed, memory } = input;
  const previous = fileSystem.facets.fileSystem;
  const gone = observed.fileSystem.known && observed.fileSystem.value === null;
  const seen = gone ? [] : observed.accessPoints.known ? observed.accessPoints.value : null;
  const living = (seen ?? []).filter(
    ({ lifeCycleState }) => lifeCycleState !== "deleting" && lifeCycleState !== "deleted",
  );
  const ours = living.filter(
    ({ tags }) => tags[TAGS.installation] === input.settings.installation && tags[TAGS.binding] !== undefined,
  );
  // The lowest id comes first where others copied our tags, whatever the order of the list.
  const ascending = ours.toSorted((a, b) => (a.accessPointId < b.accessPointId ? -1 : 1));
  return {
    input,
    byToken: new Map(living.map((one) => [one.clientToken, one])),
    byBinding: Map.groupBy(ascending, (one) => one.tags[TAGS.binding]!),
    arn: fileSystemArn(fileSystem.spec),
    seen: seen && new Map(seen.map((accessPoint) => [accessPoint.accessPointId, accessPoint])),
    drafts: inOrderOfCreation(input.bindings).map((binding) => draftOf(binding, input)),
    endings: new Endings(),
    memory: {
      ...memory,
      // What this pass does not ask for again was seen, or is of no interest any more.
      absentSinceMs: seen === null ? { ...memory.absentSinceMs } : {},
      cleanSinceMs: {},
      admittedSinceMs: {},
    },
    conditions: new ConditionDrafts(),
    retained: previous?.retained ?? [],
    enforcedSinceMs: previous?.enforcedSinceMs ?? null,
    restoredSlot: null,
  };
}

function draftOf(binding: BindingRecord, { settings }: FileSystemPlanInput): BindingDraft {
  const previous = binding.facets.accessPoint;
  const isLeaving = binding.metadata.deletionTimestamp !== undefined;
  const observesOnly = binding.spec.driftPolicy === "Observe" && !isLeaving;
  return {
    binding,
    name: nameOf(binding),
    previous,
    conditions: new ConditionDrafts(),
    mayAct: !settings.readOnly && !binding.spec.suspend && !observesOnly,
    seen: null,
    accessPoint: previous?.accessPoint ?? null,
    serves: previous?.serves,
    successor: previous?.successor,
    successorSeen: null,
    predecessor: previous?.predecessor,
    beside: [],
    withdrawn: new Set(),
    remarks: [],
    tokenGeneration: previous?.tokenGeneration ?? 0,
    policyUsableAtMs: previous?.policyUsableAtMs ?? null,
    retiring: previous?.retiring ?? [],
    former: previous?.former ?? [],
    asked: previous?.asked ?? [],
    admit: "asInForce",
    drifted: false,
    creates: [],
    deletes: [],
    release: false,
  };
}

/** First come first served wherever room is short; the order of the input does not matter. */
function inOrderOfCreation(bindings: readonly BindingRecord[]): BindingRecord[] {
  const key = ({ metadata }: BindingRecord) => `${metadata.creationTimestamp} ${metadata.uid}`;
  return bindings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function isLeaving(draft: BindingDraft): boolean {
  return draft.binding.metadata.deletionTimestamp !== undefined;
}
