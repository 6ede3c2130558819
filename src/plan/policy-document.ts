import { deepFreeze, remembered } from "./remembered.ts";

/** One statement as JSON has it; foreign ones are never looked at more than needed and never rewritten. */
export type Statement = Record<string, unknown>;

export interface PolicyDocument {
  /** Every top-level member except Statement, as found. */
  head: Record<string, unknown>;
  statements: Statement[];
}

/** Characters of a file system policy. @see AWS-FACTS 1.7, PutFileSystemPolicy. */
export const POLICY_CHARACTERS_MAX = 20_000;

/**
 * Reads a policy's text. null = no policy; "unreadable" = not a policy document: then nobody may
 * write a new one over it, as that would drop what stands there.
 */
export function parsePolicy(text: string | null): PolicyDocument | null | "unreadable" {
  return text === null ? null : readPolicy(text);
}

/** A policy is read by every pass and changes seldom: equal texts share one document, which is frozen therefore. */
const readPolicy = remembered(64, (text: string) => deepFreeze(documentIn(text)));

function documentIn(text: string): PolicyDocument | "unreadable" {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return "unreadable";
  }
  if (!isObject(parsed)) return "unreadable";
  const { Statement: found, ...head } = parsed;
  const statements = found === undefined ? [] : Array.isArray(found) ? found : [found];
  return statements.every(isObject) ? { head, statements } : "unreadable";
}

/** The document as text, its statements last. */
export function renderPolicy({ head, statements }: { head: object; statements: readonly Statement[] }): string {
  const empty = JSON.stringify({ ...head, Statement: [] });
  return `${empty.slice(0, -"]}".length)}${statements.map(textOf).join(",")}]}`;
}

const texts = new WeakMap<Statement, string>();

/** Candidates for a policy differ in few statements, and most are weighed many times. */
function textOf(statement: Statement): string {
  if (!Object.isFrozen(statement)) return JSON.stringify(statement);
  let text = texts.get(statement);
  if (text === undefined) texts.set(statement, (text = JSON.stringify(statement)));
  return text;
}

/** The installation's id has no hyphen, so no installation's prefix begins another's. */
export function sidPrefix(installation: string): string {
  return `mooring-${installation}-`;
}

export function isOurs(statement: Statement, installation: string): boolean {
  return typeof statement.Sid === "string" && statement.Sid.startsWith(sidPrefix(installation));
}

/** A scalar, an array or nothing, as a list of strings: JSON policies use all three for the same thing. */
export function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((entry) =>
    typeof entry === "string" ? entry : JSON.stringify(entry),
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
