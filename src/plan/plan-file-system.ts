import type { Action } from "../model/actions.ts";
import type { ObservedPolicy, Reading } from "../model/observations.ts";
import { IN_USE_FINALIZER } from "../model/records.ts";
import { shortList } from "./consumer-verdict.ts";
import { judgeFileSystem } from "./file-system-conditions.ts";
import type { FileSystemFacetDrafts, FileSystemPlanInput } from "./file-system-input.ts";
import { beginPass, type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { planAccessPoint } from "./plan-access-point.ts";
import { leakedCreates, planLeaks, releasedBindings } from "./leaked-creates.ts";
import { planPolicy, type PolicyPlan } from "./plan-policy.ts";
import { type PolicyView, viewPolicy, writesPolicy } from "./policy-view.ts";
import { finishRemoval, planRemoval, removalNeedsConsumers } from "./plan-removal.ts";
import { takeOver } from "./plan-replacement.ts";
import { finishRetired, retirementNeedsConsumers } from "./plan-retirement.ts";
import type { Plan } from "./plan.ts";
import { admissionKey } from "./policy-admissions.ts";
import { sortedSet } from "./policy-canonical.ts";
import { judgePolicy } from "./policy-conditions.ts";
import { type PolicyDocument, renderPolicy } from "./policy-document.ts";
import { pairDigest } from "./policy-desired.ts";
import { rememberPut, seenPuts } from "./policy-merge.ts";
import { confinesRoles, effectiveMode, isEnforcing } from "./policy-mode.ts";
import { oursIn } from "./policy-recency.ts";
import { holdRestored, restoredSlot } from "./store-restored.ts";

/**
 * Roles that must be read (GetRole) before `planFileSystem` can decide. With `observedPolicy` the
 * answer is exact: a policy that shows a bare role id (AROA…) makes all roles due.
 */
export function rolesToRead(
  input: Omit<FileSystemPlanInput, "observed"> & { observedPolicy?: Reading<ObservedPolicy> },
): string[] {
  const { fileSystem, bindings, memory, observedPolicy } = input;
  const facet = fileSystem.facets.fileSystem;
  const mode = effectiveMode(fileSystem.spec, facet?.enforcedSinceMs ?? null, false);
  if ((mode === "Observe" || mode === "Unconfirmed") && !memory.checkRoles) return [];
  const text = observedPolicy?.known ? observedPolicy.value : null;
  // Without a policy this mode writes none.
  if (mode === "Preserve" && observedPolicy?.known && text === null && !memory.checkRoles) return [];
  const all = memory.checkRoles === true || (text !== null && /\bAROA[A-Z0-9]+/.test(text));
  const known = new Set(all ? [] : (memory.admittedRoles ?? []));
  // Before its first pass a binding has no access point, so its roles cannot join yet.
  const joining = bindings.filter(
    ({ facets, spec, metadata }) =>
      (all && facets.workload) ||
      (facets.accessPoint &&
        facets.workload?.admissible &&
        !spec.suspend &&
        spec.driftPolicy === "Correct" &&
        metadata.deletionTimestamp === undefined),
  );
  const roles = joining.flatMap(({ facets }) => facets.workload!.roleArns);
  const retained = all ? (facet?.retained ?? []).flatMap(({ roleArns }) => roleArns) : [];
  return sortedSet([...roles, ...retained]).filter((role) => !known.has(role));
}

/** True if a removal is due that needs to know every consumer of the account and region. */
export function needsConsumers(input: FileSystemPlanInput): boolean {
  const pass = beginPass(input);
  return (
    leakedCreates(pass).length > 0 ||
    pass.drafts.some((draft) => removalNeedsConsumers(pass, draft) || retirementNeedsConsumers(pass, draft))
  );
}

/**
 * What to do about one file system: its access points, its policy and its own record, for all
 * bindings at once. Pure; the same input in any order gives the same plan.
 */
export function planFileSystem(input: FileSystemPlanInput): Plan<FileSystemFacetDrafts> {
  const pass = beginPass(input);
  const slot = restoredSlot(pass);
  if (slot !== null) {
    holdRestored(pass, slot);
    return assemble(pass, null, null);
  }
  noteUnread(pass);
  const removals = pass.drafts.filter(isLeaving).map((draft) => planRemoval(pass, draft));
  for (const draft of pass.drafts) if (!isLeaving(draft)) planAccessPoint(pass, draft);
  const view = isFileSystemGone(pass) ? null : viewPolicy(pass);
  const policy = view && writesPolicy(view) ? planPolicy(pass, view) : null;
  if (view) judgePolicy(pass, view, policy);
  else judgeWithoutPolicy(pass);
  const outcome = policy ?? (view || isFileSystemGone(pass) ? "notManaged" : "notRead");
  for (const removal of removals) finishRemoval(pass, removal, outcome);
  for (const draft of pass.drafts) if (!isLeaving(draft)) finishStaying(pass, draft, outcome);
  const leaks = planLeaks(pass, outcome);
  judgeFileSystem(pass, policy?.orphans.length ?? 0);
  return assemble(pass, view, policy, leaks);
}

function finishStaying(pass: FileSystemPass, draft: BindingDraft, policy: PolicyPlan | "notManaged" | "notRead"): void {
  takeOver(pass, draft, policy);
  finishRetired(pass, draft, policy);
  const said = draft.conditions.get("AccessPointReady");
  if (said && draft.remarks.length > 0)
    draft.conditions.put("AccessPointReady", { ...said, message: [said.message, ...draft.remarks].join(" ") });
}

function isFileSystemGone({ input }: FileSystemPass): boolean {
  return input.observed.fileSystem.known && input.observed.fileSystem.value === null;
}

function noteUnread(pass: FileSystemPass): void {
  const { fileSystem, accessPoints } = pass.input.observed;
  for (const [what, reading] of [
    ["the file system", fileSystem],
    ["the access points", accessPoints],
  ] as const) {
    if (reading.known || isFileSystemGone(pass)) continue;
    if (reading.why.transient) pass.endings.wait(pass.input.settings.backoffBaseMs, `${what} could not be read`);
    else pass.endings.stall(`${what} could not be read: ${reading.why.code}`);
  }
}

/** The policy could not be judged: each binding says so, what it relied on stays. */
function judgeWithoutPolicy(pass: FileSystemPass): void {
  const why = pass.conditions.get("PolicyReady") ?? {
    status: "Unknown" as const,
    reason: "FileSystemNotFound",
    message: `File system ${pass.input.fileSystem.spec.fileSystemId} does not exist, so it has no policy.`,
  };
  for (const draft of pass.drafts) if (!isLeaving(draft)) draft.conditions.put("PolicyReady", why);
  pass.conditions.put("PolicyReady", why);
}

function assemble(
  pass: FileSystemPass,
  view: PolicyView | null,
  policy: PolicyPlan | null,
  leaks: readonly Action[] = [],
): Plan<FileSystemFacetDrafts> {
  const { input } = pass;
  const actions: Action[] = [];
  const heldBack: Action[] = [];
  const sortIn = (mayAct: boolean, due: readonly Action[]) => (mayAct ? actions : heldBack).push(...due);
  for (const draft of pass.drafts) sortIn(draft.mayAct, draft.creates);
  if (policy?.put) sortIn(!input.settings.readOnly, [policy.put]);
  for (const draft of pass.drafts) sortIn(draft.mayAct, draft.deletes);
  actions.push(...leaks);
  if (heldBack.length > 0) pass.endings.stall(`${heldBack.length} calls are due but not permitted`);
  rememberPolicy(pass, view, policy, policy?.put !== undefined && policy.put !== null && !input.settings.readOnly);
  const differing = pass.drafts.filter((draft) => noteDrift(draft, policy));
  if (differing.length > 0) pass.endings.stall(whyDiffering(differing));
  return {
    actions,
    heldBack,
    facets: {
      accessPoints: new Map(pass.drafts.map((draft) => [draft.binding.metadata.uid, facetOf(pass, draft)])),
      fileSystem: fileSystemFacet(pass, view, policy),
      release: releases(pass),
      memory: pass.memory,
    },
    ending: pass.endings.ending(),
    withheld: policy?.withheld ?? null,
    drifted: differing.length > 0,
  };
}

function whyDiffering(drafts: readonly BindingDraft[]): string {
  const held = drafts.filter(({ mayAct }) => !mayAct).map(({ name }) => name);
  if (held.length === 0) return "drift is not put right yet";
  return `not as the spec says, and nothing may be changed for it: ${shortList(held)}`;
}

/** Marks drift until it is put right, so that a repair over several passes stays one repair. */
function noteDrift(draft: BindingDraft, policy: PolicyPlan | null): boolean {
  const before = draft.previous;
  const ready = draft.conditions.get("AccessPointReady");
  const admitted = draft.conditions.get("PolicyReady");
  const unfinished = ready?.status !== "True" || admitted?.reason === "Updating" || admitted?.reason === "NotPermitted";
  const marked =
    before?.observedGeneration === draft.binding.metadata.generation &&
    before.conditions.some(({ type, status }) => type === "Drifted" && status === "True");
  if (isLeaving(draft) || (!draft.drifted && !(marked && unfinished))) return false;
  const calls = [
    ...draft.creates,
    ...(policy?.put && admitted?.status !== "True" ? [policy.put] : []),
    ...draft.deletes,
  ].map(({ type }) => type);
  const due = calls.length === 0 ? "" : ` Due: ${calls.join(", ")}.`;
  const message = draft.mayAct
    ? `Something of this binding was changed by others and is being put right.${due}`
    : `Something of this binding is not as the spec says, and nothing is changed for it.${due}`;
  draft.conditions.set("Drifted", "True", draft.mayAct ? "Repairing" : "HeldBack", message);
  return true;
}

function facetOf(
  pass: FileSystemPass,
  draft: BindingDraft,
): FileSystemFacetDrafts["accessPoints"] extends Map<string, infer F> ? F : never {
  const { generation } = draft.binding.metadata;
  if (!isLeaving(draft) && !draft.conditions.get("OwnershipReady")) {
    draft.conditions.set(
      "OwnershipReady",
      "Unknown",
      "NotChecked",
      "The owner and mode of the directory itself can only be seen through a mount; they are not checked yet.",
    );
  }
  return {
    observedGeneration: generation,
    conditions: draft.conditions.settle(draft.previous?.conditions, generation, pass.input.nowMs),
    accessPoint: draft.accessPoint,
    ...(draft.serves === undefined ? {} : { serves: draft.serves }),
    ...(draft.successor === undefined ? {} : { successor: draft.successor }),
    ...(draft.predecessor === undefined ? {} : { predecessor: draft.predecessor }),
    tokenGeneration: draft.tokenGeneration,
    policyUsableAtMs: draft.policyUsableAtMs,
    handover: isLeaving(draft) ? null : (draft.accessPoint?.id ?? null),
    retiring: draft.retiring,
    ...(draft.former.length > 0 ? { former: draft.former } : {}),
    ...(draft.asked.length > 0 ? { asked: draft.asked } : {}),
  };
}

function fileSystemFacet(
  pass: FileSystemPass,
  view: PolicyView | null,
  plan: PolicyPlan | null,
): FileSystemFacetDrafts["fileSystem"] {
  const { fileSystem, nowMs } = pass.input;
  const previous = fileSystem.facets.fileSystem;
  const released = releasedBindings(pass);
  const policy = view?.text
    ? {
        characters: charactersOf(view.document),
        ours: view.ours.length,
        foreign: view.foreign.length,
        ...(plan ? { free: plan.room.free } : {}),
      }
    : null;
  return {
    observedGeneration: fileSystem.metadata.generation,
    conditions: pass.conditions.settle(previous?.conditions, fileSystem.metadata.generation, nowMs),
    policy: view ? policy : (previous?.policy ?? null),
    mountTargets: mountTargetsOf(pass),
    retained: pass.retained.toSorted((a, b) => (a.accessPointId < b.accessPointId ? -1 : 1)),
    ...(released.length === 0 ? {} : { released }),
    enforcedSinceMs: pass.enforcedSinceMs,
    ...(pass.restoredSlot === null ? {} : { restoredSlot: pass.restoredSlot }),
  };
}

/**
 * Of the policy as compact JSON, which is what Mooring puts and what counts towards the limit; EFS gives it back with
 * line breaks and indents. (Whether AWS counts those of others' Puts is not verified.)
 */
function charactersOf(document: PolicyDocument | null): number {
  return document === null ? 0 : renderPolicy(document).length;
}

function mountTargetsOf({ input }: FileSystemPass): FileSystemFacetDrafts["fileSystem"]["mountTargets"] {
  const { mountTargets } = input.observed;
  const before = input.fileSystem.facets.fileSystem?.mountTargets;
  if (!mountTargets.known) return before?.known ? before : { known: false, why: mountTargets.why };
  return { known: true, value: mountTargets.value.toSorted((a, b) => (a.mountTargetId < b.mountTargetId ? -1 : 1)) };
}

/** What the next pass must know: it becomes durable with the Put's intent, so that a crash cannot forget it. */
function rememberPolicy(
  pass: FileSystemPass,
  view: PolicyView | null,
  policy: PolicyPlan | null,
  putDue: boolean,
): void {
  const { nowMs, settings, observed } = pass.input;
  if (observed.policy.known && pass.memory.policyPuts)
    pass.memory.policyPuts = seenPuts(pass.memory.policyPuts, observed.policy.readAtMs);
  if (!view) return;
  // Their events are forgotten once they are told; the Put may be held, refused or too late for this run.
  if (policy && policy.lost.length > 0) pass.memory.lostForeign = policy.lost;
  else if (policy) delete pass.memory.lostForeign;
  const confines = confinesRoles(view.document, settings.installation);
  if (isEnforcing(view.mode) && (putDue || confines)) pass.enforcedSinceMs ??= nowMs;
  if (!isEnforcing(view.mode) && !confines) pass.enforcedSinceMs = null;
  if (putDue) {
    pass.memory.policyPutAtMs = nowMs;
    const ours = oursIn(policy!.put!.policy, settings.installation);
    const put = { basisReadAtMs: observed.policy.readAtMs, putAtMs: nowMs, foreign: view.foreign, ours };
    pass.memory.policyPuts = rememberPut(pass.memory.policyPuts ?? [], put);
  } else if (policy && view.text !== null) {
    const wanted = new Set(policy.admissions.map(admissionKey));
    const given = view.inForce.filter((admission) => wanted.has(admissionKey(admission)));
    pass.memory.admittedRoles = sortedSet(given.map(({ roleArn }) => roleArn));
    pass.memory.givenPairs = sortedSet(given.map(pairDigest));
  }
  const missing = (role: string) => {
    const reading = observed.roles.get(role);
    return reading?.known === true && reading.value === null;
  };
  if (pass.memory.admittedRoles) pass.memory.admittedRoles = pass.memory.admittedRoles.filter((role) => !missing(role));
  const joining = pass.drafts.flatMap(({ binding }) => binding.facets.workload?.roleArns ?? []);
  if (pass.memory.checkRoles && joining.every((role) => observed.roles.get(role)?.known))
    pass.memory.checkRoles = false;
}

function releases(pass: FileSystemPass): { uid: string }[] {
  const { metadata } = pass.input.fileSystem;
  const bindings = pass.drafts.filter(({ release }) => release).map(({ binding }) => ({ uid: binding.metadata.uid }));
  const own =
    metadata.deletionTimestamp !== undefined &&
    metadata.finalizers.includes(IN_USE_FINALIZER) &&
    pass.drafts.length === 0;
  return own ? [...bindings, { uid: metadata.uid }] : bindings;
}
