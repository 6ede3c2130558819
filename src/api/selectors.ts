import { badRequest } from "./api-error.ts";

/** What a list, watch or collection delete is narrowed to. */
export interface Selection {
  matches(object: { name: string; namespace: string; labels: Record<string, string> }): boolean;
  /** True if an object can move in and out of the selection while it lives. */
  byLabel: boolean;
  /** True if nothing is left out. */
  everything: boolean;
}

type LabelRule = (labels: Record<string, string>) => boolean;

const KEY = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const VALUE = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})?$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * Kubernetes' labelSelector and fieldSelector.
 *
 * @throws {ApiError} 400 on a selector that cannot be parsed, or a field other than metadata.name and metadata.namespace.
 */
export function selection(labelSelector: string | undefined, fieldSelector: string | undefined): Selection {
  const labelRules = splitOutsideParentheses(labelSelector ?? "").map(labelRule);
  const fieldRules = parseFieldSelector(fieldSelector).map(recordFieldRule);
  return {
    byLabel: labelRules.length > 0,
    everything: labelRules.length + fieldRules.length === 0,
    matches: (object) => fieldRules.every((rule) => rule(object)) && labelRules.every((rule) => rule(object.labels)),
  };
}

export interface FieldTerm {
  field: string;
  negated: boolean;
  value: string;
}

/** @throws {ApiError} 400 on a term without an operator. */
export function parseFieldSelector(selector: string | undefined): FieldTerm[] {
  return (selector ?? "")
    .split(",")
    .filter((term) => term.trim() !== "")
    .map((term) => {
      const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(term);
      if (!match) throw badRequest(`The field selector term "${term}" is not <field>=<value> or <field>!=<value>.`);
      return { field: match[1]!, negated: match[2] === "!=", value: match[3]! };
    });
}

function recordFieldRule(term: FieldTerm): (object: { name: string; namespace: string }) => boolean {
  if (term.field !== "metadata.name" && term.field !== "metadata.namespace") {
    throw badRequest(`field label not supported: ${term.field}; supported are metadata.name and metadata.namespace`);
  }
  const read =
    term.field === "metadata.name" ? (o: { name: string }) => o.name : (o: { namespace: string }) => o.namespace;
  return (object) => (read(object) === term.value) !== term.negated;
}

function labelRule(term: string): LabelRule {
  const equality = EQUALITY.exec(term);
  if (equality) {
    const [, key, operator, value = ""] = equality;
    return operator === "!=" ? (labels) => labels[key!] !== value : (labels) => labels[key!] === value;
  }
  const set = SET.exec(term);
  if (set) {
    const values = new Set(set[3]!.split(",").map((value) => value.trim()));
    const isIn: LabelRule = (labels) => Object.hasOwn(labels, set[1]!) && values.has(labels[set[1]!]!);
    return set[2] === "in" ? isIn : (labels) => !isIn(labels);
  }
  const exists = EXISTS.exec(term);
  if (exists) return (labels) => Object.hasOwn(labels, exists[2]!) !== (exists[1] === "!");
  throw badRequest(
    `unable to parse requirement "${term}": allowed are key=value, key!=value, key in (a,b), key notin (a,b), key, !key`,
  );
}

function splitOutsideParentheses(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
}
