import type { ObservedAccessPoint } from "../model/observations.ts";
import { observedFields, ownerTags, tagsToRepair } from "./access-point-fields.ts";
import { accessPointToken } from "./digest.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";

/** Ids of former access points that a binding remembers. */
const FORMER_MAX = 5;

/** Ids of every access point that the binding's record knows, but for those that are gone. */
export function recordedIds({ accessPoint, successor, predecessor, retiring }: BindingDraft): Set<string> {
  const ids = [
    accessPoint?.id,
    successor?.accessPoint?.id,
    predecessor?.id,
    ...retiring.map(({ accessPointId }) => accessPointId),
  ];
  return new Set(ids.filter((id) => id !== undefined));
}

/** The one made under the draft's present token generation. */
export function byPresentToken(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  return pass.byToken.get(tokenOf(pass, draft, draft.tokenGeneration));
}

/** An access point that an unanswered create of ours left: by client token, else by owner tags; never a known one. */
export function findOwn(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint | undefined {
  const known = recordedIds(draft);
  const tagged = pass.byBinding.get(draft.binding.metadata.uid) ?? [];
  const candidates = [byPresentToken(pass, draft), ...tagged];
  return candidates.find((one) => one !== undefined && !known.has(one.accessPointId));
}

/**
 * Access points that creates of ours made and that no record explains: their answers came too late, after the spec
 * had changed again. Client token and fields prove whose they are, since tags can be copied.
 */
export function leakedOf(pass: FileSystemPass, draft: BindingDraft): ObservedAccessPoint[] {
  const known = recordedIds(draft);
  const tagged = (pass.byBinding.get(draft.binding.metadata.uid) ?? []).filter((one) => !known.has(one.accessPointId));
  if (tagged.length === 0) return [];
  // What is being made is no leak; but of a binding that is being deleted nothing is awaited any more.
  const isAwaited = !isLeaving(draft) && (draft.accessPoint === null || draft.successor?.accessPoint === null);
  const count = draft.tokenGeneration + (isAwaited ? 0 : 1);
  const tokens = new Set(Array.from({ length: count }, (_, generation) => tokenOf(pass, draft, generation)));
  return tagged.filter((one) => tokens.has(one.clientToken) && wasAskedFor(draft.asked, one));
}

/**
 * True if a create of ours asked for just this; of records that older versions wrote nobody knows. Tokens and tags can be
 * known to others, who may have used them for a directory of theirs.
 *
 * @param asked as in the AccessPointFacet.
 */
export function wasAskedFor(asked: readonly string[], one: ObservedAccessPoint): boolean {
  return asked.length === 0 || asked.includes(observedFields(one));
}

/** True if it carries all tags of the binding as we set them. */
export function hasOwnTags(pass: FileSystemPass, draft: BindingDraft, one: ObservedAccessPoint): boolean {
  return Object.keys(tagsToRepair(one, ownerTags(draft.binding, pass.input.settings.installation))).length === 0;
}

/** Remembers an access point that is gone: a mount that still names it is ours. */
export function rememberFormer(draft: BindingDraft, id: string): void {
  draft.former = [...draft.former.filter((one) => one !== id), id].slice(-FORMER_MAX);
}

/** One-way: from here on it serves nobody anew, and goes once nothing names it. */
export function retireReplaced(pass: FileSystemPass, draft: BindingDraft, accessPointId: string): void {
  const entry = { accessPointId, retiredAtMs: pass.input.nowMs, why: "Replaced" as const };
  draft.retiring = [...draft.retiring, entry];
}

function tokenOf(pass: FileSystemPass, draft: BindingDraft, generation: number): string {
  return accessPointToken(pass.input.fileSystem.spec, draft.binding.metadata.uid, generation);
}
