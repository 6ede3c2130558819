import {
  answers,
  behavioursOf,
  callsOf,
  differentFrom,
  docs,
  fails,
  length,
  reference,
  type Call,
} from "../behaviour.ts";

const [iam, sts] = [callsOf("iam"), callsOf("sts")];
const [api, stsApi] = [reference("iam"), reference("sts")];

const trust = (Principal: object = { Service: "lambda.amazonaws.com" }): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] });
const create = (more: Record<string, unknown> = {}, remember: Record<string, string> = {}): Call =>
  iam(
    "CreateRole",
    { RoleName: "$own", AssumeRolePolicyDocument: trust(), ...more },
    { made: "Role.Arn", ...remember },
  );
const get = iam("GetRole", { RoleName: "$own" });
const UNKNOWN = "mooring-probe-nobody";
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
const MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

export const IAM = behavioursOf("iam", {
  "create-role": {
    states: "A new role has an id that begins with AROA, and its path in its ARN.",
    sources: [api("CreateRole"), docs("IAM/latest/UserGuide/reference_identifiers.html")],
    when: create({ Path: "/probe/" }),
    expects: answers({
      "Role.RoleId": /^AROA[A-Z0-9]{12,}$/,
      "Role.Arn": /:role\/probe\/[^/]+$/,
      "Role.Path": "/probe/",
    }),
  },
  "role-exists": {
    states: "A name that is taken: EntityAlreadyExists.",
    sources: api("CreateRole"),
    given: [create()],
    when: create(),
    expects: fails(["EntityAlreadyExists", "EntityAlreadyExistsException"], 409, { message: /already exists/ }),
  },
  "get-unknown-role": {
    states: "A role that does not exist: NoSuchEntity with its name.",
    evidence: "reported",
    sources: [api("GetRole"), "https://github.com/jarpy/lambkin/pull/3"],
    when: iam("GetRole", { RoleName: UNKNOWN }),
    expects: fails(["NoSuchEntity", "NoSuchEntityException"], 404, { message: /mooring-probe-nobody cannot be found/ }),
  },
  "role-again-has-new-id": {
    states: "A role that is made again under its name has another id.",
    sources: docs("IAM/latest/UserGuide/reference_identifiers.html"),
    given: [create({}, { first: "Role.RoleId" }), iam("DeleteRole", { RoleName: "$own" }), create()],
    when: get,
    expects: answers({ "Role.RoleId": differentFrom("$first") }),
  },
  "trust-not-json": {
    states: "A trust policy that is no JSON: MalformedPolicyDocument.",
    sources: api("CreateRole"),
    when: create({ AssumeRolePolicyDocument: "{nothing" }),
    expects: fails(["MalformedPolicyDocument", "MalformedPolicyDocumentException"], 400),
  },
  "trust-in-unknown-principal": {
    states: "A trust policy that names a role that does not exist: Invalid principal in policy.",
    sources: docs("IAM/latest/UserGuide/troubleshoot_roles.html"),
    when: create({ AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::$account:role/mooring-probe-nobody" }) }),
    expects: fails(["MalformedPolicyDocument", "MalformedPolicyDocumentException"], 400, {
      message: /Invalid principal in policy/,
    }),
  },
  "trust-read-back": {
    states: "The trust policy is read back URL-encoded, as RFC 3986 has it.",
    sources: api("GetRole"),
    given: [create()],
    when: get,
    expects: answers({ "Role.AssumeRolePolicyDocument": /^%7B/ }),
  },
  "session-too-short": {
    states: "A maximum session of less than an hour is refused.",
    sources: api("CreateRole"),
    when: create({ MaxSessionDuration: 3_599 }),
    expects: fails(["ValidationError", "ValidationException"], 400),
  },
  "role-name-with-blank": {
    states: "A name with a blank is refused.",
    sources: api("CreateRole"),
    when: create({ RoleName: "a b" }),
    expects: fails(["ValidationError", "ValidationException"], 400),
  },
  "delete-role-with-policy": {
    states: "A role with an inline policy cannot be deleted: DeleteConflict.",
    sources: api("DeleteRole"),
    given: [create(), iam("PutRolePolicy", { RoleName: "$own", PolicyName: "p", PolicyDocument: POLICY })],
    when: iam("DeleteRole", { RoleName: "$own" }),
    expects: fails(["DeleteConflict", "DeleteConflictException"], 409),
  },
  "delete-role-with-attached-policy": {
    states: "A role with an attached policy cannot be deleted: DeleteConflict.",
    sources: api("DeleteRole"),
    given: [create(), iam("AttachRolePolicy", { RoleName: "$own", PolicyArn: MANAGED })],
    when: iam("DeleteRole", { RoleName: "$own" }),
    expects: fails(["DeleteConflict", "DeleteConflictException"], 409),
  },
  "unknown-inline-policy": {
    states: "An inline policy that does not exist: NoSuchEntity.",
    sources: api("GetRolePolicy"),
    given: [create()],
    when: iam("GetRolePolicy", { RoleName: "$own", PolicyName: "none" }),
    expects: fails(["NoSuchEntity", "NoSuchEntityException"], 404),
  },
  "inline-policy-malformed": {
    states: "An inline policy that is no JSON: MalformedPolicyDocument.",
    sources: api("PutRolePolicy"),
    given: [create()],
    when: iam("PutRolePolicy", { RoleName: "$own", PolicyName: "p", PolicyDocument: "{nothing" }),
    expects: fails(["MalformedPolicyDocument", "MalformedPolicyDocumentException"], 400),
  },
  "attach-unknown-policy": {
    states: "A managed policy that does not exist: NoSuchEntity.",
    sources: api("AttachRolePolicy"),
    given: [create()],
    when: iam("AttachRolePolicy", {
      RoleName: "$own",
      PolicyArn: "arn:aws:iam::$account:policy/mooring-probe-nothing",
    }),
    expects: fails(["NoSuchEntity", "NoSuchEntityException"], 404),
  },
  "detach-unattached-policy": {
    states: "Detaching a policy that is not attached: NoSuchEntity.",
    sources: api("DetachRolePolicy"),
    given: [create()],
    when: iam("DetachRolePolicy", { RoleName: "$own", PolicyArn: MANAGED }),
    expects: fails(["NoSuchEntity", "NoSuchEntityException"], 404),
  },
  "roles-page": {
    states: "ListRoles keeps to PathPrefix and MaxItems; IsTruncated and Marker lead on.",
    sources: api("ListRoles"),
    given: [create({ Path: "/$own/" }), create({ Path: "/$own/", RoleName: "$own-b" })],
    when: iam("ListRoles", { PathPrefix: "/$own/", MaxItems: 1 }),
    expects: answers({ Roles: length(1), IsTruncated: true, Marker: /./ }),
  },
  "role-tags": {
    states: "Tags of a role come with GetRole.",
    sources: api("GetRole"),
    given: [create({ Tags: [{ Key: "team", Value: "media" }] })],
    when: get,
    expects: answers({ "Role.Tags.0.Key": "team" }),
  },
});

export const STS = behavioursOf("sts", {
  caller: {
    states: "GetCallerIdentity answers account, ARN and id of the caller.",
    sources: stsApi("GetCallerIdentity"),
    when: sts("GetCallerIdentity"),
    expects: answers({ Account: /^\d{12}$/, Arn: /^arn:aws[-a-z]*:(iam|sts)::\d{12}:/, UserId: /./ }),
  },
  "assume-role": {
    states: "AssumeRole answers credentials of the session, whose ARN drops the role's path.",
    sources: stsApi("AssumeRole"),
    given: [create({ Path: "/probe/", AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::$account:root" }) })],
    when: sts("AssumeRole", { RoleArn: "$made", RoleSessionName: "probe" }),
    eventually: true,
    expects: answers({
      "AssumedRoleUser.Arn": /^arn:aws[-a-z]*:sts::\d{12}:assumed-role\/[^/]+\/probe$/,
      "AssumedRoleUser.AssumedRoleId": /:probe$/,
      "Credentials.AccessKeyId": /^ASIA/,
      "Credentials.SessionToken": /./,
    }),
  },
  "assume-unknown-role": {
    states: "A role that does not exist cannot be assumed: AccessDenied, not NoSuchEntity.",
    sources: docs("IAM/latest/UserGuide/troubleshoot_roles.html"),
    when: sts("AssumeRole", { RoleArn: "arn:aws:iam::$account:role/mooring-probe-nobody", RoleSessionName: "probe" }),
    expects: fails(["AccessDenied", "AccessDeniedException"], 403, {
      message: /not authorized to perform: sts:AssumeRole/,
    }),
  },
  "assume-untrusting-role": {
    states: "A role that trusts somebody else cannot be assumed.",
    sources: docs("IAM/latest/UserGuide/troubleshoot_roles.html"),
    given: [create()],
    when: sts("AssumeRole", { RoleArn: "$made", RoleSessionName: "probe" }),
    expects: fails(["AccessDenied", "AccessDeniedException"], 403),
  },
  "session-of-899-seconds": {
    states: "A session of less than 900 seconds is refused.",
    sources: stsApi("AssumeRole"),
    given: [create({ AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::$account:root" }) })],
    when: sts("AssumeRole", { RoleArn: "$made", RoleSessionName: "probe", DurationSeconds: 899 }),
    expects: fails(["ValidationError", "ValidationException"], 400),
  },
  "session-longer-than-role": {
    states: "A session longer than the role's MaxSessionDuration is refused.",
    sources: stsApi("AssumeRole"),
    given: [create({ AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::$account:root" }) })],
    when: sts("AssumeRole", { RoleArn: "$made", RoleSessionName: "probe", DurationSeconds: 7_200 }),
    expects: fails(["ValidationError", "ValidationException"], 400),
  },
});

export const IAM_AND_STS = [...IAM, ...STS];
