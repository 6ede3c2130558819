import type { ObservedAccessPoint } from "../model/observations.ts";
import { TAGS, type BindingRecord } from "../model/records.ts";

/** `<namespace>/<name>`. */
export function nameOf(binding: BindingRecord): string {
  return `${binding.metadata.namespace}/${binding.metadata.name}`;
}

/** The tags that every access point of this binding carries. The slot tag is added with the intent. */
export function ownerTags(binding: BindingRecord, installation: string): Record<string, string> {
  return {
    [TAGS.managed]: "true",
    [TAGS.installation]: installation,
    [TAGS.binding]: binding.metadata.uid,
    [TAGS.bindingName]: nameOf(binding),
  };
}

/** Those of `wanted` that the access point does not carry as they should be. */
export function tagsToRepair(observed: ObservedAccessPoint, wanted: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => observed.tags[key] !== value));
}

/** What the spec says about an access point, as one readable line; fields that cannot change after creation. */
export function wantedFields(binding: BindingRecord): string {
  const { path, ownerUid, ownerGid, permissions } = binding.spec.rootDirectory;
  return describe(path, { ownerUid, ownerGid, permissions }, binding.spec.posixUser);
}

export function observedFields(observed: ObservedAccessPoint): string {
  return describe(observed.path, observed.creationInfo, observed.posixUser);
}

/** Equal texts, equal meaning: permissions compare as numbers, groups as sets. */
export function sameFields(binding: BindingRecord, observed: ObservedAccessPoint): boolean {
  return wantedFields(binding) === observedFields(observed);
}

function describe(
  path: string,
  creation: { ownerUid: number; ownerGid: number; permissions: string } | null,
  posix: { uid: number; gid: number; secondaryGids: number[] } | null,
): string {
  const mode = creation ? Number.parseInt(creation.permissions, 8).toString(8).padStart(4, "0") : "";
  const owner = creation ? `owner ${creation.ownerUid}:${creation.ownerGid} mode ${mode}` : "no owner";
  const groups =
    posix && posix.secondaryGids.length > 0 ? `+${posix.secondaryGids.toSorted((a, b) => a - b).join(",")}` : "";
  return `${path}, ${owner}, ${posix ? `as ${posix.uid}:${posix.gid}${groups}` : "no identity"}`;
}
