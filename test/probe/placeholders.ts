import type { Expectation, Matcher } from "./behaviour.ts";

const NAME = /\$([a-z][A-Za-z0-9]*)/g;

/** Values by name; what is not in it stays as it stands, e.g. "$LATEST". */
export type Names = ReadonlyMap<string, unknown>;

/** `value` with every "$name" in its texts replaced. A text that is nothing but a name becomes the value itself. */
export function fill(value: unknown, names: Names): unknown {
  if (typeof value === "string") return fillText(value, names);
  if (Array.isArray(value)) return value.map((each) => fill(each, names));
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [String(fillText(key, names)), fill(each, names)]),
  );
}

function fillText(text: string, names: Names): unknown {
  const whole = /^\$([a-z][A-Za-z0-9]*)$/.exec(text);
  if (whole !== null) return names.get(whole[1]!) ?? text;
  return text.replaceAll(NAME, (found, name: string) => String((names.get(name) as string | undefined) ?? found));
}

export function fillExpectation(expectation: Expectation, names: Names): Expectation {
  const filled = (paths: Readonly<Record<string, Matcher>>): Record<string, Matcher> =>
    Object.fromEntries(Object.entries(paths).map(([path, matcher]) => [path, fillMatcher(matcher, names)]));
  if ("answers" in expectation) return { answers: filled(expectation.answers) };
  const { carries, ...rest } = expectation.fails;
  return { fails: { ...rest, ...(carries && { carries: filled(carries) }) } };
}

function fillMatcher(matcher: Matcher, names: Names): Matcher {
  const isFillable =
    typeof matcher === "string" || (typeof matcher === "object" && matcher !== null && "differsFrom" in matcher);
  return isFillable ? (fill(matcher, names) as Matcher) : matcher;
}

/** The names that a value mentions. */
export function mentioned(value: unknown): Set<string> {
  const found = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each === "string") for (const match of each.matchAll(NAME)) found.add(match[1]!);
    else if (Array.isArray(each)) each.forEach(look);
    else if (each !== null && typeof each === "object" && !ArrayBuffer.isView(each) && !(each instanceof RegExp))
      Object.entries(each).forEach(look);
  };
  look(value);
  return found;
}

/** What stands at "a.0.b" of a value. An empty path is the value itself. */
export function at(value: unknown, path: string): unknown {
  return path === ""
    ? value
    : path
        .split(".")
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined | null)?.[key], value);
}
