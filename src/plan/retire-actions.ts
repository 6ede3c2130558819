import type { DeleteAccessPointAction, TagAccessPointAction } from "../model/actions.ts";
import type { ObservedAccessPoint } from "../model/observations.ts";
import type { BindingDraft } from "./file-system-pass.ts";

export function tagAction(
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

export function deleteAction(draft: BindingDraft, own: ObservedAccessPoint, why: string): DeleteAccessPointAction {
  return {
    type: "DeleteAccessPoint",
    target: own.accessPointArn,
    why,
    bindings: [draft.name],
    before: { accessPointId: own.accessPointId, path: own.path },
    after: null,
    // Nothing names it any more: the blast radius is about mounts and statements.
    removes: 0,
    accessPointId: own.accessPointId,
    bindingUid: draft.binding.metadata.uid,
  };
}
