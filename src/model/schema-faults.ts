import type { z } from "zod";
import { fieldOf, valueAt } from "./manifest-path.ts";
import { quotedForms } from "./quoted-form.ts";
import { shown } from "./rules/rule.ts";
import type { Fault } from "./validate.ts";

type Issue = z.core.$ZodIssue;

/** What zod found, one Fault for each thing that is wrong. */
export function schemaFaults(issues: readonly Issue[], body: unknown): Fault[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? unknownFields(issue, body) : [fieldFault(issue, body)],
  );
}

/** Fields of Kubernetes that Mooring does not have, and what to do instead. */
const UNKNOWN_FIELD_ADVICE: Record<string, string> = {
  "metadata.ownerReferences": "Mooring has no garbage collection by owner; leave it out",
  "metadata.generateName": "names are not generated; write metadata.name",
};

function unknownFields(issue: Issue & { code: "unrecognized_keys" }, body: unknown): Fault[] {
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const field = fieldOf(path);
    const advice = UNKNOWN_FIELD_ADVICE[field] ?? "check its spelling and indentation, or leave it out";
    return {
      field,
      value: valueAt(body, path) ?? null,
      rule: "unknown-field",
      message: `Unknown field ${field}: ${advice}.`,
    };
  });
}

function fieldFault(issue: Issue, body: unknown): Fault {
  const field = fieldOf(issue.path);
  const value = valueAt(body, issue.path);
  if (value === undefined)
    return { field, value, rule: "required", message: `${field} is missing: ${allowed(issue)}.` };
  if (issue.code === "invalid_value" && typeof value === "string") {
    return {
      field,
      value,
      rule: "enum",
      message: `${field} is ${shown(value)}: ${allowed(issue)}${nearest(issue.values, value)}.`,
    };
  }
  return {
    field,
    value,
    rule: "wrong-type",
    message: `${field} is ${described(value)}: ${allowed(issue)}${correction(field, value, issue)}.`,
  };
}

const TYPE_NAMES: Record<string, string> = {
  string: "a string is required",
  number: "a number is required",
  boolean: "true or false is required",
  object: "an object with fields is required",
  record: "a map of strings is required",
  array: "a list is required",
};

function allowed(issue: Issue): string {
  if (issue.code === "invalid_value") return `allowed is ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_type") return TYPE_NAMES[issue.expected] ?? `${issue.expected} is required`;
  return issue.message;
}

function nearest(values: readonly unknown[], given: string): string {
  const match = values.map(String).find((value) => value.toLowerCase() === given.toLowerCase());
  return match === undefined ? "" : `; write ${match}`;
}

function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `the ${typeof value} ${shown(value)}`;
}

/** How to write what was probably meant. */
function correction(field: string, value: unknown, issue: Issue): string {
  if (issue.code !== "invalid_type") return "";
  if (issue.expected === "string" && typeof value === "number")
    return `; write it in quotes: ${quotedForms(field, value).join(" or ")}`;
  if (issue.expected === "string" && typeof value === "boolean") return `; write it in quotes: "${value}"`;
  if (issue.expected === "number" && typeof value === "string" && /^\d+$/.test(value))
    return `; write it without quotes: ${Number(value)}`;
  if (issue.expected === "boolean" && (value === "true" || value === "false"))
    return `; write it without quotes: ${value}`;
  return "";
}
