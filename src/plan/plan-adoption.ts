import { adoptionOf, mayAdopt, type Adoption } from "../model/adoption.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import { ANNOTATIONS, TAGS } from "../model/records.ts";
import { mountPaths, workloadName } from "../model/workload.ts";
import { observedFields, ownerTags, sameFields, tagsToRepair, wantedFields } from "./access-point-fields.ts";
import type { ConditionDrafts } from "./condition-drafts.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";
import { isLeftBehind, NOT_RETAINED } from "./retained-access-point.ts";

/** How soon an access point that EFS is still making is looked at again, ms. */
const CREATING_POLL_MS = 200;

/**
 * The access point that the annotation `mooring.dev/adopt` asks to be taken over, if it is exactly what the
 * spec says. Nothing is made while the annotation names something that does not fit: "refused", and the
 * conditions say why. Once a binding has had an access point the annotation is history: "notAsked".
 */
export function accessPointToAdopt(
  pass: FileSystemPass,
  draft: BindingDraft,
): ObservedAccessPoint | "notAsked" | "refused" {
  const adoption = adoptionOf(draft.binding);
  if (!asksForAccessPoint(adoption) || draft.tokenGeneration > 0 || draft.former.length > 0) return "notAsked";
  if (!canMount(draft)) return "refused";
  const id = idToAdopt(draft, adoption);
  if (id === null) return "refused";
  const seen = pass.seen!.get(id);
  const { fileSystemId } = pass.input.fileSystem.spec;
  if (seen === undefined)
    return refuse(draft, `${id} is not an access point of file system ${fileSystemId}. Correct the annotation`);
  if (seen.lifeCycleState === "creating") {
    draft.conditions.set("AccessPointReady", "False", "Creating", `EFS is still making access point ${id}.`);
    pass.endings.wait(CREATING_POLL_MS, `access point ${id} is being made`);
    return "refused";
  }
  if (seen.lifeCycleState !== "available") return refuse(draft, `access point ${id} is "${seen.lifeCycleState}"`);
  const owner = ownerOf(pass, draft, seen);
  if (owner !== null) return refuse(draft, `access point ${id} belongs to ${owner}. Name another one, or none`);
  if (sameFields(draft.binding, seen)) return seen;
  const sides = `The spec asks for ${wantedFields(draft.binding)}; access point ${id} has ${observedFields(seen)}`;
  return refuse(draft, `${sides}. Make the spec say what the access point has (it cannot be changed)`);
}

function asksForAccessPoint(adoption: Adoption | null): adoption is Adoption {
  return adoption !== null && (adoption.accessPointId !== null || adoption.mount);
}

/** What the workload refuses (its mount is elsewhere, its slot taken) must not become ours, or we would clear it away. */
function canMount({ binding, conditions }: BindingDraft): boolean {
  const { workload } = binding.facets;
  // What an earlier spec passed says nothing of this one: its mount path may be another.
  const answer = workload?.observedGeneration === binding.metadata.generation ? workload : undefined;
  if (answer?.admissible) return true;
  const why = answer?.conditions.find(({ type }) => type === "MountConfigured")?.message;
  const message =
    why === undefined
      ? "The workload has not been looked at yet."
      : `No access point is adopted as the workload cannot mount it: ${why}`;
  conditions.set("AccessPointReady", answer ? "False" : "Unknown", "WaitingForWorkload", message);
  return false;
}

/** The annotation's id, or that of the mount in place; both, where both are asked for, must be the same. */
function idToAdopt(draft: BindingDraft, { accessPointId, mount }: Adoption): string | null {
  if (!mount) return accessPointId;
  const { workload } = draft.binding.spec;
  const mounted = draft.binding.facets.workload?.mounted ?? null;
  if (mounted === null) {
    refuse(
      draft,
      `The annotation asks for the mount of ${workloadName(workload)} at ${mountPaths(workload)}; it has none at the path. Take "mount" out of the annotation, or correct the path`,
    );
    return null;
  }
  if (accessPointId === null || accessPointId === mounted) return mounted;
  refuse(
    draft,
    `The annotation names ${accessPointId}; ${workloadName(workload)} mounts ${mounted} at ${mountPaths(workload)}. Name that one, or take "mount" out of the annotation`,
  );
  return null;
}

