import type { DryRunResult, PlannedCall } from "../reconcilers/reconciler.ts";
import { diffJson, type DiffLine } from "./diff.ts";
import type { Paint, Palette } from "./terminal.ts";

/** What a dry-run of one record of the file answered. */
export interface PlannedRecord {
  /** e.g. "Binding media/thumbnailer". */
  title: string;
  verb: "create" | "change";
  plan: DryRunResult;
}

const VALUE_LENGTH_MAX = 240;

/** "+" makes, "-" takes away, "~" changes. */
export function signOf(operation: string): "+" | "-" | "~" {
  const name = operation.slice(operation.indexOf(":") + 1);
  if (/^(Create|Register|Run)/.test(name)) return "+";
  if (/^(Delete|Deregister|Remove)/.test(name)) return "-";
  return "~";
}

/**
 * The AWS calls that a change would lead to, for people: per record, then a sum.
 *
 * Calls on a shared object (a policy) that several records of the file need are listed with each,
 * because each dry-run stands by itself; the sum counts equal ones once.
 */
export function renderPlan(records: PlannedRecord[], paint: Palette): string[] {
  const lines = records.flatMap((record) => renderRecord(record, paint));
  return [...lines, "", summary(records, paint)];
}

function renderRecord({ title, verb, plan }: PlannedRecord, paint: Palette): string[] {
  const head = paint.bold(`${title} (${verb})`);
  const problems = plan.problems.map((problem) => `  ${paint.yellow("!")} ${problem}`);
  const calls = plan.calls.flatMap((call) => renderCall(call, paint));
  if (problems.length + calls.length === 0) return [head, paint.dim("  no AWS call")];
  return [head, ...problems, ...calls];
}

function renderCall(call: PlannedCall, paint: Palette): string[] {
  const sign = signOf(call.operation);
  return [
    `  ${colourOf(sign, paint)(sign)} ${paint.bold(call.operation)}  ${call.target}`,
    `      ${paint.dim(call.why)}`,
    ...diffJson(expanded(call.before), expanded(call.after)).map((line) => `      ${renderDiffLine(line, paint)}`),
  ];
}

function renderDiffLine(line: DiffLine, paint: Palette): string {
  const path = line.path === "" ? "" : `${line.path}: `;
  const sign = colourOf(line.sign, paint)(line.sign);
  if (line.sign === "+") return `${sign} ${path}${valueText(line.after)}`;
  if (line.sign === "-") return `${sign} ${path}${valueText(line.before)}`;
  return `${sign} ${path}${valueText(line.before)} -> ${valueText(line.after)}`;
}

function colourOf(sign: "+" | "-" | "~", paint: Palette): Paint {
  return sign === "+" ? paint.green : sign === "-" ? paint.red : paint.yellow;
}

/** Policies travel as text; compared as documents, a difference of one statement shows as one. */
function expanded(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, expanded(v)]));
  return value;
}

/** ARNs without what is the same for all of them; a long value is cut, the whole is in `-o json`. */
function valueText(value: unknown): string {
  const text = JSON.stringify(value).replace(/arn:[a-z-]+:[a-z]+:[^:"]*:\d*:([^"]+)/g, "$1");
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}

function summary(records: PlannedRecord[], paint: Palette): string {
  const unique = new Map(
    records
      .flatMap(({ plan }) => plan.calls)
      .map((call) => [JSON.stringify([call.operation, call.target, call.after]), call]),
  );
  const problems = records.flatMap(({ plan }) => plan.problems).length;
  const count = (sign: string): number => [...unique.values()].filter((call) => signOf(call.operation) === sign).length;
  const calls =
    unique.size === 0
      ? "No AWS call is due."
      : `${unique.size} AWS ${unique.size === 1 ? "call" : "calls"}: ${count("+")} to make, ${count("~")} to change, ${count("-")} to delete.`;
  return paint.bold(
    problems === 0 ? calls : `${calls} ${problems} ${problems === 1 ? "problem stands" : "problems stand"} in the way.`,
  );
}
