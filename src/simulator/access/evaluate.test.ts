import { expect, test } from "vitest";
import { type AccessRequest, evaluate } from "./evaluate.ts";
import { parsePolicy } from "./policy-document.ts";

const FS = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1";
const AP = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-1";
const role = { arn: "arn:aws:iam::111122223333:role/app/web", id: "AROAWEB", account: "111122223333" };

function request(over: Partial<AccessRequest> = {}, keys: Record<string, string> = {}): AccessRequest {
  const lower = Object.entries(keys).map(([key, value]): [string, string[]] => [key.toLowerCase(), [value]]);
  return { requester: role, action: "elasticfilesystem:ClientMount", resource: FS, keys: new Map(lower), ...over };
}

/** What a policy with one Allow statement answers: these elements over an Allow of everything to everybody. */
function allows(elements: object, asked: AccessRequest): boolean {
  const Statement = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*", ...elements };
  return evaluate(parsePolicy(JSON.stringify({ Statement })), asked)?.effect === "Allow";
}

test.each([
  ["its ARN", { AWS: role.arn }, true],
  ["its unique id", { AWS: ["AROAOTHER", "AROAWEB"] }, true],
  ["a session of it", { AWS: "arn:aws:sts::111122223333:assumed-role/web/session-1" }, true],
  ["everybody", { AWS: "*" }, true],
  ["its account, which leaves it to identity policies", { AWS: "111122223333" }, false],
  ["another role", { AWS: "arn:aws:iam::111122223333:role/web" }, false],
  ["a service", { Service: "lambda.amazonaws.com" }, false],
])("an Allow to %s", (_whom, Principal, expected) => {
  expect(allows({ Principal }, request())).toBe(expected);
});

test("a client without credentials is named by * only", () => {
  const nobody = request({ requester: null });
  expect(allows({ Principal: { AWS: "*" } }, nobody)).toBe(true);
  expect(allows({ Principal: { AWS: role.arn } }, nobody)).toBe(false);
});

test.each([
  ["Action with wildcard, whatever its case", { Action: "ElasticFileSystem:client*" }, true],
  ["NotAction that names the action", { Action: undefined, NotAction: "elasticfilesystem:ClientMount" }, false],
  ["NotAction that names another", { Action: undefined, NotAction: "elasticfilesystem:ClientWrite" }, true],
  ["Resource of another file system", { Resource: `${FS}2` }, false],
  ["NotResource of another file system", { Resource: undefined, NotResource: `${FS}2` }, true],
  ["NotPrincipal that names the role", { Principal: undefined, NotPrincipal: { AWS: role.arn } }, false],
])("%s", (_what, elements, expected) => {
  expect(allows(elements, request())).toBe(expected);
});

const KEY = "elasticfilesystem:AccessPointArn";
test.each([
  ["StringEquals", { StringEquals: { [KEY]: [AP, "x"] } }, true, false],
  ["StringNotEquals", { StringNotEquals: { [KEY]: AP } }, false, true],
  ["StringEqualsIfExists", { StringEqualsIfExists: { [KEY]: AP } }, true, true],
  ["StringLike", { StringLike: { [KEY]: "*/fsap-?" } }, true, false],
  ["StringNotLike", { StringNotLike: { [KEY]: "*/fsap-2" } }, true, true],
  ["ArnLike", { ArnLike: { [KEY]: "arn:aws:elasticfilesystem:*:111122223333:access-point/*" } }, true, false],
  ["ArnNotEquals", { ArnNotEquals: { [KEY]: AP } }, false, true],
  ["Null true", { Null: { [KEY]: "true" } }, false, true],
  ["Null false", { Null: { [KEY]: false } }, true, false],
  ["ForAllValues", { "ForAllValues:StringEquals": { [KEY]: AP } }, true, true],
  ["ForAnyValue", { "ForAnyValue:StringEquals": { [KEY]: AP } }, true, false],
  ["keys in another case", { StringEquals: { [KEY.toUpperCase()]: AP } }, true, false],
])("%s with the key present, and with it missing", (_operator, Condition, present, missing) => {
  expect([allows({ Condition }, request({}, { [KEY]: AP })), allows({ Condition }, request())]).toEqual([
    present,
    missing,
  ]);
});

test("Bool compares truth, and a missing key fulfils it neither way", () => {
  const tls = (wanted: unknown, keys: Record<string, string>): boolean =>
    allows({ Condition: { Bool: { "aws:SecureTransport": wanted } } }, request({}, keys));
  expect(tls(true, { "aws:SecureTransport": "true" })).toBe(true);
  expect(tls("false", { "aws:SecureTransport": "true" })).toBe(false);
  expect(tls("false", {})).toBe(false);
});

test("addresses are compared by block", () => {
  const from = (block: string): boolean =>
    allows({ Condition: { IpAddress: { "aws:SourceIp": block } } }, request({}, { "aws:SourceIp": "203.0.113.9" }));
  expect([from("203.0.113.0/24"), from("203.0.114.0/24")]).toEqual([true, false]);
});

test("an explicit Deny wins, and says which statement it was", () => {
  const text = JSON.stringify({
    Statement: [
      { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
      { Sid: "stop", Effect: "Deny", Principal: { AWS: role.arn }, Action: "*", Resource: "*" },
    ],
  });
  expect(evaluate(parsePolicy(text), request())).toEqual({ effect: "Deny", sid: "stop" });
});

test("a condition on a key that is not enforced counts as fulfilled", () => {
  const Statement = {
    Effect: "Allow",
    Principal: "*",
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
  };
  const statements = parsePolicy(JSON.stringify({ Statement }));
  expect(evaluate(statements, request())).toBeNull();
  expect(evaluate(statements, request(), { enforces: (key) => key !== "aws:PrincipalOrgID" })?.effect).toBe("Allow");
});
