import type { Expectation, Matcher } from "./behaviour.ts";
import { at } from "./placeholders.ts";

/** What came back from one call. */
export type Outcome =
  | { answer: Record<string, unknown> }
  | { error: { name: string; status: number | null; message: string; members: Record<string, unknown> } };

/** @returns null if the outcome is as expected; otherwise what is different, in a few words. */
export function difference(expectation: Expectation, outcome: Outcome): string | null {
  if ("answers" in expectation) {
    if ("error" in outcome) return `fails with ${shownError(outcome.error)}`;
    return memberDifference(expectation.answers, outcome.answer);
  }
  const { names, status, message, carries } = expectation.fails;
  if ("answer" in outcome) return `succeeds; ${names.join(" or ")} is expected`;
  const { error } = outcome;
  if (!names.includes(error.name)) return `fails with ${shownError(error)}; ${names.join(" or ")} is expected`;
  if (status !== null && error.status !== status)
    return `${error.name} comes with status ${error.status}, not ${status}`;
  if (message !== undefined && !message.test(error.message))
    return `${error.name} says "${short(error.message)}", which is not like ${String(message)}`;
  return carries === undefined ? null : memberDifference(carries, error.members);
}

function memberDifference(paths: Readonly<Record<string, Matcher>>, value: unknown): string | null {
  for (const [path, matcher] of Object.entries(paths)) {
    const found = at(value, path);
    if (!matches(matcher, found)) return `${path} is ${shown(found)}, not ${shownMatcher(matcher)}`;
  }
  return null;
}

function matches(matcher: Matcher, value: unknown): boolean {
  if (matcher instanceof RegExp) return typeof value === "string" && matcher.test(value);
  if (matcher === null || typeof matcher !== "object") return value === matcher;
  return "accepts" in matcher ? matcher.accepts(value) : value !== undefined && value !== matcher.differsFrom;
}

function shownMatcher(matcher: Matcher): string {
  if (matcher instanceof RegExp) return `like ${String(matcher)}`;
  if (matcher === null || typeof matcher !== "object") return JSON.stringify(matcher);
  return "accepts" in matcher ? matcher.is : `other than ${matcher.differsFrom}`;
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : short(JSON.stringify(value) ?? typeof value);
}

function shownError({ name, status, message }: { name: string; status: number | null; message: string }): string {
  return `${name} ${status ?? "without a status"}: ${short(message)}`;
}

const SHOWN_MAX = 160;

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line;
}

/** Name of the error where a server's answer is no error in its service's protocol. */
export const UNREADABLE = "UnreadableAnswer";

const UNSERVED_NAMES = [
  "NotSimulated",
  "NotImplemented",
  "NotImplementedError",
  "NotImplementedException",
  "UnknownOperationException",
  "UnknownOperation",
  "InvalidAction",
  "UnsupportedOperation",
  "UnsupportedOperationException",
];
const UNSERVED_MESSAGE =
  /not (yet )?(been )?(implemented|supported by|included)|unknown (operation|action|target)|no such operation|does not implement|unsupported (operation|action|service)|license|is a pro feature/i;

/**
 * True if an error says that this operation is not there at all, rather than what AWS would say. A server that breaks,
 * and answers 5xx with a page instead of an error, has not served the call either.
 */
export function isUnserved(outcome: Outcome): boolean {
  if (!("error" in outcome)) return false;
  const { name, status, message } = outcome.error;
  if (name === UNREADABLE && (status ?? 0) >= 500) return true;
  return status === 501 || UNSERVED_NAMES.includes(name) || UNSERVED_MESSAGE.test(message);
}
