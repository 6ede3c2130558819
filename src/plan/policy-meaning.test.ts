import { describe, expect, test } from "vitest";
import { FS_ARN, roleArn } from "./planning-samples.ts";
import { samePolicyMeaning } from "./policy-meaning.ts";

const ALLOW = {
  Sid: "mooring-test-rw-1",
  Effect: "Allow",
  Principal: { AWS: [roleArn("a"), roleArn("b")] },
  Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
  Resource: FS_ARN,
  Condition: {
    StringEquals: { "elasticfilesystem:AccessPointArn": ["x", "y"] },
    Bool: { "aws:SecureTransport": "true" },
  },
};
const THEIRS = {
  Sid: "theirs",
  Effect: "Allow",
  Principal: { AWS: "111122223333" },
  Action: "elasticfilesystem:ClientMount",
  Resource: FS_ARN,
};

function policy(...statements: unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

describe("two policies mean the same", () => {
  test.each<[string, string, string]>([
    ["whatever the order of statements", policy(ALLOW, THEIRS), policy(THEIRS, ALLOW)],
    ["whatever the order of keys", policy(ALLOW), policy(Object.fromEntries(Object.entries(ALLOW).toReversed()))],
    [
      "whatever the order and case of actions",
      policy(ALLOW),
      policy({ ...ALLOW, Action: ["ElasticFileSystem:clientWrite", "elasticfilesystem:ClientMount"] }),
    ],
    [
      "whatever the order of principals",
      policy(ALLOW),
      policy({ ...ALLOW, Principal: { AWS: [roleArn("b"), roleArn("a")] } }),
    ],
    [
      "with a scalar for a list of one",
      policy(THEIRS),
      policy({ ...THEIRS, Action: ["elasticfilesystem:ClientMount"], Resource: [FS_ARN] }),
    ],
    [
      "with a single statement instead of a list",
      policy(THEIRS),
      JSON.stringify({ Version: "2012-10-17", Statement: THEIRS }),
    ],
    [
      "with an account's id for its root ARN",
      policy(THEIRS),
      policy({ ...THEIRS, Principal: { AWS: "arn:aws:iam::111122223333:root" } }),
    ],
    [
      'with "*" for {"AWS":"*"}',
      policy({ ...THEIRS, Principal: "*" }),
      policy({ ...THEIRS, Principal: { AWS: ["*"] } }),
    ],
    [
      "whatever the case of condition keys",
      policy(ALLOW),
      policy({
        ...ALLOW,
        Condition: {
          stringequals: { "elasticfilesystem:accesspointarn": ["y", "x"] },
          Bool: { "AWS:SecureTransport": ["true"] },
        },
      }),
    ],
    ["whatever the Sid behind our prefix", policy(ALLOW), policy({ ...ALLOW, Sid: "mooring-test-other" })],
    ["with an empty condition for none", policy(THEIRS), policy({ ...THEIRS, Condition: {} })],
    ["whatever the Id", policy(THEIRS), JSON.stringify({ Version: "2012-10-17", Id: "x", Statement: [THEIRS] })],
  ])("%s", (_what, a, b) => expect(samePolicyMeaning(a, b, "test")).toBe(true));

  test("with a role's id for the role that has it now", () => {
    const names = new Map([["AROAEXAMPLE", roleArn("b")]]);
    const stored = policy({ ...ALLOW, Principal: { AWS: [roleArn("a"), "AROAEXAMPLE"] } });
    expect(samePolicyMeaning(policy(ALLOW), stored, "test", names)).toBe(true);
    expect(samePolicyMeaning(policy(ALLOW), stored, "test")).toBe(false);
  });
});

describe("two policies differ", () => {
  test.each<[string, string | null, string | null]>([
    ["if one is no policy", policy(ALLOW), null],
    ["in an action", policy(ALLOW), policy({ ...ALLOW, Action: "elasticfilesystem:ClientMount" })],
    ["in a principal", policy(ALLOW), policy({ ...ALLOW, Principal: { AWS: roleArn("a") } })],
    ["in the effect", policy(THEIRS), policy({ ...THEIRS, Effect: "Deny" })],
    [
      "in a condition's value",
      policy(ALLOW),
      policy({ ...ALLOW, Condition: { ...ALLOW.Condition, Bool: { "aws:SecureTransport": "false" } } }),
    ],
    [
      "in a condition's operator",
      policy(ALLOW),
      policy({ ...ALLOW, Condition: { StringNotEquals: ALLOW.Condition.StringEquals } }),
    ],
    ["in who owns a statement", policy(ALLOW), policy({ ...ALLOW, Sid: "theirs" })],
    ["in a foreign Sid", policy(THEIRS), policy({ ...THEIRS, Sid: "renamed" })],
    [
      "in NotPrincipal for Principal",
      policy(THEIRS),
      policy({ ...THEIRS, Principal: undefined, NotPrincipal: THEIRS.Principal }),
    ],
    ["in the version of the language", policy(THEIRS), JSON.stringify({ Version: "2008-10-17", Statement: [THEIRS] })],
    ["in another installation's prefix", policy(ALLOW), policy({ ...ALLOW, Sid: "mooring-other-rw-1" })],
    ["if one cannot be understood", policy(ALLOW), "{"],
  ])("%s", (_what, a, b) => expect(samePolicyMeaning(a, b, "test")).toBe(false));
});
