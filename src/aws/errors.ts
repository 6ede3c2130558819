import { AwsError, type AwsErrorKind } from "../model/errors.ts";

/** What one attempt of a call came to on the wire; null = no answer arrived (yet). */
export interface Attempt {
  status: number | null;
}

/**
 * Exact error names, which AWS spells in many ways. What is not listed follows its HTTP status.
 *
 * Sources: the SDK's error classes (EFS mostly without the suffix "Exception"), the SDK's own lists
 * of throttling and clock-skew codes, and Lambda's declared errors.
 */
const KIND_BY_NAME: Record<string, AwsErrorKind> = {
  ...named("NotFound", [
    "FileSystemNotFound",
    "AccessPointNotFound",
    "MountTargetNotFound",
    "PolicyNotFound",
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ClusterNotFoundException",
    "ServiceNotFoundException",
  ]),
  ...named("AccessDenied", [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "NotAuthorized",
    "NotAuthorizedException",
    "AuthFailure",
    "AuthorizationError",
    "AuthorizationErrorException",
    "OptInRequired",
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingAuthenticationTokenException",
    "KMSAccessDeniedException",
    "BlockedException",
    "CredentialsProviderError",
    "TokenProviderError",
  ]),
  ...named("Transient", [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequests",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "PriorRequestNotComplete",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "InternalServerError",
    "InternalFailure",
    "InternalError",
    "ServiceException",
    "ServerException",
    "ServiceFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "DependencyTimeout",
    "TimeoutError",
    "RequestTimeout",
    "RequestTimeoutException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "RequestInTheFuture",
    "EFSIOException",
    "EFSMountConnectivityException",
    "EFSMountFailureException",
    "EFSMountTimeoutException",
    "ENINotReadyException",
    "ENILimitReachedException",
    "SubnetIPAddressLimitReachedException",
  ]),
  ...named("Conflict", [
    "PreconditionFailedException",
    "ResourceConflictException",
    "ResourceInUseException",
    "ConflictException",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "IncorrectFileSystemLifeCycleState",
    "IncorrectMountTargetState",
    "ServiceNotActiveException",
    "UpdateInProgressException",
  ]),
  ...named("AlreadyExists", ["AccessPointAlreadyExists"]),
  ...named("LimitExceeded", [
    "AccessPointLimitExceeded",
    "FileSystemLimitExceeded",
    "LimitExceeded",
    "ServiceQuotaExceededException",
    "CodeStorageExceededException",
  ]),
  ...named("Rejected", [
    "BadRequest",
    "ValidationException",
    "ValidationError",
    "InvalidPolicyException",
    "MalformedPolicyDocument",
    "InvalidParameterValueException",
    "InvalidParameterException",
    "ClientException",
    "UnsupportedFeatureException",
    "PlatformUnknownException",
    "PlatformTaskDefinitionIncompatibilityException",
    "NotSimulated",
  ]),
};

/**
 * Lambda says this while a mount target is still being made; it heals without anybody's help.
 * Seen in hashicorp/terraform-provider-aws#15053.
 */
const MOUNT_TARGETS_NOT_YET = "not all are in the available life cycle state yet";

/** The SDK takes this name for throttling; of ECS it is a quota on resources, which no waiting raises (AWS-FACTS 0). */
const PERMANENT = new Set(["ecs:LimitExceededException"]);

/** Failures before anything is sent. */
const NEVER_SENT = new Set(["CredentialsProviderError", "TokenProviderError"]);

interface SdkErrorShape {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number };
  AccessPointId?: string;
}

/**
 * Reduces whatever the SDK threw to what a caller decides on.
 *
 * @param operation e.g. "elasticfilesystem:CreateAccessPoint".
 * @param attempts what became of each attempt on the wire, the SDK's own retries included: a
 *   refusal proves nothing if an earlier attempt got no answer, since that one may have succeeded.
 */
export function toAwsError(operation: string, thrown: unknown, attempts: readonly Attempt[]): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const error = (typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }) as SdkErrorShape;
  const code = codeOf(error);
  const status = error.$metadata?.httpStatusCode ?? null;
  return new AwsError({
    kind: PERMANENT.has(`${operation.split(":")[0]}:${code}`)
      ? "LimitExceeded"
      : kindOf(code, status, error.message ?? ""),
    operation,
    code,
    message: error.message || "AWS gave no further explanation",
    requestId: error.$metadata?.requestId ?? null,
    existingId: error.AccessPointId ?? null,
    certainlyNotDone: certainlyNotDone(code, error, attempts),
    cause: thrown,
  });
}

/** Connection failures carry their system code (ECONNRESET) beside a name that says only "Error". */
function codeOf(error: SdkErrorShape): string {
  if (error.name === undefined || error.name === "Error" || error.name === "AggregateError")
    return error.code ?? "UnknownError";
  return error.name;
}

function kindOf(code: string, status: number | null, message: string): AwsErrorKind {
  if (message.includes(MOUNT_TARGETS_NOT_YET)) return "Conflict";
  const byName = KIND_BY_NAME[code];
  if (byName !== undefined) return byName;
  if (status === null || status === 429 || (status >= 500 && status !== 501)) return "Transient";
  if (status === 401 || status === 403) return "AccessDenied";
  if (status === 404) return "NotFound";
  if (status === 409 || status === 412) return "Conflict";
  return "Rejected";
}

/**
 * True only if AWS answered every attempt with a refusal (4xx, throttling included), or nothing
 * was ever sent. A 501 comes from an emulator that does not know the call.
 */
function certainlyNotDone(code: string, error: SdkErrorShape, attempts: readonly Attempt[]): boolean {
  if (attempts.length > 0) return attempts.every(({ status }) => isRefusal(status));
  if (NEVER_SENT.has(code)) return true;
  return (error.$metadata?.attempts ?? 1) <= 1 && isRefusal(error.$metadata?.httpStatusCode ?? null);
}

function isRefusal(status: number | null): boolean {
  return status !== null && ((status >= 400 && status < 500) || status === 501);
}

function named(kind: AwsErrorKind, names: string[]): Record<string, AwsErrorKind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}
