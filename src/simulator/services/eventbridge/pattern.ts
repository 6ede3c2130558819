/**
 * Event patterns as EventBridge matches them.
 *
 * A pattern is an object of fields. A field's array lists alternatives for a leaf; a nested object
 * continues downwards; all fields must match; `$or` lists alternative sub-patterns. An event's
 * array matches if one of its elements does.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import type { ValueMatcher } from "./pattern-values.ts";
import { PatternError, valueMatcher } from "./pattern-values.ts";

export { PatternError } from "./pattern-values.ts";

export type EventMatcher = (event: unknown) => boolean;

/** Compiles a pattern. @throws PatternError with what is wrong. */
export function compilePattern(text: string): EventMatcher {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw new PatternError("Invalid JSON");
  }
  if (!isObject(pattern)) throw new PatternError("Filter is not an object");
  if (Object.keys(pattern).length === 0) throw new PatternError("Empty objects are not allowed");
  return compileObject(pattern);
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function compileObject(pattern: Fields): EventMatcher {
  const parts = Object.entries(pattern).map(([name, value]) => compileEntry(name, value));
  return (event) => parts.every((matches) => matches(event));
}

function compileEntry(name: string, value: unknown): EventMatcher {
  if (name === "$or" && isAlternatives(value)) return compileOr(value);
  if (isObject(value)) {
    if (Object.keys(value).length === 0) throw new PatternError("Empty objects are not allowed");
    return compileNested(name, compileObject(value));
  }
  if (Array.isArray(value)) return compileLeaf(name, value);
  throw new PatternError(`"${name}" must be an object or an array`);
}

/** Anything else called `$or` is a field of that name. */
function isAlternatives(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

function compileOr(alternatives: Fields[]): EventMatcher {
  if (alternatives.length < 2) throw new PatternError("There must have at least 2 Objects in $or relationship");
  const matchers = alternatives.map(compileObject);
  return (event) => matchers.some((matches) => matches(event));
}

/** Below an array of objects, one element must satisfy the whole sub-pattern. */
function compileNested(name: string, matches: EventMatcher): EventMatcher {
  return (event) => {
    const value = isObject(event) ? event[name] : undefined;
    return Array.isArray(value) ? flatten(value).some((each) => matches(each)) : matches(value);
  };
}

function compileLeaf(name: string, alternatives: unknown[]): EventMatcher {
  if (alternatives.length === 0) throw new PatternError("Empty arrays are not allowed");
  const values: ValueMatcher[] = [];
  const exact = new Set<unknown>();
  let [present, absent] = [false, false];
  for (const each of alternatives) {
    if (!isObject(each)) {
      if (Array.isArray(each)) throw new PatternError("Match value must be String, number, true, false, or null");
      exact.add(each);
      continue;
    }
    const [operator, argument] = soleEntry(each);
    if (operator !== "exists") values.push(valueMatcher(operator, argument));
    else if (typeof argument !== "boolean")
      throw new PatternError("exists match pattern must be either true or false.");
    else if (argument) present = true;
    else absent = true;
  }
  return (event) => {
    const leaves = leavesOf(isObject(event) ? event[name] : undefined);
    if (leaves.length === 0) return absent;
    return present || leaves.some((leaf) => exact.has(leaf) || values.some((matches) => matches(leaf)));
  };
}

function soleEntry(matcher: Fields): [name: string, argument: unknown] {
  const [entry, ...more] = Object.entries(matcher);
  if (!entry || more.length > 0) throw new PatternError("Only one key allowed in match expression");
  return entry;
}

function flatten(value: unknown[]): unknown[] {
  return value.flat(Infinity);
}

/** The values a leaf pattern looks at; an object is no leaf, so that `exists` is false for it. */
function leavesOf(value: unknown): unknown[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? flatten(value).filter((each) => !isObject(each)) : [value];
}
