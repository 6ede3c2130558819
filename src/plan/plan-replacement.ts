import type { ObservedAccessPoint } from "../model/observations.ts";
import { observedFields, sameFields, wantedFields } from "./access-point-fields.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { create } from "./create-access-point.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { byPresentToken, hasOwnTags, rememberFormer, retireReplaced } from "./own-access-points.ts";
import type { PolicyPlan } from "./plan-policy.ts";

/** How soon an access point that EFS is still making is looked at again, ms. */
const CREATING_POLL_MS = 200;

export function consentsToReplacement({ binding }: BindingDraft): boolean {
  return binding.spec.replacement === "AcceptDataChange";
}

/**
 * An access point cannot be changed, so another path or identity means another one: it is made, admitted beside the
 * old one, relied upon once the policy works everywhere, and only then named to the workload; the old one is retired
 * once the workload is verified to have moved. First rule that holds wins.
 *
 * @param serving the access point that serves now, seen by this pass.
 */
export function planReplacement(pass: FileSystemPass, draft: BindingDraft, serving: ObservedAccessPoint): void {
  admitPredecessor(pass, draft);
  const isAsWanted = sameFields(draft.binding, serving);
  if (!draft.mayAct) return holdBack(pass, draft, serving, isAsWanted);
  if (draft.predecessor) {
    if (!isAsWanted) replacing(draft, serving, `the workload is moved from ${draft.predecessor.id} to it first`);
    return;
  }
  if (isAsWanted) return abandon(pass, draft);
  if (!consentsToReplacement(draft)) {
    abandon(pass, draft);
    return askForConsent(draft, `access point ${serving.accessPointId} has ${observedFields(serving)}`);
  }
  succeed(pass, draft, serving);
}

/** The one that served before: admitted until the workload is verified to name its successor, then retired. */
function admitPredecessor(pass: FileSystemPass, draft: BindingDraft): void {
  const { predecessor } = draft;
  if (!predecessor) return;
  const seen = pass.seen!.get(predecessor.id);
  if (seen && seen.lifeCycleState !== "deleting") draft.beside.push(seen);
  if (!draft.mayAct) return;
  const isGone = seen === undefined && isBelievedAbsent(pass, predecessor.id);
  if (isGone) rememberFormer(draft, predecessor.id);
  else if (draft.binding.facets.workload?.echo === draft.accessPoint?.id) retireReplaced(pass, draft, predecessor.id);
  else return;
  draft.predecessor = undefined;
}

function holdBack(pass: FileSystemPass, draft: BindingDraft, serving: ObservedAccessPoint, isAsWanted: boolean): void {
  const id = draft.successor?.accessPoint?.id;
  const made = id === undefined ? undefined : pass.seen!.get(id);
  if (made) draft.beside.push(made);
  if (isAsWanted || draft.predecessor) return;
  if (!consentsToReplacement(draft))
    return askForConsent(draft, `access point ${serving.accessPointId} has ${observedFields(serving)}`);
  // What may not be made durable keeps its generation; the plan still shows the token it would have.
  if (!made) create(pass, draft, whyReplace(draft, serving), draft.tokenGeneration + (draft.successor ? 0 : 1));
  else draft.conditions.set("AccessPointReady", "False", "NotPermitted", "A replacement is under way and held back.");
}

/** Nothing is done; the condition says what would be, and how to consent. */
export function askForConsent(draft: BindingDraft, present: string): void {
  const message =
    `The spec asks for ${wantedFields(draft.binding)}; ${present}. ` +
    "An access point cannot be changed, only replaced, and the data stays where it was. To have it replaced without a gap in the mount set spec.replacement to AcceptDataChange; otherwise put the old values back. The present mount stays as it is.";
  draft.conditions.set("AccessPointReady", "False", "ReplacementNeedsConsent", message);
}

/** Nobody was told of the successor, and it is not wanted any more: retired, never revived. */
function abandon(pass: FileSystemPass, draft: BindingDraft): void {
  if (!draft.successor) return;
  const made = draft.successor.accessPoint?.id ?? ownByPresentToken(pass, draft)?.accessPointId;
  if (made !== undefined) retireReplaced(pass, draft, made);
  draft.successor = undefined;
}

function ownByPresentToken(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  const made = byPresentToken(pass, draft);
  return made && hasOwnTags(pass, draft, made) ? made : undefined;
}

/** Brings the successor one step further; its token generation is durable before it is made. */
function succeed(pass: FileSystemPass, draft: BindingDraft, serving: ObservedAccessPoint): void {
  if (!draft.successor) begin(draft);
  const made = findSuccessor(pass, draft, serving);
  if (made === "blocked") return;
  if (made === null) {
    create(pass, draft, whyReplace(draft, serving));
    if (draft.creates.some(({ type }) => type === "CreateAccessPoint"))
      replacing(draft, serving, "its successor is being made");
    return;
  }
  draft.successor = {
    usableAtMs: draft.successor!.usableAtMs,
    accessPoint: { id: made.accessPointId, arn: made.accessPointArn },
  };
  if (made.lifeCycleState === "creating") {
    pass.endings.wait(CREATING_POLL_MS, `access point ${made.accessPointId} is being made`);
    return replacing(draft, serving, `EFS is still making its successor ${made.accessPointId}`);
  }
  if (made.lifeCycleState === "error") {
    const message = `EFS reports access point ${made.accessPointId}, the successor of ${serving.accessPointId}, in state "error": delete it, and Mooring makes a new one.`;
    return draft.conditions.set("AccessPointReady", "False", "AccessPointError", message);
  }
  draft.successorSeen = made;
  replacing(draft, serving, `its successor ${made.accessPointId} is being admitted by the policy`);
}

