import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import { isLeaving } from "./file-system-pass.ts";
import { ANNOTATIONS } from "../model/records.ts";
import { type Admission } from "./policy-admissions.ts";
import { judgeSuccessor, usableAt, wantedOf } from "./policy-usable.ts";
import { losers, lossSentence } from "./policy-clients.ts";
import { POLICY_CHARACTERS_MAX, sidPrefix } from "./policy-document.ts";
import { admitsRole, allowsAnonymous } from "./policy-foreign.ts";
import { isEnforcing } from "./policy-mode.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import type { PolicyView } from "./policy-view.ts";
import type { ConditionDraft } from "./condition-drafts.ts";
import { workloadId } from "../model/workload.ts";

/** Says of each binding, and of the file system, what the policy does for them, and from when on. */
export function judgePolicy(pass: FileSystemPass, view: PolicyView, plan: PolicyPlan | null): void {
  const anonymous = anonymousStatements(pass, view);
  for (const draft of pass.drafts) {
    if (isLeaving(draft)) continue;
    if (pass.seen === null) {
      draft.conditions.set(
        "PolicyReady",
        "Unknown",
        "CouldNotRead",
        "What the policy must admit is not known while the access points cannot be read.",
      );
      continue;
    }
    const wanted = wantedOf(draft);
    const { previous } = draft;
    const before = previous?.accessPoint?.id === draft.seen?.accessPointId ? previous?.policyUsableAtMs : null;
    draft.policyUsableAtMs = usableAt(pass, view, plan, wanted, before ?? null);
    judgeSuccessor(pass, draft, view, plan);
    if (draft.conditions.get("PolicyReady")) continue;
    draft.conditions.put(
      "PolicyReady",
      plan ? managed(pass, draft, plan, wanted, anonymous) : unmanaged(pass, view, wanted),
    );
    if (draft.drifted === false && plan) draft.drifted = hasPolicyDrift(draft, plan, pass);
  }
  // What is held back says how to go on, and may be just what takes the room that is missing.
  if (plan?.withheld || !pass.conditions.get("PolicyReady"))
    pass.conditions.put("PolicyReady", ofFileSystem(pass, view, plan, anonymous));
}

function managed(
  pass: FileSystemPass,
  draft: BindingDraft,
  plan: PolicyPlan,
  wanted: Admission[] | null,
  anonymous: string[],
): ConditionDraft {
  if (wanted === null)
    return {
      status: "False",
      reason: "WaitingForAccessPoint",
      message: "The policy admits an access point once it exists and the workload's roles are known.",
    };
  const isAdmitted = wanted.every((admission) => plan.judged.has(admission));
  // What waits for room beside an access point that is admitted is its successor; that is told elsewhere.
  if (plan.refused.has(draft.binding.metadata.uid) && !(isAdmitted && draft.successor)) return noRoom(plan);
  const enforcing = isEnforcing(plan.view.mode);
  const tls = !enforcing || !pass.input.fileSystem.spec.policy.requireTls || hasTls(pass, plan.view);
  const confined = !enforcing || wanted.every(({ roleArn }) => plan.judged.confines(roleArn));
  if (!isAdmitted || !confined || !tls) return notYet(pass, draft, plan);
  if (enforcing && anonymous.length > 0) return anonymousAllowed(anonymous);
  if (draft.policyUsableAtMs !== null && draft.policyUsableAtMs > pass.input.nowMs) {
    pass.endings.wait(
      draft.policyUsableAtMs - pass.input.nowMs,
      "the policy must work everywhere before it is relied upon",
    );
    const at = new Date(draft.policyUsableAtMs).toISOString();
    return {
      status: "False",
      reason: "Propagating",
      message: `The policy admits ${draft.name}; AWS takes some minutes to apply it everywhere, so it is relied upon from ${at}.`,
    };
  }
  const sharers = enforcing ? sharersOf(pass, draft) : [];
  if (sharers.length > 0) {
    return {
      status: "True",
      reason: "RoleShared",
      message: `The policy admits the workload's role and confines it, but ${sharers.join(", ")} runs under the same role: IAM cannot tell the two apart, so each can use the other's access point. Give each workload a role of its own.`,
    };
  }
  const how = enforcing
    ? "admits the workload's roles through its access point and confines them to it"
    : "admits the workload's roles through its access point";
  return { status: "True", reason: enforcing ? "Enforced" : "Admitted", message: `The file system policy ${how}.` };
}

