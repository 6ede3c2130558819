/** IAM's JSON policy language, read into a form that is easy to evaluate. */

export interface PrincipalEntry {
  /** "AWS", "Service", "Federated" or "CanonicalUser". */
  type: string;
  /** "*", an account id, an ARN, a unique id such as AROA…. */
  value: string;
}

export interface Condition {
  /** As written, e.g. "ForAnyValue:StringEqualsIfExists". */
  operator: string;
  key: string;
  values: string[];
}

export interface Statement {
  sid: string | undefined;
  effect: "Allow" | "Deny";
  /** null in identity policies, which have none. */
  principals: { negated: boolean; entries: PrincipalEntry[] } | null;
  actions: { negated: boolean; patterns: string[] };
  resources: { negated: boolean; patterns: string[] };
  conditions: Condition[];
}

/** A policy's JSON after parsing; single values and lists mean the same. */
export interface RawStatement {
  Sid?: string;
  Effect?: string;
  Principal?: RawPrincipal;
  NotPrincipal?: RawPrincipal;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

export type RawPrincipal = string | Record<string, string | string[]>;

export interface RawPolicy {
  Version?: string;
  Id?: string;
  Statement?: RawStatement | RawStatement[];
}

/** @throws SyntaxError if the text is not JSON. */
export function parsePolicy(text: string): Statement[] {
  return statementsOf(JSON.parse(text) as RawPolicy);
}

export function statementsOf(policy: RawPolicy): Statement[] {
  return asList(policy.Statement).map((raw) => ({
    sid: raw.Sid,
    effect: raw.Effect === "Deny" ? "Deny" : "Allow",
    principals: principalsOf(raw),
    actions: patternsOf(raw.Action, raw.NotAction),
    resources: patternsOf(raw.Resource, raw.NotResource),
    conditions: conditionsOf(raw.Condition),
  }));
}

export function asList<T>(value: T | readonly T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...(value as readonly T[])] : [value as T];
}

/** Every principal of a Principal or NotPrincipal element; "*" is short for {"AWS": "*"}. */
export function principalEntries(raw: RawPrincipal): PrincipalEntry[] {
  if (typeof raw === "string") return [{ type: "AWS", value: raw }];
  return Object.entries(raw).flatMap(([type, values]) => asList(values).map((value) => ({ type, value })));
}

function principalsOf(raw: RawStatement): Statement["principals"] {
  if (raw.Principal !== undefined) return { negated: false, entries: principalEntries(raw.Principal) };
  if (raw.NotPrincipal !== undefined) return { negated: true, entries: principalEntries(raw.NotPrincipal) };
  return null;
}

function patternsOf(
  plain: string | string[] | undefined,
  negated: string | string[] | undefined,
): { negated: boolean; patterns: string[] } {
  return plain === undefined && negated !== undefined
    ? { negated: true, patterns: asList(negated) }
    : { negated: false, patterns: asList(plain) };
}

function conditionsOf(raw: RawStatement["Condition"]): Condition[] {
  return Object.entries(raw ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: asList(values).map(String) })),
  );
}
