import type { Action } from "../model/actions.ts";
import type { WorkloadFacet } from "../model/facets.ts";
import type { ObservedFunction } from "../model/observations.ts";
import { isPassing } from "../model/passing-reasons.ts";
import { unread } from "./condition-drafts.ts";
import type { LambdaFacetDrafts, LambdaPlanInput } from "./lambda-input.ts";
import { beginLambdaPass, isLeaving, type LambdaPass, type MountDraft, mountCondition, slotOf } from "./lambda-pass.ts";
import { planMount } from "./plan-mount.ts";
import { isFunctionGone, planUnmount } from "./plan-unmount.ts";
import type { Plan } from "./plan.ts";
import { accessPointIdOf } from "./policy-admissions.ts";
import { sortedSet } from "./policy-canonical.ts";
import { holdUnconfirmed } from "./workload-held.ts";

/**
 * True if the published versions must be read before `planLambda` can decide: they keep the role and
 * the mount that $LATEST had when they were published. Not needed while nothing of ours can be in
 * them, or nothing about them can have changed.
 */
export function needsVersions(input: LambdaPlanInput): boolean {
  const latest = input.observed.latest.known ? input.observed.latest.value : null;
  if (latest === null) return false;
  return input.bindings.some((binding) => {
    const { workload, accessPoint } = binding.facets;
    if (!workload || workload.observedGeneration !== binding.metadata.generation) return true;
    if (
      binding.metadata.deletionTimestamp !== undefined ||
      (accessPoint?.retiring.length ?? 0) > 0 ||
      (accessPoint?.former ?? []).some((id) => workload.served.includes(id))
    )
      return true;
    if (accessPoint?.predecessor !== undefined) return true;
    return workload.roleArns.length !== 1 || workload.roleArns[0] !== latest.roleArn || workload.served.length > 1;
  });
}

/** What to do about one function's mount. Pure; the same input in any order gives the same plan. */
export function planLambda(input: LambdaPlanInput): Plan<LambdaFacetDrafts> {
  const pass = beginLambdaPass(input);
  noteUpdates(pass);
  if (isRestoreUnconfirmed(pass)) return assemble(pass);
  for (const draft of pass.drafts) if (isLeaving(draft)) planUnmount(pass, draft);
  if (!input.observed.latest.known) noteUnread(pass);
  else if (pass.latest === null) noteAbsent(pass);
  else planStaying(pass, pass.latest);
  return assemble(pass);
}

/** Remembers whose update is in progress: `settle` counts from the last look at a foreign one. */
function noteUpdates(pass: LambdaPass): void {
  if (!pass.latest) return;
  pass.memory.absentSinceMs = null;
  if (pass.latest.lastUpdateStatus !== "InProgress") pass.memory.ownUpdatePending = false;
  else if (!pass.input.memory.ownUpdatePending) pass.memory.foreignUpdateAtMs = pass.input.nowMs;
}

function isRestoreUnconfirmed(pass: LambdaPass): boolean {
  if (!holdUnconfirmed(pass.drafts, pass.latest !== null)) return false;
  for (const draft of pass.drafts) {
    draft.admissible = draft.previous?.admissible ?? false;
    draft.echo = draft.previous?.echo ?? null;
  }
  pass.endings.stall("the store was restored to an older state; confirm it first");
  return true;
}

function noteUnread(pass: LambdaPass): void {
  const { latest } = pass.input.observed;
  if (latest.known) return;
  for (const draft of pass.drafts) {
    if (draft.conditions.get("MountConfigured")) continue;
    draft.conditions.put(
      "MountConfigured",
      unread(`function ${pass.input.functionName}`, latest.why, "lambda:GetFunction"),
    );
    draft.admissible = draft.previous?.admissible ?? false;
    draft.echo = draft.previous?.echo ?? null;
  }
  if (latest.why.transient)
    pass.endings.wait(pass.input.settings.backoffBaseMs, `function ${pass.input.functionName} could not be read`);
  else pass.endings.stall(`function ${pass.input.functionName} could not be read: ${latest.why.code}`);
}

