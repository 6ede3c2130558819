import type { Fault } from "../model/validate.ts";
import type { Resource } from "./resources.ts";

/** One field's fault in Kubernetes' form. */
export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** Kubernetes' `Status` object: what every refusal (and a completed deletion) answers with. */
export interface Status {
  kind: "Status";
  apiVersion: "v1";
  metadata: Record<string, never>;
  status: "Success" | "Failure";
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** A refusal that reaches the client as a `Status` object with this HTTP code and reason. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  /** Kubernetes' machine-readable reason, e.g. "NotFound". */
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }

  toStatus(): Status {
    const base: Status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      code: this.code,
    };
    return this.details ? { ...base, details: this.details } : base;
  }
}

/** The client sent something that cannot be read at all. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function notFound(resource: Resource, name: string): ApiError {
  return new ApiError(404, "NotFound", `${qualified(resource)} "${name}" not found`, about(resource, name));
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  return new ApiError(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, about(resource, name));
}

export function conflict(resource: Resource, name: string, why: string): ApiError {
  return new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    about(resource, name),
  );
}

/** The same words as Kubernetes', which clients search for when they retry. */
export function staleVersion(resource: Resource, name: string): ApiError {
  return conflict(
    resource,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

/** All faults of a manifest at once: field, value, allowed form. */
export function invalid(resource: Resource, name: string, faults: Fault[]): ApiError {
  const causes = faults.map(causeOf);
  const lines = faults.map(({ field, message }) => (message.includes(field) ? message : `${field}: ${message}`));
  const list = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  const message = `${resource.kind}.${resource.group} "${name}" is invalid: ${list}`;
  return new ApiError(422, "Invalid", message, { name, group: resource.group, kind: resource.kind, causes });
}

export function methodNotAllowed(method: string, why: string, allowed: string): ApiError {
  return new ApiError(
    405,
    "MethodNotAllowed",
    `the server does not allow ${method} on this resource: ${why}`,
    undefined,
    { allow: allowed },
  );
}

export function unsupportedMediaType(message: string): ApiError {
  return new ApiError(415, "UnsupportedMediaType", message);
}

export function notAcceptable(message: string): ApiError {
  return new ApiError(406, "NotAcceptable", message);
}

/** The history before this point is compacted: the client lists again. */
export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

function causeOf(fault: Fault): StatusCause {
  return { reason: reasonOf(fault), message: fault.message, field: fault.field };
}

function reasonOf(fault: Fault): string {
  if (fault.rule === "required") return "FieldValueRequired";
  if (fault.rule === "unknown-field") return "FieldValueForbidden";
  if (fault.rule === "wrong-type") return "FieldValueTypeInvalid";
  return "FieldValueInvalid";
}

function qualified(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function about(resource: Resource, name: string): StatusDetails {
  return { name, group: resource.group, kind: resource.plural };
}
