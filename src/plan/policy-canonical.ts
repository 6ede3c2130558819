import { isObject, isOurs, listOf, type PolicyDocument, type Statement } from "./policy-document.ts";

/**
 * Role id (AROA…) → role ARN of the roles that exist now. A stored policy shows the id once its
 * role was deleted; a role created anew under the same name has another id, so the old statement
 * does not mean it (AWS-FACTS 1.7, "Principal unique ids").
 */
export type RoleNames = ReadonlyMap<string, string>;

export const NO_ROLE_NAMES: RoleNames = new Map();

/** One principal in the one spelling we compare by: "*", an account, a role ARN, or what was found. */
export function canonicalPrincipal(principal: string, names: RoleNames): string {
  const account = /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(principal);
  if (account) return `account/${account[1]!}`;
  return names.get(principal) ?? principal;
}

/** Principals of one kind (`AWS`), canonical, sorted, without repetition; "*" alone means AWS: "*". */
export function awsPrincipals(value: unknown, names: RoleNames): string[] {
  const listed = isObject(value) ? listOf(value.AWS) : listOf(value);
  return sortedSet(listed.map((principal) => canonicalPrincipal(principal, names)));
}

function canonicalPrincipals(value: unknown, names: RoleNames): unknown {
  if (!isObject(value)) return { AWS: awsPrincipals(value, names) };
  const kinds = Object.keys(value).sort();
  return Object.fromEntries(
    kinds.map((kind) => [kind, sortedSet(listOf(value[kind]).map((one) => canonicalPrincipal(one, names)))]),
  );
}

/** Condition operators and keys do not care about case, the order of values never counts. */
function canonicalCondition(value: unknown): unknown {
  if (!isObject(value)) return value;
  return mapSorted(value, (tests) =>
    isObject(tests) ? mapSorted(tests, (values) => sortedSet(listOf(values))) : tests,
  );
}

function mapSorted(value: Record<string, unknown>, map: (entry: unknown) => unknown): Record<string, unknown> {
  const entries = Object.entries(value).map(([key, entry]) => [key.toLowerCase(), map(entry)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

interface Meaning {
  whole: string;
  /** Without Principal. */
  body: string;
  /** All that Principal and NotPrincipal list, as written. */
  principals: string[];
}

/** Where no name of a role is replaced; only of statements that cannot change any more. */
const meanings = new WeakMap<Statement, Meaning>();

/** One statement's meaning as text: equal texts, equal meaning. The Sid is a name, not a meaning. */
export function canonicalStatement(statement: Statement, names: RoleNames): string {
  return knownMeaning(statement, names)?.whole ?? meaningOf(statement, names);
}

/** What a statement means for whomever it names: its meaning without Principal. */
export function canonicalBody(statement: Statement, names: RoleNames): string {
  return knownMeaning(statement, names)?.body ?? meaningOf(withoutPrincipal(statement), names);
}

function knownMeaning(statement: Statement, names: RoleNames): Meaning | null {
  if (!Object.isFrozen(statement)) return null;
  let known = meanings.get(statement);
  if (known === undefined) {
    const whole = meaningOf(statement, NO_ROLE_NAMES);
    const body = meaningOf(withoutPrincipal(statement), NO_ROLE_NAMES);
    known = { whole, body, principals: [...listed(statement.Principal), ...listed(statement.NotPrincipal)] };
    meanings.set(statement, known);
  }
  return names.size > 0 && known.principals.some((principal) => names.has(principal)) ? null : known;
}

function listed(principals: unknown): string[] {
  return isObject(principals) ? Object.values(principals).flatMap(listOf) : listOf(principals);
}

function withoutPrincipal({ Principal: _principal, ...rest }: Statement): Statement {
  return rest;
}

function meaningOf(statement: Statement, names: RoleNames): string {
  const meaning: Record<string, unknown> = {};
  for (const member of Object.keys(statement).sort()) {
    const value = statement[member];
    if (member === "Sid") continue;
    if (member === "Principal" || member === "NotPrincipal") meaning[member] = canonicalPrincipals(value, names);
    else if (member === "Action" || member === "NotAction")
      meaning[member] = sortedSet(listOf(value).map((one) => one.toLowerCase()));
    else if (member === "Resource" || member === "NotResource") meaning[member] = sortedSet(listOf(value));
    else if (member === "Condition") {
      if (isObject(value) && Object.keys(value).length === 0) continue;
      meaning[member] = canonicalCondition(value);
    } else meaning[member] = value;
  }
  return JSON.stringify(meaning);
}

/** The meaning of a list of statements: a sorted set. */
export function canonicalStatements(statements: readonly Statement[], names: RoleNames): string[] {
  return sortedSet(statements.map((statement) => canonicalStatement(statement, names)));
}

/**
 * The meaning of a whole document, who owns which statement included. Foreign Sids count, as a
 * foreign owner may find its statement by it; ours do not.
 */
export function canonicalDocument(document: PolicyDocument | null, installation: string, names: RoleNames): string {
  if (document === null) return "none";
  const statements = document.statements.map((statement) => {
    const owner = isOurs(statement, installation) ? "ours" : `foreign ${listOf(statement.Sid).join()}`;
    return `${owner} ${canonicalStatement(statement, names)}`;
  });
  return JSON.stringify([document.head.Version ?? null, sortedSet(statements)]);
}

export function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