function noteAbsent(pass: LambdaPass): void {
  const { functionName, account, region } = pass.input;
  const gone = isFunctionGone(pass);
  for (const draft of pass.drafts) {
    if (draft.conditions.get("MountConfigured")) continue;
    const message = `Function ${functionName} does not exist in account ${account}, region ${region}: create it, or delete this binding. Mooring waits for it.`;
    mountCondition(draft, "False", "FunctionNotFound", message);
    if (!gone) draft.echo = draft.previous?.echo ?? null;
    if (!isLeaving(draft)) pass.endings.stall(`function ${functionName} does not exist`);
  }
}

/** One slot, one binding: the oldest that stays has it, once those that leave are out. */
function planStaying(pass: LambdaPass, latest: ObservedFunction): void {
  const [holder, ...others] = pass.drafts.filter((draft) => !isLeaving(draft));
  const leaving = pass.drafts.find((draft) => isLeaving(draft) && isInSlot(draft, latest));
  if (holder && leaving) {
    mountCondition(
      holder,
      "False",
      "WaitingForRelease",
      `The function's one mount is still taken by ${leaving.name}, which is being deleted.`,
    );
  } else if (holder?.binding.spec.suspend) planSuspended(holder, latest);
  else if (holder) planMount(pass, holder, latest);
  for (const draft of others) {
    mountCondition(
      draft,
      "False",
      "FunctionTaken",
      `A function has room for one mount, and ${holder!.name} has claimed ${latest.functionName}: delete one of the two bindings.`,
    );
  }
}

function isInSlot(draft: MountDraft, latest: ObservedFunction): boolean {
  const slot = slotOf(latest);
  return slot !== null && draft.ourIds.has(slot.id);
}

function planSuspended(draft: MountDraft, latest: ObservedFunction): void {
  draft.admissible = draft.previous?.admissible ?? false;
  const slot = slotOf(latest);
  const asWanted =
    slot !== null &&
    slot.id === draft.wanted?.id &&
    slot.localMountPath === draft.binding.spec.workload.lambda.localMountPath;
  draft.echo = asWanted ? slot.id : null;
  if (asWanted)
    mountCondition(
      draft,
      "True",
      "Suspended",
      "The mount is as it should be; nothing is changed while spec.suspend is true.",
    );
  else
    mountCondition(
      draft,
      "False",
      "Suspended",
      "The mount is not as it should be, and nothing is changed while spec.suspend is true: set it to false.",
    );
}

function assemble(pass: LambdaPass): Plan<LambdaFacetDrafts> {
  const actions: Action[] = [];
  const heldBack: Action[] = [];
  for (const { action, mayAct } of pass.drafts) if (action) (mayAct ? actions : heldBack).push(action);
  if (heldBack.length > 0) pass.endings.stall(`${heldBack.length} calls are due but not permitted`);
  if (actions.length > 0) pass.memory.ownUpdatePending = true;
  const drifted = pass.drafts.filter(noteDrift).length > 0;
  return {
    actions,
    heldBack,
    facets: {
      workloads: new Map(pass.drafts.map((draft) => [draft.binding.metadata.uid, facetOf(pass, draft)])),
      release: pass.drafts.filter(({ release }) => release).map(({ binding }) => ({ uid: binding.metadata.uid })),
      memory: pass.memory,
    },
    ending: pass.endings.ending(),
    withheld: null,
    drifted,
  };
}

/** Marks drift until it is put right, so that a repair over several passes stays one repair. */
function noteDrift(draft: MountDraft): boolean {
  const { previous, binding } = draft;
  const marked =
    previous?.observedGeneration === binding.metadata.generation &&
    previous.conditions.some(({ type, status }) => type === "Drifted" && status === "True");
  const unfinished = draft.conditions.get("MountConfigured")?.status !== "True";
  if (isLeaving(draft) || (!draft.drifted && !(marked && unfinished))) return false;
  const due = draft.action ? ` Due: ${draft.action.type}.` : "";
  const mount = draft.conditions.get("MountConfigured");
  if (!draft.mayAct) {
    const message = `The mount is not as the spec says, and nothing is changed for it.${due}`;
    draft.conditions.set("Drifted", "True", "HeldBack", message);
  } else if (!draft.action && mount?.status === "False" && !isPassing(mount.reason)) {
    const message = `The mount was changed by others; it is put right once this is out of the way: ${mount.message}`;
    draft.conditions.set("Drifted", "True", "Obstructed", message);
  } else {
    const message = `The mount was changed by others and is being put right.${due}`;
    draft.conditions.set("Drifted", "True", "Repairing", message);
  }
  return true;
}

