import type { FileSystemFacetDrafts, FileSystemPlanInput } from "./file-system-input.ts";
import type { ObservedPolicy, Reading } from "../model/observations.ts";
import type { Plan } from "./plan.ts";

/**
 * Roles that must be read (GetRole) before `planFileSystem` can decide. With `observedPolicy` the
 * answer is exact: a policy that shows a bare role id (AROA…) makes all roles due.
 */
export function rolesToRead(_input: Omit<FileSystemPlanInput, "observed"> & { observedPolicy?: Reading<ObservedPolicy> }): string[] {
  throw new Error("not written yet");
}

/** True if a removal is due that needs to know every consumer of the account and region. */
export function needsConsumers(_input: FileSystemPlanInput): boolean {
  throw new Error("not written yet");
}

export function planFileSystem(_input: FileSystemPlanInput): Plan<FileSystemFacetDrafts> {
  throw new Error("not written yet");
}