/** Other workloads' bindings under one of the same roles. */
function sharersOf(pass: FileSystemPass, { binding }: BindingDraft): string[] {
  const roles = new Set(binding.facets.workload?.roleArns);
  const workload = workloadId(binding.spec.workload);
  return pass.drafts
    .filter((other) => workloadId(other.binding.spec.workload) !== workload && !isLeaving(other))
    .filter((other) => other.binding.facets.workload?.roleArns.some((role) => roles.has(role)))
    .map(({ name }) => name);
}

function hasTls(pass: FileSystemPass, view: PolicyView): boolean {
  return view.ours.some(
    ({ Sid, Effect }) => Sid === `${sidPrefix(pass.input.settings.installation)}tls` && Effect === "Deny",
  );
}

function notYet(pass: FileSystemPass, draft: BindingDraft, plan: PolicyPlan): ConditionDraft {
  if (plan.put && pass.input.settings.readOnly)
    return {
      status: "False",
      reason: "NotPermitted",
      message: "The policy must change, but Mooring runs with --read-only.",
    };
  if (plan.put && draft.mayAct)
    return { status: "False", reason: "Updating", message: "The policy is being changed to admit this binding." };
  if (!draft.mayAct)
    return {
      status: "False",
      reason: "NotPermitted",
      message:
        "The policy does not admit this binding as it asks, and nothing is changed for it: set driftPolicy to Correct and suspend to false.",
    };
  const held = pass.conditions.get("PolicyReady");
  if (held?.reason === "PolicyCapacity") return { status: "False", reason: held.reason, message: held.message };
  return {
    status: "False",
    reason: "NotAdmitted",
    message: "The policy does not admit this binding yet; AccessPointReady and MountConfigured say what it waits for.",
  };
}

function noRoom(plan: PolicyPlan): ConditionDraft {
  const { needed, limit } = plan.room;
  return {
    status: "False",
    reason: "PolicyCapacity",
    message:
      `A file system policy holds ${POLICY_CHARACTERS_MAX} characters, of which ${POLICY_CHARACTERS_MAX - limit} are kept free for one replacement; with this binding it would need ${needed}. ` +
      "Let bindings share roles or access points, delete bindings, or use another file system.",
  };
}

function anonymousStatements(pass: FileSystemPass, view: PolicyView): string[] {
  const ours = new Set([...(pass.seen?.values() ?? [])].map(({ accessPointArn }) => accessPointArn));
  return view.foreign
    .map((statement, index) => ({
      statement,
      name: typeof statement.Sid === "string" ? statement.Sid : `number ${index + 1}`,
    }))
    .filter(({ statement }) => allowsAnonymous(statement, ours, view.names))
    .map(({ name }) => name);
}

function anonymousAllowed(statements: readonly string[]): ConditionDraft {
  const message = `Foreign statement ${statements.join(", ")} allows every principal to mount, so the bound roles are confined but nobody else is. Mooring does not touch it: remove it or name principals in it.`;
  return { status: "False", reason: "AnonymousAllowed", message };
}

