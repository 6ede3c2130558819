import { currentBindingReady, bindingConditions } from "./binding-conditions.ts";
import type { Condition } from "./conditions.ts";
import { fileSystemConditions } from "./file-system-conditions.ts";
import type { BindingRecord, FileSystemRecord } from "./records.ts";
import { POLICY_CHARACTERS_MAX } from "./rules/patterns.ts";

export interface BindingStatus {
  observedGeneration: number;
  conditions: Condition[];
  accessPointId?: string;
  accessPointArn?: string;
  /** Access point ids that are retired but not yet deleted. */
  retiring?: string[];
  roleArns?: string[];
}

export interface FileSystemStatus {
  observedGeneration: number;
  conditions: Condition[];
  policy?: {
    characters: number;
    charactersMax: typeof POLICY_CHARACTERS_MAX;
    /** What newcomers may still fill; absent where Mooring writes no policy. */
    free?: number;
    ours: number;
    foreign: number;
  };
  bindings: number;
  ready: number;
}

/**
 * What the API shows as `.status`: the facets' conditions plus the derived ones (Ready, Reconciling, Stalled
 * as kstatus wants them). What was not checked is Unknown, with the reason. `fileSystem` is undefined if the
 * Binding names one that does not exist.
 */
export function bindingStatus(record: BindingRecord, fileSystem: FileSystemRecord | undefined): BindingStatus {
  const { accessPoint, workload } = record.facets;
  const made = accessPoint?.accessPoint;
  const retiring = accessPoint?.retiring.map(({ accessPointId }) => accessPointId) ?? [];
  return {
    observedGeneration: answeredGeneration(record),
    conditions: bindingConditions(record, fileSystem, answeredGeneration(record)),
    ...(made ? { accessPointId: made.id, accessPointArn: made.arn } : {}),
    ...(retiring.length > 0 ? { retiring } : {}),
    ...(workload !== undefined && workload.roleArns.length > 0 ? { roleArns: workload.roleArns } : {}),
  };
}

/** @param bindings those that name it; others are left out of account. */
export function fileSystemStatus(record: FileSystemRecord, bindings: BindingRecord[]): FileSystemStatus {
  const naming = bindings.filter(({ spec }) => spec.fileSystemRef.name === record.metadata.name);
  const policy = record.facets.fileSystem?.policy;
  return {
    observedGeneration: record.facets.fileSystem?.observedGeneration ?? 0,
    conditions: fileSystemConditions(record, naming),
    ...(policy ? { policy: { ...policy, charactersMax: POLICY_CHARACTERS_MAX } } : {}),
    bindings: naming.length,
    ready: naming.filter(isReady).length,
  };
}

/**
 * True if both facets answer the record's current generation and everything it takes to mount holds: the same
 * as `Ready=True`. Never true while the record is suspended or being deleted.
 */
export function isReady(record: BindingRecord): boolean {
  return currentBindingReady(record, answeredGeneration(record)).status === "True";
}

/** What both reconcilers have answered: the lower of the two. */
function answeredGeneration({ facets }: BindingRecord): number {
  return Math.min(facets.workload?.observedGeneration ?? 0, facets.accessPoint?.observedGeneration ?? 0);
}

export type { Condition };
