import type { WorkloadFacet } from "../model/facets.ts";
import type { BindingRecord } from "../model/records.ts";
import type { ConditionDrafts } from "./condition-drafts.ts";

interface WorkloadDraft {
  binding: BindingRecord;
  previous: WorkloadFacet | undefined;
  conditions: ConditionDrafts;
}

/**
 * A store that was restored to an older state is believed by nobody (the file system's side found out): what its records
 * said stands, with one condition more. But that the workload is missing is not said again of one that was just read.
 *
 * @returns whether the restoration waits for somebody to confirm it.
 */
export function holdUnconfirmed(drafts: readonly WorkloadDraft[], isThere: boolean): boolean {
  const held = drafts
    .flatMap(({ binding }) => binding.facets.accessPoint?.conditions ?? [])
    .find(({ type, status }) => type === "StoreRestored" && status === "True");
  if (!held) return false;
  for (const { previous, conditions } of drafts) {
    for (const { type, status, reason, message } of previous?.conditions ?? [])
      if (isThere && reason.endsWith("NotFound"))
        conditions.set(type, "Unknown", "StoreRestored", "The workload exists; its mounts are not looked at before.");
      else conditions.set(type, status, reason, message);
    conditions.set("StoreRestored", "True", held.reason, held.message);
  }
  return true;
}
