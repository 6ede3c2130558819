import type { RetiringAccessPoint } from "../model/facets.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { TAGS } from "../model/records.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { isCleanTwice, namersNow, shortList } from "./consumer-verdict.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { leakedOf, rememberFormer, retireReplaced } from "./own-access-points.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import { accessPointIdOf } from "./policy-admissions.ts";
import { deleteAction, tagAction } from "./retire-actions.ts";

const DELETING_POLL_MS = 200;
/** Waits longer than this are left to the sweep: a key that waits is asleep, and drift is not to wait with it. */
const WAIT_MAX_MS = 60_000;

/** True if something retired is so far that every consumer of the account and region must be known. */
export function retirementNeedsConsumers(pass: FileSystemPass, draft: BindingDraft): boolean {
  if (isLeaving(draft) || !draft.mayAct || pass.seen === null) return false;
  return draft.retiring.some((entry) => {
    const seen = pass.seen!.get(entry.accessPointId);
    return seen !== undefined && seen.lifeCycleState !== "deleting" && isDue(pass, draft, entry);
  });
}

/** Its turn has come to be withdrawn, or to be deleted. */
function isDue(pass: FileSystemPass, draft: BindingDraft, entry: RetiringAccessPoint): boolean {
  if (namersByFacet(draft, entry.accessPointId) !== null || !isMoved(draft)) return false;
  return entry.withdrawnAtMs === undefined || quarantineRestMs(pass, entry) <= 0;
}

/** The workload is verified to mount what serves: until then an update that fails may bring a former one back. */
function isMoved({ binding, accessPoint }: BindingDraft): boolean {
  return accessPoint !== null && binding.facets.workload?.echo === accessPoint.id;
}

function quarantineRestMs({ input }: FileSystemPass, { retiredAtMs }: RetiringAccessPoint): number {
  return retiredAtMs + input.settings.quarantineMs - input.nowMs;
}

/** What the workload's reconciler last saw of who still names it: null = nobody. */
function namersByFacet({ binding }: BindingDraft, accessPointId: string): string[] | null {
  const workload = binding.facets.workload;
  if (workload?.served.includes(accessPointId) !== true) return null;
  return workload.namedBy?.[accessPointId] ?? [];
}

/**
 * What becomes of the access points that a binding's replacements left behind. Each stays admitted until nothing
 * names it; then it is taken out of the policy, spends its quarantine, and is deleted after two clean reads.
 */
export function planRetired(pass: FileSystemPass, draft: BindingDraft): void {
  if (draft.mayAct) for (const { accessPointId } of leakedOf(pass, draft)) retireReplaced(pass, draft, accessPointId);
  for (const entry of draft.retiring) {
    const seen = pass.seen!.get(entry.accessPointId);
    if (seen === undefined) noteGone(pass, draft, entry.accessPointId);
    else if (seen.lifeCycleState === "deleting")
      pass.endings.wait(DELETING_POLL_MS, `access point ${entry.accessPointId} is being deleted`);
    else planRetiredOne(pass, draft, entry, seen);
  }
}

function noteGone(pass: FileSystemPass, draft: BindingDraft, id: string): void {
  if (!isBelievedAbsent(pass, id) || !draft.mayAct) return;
  draft.retiring = draft.retiring.filter(({ accessPointId }) => accessPointId !== id);
  rememberFormer(draft, id);
}

function planRetiredOne(
  pass: FileSystemPass,
  draft: BindingDraft,
  entry: RetiringAccessPoint,
  seen: ObservedAccessPoint,
): void {
  const id = entry.accessPointId;
  if (seen.tags[TAGS.retiredAt] === undefined) {
    const retiredAt = new Date(entry.retiredAtMs).toISOString();
    draft.creates.push(
      tagAction(draft, seen, { [TAGS.retiredAt]: retiredAt }, `${draft.name} has another in its place`),
    );
  }
  const served = namersByFacet(draft, id);
  if (served !== null) {
    draft.beside.push(seen);
    return say(draft, stillNamed(id, served));
  }
  if (entry.withdrawnAtMs === undefined) return withdraw(pass, draft, entry, seen);
  draft.withdrawn.add(id);
  const restMs = quarantineRestMs(pass, entry);
  if (restMs > 0) {
    const at = new Date(entry.retiredAtMs + pass.input.settings.quarantineMs).toISOString();
    if (restMs <= WAIT_MAX_MS) pass.endings.wait(restMs, `the quarantine of access point ${id} is not over`);
    return say(draft, `Replaced access point ${id} is deleted from ${at} on, if nothing names it then.`);
  }
  say(draft, `Replaced access point ${id} is deleted once the policy does not name it and the workload is in order.`);
}

