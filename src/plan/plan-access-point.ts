import type { CreateAccessPointAction } from "../model/actions.ts";
import { accessPointArn } from "../model/keys.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { believeAbsent } from "./absence.ts";
import { observedFields, ownerTags, sameFields, tagsToRepair, wantedFields } from "./access-point-fields.ts";
import { unread } from "./condition-drafts.ts";
import { accessPointToken } from "./digest.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";

/** How soon an access point that EFS is still making is looked at again, ms. */
const CREATING_POLL_MS = 200;
/** A file system that is not `available` changes in minutes. */
const FILE_SYSTEM_POLL_MS = 15_000;
/** Ids that a binding remembers of access points that others deleted. */
const FORMER_MAX = 5;

/** Decides what becomes of the access point of one binding that is to stay. First rule that holds wins. */
export function planAccessPoint(pass: FileSystemPass, draft: BindingDraft): void {
  if (refuseUnread(pass, draft)) return;
  if (draft.binding.spec.suspend) return planSuspended(pass, draft);
  const recorded = draft.accessPoint ? pass.seen!.get(draft.accessPoint.id) : undefined;
  if (recorded && recorded.lifeCycleState !== "deleting") return keep(pass, draft, recorded);
  if (draft.accessPoint) return replaceVanished(pass, draft, recorded);
  const own = findOwn(pass, draft);
  if (own) return adopt(pass, draft, own);
  create(pass, draft, false);
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
  const seen = draft.accessPoint ? pass.seen!.get(draft.accessPoint.id) : findOwn(pass, draft);
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
  if (!sameFields(draft.binding, seen)) {
    const message =
      `The spec asks for ${wantedFields(draft.binding)}; access point ${seen.accessPointId} has ${observedFields(seen)}. ` +
      "Access points are immutable and are not replaced yet: create a new Binding with the new values and delete this one, or put the old values back. The present mount stays as it is.";
    draft.conditions.set("AccessPointReady", "False", "ReplacementNotSupported", message);
    return;
  }
  repairTags(pass, draft, seen);
  draft.admit = draft.binding.spec.driftPolicy === "Observe" ? "asInForce" : "wanted";
  setReadiness(pass, draft, seen);
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
    draft.conditions.set(
      "AccessPointReady",
      "True",
      "Ready",
      `Access point ${id} serves ${wantedFields(draft.binding)}.`,
    );
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
  if (!draft.mayAct) return create(pass, draft, true);
  draft.accessPoint = null;
  draft.former = [...draft.former.filter((one) => one !== id), id].slice(-FORMER_MAX);
  draft.tokenGeneration += 1;
  // What admitted the old one says nothing about its successor.
  draft.policyUsableAtMs = null;
  create(pass, draft, true);
}

/** Asks the memory; also notes when to look again. The pass that first misses it never believes it. */
export function isBelievedAbsent(pass: FileSystemPass, id: string): boolean {
  const { observed, settings, memory } = pass.input;
  const readAtMs = observed.accessPoints.known ? observed.accessPoints.readAtMs : observed.fileSystem.readAtMs;
  const absence = believeAbsent(memory.absentSinceMs[id], readAtMs, settings.absenceGapMs);
  pass.memory.absentSinceMs[id] = absence.sinceMs;
  if (!absence.believed) pass.endings.wait(absence.waitMs, `a second read must confirm that ${id} is gone`);
  return absence.believed;
}

/** An access point that an unanswered create of ours left: by client token, else by owner tags. */
export function findOwn(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  const { uid } = draft.binding.metadata;
  const token = accessPointToken(pass.input.fileSystem.spec, uid, draft.tokenGeneration);
  return pass.byToken.get(token) ?? pass.byBinding.get(uid);
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

function create(pass: FileSystemPass, draft: BindingDraft, anew: boolean): void {
  if (refuseNewcomer(pass, draft)) return;
  draft.creates.push(createAction(pass, draft, anew));
  if (draft.binding.spec.driftPolicy === "Observe") draft.drifted = true;
  const reason = draft.mayAct ? "Creating" : "NotPermitted";
  const because = pass.input.settings.readOnly ? "Mooring runs with --read-only" : "driftPolicy is Observe";
  const message = draft.mayAct
    ? `Access point for ${wantedFields(draft.binding)} is being made.`
    : `An access point for ${wantedFields(draft.binding)} is needed, but ${because}.`;
  draft.conditions.set("AccessPointReady", "False", reason, message);
}

/** A workload that cannot mount gets no access point: nothing would ever use it. */
function refuseNewcomer(pass: FileSystemPass, draft: BindingDraft): boolean {
  const { workload } = draft.binding.facets;
  const { fileSystem } = pass.input.observed;
  if (!workload) {
    draft.conditions.set(
      "AccessPointReady",
      "Unknown",
      "WaitingForWorkload",
      "The workload has not been looked at yet.",
    );
    return true;
  }
  if (!workload.admissible || workload.roleArns.length === 0) {
    const why =
      workload.conditions.find(({ type }) => type === "MountConfigured")?.message ?? "its checks have not passed";
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "WaitingForWorkload",
      `No access point is made as the workload cannot mount yet: ${why}`,
    );
    return true;
  }
  if (!fileSystem.known) {
    draft.conditions.put(
      "AccessPointReady",
      unread("the file system", fileSystem.why, "elasticfilesystem:DescribeFileSystems"),
    );
    return true;
  }
  const state = fileSystem.value?.lifeCycleState;
  if (state === "available") return false;
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "FileSystemNotAvailable",
    `The file system is "${state}"; access points can only be made while it is "available".`,
  );
  pass.endings.wait(FILE_SYSTEM_POLL_MS, `the file system is ${state}`);
  return true;
}

function createAction(pass: FileSystemPass, draft: BindingDraft, anew: boolean): CreateAccessPointAction {
  const { fileSystem, settings } = pass.input;
  const { rootDirectory, posixUser } = draft.binding.spec;
  const { uid } = draft.binding.metadata;
  const { path, ...creationInfo } = rootDirectory;
  // What may not be made durable keeps its generation; the plan still shows the token it would have.
  const tokenGeneration = draft.tokenGeneration + (anew && !draft.mayAct ? 1 : 0);
  return {
    type: "CreateAccessPoint",
    target: pass.arn,
    why: anew ? `Access point of ${draft.name} was deleted by others` : `${draft.name} needs an access point`,
    bindings: [draft.name],
    before: null,
    after: { path, creationInfo, posixUser },
    removes: 0,
    fileSystemId: fileSystem.spec.fileSystemId,
    bindingUid: uid,
    clientToken: accessPointToken(fileSystem.spec, uid, tokenGeneration),
    tokenGeneration,
    path,
    creationInfo,
    posixUser,
    tags: ownerTags(draft.binding, settings.installation),
  };
}

/** ARN under which an access point of this file system would stand in a policy. */
export function arnOf(pass: FileSystemPass, accessPointId: string): string {
  return pass.seen?.get(accessPointId)?.accessPointArn ?? accessPointArn(pass.input.fileSystem.spec, accessPointId);
}
