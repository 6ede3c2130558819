import { accessPointArn } from "../model/keys.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { observedFields, ownerTags, sameFields, tagsToRepair, wantedFields } from "./access-point-fields.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { unread } from "./condition-drafts.ts";
import { create } from "./create-access-point.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import { accessPointToAdopt, planTakeOver, sayAdopting } from "./plan-adoption.ts";
import { findOwn, hasOwnTags, rememberFormer, retireReplaced } from "./own-access-points.ts";
import { askForConsent, consentsToReplacement, planReplacement } from "./plan-replacement.ts";
import { planRetired } from "./plan-retirement.ts";
import { takeFromRetained } from "./retained-access-point.ts";

/** How soon an access point that EFS is still making is looked at again, ms. */
const CREATING_POLL_MS = 200;

/** Decides what becomes of the access point of one binding that is to stay. First rule that holds wins. */
export function planAccessPoint(pass: FileSystemPass, draft: BindingDraft): void {
  if (refuseUnread(pass, draft)) return;
  if (draft.binding.spec.suspend) return planSuspended(pass, draft);
  planServing(pass, draft);
  planRetired(pass, draft);
}

function planServing(pass: FileSystemPass, draft: BindingDraft): void {
  const recorded = draft.accessPoint ? pass.seen!.get(draft.accessPoint.id) : undefined;
  if (recorded && recorded.lifeCycleState !== "deleting") return keep(pass, draft, recorded);
  if (draft.accessPoint) return replaceVanished(pass, draft, recorded);
  const own = findOwn(pass, draft);
  if (own) return adopt(pass, draft, own);
  const foreign = accessPointToAdopt(pass, draft);
  if (foreign === "refused") return;
  if (foreign !== "notAsked") {
    draft.accessPoint = { id: foreign.accessPointId, arn: foreign.accessPointArn };
    return keep(pass, draft, foreign);
  }
  create(pass, draft, `${draft.name} needs an access point`);
}

/** Without the file system or the list of access points nothing can be decided: what was known stays. */
function refuseUnread(pass: FileSystemPass, draft: BindingDraft): boolean {
  const { fileSystem, accessPoints } = pass.input.observed;
  const id = pass.input.fileSystem.spec.fileSystemId;
  if (fileSystem.known && fileSystem.value === null) {
    const { account, region } = pass.input.fileSystem.spec;
    const message = `File system ${id} does not exist in account ${account}, region ${region}. Mooring never makes file systems: bind to one that exists.`;
    draft.conditions.set("AccessPointReady", "False", "FileSystemNotFound", message);
    pass.endings.stall(`file system ${id} does not exist`);
    return true;
  }
  if (accessPoints.known) return false;
  draft.conditions.put(
    "AccessPointReady",
    unread("the access points", accessPoints.why, "elasticfilesystem:DescribeAccessPoints"),
  );
  return true;
}

function planSuspended(pass: FileSystemPass, draft: BindingDraft): void {
  const found = findOwn(pass, draft);
  const own = found && hasOwnTags(pass, draft, found) ? found : undefined;
  const seen = draft.accessPoint ? pass.seen!.get(draft.accessPoint.id) : own;
  if (seen?.lifeCycleState === "available" && sameFields(draft.binding, seen)) {
    draft.seen = seen;
    draft.accessPoint = { id: seen.accessPointId, arn: seen.accessPointArn };
    draft.conditions.set(
      "AccessPointReady",
      "True",
      "Suspended",
      `Access point ${seen.accessPointId} is as it should be; nothing is changed while spec.suspend is true.`,
    );
    return;
  }
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "Suspended",
    "The access point is not as it should be, and nothing is changed while spec.suspend is true: set it to false.",
  );
}

/** An access point that is there and recorded as ours: immutable but for its tags. */
function keep(pass: FileSystemPass, draft: BindingDraft, seen: ObservedAccessPoint): void {
  draft.seen = seen;
  draft.serves = observedFields(seen);
  takeFromRetained(pass, draft, seen);
  const adopting = planTakeOver(pass, draft, seen);
  if (!adopting) repairTags(pass, draft, seen);
  draft.admit = draft.binding.spec.driftPolicy === "Observe" ? "asInForce" : "wanted";
  setReadiness(pass, draft, seen);
  if (adopting) sayAdopting(draft, seen);
  planReplacement(pass, draft, seen);
}

