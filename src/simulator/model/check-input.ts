/**
 * What can be said about an input from the SDK's model alone: unknown members, wrong types and
 * missing members. Lengths, patterns and meanings are each service's own business.
 */
import type { ServiceName } from "../core.ts";
import { ServiceError } from "../core.ts";
import type { Member, Shape } from "./shape.ts";

interface Findings {
  service: ServiceName;
  operation: string;
  missing: string[];
  understood: Understood;
}

/**
 * A clean copy of `input`: members that are null or undefined left out, nothing shared with the caller.
 *
 * @param understood the service's `inputMembers` of this operation. A dotted entry such as
 *   "VpcConfig.SubnetIds" narrows the member before the dot to the entries that follow it.
 * @throws NotSimulated for a member that the model or the service does not know; the service's own
 *   forms of SerializationException and of ValidationException for wrong types and missing members.
 */
export function checkInput(
  service: ServiceName,
  operation: string,
  shape: Shape,
  input: unknown,
  understood: readonly string[],
): Record<string, unknown> {
  const findings: Findings = { service, operation, missing: [], understood: split(understood) };
  const checked = checkStructure(shape, input ?? {}, "", findings) as Record<string, unknown>;
  if (findings.missing.length > 0) throw missingMembers(service, findings.missing);
  return checked;
}

/** The 501 that says: AWS may know this, this simulator does not. */
export function notSimulated(service: ServiceName, operation: string, what?: string): ServiceError {
  const subject = what === undefined ? `${service} ${operation}` : `${service} ${operation}: input member ${what}`;
  return new ServiceError("NotSimulated", 501, `The simulator does not implement ${subject}`);
}

function checkStructure(shape: Shape, value: unknown, path: string, findings: Findings): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongType(findings.service, value, shape.kind);
  const copy: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined || each === null) continue;
    const member = shape.members.get(name);
    const memberPath = path === "" ? name : `${path}.${name}`;
    if (!member || !isUnderstood(memberPath, findings.understood))
      throw notSimulated(findings.service, findings.operation, memberPath);
    copy[name] = checkValue(member, each, memberPath, findings);
  }
  for (const member of shape.members.values()) {
    if (member.required && copy[member.name] === undefined)
      findings.missing.push(path === "" ? member.name : `${path}.${member.name}`);
  }
  return copy;
}

/** `inputMembers` of one operation, split once: top-level names, and dotted entries that narrow a member. */
interface Understood {
  top: ReadonlySet<string>;
  dotted: readonly string[];
}

const understoodOf = new WeakMap<readonly string[], Understood>();

function split(entries: readonly string[]): Understood {
  let found = understoodOf.get(entries);
  if (!found) {
    const dotted = entries.filter((entry) => entry.includes("."));
    found = { top: new Set(entries.map((entry) => entry.split(".")[0] ?? entry)), dotted };
    understoodOf.set(entries, found);
  }
  return found;
}

function isUnderstood(path: string, { top, dotted }: Understood): boolean {
  if (!path.includes(".")) return top.has(path);
  if (dotted.length === 0) return true;
  const plain = path.replaceAll(/\[\d+\]/g, "");
  if (dotted.some((entry) => entry === plain || entry.startsWith(`${plain}.`))) return true;
  const parent = plain.slice(0, plain.lastIndexOf("."));
  const isNarrowed = dotted.some((entry) => entry.startsWith(`${parent}.`));
  return !isNarrowed && isUnderstood(parent, { top, dotted });
}

function checkValue(member: Member, value: unknown, path: string, findings: Findings): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case "structure":
      return checkStructure(shape, value, path, findings);
    case "list":
      if (!Array.isArray(value)) throw wrongType(findings.service, value, "list");
      return value.map((each, at) => checkValue(shape.item, each, `${path}[${at}]`, findings));
    case "map":
      return checkMap(shape, value, path, findings);
    case "document":
      return structuredClone(value);
    case "blob":
      return checkBlob(value, findings);
    default:
      if (!isOfKind(shape.kind, value)) throw wrongType(findings.service, value, shape.kind);
      return value;
  }
}

function checkMap(shape: Shape, value: unknown, path: string, findings: Findings): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongType(findings.service, value, "map");
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, checkValue(shape.item, each, `${path}.${key}`, findings)]),
  );
}

function checkBlob(value: unknown, findings: Findings): Uint8Array {
  // The SDK accepts text where the model says blob, and so does the stand-in.
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  throw wrongType(findings.service, value, "blob");
}

function isOfKind(kind: Shape["kind"], value: unknown): boolean {
  if (kind === "timestamp") return value instanceof Date;
  if (kind === "bigint") return typeof value === "bigint" || Number.isInteger(value);
  if (kind === "number") return typeof value === "number" && Number.isFinite(value);
  return typeof value === kind;
}

const FOUND: Record<string, string> = {
  string: "STRING_VALUE",
  number: "NUMBER_VALUE",
  boolean: "TRUE_VALUE",
  object: "START_OBJECT",
};

const WANTED: Partial<Record<Shape["kind"], string>> = {
  string: "a String",
  number: "an Integer",
  boolean: "a Boolean",
};

/** A value of the wrong type, as the JSON protocols answer it; query protocols say MalformedInput. */
export function wrongType(service: ServiceName, value: unknown, kind: Shape["kind"]): ServiceError {
  const found = Array.isArray(value) ? "START_ARRAY" : (FOUND[typeof value] ?? "NULL_VALUE");
  const message = `${found} can not be converted to ${WANTED[kind] ?? `a ${kind}`}`;
  const isQuery = service === "sts" || service === "iam" || service === "ec2";
  return new ServiceError(isQuery ? "MalformedInput" : "SerializationException", 400, message);
}

/** Code of "a required member is missing", which every service words in its own way. */
const MISSING_CODE: Record<ServiceName, string> = {
  efs: "ValidationException",
  lambda: "ValidationException",
  ecs: "InvalidParameterException",
  eventbridge: "ValidationException",
  scheduler: "ValidationException",
  sqs: "MissingParameter",
  sts: "ValidationError",
  iam: "ValidationError",
  ec2: "MissingParameter",
};

function missingMembers(service: ServiceName, paths: string[]): ServiceError {
  const code = MISSING_CODE[service];
  if (code === "MissingParameter") {
    return new ServiceError(
      code,
      400,
      `The request must contain the parameter ${paths[0]}${service === "sqs" ? "." : ""}`,
    );
  }
  const each = paths.map(
    (path) => `Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`,
  );
  const count = `${each.length} validation error${each.length > 1 ? "s" : ""} detected`;
  return new ServiceError(code, 400, `${count}: ${each.join("; ")}`);
}

function lowerFirst(path: string): string {
  return path
    .split(".")
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join(".");
}
