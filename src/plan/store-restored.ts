import { ANNOTATIONS, TAGS } from "../model/records.ts";
import type { FileSystemPass } from "./file-system-pass.ts";

/**
 * Highest log slot by which an access point of this installation was made, if the log has not
 * reached it: then the store is older than what it once wrote, and nothing in it may be believed.
 * What was found stays found, as every commit (that of the finding, too) brings the head nearer.
 * null = in order, or confirmed.
 */
export function restoredSlot(pass: FileSystemPass): number | null {
  const { settings, fileSystem } = pass.input;
  const { fileSystem: facet } = fileSystem.facets;
  // Before the first look at a file system this log cannot have made anything after its record.
  const head = facet === undefined && fileSystem.resourceVersion > 0 ? fileSystem.resourceVersion : pass.input.head;
  const slots = [...(pass.seen?.values() ?? [])]
    .filter(({ tags }) => tags[TAGS.installation] === settings.installation)
    .map(({ tags }) => Number(tags[TAGS.slot] ?? Number.NaN))
    .filter((slot) => Number.isSafeInteger(slot) && slot > head);
  if (facet?.restoredSlot !== undefined) slots.push(facet.restoredSlot);
  if (slots.length === 0) return null;
  const highest = Math.max(...slots);
  return fileSystem.metadata.annotations[ANNOTATIONS.confirmRestore] === String(highest) ? null : highest;
}

/** Holds everything: the facets stay as they were, with one condition more. */
export function holdRestored(pass: FileSystemPass, slot: number): void {
  pass.restoredSlot = slot;
  const { fileSystem } = pass.input;
  const message =
    // Without the log's present end: that moves with every commit, of this very sentence, too.
    `An access point was made at slot ${slot} of the log before this log had got there: the store was restored to an older state or is not the one that was used before. ` +
    `Nothing is changed until somebody who has seen that these records are the right ones confirms it: kubectl annotate --overwrite filesystem ${fileSystem.metadata.name} ${ANNOTATIONS.confirmRestore}=${slot}`;
  pass.conditions.set("StoreRestored", "True", "SlotAboveHead", message);
  for (const draft of pass.drafts) {
    for (const { type, status, reason, message: said } of draft.previous?.conditions ?? [])
      draft.conditions.set(type, status, reason, said);
    draft.conditions.set("StoreRestored", "True", "SlotAboveHead", message);
  }
  pass.endings.stall("the store was restored to an older state; confirm it first");
}