/** It leaves the policy once a read that was begun after its retirement shows that nothing names it. */
function withdraw(
  pass: FileSystemPass,
  draft: BindingDraft,
  entry: RetiringAccessPoint,
  seen: ObservedAccessPoint,
): void {
  const id = entry.accessPointId;
  draft.beside.push(seen);
  const isNew = draft.previous?.retiring.some(({ accessPointId }) => accessPointId === id) !== true;
  if (isNew && draft.mayAct) pass.endings.wait(1, `whether anything names ${id} must be read after its retirement`);
  if (isNew || !draft.mayAct || !isDue(pass, draft, entry)) return;
  const namers = namersNow(pass, id);
  if (!namers.known) return say(draft, namers.condition.message);
  if (namers.names.length > 0) return say(draft, stillNamed(id, namers.names));
  // One list that lags behind must not shut out a version that was published just now.
  if (namers.readAtMs < entry.retiredAtMs || !isCleanTwice(pass, id)) return;
  draft.beside.pop();
  draft.withdrawn.add(id);
  const withdrawn = { ...entry, withdrawnAtMs: pass.input.nowMs };
  draft.retiring = draft.retiring.map((one) => (one === entry ? withdrawn : one));
  // The next pass goes on from here: quarantine, then deletion.
  pass.endings.wait(1, `access point ${id} leaves the policy`);
}

function stillNamed(id: string, names: readonly string[]): string {
  const who = names.length === 0 ? "the workload" : shortList(names);
  return `Replaced access point ${id} is still named by ${who}, so it stays admitted and is not deleted: delete those versions, let those rollouts and tasks end, or point those rules and schedules elsewhere.`;
}

function say(draft: BindingDraft, remark: string): void {
  draft.remarks.push(remark);
}

/** After the policy is planned: deletes what is out of the policy, out of quarantine, and clean twice. */
export function finishRetired(
  pass: FileSystemPass,
  draft: BindingDraft,
  policy: PolicyPlan | "notManaged" | "notRead",
): void {
  if (pass.seen === null || !draft.mayAct) return;
  for (const entry of draft.retiring) {
    const id = entry.accessPointId;
    const seen = pass.seen.get(id);
    if (seen === undefined || seen.lifeCycleState === "deleting") continue;
    if (entry.withdrawnAtMs === undefined || !isDue(pass, draft, entry) || !isOutOfPolicy(policy, id)) continue;
    const namers = namersNow(pass, id);
    if (!namers.known) say(draft, namers.condition.message);
    else if (namers.names.length > 0) say(draft, stillNamed(id, namers.names));
    else if (isCleanTwice(pass, id)) draft.deletes.push(deleteAction(draft, seen, whyDelete(pass, draft, entry)));
  }
}

function whyDelete(pass: FileSystemPass, draft: BindingDraft, { retiredAtMs }: RetiringAccessPoint): string {
  const from = new Date(retiredAtMs + pass.input.settings.quarantineMs).toISOString();
  return `${draft.name} has another access point in its place, nothing names this one any more, and its quarantine ends at ${from}; the files stay`;
}

export function isOutOfPolicy(policy: PolicyPlan | "notManaged" | "notRead", id: string): boolean {
  if (policy === "notManaged") return true;
  return (
    policy !== "notRead" && !policy.view.inForce.some(({ accessPointArn }) => accessPointIdOf(accessPointArn) === id)
  );
}
