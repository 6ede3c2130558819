import {
  ABSENT,
  answers,
  behavioursOf,
  callsOf,
  docs,
  fails,
  issue,
  length,
  oneOf,
  PRESENT,
  reference,
  until,
  type Call,
} from "../behaviour.ts";
import { ZIP_FILE } from "../zip-file.ts";

const lambda = callsOf("lambda");
const api = reference("lambda");

const create = (more: Record<string, unknown> = {}): Call =>
  lambda(
    "CreateFunction",
    {
      FunctionName: "$own",
      Role: "$role",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: ZIP_FILE },
      ...more,
    },
    { revision: "RevisionId", arn: "FunctionArn" },
  );
/** A role of the stage may be too new for Lambda, so a creation that has to succeed is repeated. */
const created = (more?: Record<string, unknown>): Call => until(create(more), answers({}));
const get = lambda("GetFunction", { FunctionName: "$own" });
const settled = until(
  get,
  answers({ "Configuration.State": "Active", "Configuration.LastUpdateStatus": "Successful" }),
);
const update = (input: Record<string, unknown>): Call =>
  lambda("UpdateFunctionConfiguration", { FunctionName: "$own", ...input });
const UNKNOWN = "mooring-probe-nothing";
const STATES = docs("lambda/latest/dg/functions-states.html");

const FUNCTIONS = behavioursOf("lambda", {
  "create-function": {
    states:
      "A new function is Pending, or Active where nothing has to be made; its ARN is unqualified, its version $LATEST.",
    sources: [api("CreateFunction"), STATES],
    given: [lambda("ListFunctions"), lambda("GetFunction", { FunctionName: "$function" })],
    when: create(),
    expects: answers({
      State: oneOf("Pending", "Active"),
      FunctionArn: /^arn:aws[-a-z]*:lambda:[^:]+:\d{12}:function:[^:]+$/,
      Version: "$LATEST",
      RevisionId: PRESENT,
      CodeSha256: PRESENT,
    }),
  },
  "new-function-pending": {
    states: "A new function is Pending until its resources are there.",
    sources: [STATES, docs("lambda/latest/dg/configuration-vpc.html")],
    given: [lambda("GetFunction", { FunctionName: "$function" })],
    when: create({ VpcConfig: { SubnetIds: ["$subnet"], SecurityGroupIds: ["$group"] } }),
    expects: answers({ State: "Pending", StateReasonCode: "Creating" }),
  },
  "function-exists": {
    states: "A name that is taken: ResourceConflictException.",
    sources: api("CreateFunction"),
    given: [created()],
    when: create(),
    expects: fails("ResourceConflictException", 409, { message: /^Function already exist/ }),
  },
  "get-unknown-function": {
    states: "A function that does not exist: ResourceNotFoundException with its ARN.",
    sources: api("GetFunction"),
    when: lambda("GetFunction", { FunctionName: UNKNOWN }),
    expects: fails("ResourceNotFoundException", 404, { message: /^Function not found: arn:aws/ }),
  },
  "function-defaults": {
    states: "A function that says nothing of it has 128 MB, a timeout of 3 s and 512 MB of /tmp.",
    sources: api("CreateFunction"),
    given: [created()],
    when: lambda("GetFunctionConfiguration", { FunctionName: "$own" }),
    expects: answers({ MemorySize: 128, Timeout: 3, "EphemeralStorage.Size": 512, PackageType: "Zip" }),
  },
  "role-that-nobody-assumes": {
    states: "A role that Lambda cannot assume: InvalidParameterValueException.",
    sources: docs("lambda/latest/dg/troubleshooting-deployment.html"),
    given: [lambda("GetFunction", { FunctionName: "$function" })],
    when: create({ Role: "arn:aws:iam::$account:role/mooring-probe-nobody" }),
    expects: fails("InvalidParameterValueException", 400, { message: /cannot be assumed by Lambda/ }),
  },
  "role-not-an-arn": {
    states: "A role that is no ARN is refused by the constraint of the member.",
    sources: api("CreateFunction"),
    when: create({ Role: "not-an-arn" }),
    expects: fails("ValidationException", 400, { message: /validation error/ }),
  },
  "memory-too-small": {
    states: "Less than 128 MB of memory is refused.",
    sources: api("CreateFunction"),
    when: create({ MemorySize: 127 }),
    expects: fails(["ValidationException", "InvalidParameterValueException"], 400),
  },
  "timeout-too-long": {
    states: "A timeout of more than 900 s is refused.",
    sources: docs("lambda/latest/dg/gettingstarted-limits.html"),
    when: create({ Timeout: 901 }),
    expects: fails(["ValidationException", "InvalidParameterValueException"], 400),
  },
  "runtime-unknown": {
    states: "A runtime that does not exist is refused.",
    sources: api("CreateFunction"),
    when: create({ Runtime: "cobol85" }),
    expects: fails(["ValidationException", "InvalidParameterValueException"], 400),
  },
  "functions-page": {
    states: "MaxItems limits the page, and NextMarker tells that there is more.",
    sources: api("ListFunctions"),
    given: [created(), created({ FunctionName: "$own-b" })],
    when: lambda("ListFunctions", { MaxItems: 1 }),
    expects: answers({ Functions: length(1), NextMarker: PRESENT }),
  },
  "list-omits-state": {
    states: "ListFunctions omits State and LastUpdateStatus.",
    sources: api("ListFunctions"),
    given: [lambda("GetFunction", { FunctionName: "$function" })],
    when: lambda("ListFunctions", {}),
    expects: answers({
      "Functions.0.State": ABSENT,
      "Functions.0.LastUpdateStatus": ABSENT,
      "Functions.0.FunctionName": PRESENT,
    }),
  },
  "delete-function": {
    states: "A deleted function is gone.",
    sources: api("DeleteFunction"),
    given: [created(), settled, lambda("DeleteFunction", { FunctionName: "$own" })],
    when: get,
    eventually: true,
    expects: fails("ResourceNotFoundException", 404),
  },
  "delete-unknown-function": {
    states: "Deleting a function that does not exist: ResourceNotFoundException.",
    sources: api("DeleteFunction"),
    when: lambda("DeleteFunction", { FunctionName: UNKNOWN }),
    expects: fails("ResourceNotFoundException", 404),
  },
  "function-tags": {
    states: "Tags are listed by the function's ARN.",
    sources: api("ListTags"),
    given: [created({ Tags: { team: "media" } })],
    when: lambda("ListTags", { Resource: "$arn" }),
    expects: answers({ "Tags.team": "media" }),
  },
});

