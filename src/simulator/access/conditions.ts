/**
 * IAM's condition operators (IAM user guide, "IAM JSON policy elements: Condition operators").
 *
 * What matters most here: an operator that is negated (StringNotEquals …) is true when the request
 * has no such key, all others are false then, and …IfExists is true then.
 */
import type { Condition } from "./policy-document.ts";
import { matchesArn, matchesWildcard } from "./wildcards.ts";

/** Condition keys of a request in lower case; IAM does not tell case of keys apart. */
export type RequestKeys = ReadonlyMap<string, readonly string[]>;

type Comparison = (value: string, wanted: string) => boolean;

const COMPARISONS: Record<string, Comparison> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: matchesWildcard,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  BinaryEquals: (value, wanted) => value === wanted,
  NumericEquals: (value, wanted) => Number(value) === Number(wanted),
  NumericLessThan: (value, wanted) => Number(value) < Number(wanted),
  NumericLessThanEquals: (value, wanted) => Number(value) <= Number(wanted),
  NumericGreaterThan: (value, wanted) => Number(value) > Number(wanted),
  NumericGreaterThanEquals: (value, wanted) => Number(value) >= Number(wanted),
  DateEquals: (value, wanted) => dateOf(value) === dateOf(wanted),
  DateLessThan: (value, wanted) => dateOf(value) < dateOf(wanted),
  DateLessThanEquals: (value, wanted) => dateOf(value) <= dateOf(wanted),
  DateGreaterThan: (value, wanted) => dateOf(value) > dateOf(wanted),
  DateGreaterThanEquals: (value, wanted) => dateOf(value) >= dateOf(wanted),
  IpAddress: addressIn,
};

/** The plain operator that each negated one denies. */
const NEGATED: Record<string, string> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
  NotIpAddress: "IpAddress",
};

/** An operator without its set prefix and its …IfExists. */
interface Operator {
  base: string;
  ifExists: boolean;
  set: "ForAllValues" | "ForAnyValue" | null;
}

/** @returns null if IAM knows no such operator. */
export function operatorOf(text: string): Operator | null {
  const [first = "", second] = text.split(":");
  const set = second === undefined ? null : first;
  if (set !== null && set !== "ForAllValues" && set !== "ForAnyValue") return null;
  const name = second ?? first;
  const ifExists = name.endsWith("IfExists");
  const base = ifExists ? name.slice(0, -"IfExists".length) : name;
  const known = base in COMPARISONS || base in NEGATED || (base === "Null" && !ifExists);
  return known ? { base, ifExists, set } : null;
}

/** Whether a request fulfils one condition; a condition with an unknown operator is never fulfilled. */
export function fulfils(condition: Condition, keys: RequestKeys): boolean {
  const operator = operatorOf(condition.operator);
  if (!operator) return false;
  const values = keys.get(condition.key.toLowerCase());
  if (operator.base === "Null") return condition.values.includes(String(values === undefined));
  if (values === undefined) return operator.ifExists || operator.set === "ForAllValues" || operator.base in NEGATED;
  const fits = comparisonOf(operator.base, condition.values);
  return operator.set === "ForAllValues" ? values.every(fits) : values.some(fits);
}

/** A value fits if it equals one of the wanted ones, or for a negated operator none of them. */
function comparisonOf(base: string, wanted: readonly string[]): (value: string) => boolean {
  const plain = COMPARISONS[NEGATED[base] ?? base] as Comparison;
  const fits = (value: string): boolean => wanted.some((each) => plain(value, each));
  return base in NEGATED ? (value) => !fits(value) : fits;
}

const dateOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text));

function addressIn(address: string, block: string): boolean {
  const [base = "", bits = "32"] = block.split("/");
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(base) / size);
}

const numberOf = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