function whyReplace(draft: BindingDraft, serving: ObservedAccessPoint): string {
  return `The spec of ${draft.name} asks for ${wantedFields(draft.binding)}, and access point ${serving.accessPointId} cannot be changed`;
}

/** Under a generation of its own: a token that made one access point never makes another. */
function begin(draft: BindingDraft): void {
  draft.tokenGeneration += 1;
  draft.successor = { accessPoint: null, usableAtMs: null };
}

/** The successor as this spec wants it; null = it is to be made under the present generation. */
function findSuccessor(
  pass: FileSystemPass,
  draft: BindingDraft,
  serving: ObservedAccessPoint,
): ObservedAccessPoint | "blocked" | null {
  const recorded = draft.successor!.accessPoint;
  const seen = recorded ? pass.seen!.get(recorded.id) : byPresentToken(pass, draft);
  if (recorded && (!seen || seen.lifeCycleState === "deleting")) {
    if (!seen && !isBelievedAbsent(pass, recorded.id)) {
      replacing(draft, serving, `its successor ${recorded.id} is not there any more, which a second read must confirm`);
      return "blocked";
    }
    rememberFormer(draft, recorded.id);
    begin(draft);
    return null;
  }
  if (!seen) return null;
  if (!recorded && !hasOwnTags(pass, draft, seen)) {
    const message = `Access point ${seen.accessPointId} carries this binding's client token, but not its tags, so it is not adopted: delete it if nothing uses it.`;
    draft.conditions.set("AccessPointReady", "False", "AccessPointMismatch", message);
    return "blocked";
  }
  if (sameFields(draft.binding, seen)) return seen;
  // The spec changed once more; nobody was told of this one.
  retireReplaced(pass, draft, seen.accessPointId);
  begin(draft);
  return null;
}

function replacing(draft: BindingDraft, serving: ObservedAccessPoint, what: string): void {
  const message = `Access point ${serving.accessPointId} (${observedFields(serving)}) is replaced by one for ${wantedFields(draft.binding)}: ${what}. The workload keeps its mount meanwhile.`;
  draft.conditions.set("AccessPointReady", "False", "Replacing", message);
}

/** After the policy is judged: the successor takes over from the moment at which the policy may be relied upon. */
export function takeOver(
  pass: FileSystemPass,
  draft: BindingDraft,
  policy: PolicyPlan | "notManaged" | "notRead",
): void {
  const { successor, successorSeen, seen } = draft;
  if (!successor?.accessPoint || !successorSeen || !seen || !draft.mayAct) return;
  const { usableAtMs } = successor;
  if (usableAtMs === null) {
    if (typeof policy === "object" && policy.refused.has(draft.binding.metadata.uid)) queue(pass, draft, seen, policy);
    return;
  }
  if (usableAtMs > pass.input.nowMs) {
    pass.endings.wait(usableAtMs - pass.input.nowMs, "the policy must work everywhere before it is relied upon");
    const at = new Date(usableAtMs).toISOString();
    return replacing(
      draft,
      seen,
      `the policy admits its successor ${successor.accessPoint.id} and is relied upon from ${at}`,
    );
  }
  draft.predecessor = draft.accessPoint ?? undefined;
  draft.accessPoint = successor.accessPoint;
  draft.policyUsableAtMs = usableAtMs;
  draft.serves = observedFields(successorSeen);
  draft.successor = undefined;
  const message = `Access point ${successor.accessPoint.id} serves ${wantedFields(draft.binding)}; the workload is moved to it from ${seen.accessPointId}.`;
  draft.conditions.set("AccessPointReady", "True", "Ready", message);
}

/** Others' ends make room by themselves; if there are none, somebody has to. */
function queue(pass: FileSystemPass, draft: BindingDraft, serving: ObservedAccessPoint, { room }: PolicyPlan): void {
  const isRoomToCome = pass.drafts.some(
    (other) =>
      other !== draft &&
      (isLeaving(other) || other.retiring.length > 0 || (other.successor?.usableAtMs ?? null) !== null),
  );
  const lacks = `Access point ${serving.accessPointId} is to be replaced, but the policy has no room for its successor beside it now (${room.needed} characters needed)`;
  const help = "To make room delete bindings or let them share roles. The workload keeps its mount meanwhile.";
  if (isRoomToCome) {
    const message = `${lacks}: the replacement waits for others to end. ${help}`;
    draft.conditions.set("AccessPointReady", "False", "ReplacementQueued", message);
  } else draft.conditions.set("AccessPointReady", "False", "PolicyCapacity", `${lacks}. ${help}`);
}
