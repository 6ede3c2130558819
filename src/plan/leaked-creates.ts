import type { DeleteAccessPointAction } from "../model/actions.ts";
import { adoptionOf, mayAdopt } from "../model/adoption.ts";
import type { ReleasedBinding } from "../model/facets.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { ANNOTATIONS, TAGS } from "../model/records.ts";
import { blastRadius } from "./blast-radius.ts";
import { isCleanTwice, namersNow, shortList } from "./consumer-verdict.ts";
import { accessPointToken } from "./digest.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import { wasAskedFor } from "./own-access-points.ts";
import { isOutOfPolicy } from "./plan-retirement.ts";
import type { PolicyPlan } from "./plan-policy.ts";
import { ownersOf } from "./policy-desired.ts";

/** A call that takes effect later than this after its Binding was released is reported, not removed. */
const KEPT_MS = 86_400_000;
/** The newest; the record of a file system is no archive. */
const KEPT_MAX = 40;

/** An access point that a create of a Binding made which was gone by then, with what is known of that Binding. */
export interface LeakedCreate {
  own: ObservedAccessPoint;
  of: ReleasedBinding;
}

/**
 * Access points that nobody asks for any more: their create was intended for a Binding that was deleted before it
 * took effect. That the record is absent proves nothing; the intent does: owner tag, client token, log slot and
 * fields must all be those of a Binding whose release is on record, and no other record may claim the access point.
 */
export function leakedCreates(pass: FileSystemPass): LeakedCreate[] {
  const released = lately(pass);
  if (released.length === 0 || pass.seen === null) return [];
  const claimed = ownersOf(pass);
  const retained = new Set(pass.retained.map(({ accessPointId }) => accessPointId));
  return [...pass.seen.values()].flatMap((own) => {
    const id = own.accessPointId;
    if (claimed.has(id) || retained.has(id) || own.tags[TAGS.retained] !== undefined) return [];
    if (own.lifeCycleState === "deleting" || pass.drafts.some(({ binding }) => mayAdopt(adoptionOf(binding), id)))
      return [];
    const of = released.find((one) => isCreateOf(pass, one, own));
    return of === undefined ? [] : [{ own, of }];
  });
}

function isCreateOf({ input, drafts }: FileSystemPass, of: ReleasedBinding, own: ObservedAccessPoint) {
  const { tags, clientToken } = own;
  const slot = Number(tags[TAGS.slot]);
  const tokens = Array.from({ length: of.tokenGeneration + 1 }, (_, generation) =>
    accessPointToken(input.fileSystem.spec, of.bindingUid, generation),
  );
  return (
    tags[TAGS.installation] === input.settings.installation &&
    tags[TAGS.binding] === of.bindingUid &&
    tokens.includes(clientToken) &&
    wasAskedFor(of.asked ?? [], own) &&
    slot <= of.slot &&
    !drafts.some(({ binding }) => binding.metadata.uid === of.bindingUid)
  );
}

/** Deletes what leaked, once two clean reads show that nothing names it; says meanwhile what it waits for. */
export function planLeaks(
  pass: FileSystemPass,
  policy: PolicyPlan | "notManaged" | "notRead",
): DeleteAccessPointAction[] {
  const leaked = leakedCreates(pass);
  const radius = blastRadius(
    leaked.map(({ own }) => own.accessPointId),
    pass.input.removalsLastHour,
    pass.seen?.size ?? 0,
    pass.input.fileSystem.metadata.annotations[ANNOTATIONS.confirmRemoval],
  );
  const remarks: string[] = [];
  const actions = leaked.flatMap((one) => {
    const action = radius.withheld ? withheld(leaked.length, radius.planHash) : removalOf(pass, one, policy);
    if (typeof action !== "string") return [action];
    remarks.push(
      `Access point ${one.own.accessPointId} was made by a create of ${one.of.bindingName} that took effect after that was deleted: ${action}`,
    );
    return [];
  });
  if (remarks.length > 0) pass.conditions.set("Orphaned", "True", "LeakedCreate", remarks.slice(0, 3).join(" "));
  return actions;
}

function withheld(count: number, planHash: string): string {
  return `${count} at once are many; if it is meant, set the annotation ${ANNOTATIONS.confirmRemoval}: ${planHash}.`;
}

/** @returns the deletion, or in words what it waits for. */
function removalOf(
  pass: FileSystemPass,
  { own, of }: LeakedCreate,
  policy: PolicyPlan | "notManaged" | "notRead",
): DeleteAccessPointAction | string {
  const id = own.accessPointId;
  if (pass.input.settings.readOnly) return "it stays, since Mooring runs with --read-only.";
  const namers = namersNow(pass, id);
  if (!namers.known) return namers.condition.message;
  if (namers.names.length > 0) return `it stays while ${shortList(namers.names)} names it.`;
  if (!isOutOfPolicy(policy, id)) return "it stays while the policy names it.";
  if (!isCleanTwice(pass, id)) return "it is deleted once a second read confirms that nothing names it.";
  return {
    type: "DeleteAccessPoint",
    target: own.accessPointArn,
    why: `a create of ${of.bindingName} took effect after that was deleted, and nothing names what it made; the files stay`,
    bindings: [of.bindingName],
    before: { accessPointId: id, path: own.path },
    after: null,
    removes: 1,
    accessPointId: id,
    bindingUid: of.bindingUid,
  };
}

/** Bindings that go with this pass, beside those that went lately: a create of theirs may still take effect. */
export function releasedBindings(pass: FileSystemPass): ReleasedBinding[] {
  const { drafts, input } = pass;
  const { nowMs, head } = input;
  const now = drafts
    // Where nothing was ever asked for nothing can come, and what is retained is to stay.
    .filter(({ release, previous, binding }) => release && previous && binding.spec.deletionPolicy !== "Retain")
    .map(({ binding, name, tokenGeneration, asked }) => ({
      bindingUid: binding.metadata.uid,
      bindingName: name,
      tokenGeneration,
      ...(asked.length > 0 ? { asked } : {}),
      slot: head,
      atMs: nowMs,
    }));
  return [...lately(pass), ...now].slice(-KEPT_MAX);
}

function lately({ input: { fileSystem, nowMs } }: FileSystemPass): ReleasedBinding[] {
  return (fileSystem.facets.fileSystem?.released ?? []).filter(({ atMs }) => nowMs - atMs < KEPT_MS);
}