const UPDATES = behavioursOf("lambda", {
  "update-in-progress": {
    states: "An update is accepted with LastUpdateStatus InProgress.",
    sources: [api("UpdateFunctionConfiguration"), STATES],
    given: [created(), settled],
    when: update({ Timeout: 5 }),
    expects: answers({ LastUpdateStatus: "InProgress", State: "Active", Timeout: 5 }),
  },
  "update-settles": {
    states: "An update becomes Successful by itself.",
    sources: STATES,
    given: [created(), settled, update({ Timeout: 5 })],
    when: get,
    eventually: true,
    expects: answers({ "Configuration.LastUpdateStatus": "Successful", "Configuration.Timeout": 5 }),
  },
  "update-during-update": {
    states: "A second update while the first is in progress: ResourceConflictException.",
    sources: [STATES, issue("hashicorp/terraform-provider-aws", 5154)],
    given: [created(), settled, update({ Timeout: 5 })],
    when: update({ Timeout: 6 }),
    expects: fails("ResourceConflictException", 409, { message: /update is in progress/ }),
  },
  "publish-during-update": {
    states: "Publishing while an update is in progress: ResourceConflictException.",
    sources: STATES,
    given: [created(), settled, update({ Timeout: 5 })],
    when: lambda("PublishVersion", { FunctionName: "$own" }),
    expects: fails("ResourceConflictException", 409),
  },
  "stale-revision": {
    states: "An update under a RevisionId that is not the newest: PreconditionFailedException.",
    sources: api("UpdateFunctionConfiguration"),
    given: [created(), settled, update({ Timeout: 5 }), settled],
    when: update({ Timeout: 6, RevisionId: "$revision" }),
    expects: fails("PreconditionFailedException", 412),
  },
  "current-revision": {
    states: "An update under the newest RevisionId succeeds.",
    sources: api("UpdateFunctionConfiguration"),
    given: [
      created(),
      settled,
      lambda("GetFunctionConfiguration", { FunctionName: "$own" }, { current: "RevisionId" }),
    ],
    when: update({ Timeout: 6, RevisionId: "$current" }),
    expects: answers({ Timeout: 6 }),
  },
  "omitted-stays": {
    states: "What an update does not name stays as it is.",
    sources: api("UpdateFunctionConfiguration"),
    given: [
      created({ MemorySize: 256, Environment: { Variables: { STAGE: "prod" } } }),
      settled,
      update({ Timeout: 5 }),
      settled,
    ],
    when: lambda("GetFunctionConfiguration", { FunctionName: "$own" }),
    expects: answers({ MemorySize: 256, Timeout: 5, "Environment.Variables.STAGE": "prod" }),
  },
  "update-unknown-function": {
    states: "Updating a function that does not exist: ResourceNotFoundException.",
    sources: api("UpdateFunctionConfiguration"),
    when: lambda("UpdateFunctionConfiguration", { FunctionName: UNKNOWN, Timeout: 5 }),
    expects: fails("ResourceNotFoundException", 404),
  },
});

