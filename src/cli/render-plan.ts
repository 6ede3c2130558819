import type { FilePlan, PlannedRecord } from "../api/plan-routes.ts";
import type { PlannedCall } from "../reconcilers/reconciler.ts";
import { diffJson, type DiffLine } from "./diff.ts";
import { titleOf } from "./record-name.ts";
import type { Paint, Palette } from "./terminal.ts";

const VALUE_LENGTH_MAX = 240;

/** "+" makes, "-" takes away, "~" changes. */
export function signOf(operation: string): "+" | "-" | "~" {
  const name = operation.slice(operation.indexOf(":") + 1);
  if (/^(Create|Register|Run)/.test(name)) return "+";
  if (/^(Delete|Deregister|Remove)/.test(name)) return "-";
  return "~";
}

/** What would become of each record, the AWS calls of all together for people, and a sum. */
export function renderPlan(file: FilePlan, paint: Palette): string[] {
  const records = file.records.flatMap((record) => renderRecord(record, paint));
  const problems = file.problems.map((problem) => `${paint.yellow("!")} ${problem}`);
  const calls = file.plan.flatMap((call) => renderCall(call, paint));
  return [
    ...records,
    "",
    ...problems,
    ...calls,
    ...(problems.length + calls.length > 0 ? [""] : []),
    summary(file, paint),
  ];
}

function renderRecord({ refused, verb, ...name }: PlannedRecord, paint: Palette): string[] {
  const head = `${paint.bold(titleOf(name))} (${refused ? paint.red("refused") : verb})`;
  if (!refused) return [head];
  const { message, faults } = refused;
  if (faults.length <= 1) return [head, `  ${paint.yellow("!")} ${message}`];
  return [head, ...faults.map((fault) => `  ${paint.yellow("!")} ${fault.field}: ${fault.message}`)];
}

function renderCall(call: PlannedCall, paint: Palette): string[] {
  const sign = signOf(call.operation);
  return [
    `${colourOf(sign, paint)(sign)} ${paint.bold(call.operation)}  ${call.target}`,
    `    ${paint.dim(call.why)}`,
    ...diffJson(expanded(call.before), expanded(call.after)).map((line) => `    ${renderDiffLine(line, paint)}`),
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

function summary({ records, plan, problems }: FilePlan, paint: Palette): string {
  const refused = records.filter((record) => record.refused).length;
  const count = (sign: string): number => plan.filter((call) => signOf(call.operation) === sign).length;
  const calls =
    plan.length === 0
      ? "No AWS call is due."
      : `${plan.length} AWS ${plan.length === 1 ? "call" : "calls"}: ${count("+")} to make, ${count("~")} to change, ${count("-")} to delete.`;
  const obstacles = [
    ...(refused > 0 ? [` ${refused} of ${records.length} records would be refused.`] : []),
    ...(problems.length > 0
      ? [` ${problems.length} ${problems.length === 1 ? "problem stands" : "problems stand"} in the way.`]
      : []),
  ];
  return paint.bold(calls + obstacles.join(""));
}
