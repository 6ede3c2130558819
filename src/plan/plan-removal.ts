import type { TagAccessPointAction } from "../model/actions.ts";
import type { ObservedAccessPoint, ObservedFunction } from "../model/observations.ts";
import { ACCESS_POINT_FINALIZER, ANNOTATIONS, MOUNT_FINALIZER, TAGS } from "../model/records.ts";
import { believeAbsent } from "./absence.ts";
import { isDenied, unread } from "./condition-drafts.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import { findOwn, isBelievedAbsent } from "./plan-access-point.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import { accessPointIdOf } from "./policy-admissions.ts";

const DELETING_POLL_MS = 200;

/** How far the removal of a binding has come, as this pass sees it. */
type Stage =
  /** Not our turn, or not possible now. */
  | "blocked"
  /** The access point is gone for good. */
  | "gone"
  /** It is to stay, tagged and recorded. */
  | "retained"
  /** Retired, tagged, and named by nobody in this read. */
  | "clean";

/** Kept beside the draft between the part before and the part after the policy. */
export type Removal = { draft: BindingDraft; stage: Stage };

/** True if a removal is due that must know every function version of the account and region. */
export function removalNeedsConsumers(pass: FileSystemPass, draft: BindingDraft): boolean {
  if (!isOurTurn(draft) || draft.binding.spec.suspend || isToBeRetained(draft) || pass.seen === null) return false;
  const own = ownAccessPoint(pass, draft);
  return own !== undefined && own.lifeCycleState !== "deleting";
}

function isOurTurn(draft: BindingDraft): boolean {
  const { deletionTimestamp, finalizers } = draft.binding.metadata;
  return (
    deletionTimestamp !== undefined &&
    finalizers.includes(ACCESS_POINT_FINALIZER) &&
    !finalizers.includes(MOUNT_FINALIZER)
  );
}

/** By the spec, or because an unmount that nobody could prove was waived for this very binding. */
function isToBeRetained({ binding }: BindingDraft): boolean {
  if (binding.spec.deletionPolicy === "Retain") return true;
  const forced = binding.metadata.annotations[ANNOTATIONS.forceRelease] === binding.metadata.uid;
  const proven = binding.facets.workload?.conditions.some(
    ({ type, reason }) => type === "MountConfigured" && reason === "Unmounted",
  );
  return forced && proven !== true;
}

function ownAccessPoint(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  return draft.accessPoint ? pass.seen!.get(draft.accessPoint.id) : findOwn(pass, draft);
}

/** Before the policy is planned: what the deleted binding still asks of it, and what is retired. */
export function planRemoval(pass: FileSystemPass, draft: BindingDraft): Removal {
  const blocked: Removal = { draft, stage: "blocked" };
  if (!draft.binding.metadata.finalizers.includes(ACCESS_POINT_FINALIZER)) {
    draft.admit = "nothing";
    return blocked;
  }
  if (!isOurTurn(draft)) {
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "WaitingForUnmount",
      "The binding is being deleted; its access point stays until the workload is proven not to mount it (see MountConfigured).",
    );
    return blocked;
  }
  if (pass.seen === null) {
    const { accessPoints } = pass.input.observed;
    if (!accessPoints.known)
      draft.conditions.put(
        "AccessPointReady",
        unread("the access points", accessPoints.why, "elasticfilesystem:DescribeAccessPoints"),
      );
    return blocked;
  }
  if (draft.binding.spec.suspend) {
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "Suspended",
      "The deletion waits while spec.suspend is true: set it to false.",
    );
    return blocked;
  }
  return { draft, stage: removeOrRetain(pass, draft) };
}

function removeOrRetain(pass: FileSystemPass, draft: BindingDraft): Stage {
  const own = ownAccessPoint(pass, draft);
  draft.seen = own ?? null;
  if (!own) return vanish(pass, draft);
  if (own.lifeCycleState === "deleting") {
    draft.admit = "nothing";
    draft.conditions.set("AccessPointReady", "False", "Deleting", `EFS is deleting access point ${own.accessPointId}.`);
    pass.endings.wait(DELETING_POLL_MS, `access point ${own.accessPointId} is being deleted`);
    return "blocked";
  }
  return isToBeRetained(draft) ? retain(pass, draft, own) : retire(pass, draft, own);
}

