import type { ObservedTaskDefinition } from "../model/observations.ts";
import { type EcsDraft, ownVolumes } from "./ecs-pass.ts";
import { editRevision, type RevisionEdit } from "./ecs-revision.ts";

/** What a revision must have of a binding; null = not known yet. */
export function editOf({ wantedId, fileSystemId, volume, present, binding }: EcsDraft): RevisionEdit | null {
  if (wantedId === null || fileSystemId === undefined) return null;
  const { mounts } = binding.spec.workload.ecs;
  return { name: volume, present, put: { fileSystemId, accessPointId: wantedId, mounts } };
}

/** True if a revision has this binding's volume and mount points just as its spec says. */
export function isAsWanted(draft: EcsDraft, revision: ObservedTaskDefinition): boolean {
  const edit = editOf({ ...draft, present: ownVolumes(revision, draft) });
  return edit !== null && edit.present.length > 0 && !editRevision(revision.register, [edit]).changed;
}
