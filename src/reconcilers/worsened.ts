import { isDeepStrictEqual } from "node:util";
import type { Condition } from "../model/conditions.ts";
import type { BindingRecord } from "../model/records.ts";
import type { Change, RecordsView } from "../store/store.ts";

/**
 * Bindings of which something was in order, for this very spec, and is not any more, or whose workload runs under
 * other roles: by somebody's doing, since nobody changed the record.
 */
export function worsenedBindings(view: RecordsView, changes: Change[]): BindingRecord[] {
  return changes.flatMap((change) => {
    if (change.type !== "workloadFacet" && change.type !== "accessPointFacet") return [];
    const binding = view.bindingByUid(change.ref.uid);
    if (binding === undefined || binding.metadata.deletionTimestamp !== undefined) return [];
    const before = change.type === "workloadFacet" ? binding.facets.workload : binding.facets.accessPoint;
    if (before === undefined || before.observedGeneration !== change.facet.observedGeneration) return [];
    const lost = before.conditions.some((condition) => isLost(condition, change.facet.conditions));
    return lost || hasOtherRoles(change, binding) ? [binding] : [];
  });
}

function isLost({ type, status }: Condition, now: Condition[]): boolean {
  const isPart = type === "AccessPointReady" || type === "PolicyReady" || type === "MountConfigured";
  return isPart && status === "True" && now.some((c) => c.type === type && c.status !== "True");
}

function hasOtherRoles(change: Change, binding: BindingRecord): boolean {
  const before = binding.facets.workload?.roleArns ?? [];
  return change.type === "workloadFacet" && before.length > 0 && !isDeepStrictEqual(before, change.facet.roleArns);
}
