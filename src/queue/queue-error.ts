import { AwsError, type AwsErrorKind } from "../model/errors.ts";

interface SdkErrorShape {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const DENIED =
  /AccessDenied|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|SignatureDoesNotMatch|CredentialsProviderError/;
const MISSING = /NonExistentQueue|QueueDoesNotExist|ResourceNotFound/;
const BUSY = /Thrott|TooMany|OverLimit|Timeout/;

/**
 * Reduces what SQS or EventBridge said to the error that the rest of Mooring knows. Messages may be
 * sent twice without harm, so nothing here needs to know whether a lost call had its effect.
 */
export function toQueueError(operation: string, thrown: unknown): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const error = (typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }) as SdkErrorShape;
  const code = (error.name === "Error" || error.name === "AggregateError" ? error.code : error.name) ?? "UnknownError";
  const status = error.$metadata?.httpStatusCode;
  return new AwsError({
    kind: kindOf(code, status),
    operation,
    code,
    message: error.message || "AWS gave no further explanation",
    requestId: error.$metadata?.requestId ?? null,
    certainlyNotDone: false,
    cause: thrown,
  });
}

function kindOf(code: string, status: number | undefined): AwsErrorKind {
  if (MISSING.test(code)) return "NotFound";
  if (DENIED.test(code)) return "AccessDenied";
  if (BUSY.test(code) || status === undefined || status === 429 || status >= 500) return "Transient";
  return status === 403 ? "AccessDenied" : "Rejected";
}