/** Modes in which nothing is written: say what that means for a client. */
function unmanaged(pass: FileSystemPass, view: PolicyView, wanted: Admission[] | null): ConditionDraft {
  const { policy, fileSystemId } = pass.input.fileSystem.spec;
  if (view.mode === "Unconfirmed") {
    return {
      status: "False",
      reason: "NotConfirmed",
      message: `policy.mode Enforce needs consent, as the policy takes away access that everybody has now: set policy.confirm to ${fileSystemId} (given: ${policy.confirm ?? "nothing"}).${lossSentence(pass, losers(pass, view, admissionsAskedFor(pass)))}`,
    };
  }
  if (view.text === null) {
    return {
      status: "True",
      reason: "DefaultAdmitsEveryone",
      message: `The file system has no policy, so EFS admits everyone who reaches it. To confine access set policy.mode to Enforce and policy.confirm to ${fileSystemId}.`,
    };
  }
  if (wanted === null)
    return {
      status: "Unknown",
      reason: "WaitingForAccessPoint",
      message: "What the policy needs is known once the access point exists.",
    };
  const missing = wanted.filter(
    ({ roleArn }) => !view.foreign.some((statement) => admitsRole(statement, roleArn, view.names)),
  );
  if (missing.length === 0)
    return {
      status: "True",
      reason: "AdmittedByOthers",
      message: "A statement that is not Mooring's admits the workload's roles.",
    };
  const roles = missing.map(({ roleArn }) => roleArn).join(", ");
  return {
    status: "Unknown",
    reason: "NotManaged",
    message: `policy.mode is Observe, and no statement of the policy plainly admits ${roles} (identity policies are not looked at). Needed: Allow ${missing[0]!.access} through ${missing[0]!.accessPointArn}. Set policy.mode to Preserve to let Mooring write it.`,
  };
}

/** What would be given to the roles that are known now, had mode Enforce been consented to. */
function admissionsAskedFor(pass: FileSystemPass): Admission[] {
  return pass.drafts.filter((draft) => !isLeaving(draft)).flatMap((draft) => wantedOf(draft) ?? []);
}

/** It was in order for this very spec and these roles, and is not any more. */
function hasPolicyDrift(draft: BindingDraft, plan: PolicyPlan, pass: FileSystemPass): boolean {
  const before = draft.previous;
  const now = draft.conditions.get("PolicyReady");
  const isDue = plan.put !== null || (draft.binding.spec.driftPolicy === "Observe" && now?.reason === "NotPermitted");
  if (!isDue || !before || now?.status === "True") return false;
  const { metadata, facets } = pass.input.fileSystem;
  const answered =
    before.observedGeneration === draft.binding.metadata.generation &&
    facets.fileSystem?.observedGeneration === metadata.generation;
  const sameAccessPoint = before.accessPoint?.id === draft.seen?.accessPointId;
  const was = before.conditions.find(({ type }) => type === "PolicyReady");
  const sameRoles = (draft.binding.facets.workload?.roleArns ?? []).every((role) =>
    pass.input.memory.admittedRoles?.includes(role),
  );
  return answered && sameAccessPoint && sameRoles && (was?.status === "True" || was?.reason === "Propagating");
}

function ofFileSystem(
  pass: FileSystemPass,
  view: PolicyView,
  plan: PolicyPlan | null,
  anonymous: string[],
): ConditionDraft {
  const { spec, metadata } = pass.input.fileSystem;
  if (plan?.withheld) {
    const { count, planHash } = plan.withheld;
    const command = `kubectl annotate --overwrite filesystem ${metadata.name} ${ANNOTATIONS.confirmRemoval}=${planHash}`;
    return {
      status: "False",
      reason: "RemovalWithheld",
      message: `${count} admissions would be taken out of the policy without any binding being deleted; that is held back. If it is meant: ${command}`,
    };
  }
  if (!plan && view.mode !== "Unconfirmed" && view.text !== null) {
    return {
      status: "True",
      reason: "NotManaged",
      message: "policy.mode is Observe: Mooring writes no policy; each binding's PolicyReady says what it would need.",
    };
  }
  if (!plan) return unmanaged(pass, view, null);
  if (isEnforcing(view.mode) && anonymous.length > 0) return anonymousAllowed(anonymous);
  if (plan.refused.size > 0) return noRoom(plan);
  if (plan.put)
    return {
      status: "False",
      reason: pass.input.settings.readOnly ? "NotPermitted" : "Updating",
      message: "The policy is not what the bindings ask for.",
    };
  if (view.mode === "EnforceKept") {
    return {
      status: "True",
      reason: "EnforceKept",
      message: `policy.mode is ${spec.policy.mode}, but the Denies of mode Enforce stay until policy.release is ${spec.fileSystemId}.`,
    };
  }
  return {
    status: "True",
    reason: isEnforcing(view.mode) ? "Enforced" : "Preserved",
    message: "Mooring's statements are as the bindings ask for; all others are untouched.",
  };
}
