/** An object of foreign JSON: nothing about its members is taken for granted. */
export type Fields = Record<string, unknown>;

/** `value` if it is an object, else an empty one. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A member that is a non-empty string. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
