import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import type { Admission } from "./policy-admissions.ts";
import { isEnforcing } from "./policy-mode.ts";
import type { PolicyView } from "./policy-view.ts";

/** Null while there is nothing to admit: no access point, or no role known. */
export function wantedOf(draft: BindingDraft): Admission[] | null {
  const roles = draft.binding.facets.workload?.roleArns ?? [];
  if (!draft.seen || roles.length === 0) return null;
  return admissionsOf(draft, [draft.seen, ...draft.beside]);
}

function admissionsOf({ binding }: BindingDraft, accessPoints: readonly { accessPointArn: string }[]): Admission[] {
  const roles = binding.facets.workload?.roleArns ?? [];
  return accessPoints.flatMap(({ accessPointArn }) =>
    roles.map((roleArn) => ({ roleArn, accessPointArn, access: binding.spec.access })),
  );
}

/** From when on the workload may be moved to the successor: admitted, and its roles confined to what is theirs. */
export function judgeSuccessor(
  pass: FileSystemPass,
  draft: BindingDraft,
  view: PolicyView,
  plan: PolicyPlan | null,
): void {
  const { successor, successorSeen, previous } = draft;
  if (!successor || !successorSeen) return;
  const wanted = admissionsOf(draft, [successorSeen]);
  const before =
    previous?.successor?.accessPoint?.id === successorSeen.accessPointId ? previous.successor.usableAtMs : null;
  const isConfined = !plan || !isEnforcing(view.mode) || wanted.every(({ roleArn }) => plan.judged.confines(roleArn));
  const isJudged = wanted.length > 0 && isConfined;
  draft.successor = { ...successor, usableAtMs: isJudged ? usableAt(pass, view, plan, wanted, before) : null };
}

/**
 * When a mount may rely on the policy, ms. In mode Enforce a Put takes minutes to work everywhere
 * (AWS-FACTS 1.7, "Propagation"); in the other modes nothing that was admitted is taken away.
 */
export function usableAt(
  pass: FileSystemPass,
  view: PolicyView,
  plan: PolicyPlan | null,
  wanted: Admission[] | null,
  before: number | null,
): number | null {
  if (wanted === null || view.mode === "Unconfirmed") return null;
  const { nowMs, settings } = pass.input;
  if (!plan) return before ?? nowMs;
  const delayMs = isEnforcing(view.mode) ? settings.propagationMs : 0;
  if (wanted.every((admission) => plan.judged.has(admission))) return before ?? nowMs + delayMs;
  // Without a delay the Put of this very pass restores it before anybody could mount.
  return plan.put && !settings.readOnly && delayMs === 0 ? before : null;
}
