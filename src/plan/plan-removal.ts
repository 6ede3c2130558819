import type { ObservedAccessPoint } from "../model/observations.ts";
import { ACCESS_POINT_FINALIZER, ANNOTATIONS, MOUNT_FINALIZER, TAGS } from "../model/records.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { unread } from "./condition-drafts.ts";
import { isCleanTwice, namersNow, shortList } from "./consumer-verdict.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import { findOwn, hasOwnTags, leakedOf, recordedIds, wasAskedFor } from "./own-access-points.ts";
import { isOutOfPolicy } from "./plan-retirement.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import { deleteAction, tagAction } from "./retire-actions.ts";

const DELETING_POLL_MS = 200;

/** How far the removal of one access point has come, as this pass sees it. */
type Stage =
  /** Not our turn, or not possible now. */
  | "blocked"
  /** The access point is gone for good. */
  | "gone"
  /** It is to stay, tagged and recorded. */
  | "retained"
  /** Retired, tagged, and named by nobody in this read. */
  | "clean";

/** One access point of the binding; id null = none was ever recorded. */
interface Part {
  id: string | null;
  own: ObservedAccessPoint | null;
  stage: Stage;
}

/** Kept beside the draft between the part before and the part after the policy; no parts = blocked as a whole. */
export type Removal = { draft: BindingDraft; parts: Part[] };

/** True if a removal is due that must know every consumer of the account and region. */
export function removalNeedsConsumers(pass: FileSystemPass, draft: BindingDraft): boolean {
  if (!isOurTurn(draft) || draft.binding.spec.suspend || pass.seen === null) return false;
  const own = ownAccessPoint(pass, draft);
  return [own, ...othersOf(pass, draft, own)].some(
    (one) => one && one.lifeCycleState !== "deleting" && !isToBeRetained(draft, one),
  );
}

function isOurTurn(draft: BindingDraft): boolean {
  const { deletionTimestamp, finalizers } = draft.binding.metadata;
  return (
    deletionTimestamp !== undefined &&
    finalizers.includes(ACCESS_POINT_FINALIZER) &&
    !finalizers.includes(MOUNT_FINALIZER)
  );
}

/**
 * By the spec, or because an unmount that nobody could prove was waived for this very binding. What a replacement
 * has left behind, or not brought to its end, and that nothing names is no part of what is to stay.
 */
function isToBeRetained(draft: BindingDraft, one: ObservedAccessPoint): boolean {
  const { binding, previous } = draft;
  const retired = previous?.retiring.find(({ accessPointId }) => accessPointId === one.accessPointId);
  const isUnnamed = retired?.withdrawnAtMs !== undefined || previous?.successor?.accessPoint?.id === one.accessPointId;
  if (isUnnamed) return false;
  if (binding.spec.deletionPolicy === "Retain") return true;
  const forced = binding.metadata.annotations[ANNOTATIONS.forceRelease] === binding.metadata.uid;
  const proven = binding.facets.workload?.conditions.some(
    ({ type, reason }) => type === "MountConfigured" && reason === "Unmounted",
  );
  return forced && proven !== true;
}

function ownAccessPoint(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  if (draft.accessPoint) return pass.seen!.get(draft.accessPoint.id);
  // A client token can be known to others; what bears no tags of ours was made, or is looked after, by somebody else.
  const found = findOwn(pass, draft);
  return found && hasOwnTags(pass, draft, found) && wasAskedFor(draft.asked, found) ? found : undefined;
}

/** Those that a replacement has made or left behind, beside the one that serves. */
function othersOf(
  pass: FileSystemPass,
  draft: BindingDraft,
  own: ObservedAccessPoint | undefined,
): ObservedAccessPoint[] {
  const recorded = [...recordedIds(draft)].map((id) => pass.seen!.get(id));
  return [...recorded, ...leakedOf(pass, draft)].filter(
    (one) => one !== undefined && one.accessPointId !== (draft.accessPoint?.id ?? own?.accessPointId),
  ) as ObservedAccessPoint[];
}

/** Before the policy is planned: what the deleted binding still asks of it, and what is retired. */
export function planRemoval(pass: FileSystemPass, draft: BindingDraft): Removal {
  const blocked: Removal = { draft, parts: [] };
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
  return { draft, parts: partsOf(pass, draft) };
}

function partsOf(pass: FileSystemPass, draft: BindingDraft): Part[] {
  const own = ownAccessPoint(pass, draft);
  const others = othersOf(pass, draft, own);
  const lost = [...recordedIds(draft)].filter((id) => id !== draft.accessPoint?.id && !pass.seen!.has(id));
  const isMaking = draft.successor?.accessPoint === null;
  draft.seen = own ?? null;
  if (own) draft.accessPoint = { id: own.accessPointId, arn: own.accessPointArn };
  const isAlone = others.length === 0;
  const main = own
    ? partOf(own, removeOrRetain(pass, draft, own))
    : { id: draft.accessPoint?.id ?? null, own: null, stage: vanish(pass, draft, isAlone) };
  return [
    main,
    ...others.map((one) => partOf(one, removeOther(pass, draft, one))),
    ...lost.map((id): Part => ({ id, own: null, stage: isBelievedAbsent(pass, id) ? "gone" : "blocked" })),
    // A create whose answer was lost may show itself yet.
    ...(isMaking
      ? [
          {
            id: null,
            own: null,
            stage: isBelievedAbsent(pass, `successor of ${draft.name}`) ? "gone" : "blocked",
          } as const,
        ]
      : []),
  ];
}