/** Nothing is there: true at once if nothing was ever asked for, else after a second read. */
function vanish(pass: FileSystemPass, draft: BindingDraft): Stage {
  draft.admit = "nothing";
  draft.conditions.set("AccessPointReady", "False", "Deleted", "The access point is gone.");
  if (!draft.previous) return "gone";
  return isBelievedAbsent(pass, draft.accessPoint?.id ?? `access point of ${draft.name}`) ? "gone" : "blocked";
}

/** Mount, access point and statements stay; the file system's record keeps them in the roles' Denies. */
function retain(pass: FileSystemPass, draft: BindingDraft, own: ObservedAccessPoint): Stage {
  const { binding } = draft;
  const id = own.accessPointId;
  const recorded = pass.retained.some(({ accessPointId }) => accessPointId === id);
  draft.accessPoint = { id, arn: own.accessPointArn };
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "Retained",
    `Access point ${id} stays and is tagged ${TAGS.retained}.`,
  );
  if (!recorded && draft.mayAct) {
    const entry = {
      accessPointId: id,
      accessPointArn: own.accessPointArn,
      bindingUid: binding.metadata.uid,
      bindingName: draft.name,
    };
    pass.retained = [
      ...pass.retained,
      { ...entry, roleArns: binding.facets.workload?.roleArns ?? [], access: binding.spec.access },
    ];
  }
  if (own.tags[TAGS.retained] === "true") return recorded ? "retained" : "blocked";
  draft.creates.push(
    tagAction(draft, own, { [TAGS.retained]: "true" }, `${draft.name} is deleted with deletionPolicy Retain`),
  );
  return "blocked";
}

/** Retirement is one-way and recorded before the first act; deletion needs two clean reads after it. */
function retire(pass: FileSystemPass, draft: BindingDraft, own: ObservedAccessPoint): Stage {
  const id = own.accessPointId;
  const recorded = draft.previous?.retiring.find(({ accessPointId }) => accessPointId === id);
  draft.accessPoint = { id, arn: own.accessPointArn };
  draft.admit = recorded ? "nothing" : "asInForce";
  if (!isNamedByNobody(pass, draft, id)) return "blocked";
  draft.admit = "nothing";
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "Retiring",
    `Access point ${id} is taken out of the policy and then deleted.`,
  );
  const retiredAtMs = recorded?.retiredAtMs ?? pass.input.nowMs;
  if (!recorded && draft.mayAct)
    draft.retiring = [...draft.retiring, { accessPointId: id, retiredAtMs, why: "BindingDeleted" }];
  if (own.tags[TAGS.retiredAt] !== undefined) return recorded ? "clean" : "blocked";
  draft.creates.push(
    tagAction(draft, own, { [TAGS.retiredAt]: new Date(retiredAtMs).toISOString() }, `${draft.name} is being deleted`),
  );
  return "blocked";
}

function isNamedByNobody(pass: FileSystemPass, draft: BindingDraft, id: string): boolean {
  const { consumers } = pass.input.observed;
  if (consumers === null) {
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "Retiring",
      `Whether a function still names access point ${id} is being looked up.`,
    );
    pass.endings.wait(1, "every function version must be read before an access point is deleted");
    return false;
  }
  if (!consumers.known) {
    draft.conditions.put(
      "AccessPointReady",
      unread(
        "the function versions of the account",
        consumers.why,
        "lambda:ListFunctions and lambda:ListVersionsByFunction",
      ),
    );
    if (isDenied(consumers.why)) pass.endings.stall("the function versions of the account could not be read");
    else pass.endings.wait(pass.input.settings.backoffBaseMs, "the function versions of the account could not be read");
    return false;
  }
  const served = consumers.value
    .filter((version) => version.fileSystemConfigs.some(({ arn }) => accessPointIdOf(arn) === id))
    .map(versionName)
    .sort();
  if (served.length === 0) return true;
  const message = `Access point ${id} is still named by ${served.slice(0, 5).join(", ")}${served.length > 5 ? ` and ${served.length - 5} more` : ""}: delete those versions or take the mount out of those functions, or set deletionPolicy to Retain.`;
  draft.conditions.set("AccessPointReady", "False", "StillServed", message);
  // No event will come for what only a list that lags behind still shows: the unmount was proven before.
  const own = `${draft.binding.spec.workload.lambda?.functionName}:$LATEST`;
  if (served.includes(own)) pass.endings.stall(`access point ${id} is still named by ${own}`);
  return false;
}

