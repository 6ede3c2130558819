/**
 * The newcomers that fit, first come first served: those in front are never displaced by those
 * behind, and one that does not fit leaves the room to smaller ones behind it.
 *
 * @param newcomers in order of their creation.
 * @param fits whether a document with these newcomers is small enough; larger sets never fit better.
 * Bisects, as one document is rendered per question.
 */
export function newcomersThatFit<T>(newcomers: readonly T[], fits: (admitted: readonly T[]) => boolean): T[] {
  const admitted: T[] = [];
  let rest = newcomers;
  while (rest.length > 0) {
    const count = longestPrefix(rest, (prefix) => fits([...admitted, ...prefix]));
    admitted.push(...rest.slice(0, count));
    rest = rest.slice(count + 1);
  }
  return admitted;
}

function longestPrefix<T>(values: readonly T[], fits: (prefix: readonly T[]) => boolean): number {
  if (fits(values)) return values.length;
  let low = 0;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (fits(values.slice(0, middle))) low = middle;
    else high = middle;
  }
  return low;
}
