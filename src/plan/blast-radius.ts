import { digest } from "./digest.ts";

/** Up to this many removals an hour are never held back. */
const REMOVALS_ALWAYS_FREE = 3;
/** Share of an object's statements and mounts that may go in an hour without confirmation. */
const REMOVALS_SHARE_MAX = 0.2;

export interface BlastRadius {
  withheld: boolean;
  /** Names exactly these removals: confirming one plan does not confirm another. */
  planHash: string;
}

/**
 * Stops removals that nobody ordered by a deletion when they are many at once: a bug or a damaged
 * store shows itself as "remove nearly everything", and so does nobody's honest edit.
 *
 * @param removals what would go, one readable entry each.
 * @param total statements and mounts that the object has now.
 * @param confirmed value of the annotation mooring.dev/confirm-removal.
 */
export function blastRadius(
  removals: readonly string[],
  removalsLastHour: number,
  total: number,
  confirmed: string | undefined,
): BlastRadius {
  const planHash = digest([...removals].sort()).slice(0, 16);
  const count = removals.length + removalsLastHour;
  const base = total + removalsLastHour;
  const tooMany = removals.length > 0 && count > REMOVALS_ALWAYS_FREE && count > REMOVALS_SHARE_MAX * base;
  return { withheld: tooMany && confirmed !== planHash, planHash };
}
