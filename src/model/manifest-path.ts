export type PathSegment = string | number;

/** `["spec", "posixUser", "secondaryGids", 2]` → `spec.posixUser.secondaryGids[2]`; map keys with dots or slashes go into brackets. */
export function fieldOf(path: readonly PropertyKey[]): string {
  let field = "";
  for (const segment of path) {
    const text = String(segment);
    if (typeof segment === "number" || /[^A-Za-z0-9_]/.test(text)) field += `[${text}]`;
    else field += field === "" ? text : `.${text}`;
  }
  return field;
}

/** The value at a dotted path of a parsed manifest; undefined if any part of the way is missing. */
export function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[segment];
  }
  return value;
}

/** True if one of the fields contains the other, or they are the same. */
export function touches(field: string, other: string): boolean {
  const contains = (outer: string, inner: string) =>
    outer === "" || inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return contains(field, other) || contains(other, field);
}
