/**
 * CloudTrail: every mutating call as an event on the default bus, failed ones too.
 *
 * Shapes after the CloudTrail user guide ("CloudTrail record contents") and EventBridge's
 * "AWS service events delivered via CloudTrail".
 */
import type { CallContext, Caller, ServiceName } from "./core.ts";
import type { Shape } from "./model/shape.ts";
import { serviceModel } from "./model/service-model.ts";
import type { WorldEvent } from "./world.ts";

/** CloudTrail's names of Lambda operations carry the API version (Lambda developer guide, logging with CloudTrail). */
const LAMBDA_EVENT_NAMES: Record<string, string> = {
  CreateFunction: "CreateFunction20150331",
  DeleteFunction: "DeleteFunction20150331",
  UpdateFunctionConfiguration: "UpdateFunctionConfiguration20150331v2",
  UpdateFunctionCode: "UpdateFunctionCode20150331v2",
  PublishVersion: "PublishVersion20150331",
  CreateAlias: "CreateAlias20150331",
  UpdateAlias: "UpdateAlias20150331",
  DeleteAlias: "DeleteAlias20150331",
  AddPermission: "AddPermission20150331v2",
  RemovePermission: "RemovePermission20150331v2",
  PutFunctionConcurrency: "PutFunctionConcurrency20171031",
  DeleteFunctionConcurrency: "DeleteFunctionConcurrency20171031",
  TagResource: "TagResource20170331v2",
  UntagResource: "UntagResource20170331v2",
};

/** Members that CloudTrail leaves out of its records because they may hold secrets or code. */
const LEFT_OUT = new Set(["Environment", "ZipFile", "SecretAccessKey", "SessionToken"]);

export interface TrailedCall {
  service: ServiceName;
  operation: string;
  input: unknown;
  context: CallContext;
  timeMs: number;
  eventId: string;
  readOnly: boolean;
  /** What the call answered; undefined if it failed. */
  output?: unknown;
  error?: { code: string; message: string };
}

/** The EventBridge event of one call. */
export function trailEvent(call: TrailedCall): WorldEvent {
  const { service, operation, context, error } = call;
  const model = serviceModel(service);
  const shapes = model.operations.get(operation);
  const { eventName } = model.address;
  const detail: Record<string, unknown> = {
    eventVersion: "1.11",
    userIdentity: userIdentity(context.caller, call.timeMs),
    eventTime: `${new Date(call.timeMs).toISOString().slice(0, 19)}Z`,
    eventSource: `${eventName}.amazonaws.com`,
    eventName: (service === "lambda" && LAMBDA_EVENT_NAMES[operation]) || operation,
    awsRegion: context.region,
    sourceIPAddress: context.caller.sourceIp,
    userAgent: context.caller.userAgent,
    ...(error && { errorCode: error.code, errorMessage: error.message }),
    requestParameters: shapes ? recorded(shapes.input, call.input) : null,
    responseElements: shapes && !error && !call.readOnly ? recorded(shapes.output, call.output) : null,
    requestID: context.requestId,
    eventID: call.eventId,
    readOnly: call.readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: context.caller.accountId,
    eventCategory: "Management",
  };
  return { source: `aws.${eventName}`, "detail-type": "AWS API Call via CloudTrail", resources: [], detail };
}

function userIdentity(caller: Caller, timeMs: number): Record<string, unknown> {
  const { type, principalId, arn, accountId, accessKeyId, sessionIssuer } = caller;
  if (!sessionIssuer) return { type, principalId, arn, accountId, accessKeyId, userName: caller.userName };
  return {
    type,
    principalId,
    arn,
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: { type: "Role", ...sessionIssuer, accountId },
      attributes: { creationDate: `${new Date(timeMs).toISOString().slice(0, 19)}Z`, mfaAuthenticated: "false" },
    },
  };
}

/** An input or output as CloudTrail writes it: keys in camel case, no secrets, null if nothing is left. */
function recorded(shape: Shape, value: unknown): Record<string, unknown> | null {
  const written = write(shape, value) as Record<string, unknown> | undefined;
  return written && Object.keys(written).length > 0 ? written : null;
}

function write(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (shape.kind === "blob") return undefined;
  if (value instanceof Date) return value.toISOString();
  if (shape.kind === "list") return (value as unknown[]).map((each) => write(shape.item.shape, each));
  if (shape.kind === "map") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, write(shape.item.shape, each)]));
  }
  if (shape.kind !== "structure") return value;
  const written: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const member = shape.members.get(name);
    if (!member || LEFT_OUT.has(name)) continue;
    const inner = write(member.shape, each);
    if (inner !== undefined) written[name.charAt(0).toLowerCase() + name.slice(1)] = inner;
  }
  return written;
}
