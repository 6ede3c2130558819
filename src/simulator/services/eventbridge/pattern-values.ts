/** Matchers for one value of an event: what may stand inside the arrays of a pattern. */
import { BlockList, isIP } from "node:net";

/** Whether one leaf value of an event (text, number, boolean or null) matches. */
export type ValueMatcher = (value: unknown) => boolean;

/** Why a pattern is refused. The service words it as InvalidEventPatternException. */
export class PatternError extends Error {}

const fold = (text: string): string => text.toLowerCase();
const isText = (value: unknown): value is string => typeof value === "string";

/** Builds the matcher for `{"prefix": …}` and its like. `exists` is not here: it is about absence. */
export function valueMatcher(name: string, argument: unknown): ValueMatcher {
  const build = OPERATORS[name];
  if (!build) throw new PatternError(`Unrecognized match type ${name}`);
  return build(argument);
}

const OPERATORS: Record<string, (argument: unknown) => ValueMatcher> = {
  prefix: (argument) => affix("prefix", argument, (text, part) => text.startsWith(part)),
  suffix: (argument) => affix("suffix", argument, (text, part) => text.endsWith(part)),
  "equals-ignore-case": equalsIgnoreCase,
  wildcard: (argument) => wildcard(textOf("wildcard", argument)),
  numeric: numeric,
  cidr: cidr,
  "anything-but": anythingBut,
};

function affix(name: string, argument: unknown, test: (text: string, part: string) => boolean): ValueMatcher {
  if (typeof argument === "object" && argument !== null && "equals-ignore-case" in argument) {
    const part = fold(textOf(name, argument["equals-ignore-case"]));
    return (value) => isText(value) && test(fold(value), part);
  }
  const part = textOf(name, argument);
  return (value) => isText(value) && test(value, part);
}

function equalsIgnoreCase(argument: unknown): ValueMatcher {
  const wanted = fold(textOf("equals-ignore-case", argument));
  return (value) => isText(value) && fold(value) === wanted;
}

function textOf(name: string, argument: unknown): string {
  if (!isText(argument)) throw new PatternError(`${name} match pattern must be a string`);
  return argument;
}

/** `*` is any run of characters, `\*` and `\\` stand for themselves; two stars in a row are refused. */
function wildcard(pattern: string): ValueMatcher {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] as string;
    if (letter === "\\") {
      const next = pattern[++at];
      if (next !== "*" && next !== "\\") throw new PatternError("Invalid escape character at pos " + at);
      source += `\\${next}`;
    } else if (letter === "*") {
      if (pattern[at + 1] === "*") throw new PatternError(`Consecutive wildcard characters at pos ${at}`);
      source += ".*";
    } else source += letter.replace(/[.+?^${}()|[\]/]/, String.raw`\$&`);
  }
  const expression = new RegExp(`^${source}$`, "s");
  return (value) => isText(value) && expression.test(value);
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
};

/** `["=", 5]`, `[">", 0]` or a range: lower bound first. */
function numeric(argument: unknown): ValueMatcher {
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) {
    throw new PatternError("Value of numeric must be an array of a comparison and a number, once or twice");
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < argument.length; at += 2) {
    const [sign, bound] = [argument[at], argument[at + 1]] as [string, unknown];
    const compare = Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined;
    if (!compare) throw new PatternError(`Unrecognized numeric range operator: ${sign}`);
    if (typeof bound !== "number" || Math.abs(bound) > 5e9)
      throw new PatternError("Value of numeric must be a number between -5.0e9 and +5.0e9");
    tests.push((value) => compare(value, bound));
  }
  if (argument.length === 4) checkRange(argument as [string, number, string, number]);
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}

function checkRange([first, low, second, high]: [string, number, string, number]): void {
  if (!first.startsWith(">") || !second.startsWith("<"))
    throw new PatternError("Bad numeric range operator: a range is > or >=, then < or <=");
  if (low >= high) throw new PatternError("Bottom must be less than top");
}

function cidr(argument: unknown): ValueMatcher {
  const [address = "", bits = ""] = textOf("cidr", argument).split("/");
  const family = isIP(address);
  const bitsMax = family === 4 ? 32 : 128;
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax)
    throw new PatternError("Malformed CIDR, expected address/bits");
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return (value) => isText(value) && isIP(value) === family && block.check(value, family === 4 ? "ipv4" : "ipv6");
}

/** A value, a list of values, or another operator over one or several texts: none of them. */
function anythingBut(argument: unknown): ValueMatcher {
  if (typeof argument === "object" && argument !== null && !Array.isArray(argument)) {
    const [entry, ...more] = Object.entries(argument);
    if (!entry || more.length > 0) throw new PatternError("anything-but takes exactly one match type");
    const [name, inner] = entry;
    if (!["prefix", "suffix", "equals-ignore-case", "wildcard"].includes(name)) {
      throw new PatternError(`Unsupported anything-but pattern: ${name}`);
    }
    const matchers = (Array.isArray(inner) ? inner : [inner]).map((each) => valueMatcher(name, each));
    return (value) => !matchers.some((matches) => matches(value));
  }
  const refused = Array.isArray(argument) ? argument : [argument];
  if (refused.length === 0) throw new PatternError("Empty arrays are not allowed");
  if (!refused.every((each) => ["string", "number", "boolean"].includes(typeof each) || each === null)) {
    throw new PatternError(
      "Inside anything-but list, either all values are number or string, mixed type is not supported",
    );
  }
  return (value) => !refused.includes(value);
}