function facetOf(pass: LambdaPass, draft: MountDraft): Omit<WorkloadFacet, "key" | "fence"> {
  const { generation } = draft.binding.metadata;
  const { latest } = pass;
  const slot = latest && slotOf(latest);
  const { previous } = draft;
  const isKnown = pass.input.observed.latest.known;
  const atOurPath = slot?.localMountPath === draft.binding.spec.workload.lambda.localMountPath;
  return {
    // What could not be read has no answer to a new spec.
    observedGeneration: isKnown ? generation : (previous?.observedGeneration ?? 0),
    conditions: draft.conditions.settle(previous?.conditions, generation, pass.input.nowMs),
    roleArns: rolesOf(pass, draft),
    mounted: isKnown ? (slot && atOurPath ? slot.id : null) : (previous?.mounted ?? null),
    served: servedOf(pass, draft),
    ...namedByOf(pass, draft),
    echo: draft.echo ?? keptEcho(draft, latest),
    revisionId: draft.verified ? latest!.revisionId : null,
    admissible: draft.admissible,
  };
}

/** What was verified stays said while the function still names it: so a vanished access point is known as ours. */
function keptEcho({ previous, ourIds }: MountDraft, latest: ObservedFunction | null): string | null {
  const slot = latest && slotOf(latest);
  return slot && previous?.echo === slot.id && ourIds.has(slot.id) ? slot.id : null;
}

/** Roles of $LATEST and of the versions that mount through us; what was not read stays as it was. */
function rolesOf(pass: LambdaPass, draft: MountDraft): string[] {
  const before = draft.previous?.roleArns ?? [];
  if (!pass.latest) return before;
  const now = rolesServing(pass, draft, pass.latest, before);
  // Until an update has succeeded the previous configuration serves, and that may be another role's.
  return pass.latest.lastUpdateStatus === "Successful" ? now : sortedSet([...before, ...now]);
}

function rolesServing(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction, before: string[]): string[] {
  const { versions } = pass.input.observed;
  if (!versions?.known)
    return before.length > 0 && (versions || before.includes(latest.roleArn))
      ? sortedSet([...before, latest.roleArn])
      : [latest.roleArn];
  const serving = versions.value.filter(({ fileSystemConfigs }) =>
    fileSystemConfigs.some(({ arn }) => draft.ourIds.has(accessPointIdOf(arn))),
  );
  return sortedSet([latest.roleArn, ...serving.map(({ roleArn }) => roleArn)]);
}

function servedOf(pass: LambdaPass, draft: MountDraft): string[] {
  const { latest, versions } = pass.input.observed;
  if (!latest.known) return draft.previous?.served ?? [];
  const ids = (fn: ObservedFunction) => fn.fileSystemConfigs.map(({ arn }) => accessPointIdOf(arn));
  const now = latest.value ? ids(latest.value) : [];
  if (versions === null) return sortedSet(now);
  if (!versions.known) return sortedSet([...now, ...(draft.previous?.served ?? [])]);
  return sortedSet([...now, ...versions.value.flatMap(ids)]);
}

/** Versions that name an access point which a replacement has left behind: they keep it admitted and alive. */
function namedByOf({ input }: LambdaPass, { binding, previous }: MountDraft): Pick<WorkloadFacet, "namedBy"> {
  const { versions } = input.observed;
  if (!versions?.known) return previous?.namedBy && versions !== null ? { namedBy: previous.namedBy } : {};
  const { retiring = [], predecessor } = binding.facets.accessPoint ?? {};
  const ids = [...retiring.map(({ accessPointId }) => accessPointId), ...(predecessor ? [predecessor.id] : [])];
  const namers = (id: string) =>
    versions.value
      .filter(({ fileSystemConfigs }) => fileSystemConfigs.some(({ arn }) => accessPointIdOf(arn) === id))
      .map(({ functionName, version }) => `${functionName}:${version}`)
      .sort();
  const entries = ids.map((id) => [id, namers(id)] as const).filter(([, names]) => names.length > 0);
  return entries.length > 0 ? { namedBy: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) } : {};
}
