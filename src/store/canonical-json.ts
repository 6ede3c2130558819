/**
 * One text for one value: object keys sorted by code unit, no white space, `undefined` members left
 * out (in arrays: null), as JSON.stringify treats them. Equal values give equal texts, so the text can
 * be hashed and compared.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = value as Record<string, unknown>;
  const parts: string[] = [];
  for (const name of Object.keys(members).toSorted(byCodeUnit)) {
    const member = members[name];
    if (member !== undefined) parts.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${parts.join(",")}}`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
