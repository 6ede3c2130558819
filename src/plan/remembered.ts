/**
 * A pure function of one text that keeps its latest answers, at most `max` of them: what is read again and again is
 * worked out once. An answer is shared by all who ask, so it must be frozen or a plain value.
 */
export function remembered<T>(max: number, answerTo: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as T;
    const answer = answerTo(text);
    // The oldest goes first: a Map keeps the order in which its entries came.
    if (known.size >= max) known.delete(known.keys().next().value!);
    known.set(text, answer);
    return answer;
  };
}

/** Freezes plain data through and through. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