/** Whose it is, for people; null = nobody's that we know. */
function ownerOf(pass: FileSystemPass, draft: BindingDraft, seen: ObservedAccessPoint): string | null {
  const other = pass.drafts.find((one) => one !== draft && one.accessPoint?.id === seen.accessPointId);
  if (other !== undefined) return `binding ${other.name}`;
  const { [TAGS.installation]: installation, [TAGS.binding]: uid, [TAGS.bindingName]: name = "" } = seen.tags;
  if (installation === undefined || uid === draft.binding.metadata.uid || isLeftBehind(pass, seen)) return null;
  if (installation !== pass.input.settings.installation) return `installation "${installation}" (binding ${name})`;
  return `binding ${name} (it carries its tags)`;
}

function refuse(draft: BindingDraft, what: string): "refused" {
  sayMismatch(draft.conditions, "AccessPointReady", what);
  return "refused";
}

/** Says it in the part that it holds up, and as a condition of its own. */
export function sayMismatch(
  conditions: ConditionDrafts,
  part: "AccessPointReady" | "MountConfigured" | null,
  what: string,
): void {
  const meanwhile = part === null ? "That statement stays as it is" : "Nothing is changed";
  const message = `Not adopted: ${what}; or remove the annotation ${ANNOTATIONS.adopt}. ${meanwhile} until then.`;
  if (part !== null) conditions.set(part, "False", "AdoptionMismatch", message);
  const reason =
    part === "AccessPointReady" ? "AccessPointDiffers" : part === null ? "StatementDiffers" : "MountDiffers";
  conditions.set("AdoptionMismatch", "True", reason, message);
}

/**
 * Makes the tags due by which an adopted access point is known as this binding's; that it does not carry them yet is
 * no drift. Under `driftPolicy: Observe` its tags stay as they are.
 *
 * @returns false if the access point is none that is being adopted: then missing tags are drift.
 */
export function planTakeOver(pass: FileSystemPass, draft: BindingDraft, seen: ObservedAccessPoint): boolean {
  const isNobodys = seen.tags[TAGS.installation] === undefined;
  const isRetained = isLeftBehind(pass, seen);
  if (!mayAdopt(adoptionOf(draft.binding), seen.accessPointId) || (!isNobodys && !isRetained)) return false;
  if (draft.binding.spec.driftPolicy === "Observe") return true;
  const said = draft.previous?.conditions.find(({ type }) => type === "AccessPointReady");
  if (said?.reason === "Ready" && draft.previous?.accessPoint?.id === seen.accessPointId && !wasObserving(draft))
    return false;
  const owner = ownerTags(draft.binding, pass.input.settings.installation);
  const tags = tagsToRepair(seen, { ...owner, ...(isRetained ? NOT_RETAINED : {}) });
  const before = Object.fromEntries(Object.keys(tags).map((key) => [key, seen.tags[key] ?? null]));
  draft.creates.push({
    type: "TagResource",
    target: seen.accessPointArn,
    why: `${draft.name} takes over access point ${seen.accessPointId}, which is exactly what its spec says`,
    bindings: [draft.name],
    before,
    after: tags,
    removes: 0,
    accessPointId: seen.accessPointId,
    tags,
  });
  return true;
}

/** Its last look was under another spec, maybe one that only observed. */
function wasObserving({ previous, binding }: BindingDraft): boolean {
  return previous?.observedGeneration !== binding.metadata.generation;
}

/** After the other conditions: it is not ours before it carries our tags. */
export function sayAdopting(draft: BindingDraft, seen: ObservedAccessPoint): void {
  if (!draft.creates.some((one) => one.type === "TagResource" && one.accessPointId === seen.accessPointId)) return;
  const reason = draft.mayAct ? "Adopting" : "NotPermitted";
  const doing = draft.mayAct ? "its tags are being added" : "nothing is changed as Mooring runs with --read-only";
  const message = `Access point ${seen.accessPointId} is exactly what the spec says and is taken over; ${doing}.`;
  draft.conditions.set("AccessPointReady", "False", reason, message);
}
