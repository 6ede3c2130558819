import {
  answers,
  behavioursOf,
  callsOf,
  docs,
  fails,
  issue,
  oneOf,
  reference,
  type Call,
  type Matcher,
} from "../behaviour.ts";

const efs = callsOf("efs");
const api = reference("efs");

const ALLOW = {
  Effect: "Allow",
  Principal: { AWS: "*" },
  Action: ["elasticfilesystem:ClientMount"],
  Resource: "$ownArn",
  Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
};

/** A file system of the behaviour's own, since there is one policy for each. */
const OWN_FILE_SYSTEM: Call[] = [
  efs("CreateFileSystem", { CreationToken: "$own" }, { ownFileSystem: "FileSystemId", ownArn: "FileSystemArn" }),
  {
    ...efs("DescribeFileSystems", { FileSystemId: "$ownFileSystem" }),
    until: answers({ "FileSystems.0.LifeCycleState": "available" }),
  },
];
const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const put = (Policy: string, more: Record<string, unknown> = {}): Call =>
  efs("PutFileSystemPolicy", { FileSystemId: "$ownFileSystem", Policy, ...more });
const describe = efs("DescribeFileSystemPolicy", { FileSystemId: "$ownFileSystem" });

/** A policy text with exactly one statement that passes. */
const statement = (is: string, test: (statement: Record<string, unknown>) => boolean): Matcher => ({
  is,
  accepts: (value) => {
    const statements = JSON.parse(String(value)).Statement as Record<string, unknown>[];
    return Array.isArray(statements) && statements.length === 1 && test(statements[0]!);
  },
});

