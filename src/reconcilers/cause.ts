import type { Action } from "../model/actions.ts";
import type { Cause } from "../model/audit.ts";
import type { BindingRecord } from "../model/records.ts";
import { isReady } from "../model/status.ts";
import type { Audit, RecordsView } from "../store/store.ts";
import { nameOf } from "./binding-name.ts";

/** How far back the history is read for whoever made a repoint necessary. */
const ENTRIES_MAX = 50;

/**
 * Why a call is made that repairs no drift of its own object: whoever changed a binding of the call that is not
 * yet as its spec says, however indirectly this run was woken; else what woke it. A mount that follows a new access
 * point follows whoever deleted the old one.
 */
export async function causeOf(
  action: Action,
  view: RecordsView,
  audit: Pick<Audit, "query">,
  woken: Cause,
): Promise<Cause> {
  const unsettled = action.bindings.flatMap((name) => {
    const [namespace = "", bindingName = ""] = name.split("/");
    const binding = view.binding(namespace, bindingName);
    return binding === undefined || isReady(binding) ? [] : [binding];
  });
  const newest = unsettled.toSorted((a, b) => b.changedBy.atMs - a.changedBy.atMs)[0];
  if (newest === undefined) return woken;
  const change: Cause = { kind: "SpecChange", actor: newest.changedBy.actor, generation: newest.metadata.generation };
  return isRepointed(newest) ? ((await lastDrift(newest, audit)) ?? change) : change;
}

/** True if this very spec was carried out already, and its access point is another one since. */
function isRepointed({ metadata, facets: { accessPoint, workload } }: BindingRecord): boolean {
  const isCarriedOut = [accessPoint, workload].every((facet) => facet?.observedGeneration === metadata.generation);
  const [before, now] = [workload?.echo ?? null, accessPoint?.handover ?? null];
  return isCarriedOut && before !== null && now !== null && before !== now;
}

async function lastDrift(binding: BindingRecord, audit: Pick<Audit, "query">): Promise<Cause | null> {
  const { records } = await audit.query({ binding: nameOf(binding), limit: ENTRIES_MAX });
  const drift = records.map(({ entry }) => entry).find(({ type }) => type === "Drift");
  return drift?.type === "Drift" ? { kind: "Drift", actor: drift.actor, eventName: drift.event?.name ?? null } : null;
}