function partOf(own: ObservedAccessPoint, stage: Stage): Part {
  return { id: own.accessPointId, own, stage };
}

/** The condition speaks of the one that serves, unless it is another that things wait for. */
function removeOther(pass: FileSystemPass, draft: BindingDraft, one: ObservedAccessPoint): Stage {
  const said = draft.conditions.get("AccessPointReady");
  const stage = removeOrRetain(pass, draft, one);
  if (stage !== "blocked" && said) draft.conditions.put("AccessPointReady", said);
  return stage;
}

function removeOrRetain(pass: FileSystemPass, draft: BindingDraft, own: ObservedAccessPoint): Stage {
  if (own.lifeCycleState === "deleting") {
    draft.withdrawn.add(own.accessPointId);
    draft.conditions.set("AccessPointReady", "False", "Deleting", `EFS is deleting access point ${own.accessPointId}.`);
    pass.endings.wait(DELETING_POLL_MS, `access point ${own.accessPointId} is being deleted`);
    return "blocked";
  }
  return isToBeRetained(draft, own) ? retain(pass, draft, own) : retire(pass, draft, own);
}

/** Nothing is there: true at once if nothing was ever asked for, else after a second read. */
function vanish(pass: FileSystemPass, draft: BindingDraft, isAlone: boolean): Stage {
  if (isAlone) draft.admit = "nothing";
  draft.conditions.set("AccessPointReady", "False", "Deleted", "The access point is gone.");
  if (!draft.previous) return "gone";
  return isBelievedAbsent(pass, draft.accessPoint?.id ?? `access point of ${draft.name}`) ? "gone" : "blocked";
}

/** Mount, access point and statements stay; the file system's record keeps them in the roles' Denies. */
function retain(pass: FileSystemPass, draft: BindingDraft, own: ObservedAccessPoint): Stage {
  const { binding } = draft;
  const id = own.accessPointId;
  const recorded = pass.retained.some(
    ({ accessPointId, bindingUid }) => accessPointId === id && bindingUid === binding.metadata.uid,
  );
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
  if (recorded?.why === "BindingDeleted" || recorded?.withdrawnAtMs !== undefined) draft.withdrawn.add(id);
  if (!isNamedByNobody(pass, draft, id)) return "blocked";
  draft.withdrawn.add(id);
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "Retiring",
    `Access point ${id} is taken out of the policy and then deleted.`,
  );
  const retiredAtMs = recorded?.retiredAtMs ?? pass.input.nowMs;
  if (draft.mayAct) noteWithdrawn(pass, draft, id, retiredAtMs);
  if (own.tags[TAGS.retiredAt] !== undefined) return recorded ? "clean" : "blocked";
  draft.creates.push(
    tagAction(draft, own, { [TAGS.retiredAt]: new Date(retiredAtMs).toISOString() }, `${draft.name} is being deleted`),
  );
  return "blocked";
}

/** What was replaced before keeps its reason; the deletion spares it its quarantine. */
function noteWithdrawn(pass: FileSystemPass, draft: BindingDraft, id: string, retiredAtMs: number): void {
  const before = draft.retiring.find(({ accessPointId }) => accessPointId === id);
  if (before?.why === "BindingDeleted" || before?.withdrawnAtMs !== undefined) return;
  const entry = before
    ? { ...before, withdrawnAtMs: pass.input.nowMs }
    : { accessPointId: id, retiredAtMs, why: "BindingDeleted" as const };
  draft.retiring = [...draft.retiring.filter((one) => one !== before), entry];
}

function isNamedByNobody(pass: FileSystemPass, draft: BindingDraft, id: string): boolean {
  const namers = namersNow(pass, id);
  if (!namers.known) {
    draft.conditions.put("AccessPointReady", namers.condition);
    return false;
  }
  if (namers.names.length === 0) return true;
  const message = `Access point ${id} is still named by ${shortList(namers.names)}: delete those versions, take the mount out of those functions, let those rollouts and tasks end, point those rules and schedules elsewhere, or set deletionPolicy to Retain.`;
  draft.conditions.set("AccessPointReady", "False", "StillServed", message);
  // No event will come for what only a list that lags behind still shows: the unmount was proven before.
  const own = `${draft.binding.spec.workload.lambda?.functionName}:$LATEST`;
  if (namers.names.includes(own)) pass.endings.stall(`access point ${id} is still named by ${own}`);
  return false;
}

/** After the policy is planned: deletes what is proven unused and releases what is proven gone. */
export function finishRemoval(
  pass: FileSystemPass,
  { draft, parts }: Removal,
  policy: PolicyPlan | "notManaged" | "notRead",
): void {
  const going = parts.filter(({ stage }) => stage === "clean" || stage === "gone");
  const held = going.filter(({ id }) => id !== null && !isOutOfPolicy(policy, id));
  if (held.length > 0) awaitPolicy(pass, draft, held[0]!.id!, policy);
  for (const part of going) {
    if (part.stage !== "clean" || held.includes(part) || !isCleanTwice(pass, part.id!)) continue;
    const why = `${draft.name} was deleted and nothing names its access point any more; the files stay`;
    draft.deletes.push(deleteAction(draft, part.own!, why));
  }
  const isOver = parts.length > 0 && parts.every(({ stage }) => stage === "gone" || stage === "retained");
  if (!isOver || held.length > 0) return;
  if (parts.every(({ stage }) => stage === "gone")) draft.retiring = [];
  draft.release = true;
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