export const EFS_POLICIES = behavioursOf("efs", {
  "no-policy": {
    states: "A file system without a policy answers PolicyNotFound.",
    sources: api("DescribeFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: describe,
    expects: fails("PolicyNotFound", 404),
  },
  "policy-read-back": {
    states: "The policy is read back with its statement, action and condition.",
    sources: api("DescribeFileSystemPolicy"),
    given: [...OWN_FILE_SYSTEM, put(policy({ Sid: "one", ...ALLOW }))],
    when: describe,
    eventually: true,
    expects: answers({
      Policy: statement(
        'the statement with Sid "one" and its condition',
        ({ Sid, Condition }) => Sid === "one" && JSON.stringify(Condition ?? null).includes("AccessedViaMountTarget"),
      ),
    }),
  },
  "policy-gains-sid": {
    states: "A statement without Sid gets one: efs-statement-<uuid>.",
    sources: api("PutFileSystemPolicy"),
    given: [...OWN_FILE_SYSTEM, put(policy(ALLOW))],
    when: describe,
    eventually: true,
    expects: answers({
      Policy: statement("a statement with Sid efs-statement-…", ({ Sid }) => String(Sid).startsWith("efs-statement-")),
    }),
  },
  "policy-gains-resource": {
    states: "A statement without Resource gets the file system's ARN.",
    sources: api("PutFileSystemPolicy"),
    given: [...OWN_FILE_SYSTEM, put(policy({ ...ALLOW, Resource: undefined }))],
    when: describe,
    eventually: true,
    expects: answers({
      Policy: statement("a statement with the ARN as resource", ({ Resource }) =>
        [Resource].flat().join().includes(":file-system/fs-"),
      ),
    }),
  },
  "put-policy-answers-policy": {
    states: "PutFileSystemPolicy answers with the policy.",
    sources: api("PutFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: put(policy({ Sid: "one", ...ALLOW })),
    expects: answers({ FileSystemId: "$ownFileSystem", Policy: /ClientMount/ }),
  },
  "put-policy-replaces": {
    states: "PutFileSystemPolicy replaces the whole document.",
    sources: api("PutFileSystemPolicy"),
    given: [...OWN_FILE_SYSTEM, put(policy({ Sid: "one", ...ALLOW })), put(policy({ Sid: "two", ...ALLOW }))],
    when: describe,
    eventually: true,
    expects: answers({ Policy: statement("only the second statement", ({ Sid }) => Sid === "two") }),
  },
  "policy-not-json": {
    states: "A policy that is no JSON is refused: InvalidPolicyException.",
    sources: api("PutFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: put("{not json"),
    expects: fails("InvalidPolicyException", 400),
  },
  "policy-without-effect": {
    states: "A statement without Effect is refused: InvalidPolicyException.",
    sources: api("PutFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: put(policy({ ...ALLOW, Effect: undefined })),
    expects: fails("InvalidPolicyException", 400),
  },
  "policy-unknown-principal": {
    states: "A principal that does not exist is refused: Policy contains invalid Principal block.",
    evidence: "reported",
    sources: issue("hashicorp/terraform-provider-aws", 21_716),
    given: OWN_FILE_SYSTEM,
    when: put(policy({ ...ALLOW, Principal: { AWS: "arn:aws:iam::$account:role/mooring-probe-nobody" } })),
    expects: fails("InvalidPolicyException", 400, { message: /invalid Principal block/i }),
  },
  "policy-too-long": {
    states: "A policy of more than 20,000 characters is refused.",
    sources: api("PutFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: put(policy({ Sid: "x".repeat(20_001), ...ALLOW })),
    expects: fails(["InvalidPolicyException", "ValidationException", "BadRequest"], 400),
  },
  "policy-that-locks-out": {
    states: "A policy that would keep the caller from putting another is refused unless the check is bypassed.",
    sources: api("PutFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: put(policy({ ...ALLOW, Effect: "Deny", Action: ["elasticfilesystem:*"], Condition: undefined })),
    expects: fails("InvalidPolicyException", 400),
  },
  "policy-on-unknown-file-system": {
    states: "A policy for a file system that does not exist: FileSystemNotFound.",
    sources: api("PutFileSystemPolicy"),
    when: efs("PutFileSystemPolicy", {
      FileSystemId: "fs-00000000000000000",
      Policy: policy({ ...ALLOW, Resource: "*" }),
    }),
    expects: fails("FileSystemNotFound", 404),
  },
  "policy-account-principal": {
    states: "A principal given as account id is read back as the ARN of the account's root.",
    evidence: "reported",
    sources: docs("IAM/latest/UserGuide/reference_policies_elements_principal.html"),
    given: [...OWN_FILE_SYSTEM, put(policy({ ...ALLOW, Principal: { AWS: "$account" } }))],
    when: describe,
    eventually: true,
    expects: answers({
      Policy: statement("a principal arn:aws:iam::…:root", ({ Principal }) =>
        JSON.stringify(Principal).includes(":root"),
      ),
    }),
  },
  "deleted-policy": {
    states: "After DeleteFileSystemPolicy there is none.",
    sources: api("DeleteFileSystemPolicy"),
    given: [
      ...OWN_FILE_SYSTEM,
      put(policy({ Sid: "one", ...ALLOW })),
      efs("DeleteFileSystemPolicy", { FileSystemId: "$ownFileSystem" }),
    ],
    when: describe,
    eventually: true,
    expects: fails("PolicyNotFound", 404),
  },
  "delete-policy-twice": {
    states: "Deleting a policy that is not there succeeds: PolicyNotFound is not among its errors.",
    sources: api("DeleteFileSystemPolicy"),
    given: OWN_FILE_SYSTEM,
    when: efs("DeleteFileSystemPolicy", { FileSystemId: "$ownFileSystem" }),
    expects: answers({}),
  },
  "no-backup-policy": {
    states: "A file system whose backups were never set: PolicyNotFound.",
    evidence: "unverified",
    sources: api("DescribeBackupPolicy"),
    given: OWN_FILE_SYSTEM,
    when: efs("DescribeBackupPolicy", { FileSystemId: "$ownFileSystem" }),
    expects: fails("PolicyNotFound", 404),
  },
  "backup-policy": {
    states: "A backup policy that is put is read back as ENABLED, or ENABLING before.",
    sources: api("PutBackupPolicy"),
    given: [
      ...OWN_FILE_SYSTEM,
      efs("PutBackupPolicy", { FileSystemId: "$ownFileSystem", BackupPolicy: { Status: "ENABLED" } }),
    ],
    when: efs("DescribeBackupPolicy", { FileSystemId: "$ownFileSystem" }),
    eventually: true,
    expects: answers({ "BackupPolicy.Status": oneOf("ENABLED", "ENABLING") }),
  },
});
