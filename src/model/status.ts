import type { Condition } from "./conditions.ts";
import type { BindingRecord, FileSystemRecord } from "./records.ts";

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
  policy?: { characters: number; charactersMax: 20000; ours: number; foreign: number };
  bindings: number;
  ready: number;
}

/**
 * What the API shows as `.status`: the facets' conditions plus the derived ones (Ready, Reconciling, Stalled
 * as kstatus wants them). What was not checked is Unknown, with the reason. `fileSystem` is undefined if the
 * Binding names one that does not exist.
 */
export function bindingStatus(_record: BindingRecord, _fileSystem: FileSystemRecord | undefined): BindingStatus {
  throw new Error("not written yet");
}

export function fileSystemStatus(_record: FileSystemRecord, _bindings: BindingRecord[]): FileSystemStatus {
  throw new Error("not written yet");
}

/** True if a facet answers the record's current generation and everything it takes to mount holds. */
export function isReady(_record: BindingRecord): boolean {
  throw new Error("not written yet");
}