function setReadiness(pass: FileSystemPass, draft: BindingDraft, seen: ObservedAccessPoint): void {
  const id = seen.accessPointId;
  if (seen.lifeCycleState === "creating") {
    draft.conditions.set("AccessPointReady", "False", "Creating", `EFS is still making access point ${id}.`);
    pass.endings.wait(CREATING_POLL_MS, `access point ${id} is being made`);
  } else if (seen.lifeCycleState === "error") {
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "AccessPointError",
      `EFS reports access point ${id} in state "error": delete it, and Mooring makes a new one.`,
    );
  } else {
    draft.conditions.set("AccessPointReady", "True", "Ready", `Access point ${id} serves ${observedFields(seen)}.`);
  }
}

function repairTags(pass: FileSystemPass, draft: BindingDraft, seen: ObservedAccessPoint): void {
  const tags = tagsToRepair(seen, ownerTags(draft.binding, pass.input.settings.installation));
  if (Object.keys(tags).length === 0) return;
  draft.drifted = true;
  const before = Object.fromEntries(Object.keys(tags).map((key) => [key, seen.tags[key] ?? null]));
  draft.creates.push({
    type: "TagResource",
    target: seen.accessPointArn,
    why: `Tags by which Mooring knows access point ${seen.accessPointId} were changed or removed`,
    bindings: [draft.name],
    before,
    after: tags,
    removes: 0,
    accessPointId: seen.accessPointId,
    tags,
  });
}

/** A recorded access point that is not shown any more: believed after two reads, then made anew. */
function replaceVanished(pass: FileSystemPass, draft: BindingDraft, deleting: ObservedAccessPoint | undefined): void {
  const id = draft.accessPoint!.id;
  draft.drifted = true;
  if (!deleting && !isBelievedAbsent(pass, id)) {
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "AccessPointMissing",
      `Access point ${id} is not there any more; a second read must confirm that before it is made anew.`,
    );
    return;
  }
  const why = `Access point of ${draft.name} was deleted by others`;
  // What may not be made durable keeps its generation; the plan still shows the token it would have.
  if (!draft.mayAct) return create(pass, draft, why, draft.tokenGeneration + 1);
  const heir = successorAtHand(pass, draft);
  // What served is known from the record alone now; other data needs consent as ever.
  if (
    !heir &&
    draft.serves !== undefined &&
    draft.serves !== wantedFields(draft.binding) &&
    !consentsToReplacement(draft)
  )
    return askForConsent(draft, `access point ${id}, which others deleted, had ${draft.serves}`);
  rememberFormer(draft, id);
  if (heir) {
    draft.accessPoint = { id: heir.accessPointId, arn: heir.accessPointArn };
    draft.policyUsableAtMs = draft.successor!.usableAtMs;
    draft.successor = undefined;
    return keep(pass, draft, heir);
  }
  draft.accessPoint = null;
  // A successor that is being made has a generation of its own already; one for another spec serves nobody.
  if (draft.successor?.accessPoint) retireReplaced(pass, draft, draft.successor.accessPoint.id);
  if (draft.successor?.accessPoint !== null) draft.tokenGeneration += 1;
  draft.successor = undefined;
  // What admitted the old one says nothing about its successor.
  draft.policyUsableAtMs = null;
  create(pass, draft, why);
}

/** A successor that this very spec asked for takes over at once: there is nothing left to keep mounted. */
function successorAtHand(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  const id = draft.successor?.accessPoint?.id;
  const seen = id === undefined ? undefined : pass.seen!.get(id);
  return seen && seen.lifeCycleState !== "deleting" && sameFields(draft.binding, seen) ? seen : undefined;
}

/** Adopts only what is exactly as we would have made it, tags included. */
function adopt(pass: FileSystemPass, draft: BindingDraft, own: ObservedAccessPoint): void {
  const foreignTags = tagsToRepair(own, ownerTags(draft.binding, pass.input.settings.installation));
  if (sameFields(draft.binding, own) && Object.keys(foreignTags).length === 0) {
    draft.accessPoint = { id: own.accessPointId, arn: own.accessPointArn };
    return keep(pass, draft, own);
  }
  const tags = Object.entries(foreignTags).map(
    ([key, value]) => `${key}=${own.tags[key] ?? "(none)"} instead of ${value}`,
  );
  const message =
    `Access point ${own.accessPointId} carries this binding's client token or tag, but is not what the spec asks for, so it is not adopted. ` +
    `Wanted: ${wantedFields(draft.binding)}. Found: ${observedFields(own)}${tags.length > 0 ? `, tags ${tags.join(", ")}` : ""}. ` +
    "Delete that access point if nothing uses it, or put the spec back.";
  draft.conditions.set("AccessPointReady", "False", "AccessPointMismatch", message);
}

/** ARN under which an access point of this file system would stand in a policy. */
export function arnOf(pass: FileSystemPass, accessPointId: string): string {
  return pass.seen?.get(accessPointId)?.accessPointArn ?? accessPointArn(pass.input.fileSystem.spec, accessPointId);
}
