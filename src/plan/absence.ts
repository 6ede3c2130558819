/** Whether one object is believed to be gone, since when it has not been seen, and when to look again. */
export interface Absence {
  believed: boolean;
  sinceMs: number;
  waitMs: number;
}

/**
 * Absence is believed after two reads at least `gapMs` apart that did not show the object: one
 * stale list must not make us create a second access point or forget a living one. With a gap of
 * 0 any second read counts; a first read never does.
 *
 * @param sinceMs when an earlier pass first missed it; undefined = this read is the first.
 * @param readAtMs when the read that does not show it was made.
 */
export function believeAbsent(sinceMs: number | undefined, readAtMs: number, gapMs: number): Absence {
  if (sinceMs === undefined) return { believed: false, sinceMs: readAtMs, waitMs: Math.max(1, gapMs) };
  const elapsedMs = readAtMs - sinceMs;
  return { believed: elapsedMs >= gapMs, sinceMs, waitMs: Math.max(1, gapMs - elapsedMs) };
}