function versionName({ functionName, version }: ObservedFunction): string {
  return `${functionName}:${version}`;
}

/** After the policy is planned: deletes what is proven unused and releases what is proven gone. */
export function finishRemoval(
  pass: FileSystemPass,
  { draft, stage }: Removal,
  policy: PolicyPlan | "notManaged" | "notRead",
): void {
  if (stage === "retained") {
    draft.release = true;
    return;
  }
  if (stage !== "clean" && stage !== "gone") return;
  const id = draft.accessPoint?.id;
  if (id !== undefined && !isOutOfPolicy(policy, id)) return awaitPolicy(pass, draft, id, policy);
  if (stage === "gone") {
    draft.retiring = [];
    draft.release = true;
    return;
  }
  if (isCleanTwice(pass, id!)) draft.deletes.push(deleteAction(draft));
}

/** Who waits for the policy says what is the matter with it; a refused Put shows there as well. */
function awaitPolicy(
  pass: FileSystemPass,
  draft: BindingDraft,
  id: string,
  policy: PolicyPlan | "notManaged" | "notRead",
): void {
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "WaitingForPolicy",
    `Access point ${id} is deleted once the policy does not name it any more (see PolicyReady).`,
  );
  const failure = policy === "notRead" ? pass.conditions.get("PolicyReady") : undefined;
  if (failure) draft.conditions.put("PolicyReady", failure);
  else
    draft.conditions.set(
      "PolicyReady",
      "False",
      "Updating",
      `The statements of ${draft.name} are being taken out of the policy.`,
    );
}

function isOutOfPolicy(policy: PolicyPlan | "notManaged" | "notRead", id: string): boolean {
  if (policy === "notManaged") return true;
  return (
    policy !== "notRead" && !policy.view.inForce.some(({ accessPointArn }) => accessPointIdOf(accessPointArn) === id)
  );
}

function isCleanTwice(pass: FileSystemPass, id: string): boolean {
  const { consumers } = pass.input.observed;
  if (!consumers?.known) return false;
  const clean = believeAbsent(pass.input.memory.cleanSinceMs[id], consumers.readAtMs, pass.input.settings.absenceGapMs);
  pass.memory.cleanSinceMs[id] = clean.sinceMs;
  if (!clean.believed) pass.endings.wait(clean.waitMs, `a second read must confirm that nothing names ${id}`);
  return clean.believed;
}

function tagAction(
  draft: BindingDraft,
  own: ObservedAccessPoint,
  tags: Record<string, string>,
  why: string,
): TagAccessPointAction {
  const before = Object.fromEntries(Object.keys(tags).map((key) => [key, own.tags[key] ?? null]));
  return {
    type: "TagResource",
    target: own.accessPointArn,
    why,
    bindings: [draft.name],
    before,
    after: tags,
    removes: 0,
    accessPointId: own.accessPointId,
    tags,
  };
}

function deleteAction(draft: BindingDraft): BindingDraft["deletes"][number] {
  const { id, arn } = draft.accessPoint!;
  return {
    type: "DeleteAccessPoint",
    target: arn,
    why: `${draft.name} was deleted and no function version names its access point; the files stay`,
    bindings: [draft.name],
    before: { accessPointId: id, path: draft.seen!.path },
    after: null,
    // Ordered by a deletionTimestamp, so it does not count for the blast radius.
    removes: 0,
    accessPointId: id,
    bindingUid: draft.binding.metadata.uid,
  };
}
