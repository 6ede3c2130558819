/**
 * How AWS refused, reduced to what a caller decides on. Every adapter in `src/aws` throws this
 * and nothing else.
 */
export type AwsErrorKind =
  /** The object does not exist. */
  | "NotFound"
  /** AccessDenied of any spelling: heals when somebody grants it; retried slowly. */
  | "AccessDenied"
  /** Throttling, 5xx, timeouts, lost connections: the outcome may be unknown. */
  | "Transient"
  /** Another change is in progress, or a stale revision: read again and plan again. */
  | "Conflict"
  /** A create met an object with the same client token. `existingId` names it. */
  | "AlreadyExists"
  /** A limit or quota. */
  | "LimitExceeded"
  /** AWS understood and refused; the same call will be refused again. */
  | "Rejected";

/** Code of a call that was never sent: Mooring's own share of the quota had no request free in time. */
export const RATE_BUDGET_EXHAUSTED = "RateBudgetExhausted";

export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly kind: AwsErrorKind;
  /** e.g. "elasticfilesystem:CreateAccessPoint". */
  readonly operation: string;
  /** AWS's own error code, e.g. "AccessPointAlreadyExists". */
  readonly code: string;
  readonly requestId: string | null;
  readonly existingId: string | null;
  /** True if the call certainly had no effect: AWS answered with a refusal before doing anything. */
  readonly certainlyNotDone: boolean;

  constructor(fields: {
    kind: AwsErrorKind;
    operation: string;
    code: string;
    message: string;
    requestId?: string | null;
    existingId?: string | null;
    certainlyNotDone: boolean;
    cause?: unknown;
  }) {
    super(`${fields.operation} failed: ${fields.code}: ${fields.message}`, { cause: fields.cause });
    this.kind = fields.kind;
    this.operation = fields.operation;
    this.code = fields.code;
    this.requestId = fields.requestId ?? null;
    this.existingId = fields.existingId ?? null;
    this.certainlyNotDone = fields.certainlyNotDone;
  }
}