const VERSIONS = behavioursOf("lambda", {
  "publish-version": {
    states: "The first published version is 1, and its ARN ends with it.",
    sources: api("PublishVersion"),
    given: [created(), settled],
    when: lambda("PublishVersion", { FunctionName: "$own" }),
    expects: answers({ Version: "1", FunctionArn: /:1$/ }),
  },
  "publish-unchanged": {
    states: "Publishing without a change since the last version makes no new one.",
    sources: api("PublishVersion"),
    given: [created(), settled, lambda("PublishVersion", { FunctionName: "$own" })],
    when: lambda("PublishVersion", { FunctionName: "$own" }),
    expects: answers({ Version: "1" }),
  },
  "versions-listed": {
    states: "ListVersionsByFunction lists $LATEST and the published versions.",
    sources: api("ListVersionsByFunction"),
    given: [created(), settled, lambda("PublishVersion", { FunctionName: "$own" })],
    when: lambda("ListVersionsByFunction", { FunctionName: "$own" }),
    expects: answers({ Versions: length(2), "Versions.0.Version": "$LATEST", "Versions.1.Version": "1" }),
  },
  "version-keeps-its-configuration": {
    states: "A published version keeps its configuration when $LATEST changes.",
    sources: docs("lambda/latest/dg/configuration-versions.html"),
    given: [created(), settled, lambda("PublishVersion", { FunctionName: "$own" }), update({ Timeout: 9 }), settled],
    when: lambda("GetFunctionConfiguration", { FunctionName: "$own", Qualifier: "1" }),
    expects: answers({ Timeout: 3, Version: "1" }),
  },
  "alias-stale-revision": {
    states: "UpdateAlias under a RevisionId that is not the alias's: PreconditionFailedException.",
    sources: api("UpdateAlias"),
    given: [
      created(),
      settled,
      lambda("PublishVersion", { FunctionName: "$own" }),
      lambda("CreateAlias", { FunctionName: "$own", Name: "live", FunctionVersion: "1" }),
    ],
    when: lambda("UpdateAlias", {
      FunctionName: "$own",
      Name: "live",
      RevisionId: "00000000-0000-0000-0000-000000000000",
    }),
    expects: fails("PreconditionFailedException", 412),
  },
  "alias-exists": {
    states: "An alias that is taken: ResourceConflictException.",
    sources: api("CreateAlias"),
    given: [
      created(),
      settled,
      lambda("CreateAlias", { FunctionName: "$own", Name: "live", FunctionVersion: "$LATEST" }),
    ],
    when: lambda("CreateAlias", { FunctionName: "$own", Name: "live", FunctionVersion: "$LATEST" }),
    expects: fails("ResourceConflictException", 409),
  },
  "alias-of-unknown-version": {
    states: "An alias of a version that does not exist: ResourceNotFoundException.",
    evidence: "unverified",
    sources: api("CreateAlias"),
    given: [created(), settled],
    when: lambda("CreateAlias", { FunctionName: "$own", Name: "live", FunctionVersion: "7" }),
    expects: fails("ResourceNotFoundException", 404),
  },
  "no-provisioned-concurrency": {
    states: "Without provisioned concurrency: ProvisionedConcurrencyConfigNotFoundException.",
    sources: api("GetProvisionedConcurrencyConfig"),
    given: [created(), settled, lambda("PublishVersion", { FunctionName: "$own" })],
    when: lambda("GetProvisionedConcurrencyConfig", { FunctionName: "$own", Qualifier: "1" }),
    expects: fails("ProvisionedConcurrencyConfigNotFoundException", 404),
  },
});

export const LAMBDA_FUNCTIONS = [...FUNCTIONS, ...UPDATES, ...VERSIONS];
