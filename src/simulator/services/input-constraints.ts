/**
 * Checks an input against the limits that a service publishes in its model, and words the refusal
 * as AWS does: "1 validation error detected: Value '…' at 'rootDirectory.path' failed to satisfy
 * constraint: …". All faults of an input are reported together, as AWS does.
 */
import { ServiceError } from "../core.ts";

/** Limits of one member. `min` and `max` bound a number's value, or the length of a string or list. */
export interface Constraint {
  readonly required?: true;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly number?: true;
}

/** Operation → path of a member ("Tags.*.Key": `*` stands for every element of a list) → its limits. */
export type OperationConstraints = Readonly<Record<string, Readonly<Record<string, Constraint>>>>;

interface Compiled {
  readonly segments: readonly string[];
  readonly constraint: Constraint;
  readonly regExp: RegExp | null;
}

/**
 * Makes the validator of one service.
 *
 * @param code AWS's code for a malformed input: "ValidationException", for IAM "ValidationError".
 * @returns a function that throws ServiceError (status 400) if the input breaks any limit.
 */
export function inputValidator(
  constraints: OperationConstraints,
  code: string,
): (operation: string, input: unknown) => void {
  const compiled = new Map<string, Compiled[]>();
  for (const [operation, members] of Object.entries(constraints)) {
    compiled.set(operation, Object.entries(members).map(compile));
  }
  return (operation, input) => {
    const faults: string[] = [];
    for (const rule of compiled.get(operation) ?? []) check(rule, 0, input, "", faults);
    if (faults.length === 0) return;
    const noun = faults.length === 1 ? "error" : "errors";
    throw new ServiceError(code, 400, `${faults.length} validation ${noun} detected: ${faults.join("; ")}`);
  };
}

function compile([path, constraint]: [string, Constraint]): Compiled {
  const { pattern } = constraint;
  // Only \p{…} needs Unicode mode; EFS's own path pattern is not valid in it.
  const flags = pattern?.includes("\\p{") ? "u" : "";
  const regExp = pattern === undefined ? null : new RegExp(`^(?:${pattern})$`, flags);
  return { segments: path.split("."), constraint, regExp };
}

function check(rule: Compiled, depth: number, value: unknown, shown: string, faults: string[]): void {
  const segment = rule.segments[depth];
  if (segment === undefined) return faultsOf(rule, value, shown, faults);
  // A missing parent demands nothing of its members.
  if (value === undefined || value === null) return;
  if (segment !== "*") {
    const member = (value as Record<string, unknown>)[segment];
    return check(rule, depth + 1, member, join(shown, lowerFirst(segment)), faults);
  }
  if (!Array.isArray(value)) return;
  value.forEach((element, index) => check(rule, depth + 1, element, `${shown}.${index + 1}.member`, faults));
}

function faultsOf({ constraint, regExp }: Compiled, value: unknown, shown: string, faults: string[]): void {
  if (value === undefined || value === null) {
    if (constraint.required) faults.push(fault("null", shown, "must not be null"));
    return;
  }
  const text = textOf(value);
  const quoted = `'${text}'`;
  if (regExp && !regExp.test(text)) {
    faults.push(fault(quoted, shown, `must satisfy regular expression pattern: ${constraint.pattern}`));
  }
  if (constraint.enum && !constraint.enum.includes(text)) {
    faults.push(fault(quoted, shown, `must satisfy enum value set: [${constraint.enum.join(", ")}]`));
  }
  const size = constraint.number ? Number(value) : sizeOf(value);
  const measure = constraint.number ? "value" : "length";
  if (constraint.min !== undefined && size < constraint.min) {
    faults.push(fault(quoted, shown, `must have ${measure} greater than or equal to ${constraint.min}`));
  }
  if (constraint.max !== undefined && size > constraint.max) {
    faults.push(fault(quoted, shown, `must have ${measure} less than or equal to ${constraint.max}`));
  }
}

function fault(value: string, shown: string, rule: string): string {
  return `Value ${value} at '${shown}' failed to satisfy constraint: Member ${rule}`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value instanceof Uint8Array ? value.byteLength : Object.keys(value as object).length;
}

const join = (path: string, segment: string): string => (path === "" ? segment : `${path}.${segment}`);
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
