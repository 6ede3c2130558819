import { badRequest } from "./api-error.ts";

/** The query of a request, decoded; a parameter that is given twice counts once, with its last value. */
export type Query = Record<string, string | string[] | undefined>;

/** What happens to unknown and duplicate fields. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

export function text(query: Query, name: string): string | undefined {
  const value = query[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === "" ? undefined : last;
}

/** @throws {ApiError} 400 if the parameter is neither true nor false. */
export function flag(query: Query, name: string): boolean {
  const value = text(query, name);
  if (value === undefined || value === "false" || value === "0") return false;
  if (value === "true" || value === "1") return true;
  throw badRequest(`${name} is "${value}": allowed are true and false.`);
}

/** @throws {ApiError} 400 if the parameter is not a whole number of at least 0. */
export function whole(query: Query, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw badRequest(`${name} is "${value}": a whole number of at least 0 is needed.`);
  return Number(value);
}

/** @throws {ApiError} 400 on any other value than "All": a client that asks for a dry-run must never get a wet one. */
export function isDryRun(query: Query): boolean {
  if (query.dryRun === undefined) return false;
  const values = [query.dryRun].flat();
  if (values.every((value) => value === "All")) return true;
  throw badRequest(`dryRun is "${values.join(",")}": allowed is All.`);
}

/**
 * Unlike Kubernetes, nothing given means Strict: a misspelt field of a policy must not be dropped silently.
 *
 * @throws {ApiError} 400 on an unknown value.
 */
export function fieldValidation(query: Query): FieldValidation {
  const value = text(query, "fieldValidation") ?? "Strict";
  if (value === "Strict" || value === "Warn" || value === "Ignore") return value;
  throw badRequest(`fieldValidation is "${value}": allowed are Strict, Warn and Ignore.`);
}
