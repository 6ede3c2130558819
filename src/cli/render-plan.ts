import type { FilePlan, PlannedRecord } from "../api/plan-routes.ts";
import type { PlannedCall } from "../reconcilers/reconciler.ts";
import { changeLines } from "../plan/change-lines.ts";
import { titleOf } from "./record-name.ts";
import type { Paint, Palette } from "./terminal.ts";

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
  const head = `${paint.bold(titleOf(name))} (${refused ? paint.red("refused") : verb === "none" ? "unchanged" : verb})`;
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
    ...changeLines(call.before, call.after).map((line) => `    ${colourOf(line.sign, paint)(line.sign)} ${line.text}`),
  ];
}

function colourOf(sign: "+" | "-" | "~", paint: Palette): Paint {
  return sign === "+" ? paint.green : sign === "-" ? paint.red : paint.yellow;
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
