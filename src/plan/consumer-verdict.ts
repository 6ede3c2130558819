import { isDenied } from "./condition-drafts.ts";
import { namersOf, unreadConsumers } from "./consumers.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import type { ConditionDraft } from "./condition-drafts.ts";
import { believeAbsent } from "./absence.ts";

/** How many of those who name an access point a message lists. */
const SHOWN_MAX = 5;

/** Who names an access point now, or why that is not known. Unreadable is not clean. */
export type NamersVerdict =
  | { known: true; names: string[]; readAtMs: number }
  | { known: false; condition: ConditionDraft };

/** Asks this pass's read of the account and region; also notes when to look again if there was none. */
export function namersNow(pass: FileSystemPass, accessPointId: string): NamersVerdict {
  const namers = namersOf(pass.input.observed, accessPointId);
  if (namers === null) {
    const message = `Whether anything still names access point ${accessPointId} is being looked up.`;
    pass.endings.wait(1, "every function version, deployment and task must be read before an access point is deleted");
    return { known: false, condition: { status: "False", reason: "Retiring", message } };
  }
  if (namers.known) return { known: true, names: namers.value, readAtMs: namers.readAtMs };
  const what = "who in the account mounts access points could not be read";
  if (isDenied(namers.why)) pass.endings.stall(what);
  else pass.endings.wait(pass.input.settings.backoffBaseMs, what);
  return { known: false, condition: unreadConsumers(pass.input.observed, accessPointId, namers.why) };
}

/** True once two reads, begun after the retirement and far enough apart, showed that nothing names it. */
export function isCleanTwice(pass: FileSystemPass, id: string): boolean {
  const namers = namersOf(pass.input.observed, id);
  if (!namers?.known) return false;
  const clean = believeAbsent(pass.input.memory.cleanSinceMs[id], namers.readAtMs, pass.input.settings.absenceGapMs);
  pass.memory.cleanSinceMs[id] = clean.sinceMs;
  if (!clean.believed) pass.endings.wait(clean.waitMs, `a second read must confirm that nothing names ${id}`);
  return clean.believed;
}

export function shortList(names: readonly string[]): string {
  const more = names.length - SHOWN_MAX;
  return names.slice(0, SHOWN_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
