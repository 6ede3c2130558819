import { describe, expect, test } from "vitest";
import { AwsError, type AwsErrorKind } from "../model/errors.ts";
import { toAwsError } from "./errors.ts";

function sdkError(
  name: string,
  status: number | undefined,
  message = "no",
  fields: Record<string, unknown> = {},
): Error {
  const $metadata = {
    requestId: "r-1",
    attempts: 1,
    ...(status === undefined ? {} : { httpStatusCode: status }),
  };
  return Object.assign(new Error(message), { name, $metadata, ...fields });
}

const NOT_YET =
  "EFS file system fs-1 has mount targets created in all availability zones the function will execute in, but not all are in the available life cycle state yet. Please wait for them to become available and try the request again.";

// name, status, message, kind
const table: [string, number, string, AwsErrorKind][] = [
  ["FileSystemNotFound", 404, "", "NotFound"],
  ["AccessPointNotFound", 404, "", "NotFound"],
  ["PolicyNotFound", 404, "", "NotFound"],
  ["ResourceNotFoundException", 404, "", "NotFound"],
  ["NoSuchEntityException", 404, "", "NotFound"],
  ["SomethingNewNotFound", 404, "", "NotFound"],
  ["AccessDenied", 403, "", "AccessDenied"],
  ["AccessDeniedException", 403, "", "AccessDenied"],
  ["UnauthorizedOperation", 403, "", "AccessDenied"],
  ["ExpiredToken", 403, "", "AccessDenied"],
  ["ExpiredTokenException", 400, "", "AccessDenied"],
  ["UnrecognizedClientException", 403, "", "AccessDenied"],
  ["InvalidClientTokenId", 403, "", "AccessDenied"],
  ["KMSAccessDeniedException", 502, "", "AccessDenied"],
  ["ThrottlingException", 400, "", "Transient"],
  ["ThrottlingException", 429, "", "Transient"],
  ["Throttling", 400, "", "Transient"],
  ["TooManyRequestsException", 429, "", "Transient"],
  ["TooManyRequests", 429, "", "Transient"],
  ["RequestLimitExceeded", 503, "", "Transient"],
  ["InternalServerError", 500, "", "Transient"],
  ["ServiceException", 500, "", "Transient"],
  ["SomethingNew", 503, "", "Transient"],
  ["RequestTimeTooSkewed", 403, "", "Transient"],
  ["EFSMountFailureException", 403, "", "Transient"],
  ["EFSIOException", 410, "", "Transient"],
  ["PreconditionFailedException", 412, "", "Conflict"],
  ["ResourceConflictException", 409, "", "Conflict"],
  ["IncorrectFileSystemLifeCycleState", 409, "", "Conflict"],
  ["InvalidParameterValueException", 400, NOT_YET, "Conflict"],
  ["AccessPointAlreadyExists", 409, "", "AlreadyExists"],
  ["AccessPointLimitExceeded", 403, "", "LimitExceeded"],
  ["ServiceQuotaExceededException", 402, "", "LimitExceeded"],
  ["BadRequest", 400, "", "Rejected"],
  ["ValidationException", 400, "", "Rejected"],
  ["InvalidPolicyException", 400, "Policy contains invalid Principal block", "Rejected"],
  ["InvalidParameterValueException", 400, "no", "Rejected"],
  ["NotSimulated", 501, "", "Rejected"],
  ["SomethingNew", 400, "", "Rejected"],
  ["ClusterNotFoundException", 400, "", "NotFound"],
  ["ServiceNotFoundException", 400, "", "NotFound"],
  ["ServiceNotActiveException", 400, "", "Conflict"],
  ["ServerException", 500, "", "Transient"],
  ["ClientException", 400, "", "Rejected"],
];

test.each(table)("%s with status %i (%s) is %s", (name, status, message, kind) => {
  const error = toAwsError("x:Y", sdkError(name, status, message), [{ status }]);
  expect(error).toMatchObject({ kind, code: name, operation: "x:Y", requestId: "r-1" });
});

test.each(["ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EPIPE", "ENOTFOUND"])(
  "a lost connection (%s) is transient and may have had an effect",
  (code) => {
    const error = toAwsError("x:Y", Object.assign(new Error("socket"), { code }), [{ status: null }]);
    expect(error).toMatchObject({
      kind: "Transient",
      code,
      certainlyNotDone: false,
      requestId: null,
    });
  },
);

test("an access point that exists already is named", () => {
  const error = toAwsError("x:Y", sdkError("AccessPointAlreadyExists", 409, "", { AccessPointId: "fsap-1" }), [
    { status: 409 },
  ]);
  expect(error.existingId).toBe("fsap-1");
});

test("missing credentials prove that nothing was sent", () => {
  const error = toAwsError("x:Y", Object.assign(new Error("none"), { name: "CredentialsProviderError" }), []);
  expect(error).toMatchObject({ kind: "AccessDenied", certainlyNotDone: true });
});

test("an AwsError passes through unchanged", () => {
  const error = new AwsError({
    kind: "Conflict",
    operation: "x:Y",
    code: "C",
    message: "m",
    certainlyNotDone: true,
  });
  expect(toAwsError("z:Z", error, [])).toBe(error);
});

describe("certainlyNotDone", () => {
  test.each<[string, number, (number | null)[], boolean]>([
    ["a refusal at the first attempt", 400, [400], true],
    ["throttled every time", 429, [429, 429, 429], true],
    ["refused after throttling", 409, [429, 409], true],
    ["refused after a lost reply", 409, [null, 409], false],
    ["refused after a server error", 412, [500, 412], false],
    ["throttled after a lost reply", 429, [null, 429], false],
    ["a server error", 500, [500], false],
    ["an operation that an emulator does not know", 501, [501], true],
  ])("%s", (_case, status, statuses, expected) => {
    const error = toAwsError(
      "x:Y",
      sdkError("AccessPointAlreadyExists", status),
      statuses.map((s) => ({ status: s })),
    );
    expect(error.certainlyNotDone).toBe(expected);
  });

  test.each<[number, boolean]>([
    [1, true],
    [2, false],
  ])("without a record of attempts, %i of them count as %s", (attempts, expected) => {
    const error = toAwsError(
      "x:Y",
      sdkError("Conflict", 409, "", { $metadata: { httpStatusCode: 409, attempts } }),
      [],
    );
    expect(error.certainlyNotDone).toBe(expected);
  });
});

test.each([
  ["ecs:RegisterTaskDefinition", "LimitExceeded"],
  ["lambda:UpdateFunctionConfiguration", "Transient"],
])("LimitExceededException of %s is %s", (operation, kind) => {
  expect(toAwsError(operation, sdkError("LimitExceededException", 400), [{ status: 400 }])).toMatchObject({ kind });
});
