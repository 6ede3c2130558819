import type { NotedEvent } from "../model/audit.ts";
import { fileSystemKey, lambdaKey, parseKey, type ReconcileKey } from "../model/keys.ts";
import { RULE_CALLS, SCHEDULE_CALLS } from "../model/task-targets.ts";
import { ECS_CALLS, keysOfEcsCall, keysOfEcsState } from "./ecs-events.ts";
import type { EventIndex } from "./event-index.ts";
import { type Fields, fieldsOf, text } from "./fields.ts";
import { parseFunctionName } from "./function-name.ts";
import { notedEvent } from "./noted-event.ts";
import { EFS_CALLS, IAM_ROLE_CALLS, LAMBDA_CALLS } from "./watched-calls.ts";
import { keysOfRuleCall, keysOfScheduleCall } from "./target-events.ts";
import { isWakeCause, WAKE_DETAIL_TYPE, WAKE_SOURCE } from "./wake-message.ts";
import type { WakeCause } from "./queue.ts";

/** An event as EventBridge delivers it. Everything in it is foreign: nothing is taken for granted. */
export interface BusEvent {
  source?: unknown;
  "detail-type"?: unknown;
  resources?: unknown;
  detail?: unknown;
}

/** Where Mooring works, and when the event arrived. */
export interface Here {
  account: string;
  region: string;
  receivedAtMs: number;
}

export interface KeysOfEvent {
  /** Sorted, each once. */
  keys: ReconcileKey[];
  cause: WakeCause;
  /** Who did what; null for events that are nobody's call, failed, or concern another account or region. */
  noted: NotedEvent | null;
  /** True if the event may matter but its keys are unknown: the sweep must look. */
  unmapped: boolean;
}

/** CloudTrail's record of one API call, the parts that we look at. */
interface Call {
  eventName: string;
  request: Fields;
  response: Fields;
  here: Here;
  index: EventIndex;
}
type Found = ReconcileKey[] | "unknown" | "irrelevant";

interface Row {
  eventSource: string;
  /** IAM's events come from us-east-1 whatever the region they matter to. */
  global?: true;
  /** Prefixes: Lambda's names carry API versions ("…20150331v2") that are not promised to stay. */
  names: readonly string[];
  find(call: Call): Found;
}

const NOTHING: KeysOfEvent = { keys: [], cause: "drift", noted: null, unmapped: false };
const UNMAPPED: KeysOfEvent = { ...NOTHING, unmapped: true };

/** Which call concerns which object. The first row that fits counts. */
const CALLS: readonly Row[] = [
  {
    eventSource: "elasticfilesystem.amazonaws.com",
    names: EFS_CALLS,
    find: fileSystemOfCall,
  },
  {
    eventSource: "lambda.amazonaws.com",
    names: [
      ...LAMBDA_CALLS,
      "PutRuntimeManagementConfig",
      "PutFunctionConcurrency",
      "DeleteFunctionConcurrency",
      "AddPermission",
      "RemovePermission",
    ],
    find: functionOfCall,
  },
  {
    eventSource: "iam.amazonaws.com",
    global: true,
    names: [
      ...IAM_ROLE_CALLS,
      "PutRolePermissionsBoundary",
      "DeleteRolePermissionsBoundary",
      "UpdateAssumeRolePolicy",
      "UpdateRole",
      "TagRole",
      "UntagRole",
    ],
    find: ({ request, index }) => {
      const roleName = text(request, "roleName");
      return roleName === undefined ? "unknown" : index.keysOfRole(roleName);
    },
  },
  {
    eventSource: "ecs.amazonaws.com",
    names: ECS_CALLS,
    find: ({ eventName, request, response, here }) => keysOfEcsCall(eventName, request, response, here),
  },
  { eventSource: "ecs.amazonaws.com", names: [""], find: () => "irrelevant" },
  { eventSource: "events.amazonaws.com", names: RULE_CALLS, find: keysOfRuleCall },
  {
    eventSource: "scheduler.amazonaws.com",
    names: SCHEDULE_CALLS,
    find: keysOfScheduleCall,
  },
  // Network conditions are not looked at yet: their events are expected, and nobody's.
  { eventSource: "ec2.amazonaws.com", names: [""], find: () => "irrelevant" },
];

/**
 * Says which reconcile keys an event concerns. Pure; the same event always gives the same answer
 * for the same index.
 *
 * Failed calls, read-only calls and calls of other accounts or regions concern nobody. Events are
 * hints: what is missed here is found by the sweep.
 */
export function keysOfEvent(event: BusEvent, index: EventIndex, here: Here): KeysOfEvent {
  const { source, detail } = event;
  if (source === WAKE_SOURCE) return event["detail-type"] === WAKE_DETAIL_TYPE ? keysOfWake(detail, here) : NOTHING;
  if (event["detail-type"] === "AWS API Call via CloudTrail") return keysOfCall(fieldsOf(detail), index, here);
  if (event["detail-type"] === "AWS Service Event via CloudTrail") return NOTHING;
  if (source === "aws.ecs") return withoutCaller(keysOfEcsState(event, here), here);
  if (source === "aws.ec2") return NOTHING;
  return UNMAPPED;
}

/** A state that a service reports itself is nobody's call. */
function withoutCaller(found: Found, here: Here): KeysOfEvent {
  if (found === "irrelevant") return NOTHING;
  if (found === "unknown") return UNMAPPED;
  return { ...NOTHING, keys: sortedOnce(found.filter((key) => isKeyOf(key, here))) };
}

/** Mooring's own wakes. A key that nobody can parse came from elsewhere: the sweep looks. */
function keysOfWake(detail: unknown, here: Here): KeysOfEvent {
  const { keys, cause } = fieldsOf(detail);
  if (!Array.isArray(keys)) return UNMAPPED;
  const ours = keys.filter((key) => isKeyOf(key, here));
  return {
    keys: sortedOnce(ours),
    cause: isWakeCause(cause) ? cause : "spec",
    noted: null,
    unmapped: keys.some((key) => !isKey(key)),
  };
}

function keysOfCall(detail: Fields, index: EventIndex, here: Here): KeysOfEvent {
  const eventName = text(detail, "eventName") ?? "";
  const row = CALLS.find(
    ({ eventSource, names }) =>
      eventSource === detail["eventSource"] && names.some((name) => eventName.startsWith(name)),
  );
  if (text(detail, "errorCode") !== undefined || detail["readOnly"] === true || isElsewhere(detail, row, here))
    return NOTHING;
  if (row === undefined) return UNMAPPED;
  const request = fieldsOf(detail["requestParameters"]);
  const response = fieldsOf(detail["responseElements"]);
  const found = row.find({ eventName, request, response, here, index });
  if (found === "irrelevant") return NOTHING;
  const keys = found === "unknown" ? [] : sortedOnce(found.filter((key) => isKeyOf(key, here)));
  return {
    keys,
    cause: "drift",
    noted: notedEvent(detail, here.receivedAtMs),
    unmapped: found === "unknown",
  };
}

function isElsewhere(detail: Fields, row: Row | undefined, here: Here): boolean {
  const account = text(detail, "recipientAccountId") ?? here.account;
  const region = text(detail, "awsRegion") ?? here.region;
  return account !== here.account || (region !== here.region && row?.global !== true);
}

/**
 * EFS names what it was about in many ways: the file system's id or ARN, only the access point's or
 * the mount target's, or a `resourceId` that may be any of them.
 */
function fileSystemOfCall({ request, response, here, index }: Call): Found {
  const ids = [
    text(request, "fileSystemId"),
    text(response, "fileSystemId"),
    text(request, "sourceFileSystemId"),
    text(request, "resourceId"),
    text(request, "accessPointId"),
    text(request, "mountTargetId"),
  ];
  for (const given of ids) {
    const fileSystemId = given === undefined ? undefined : homeOf(given.slice(given.lastIndexOf("/") + 1), index);
    if (fileSystemId !== undefined) return [fileSystemKey({ ...here, fileSystemId })];
  }
  return "unknown";
}

function homeOf(id: string, index: EventIndex): string | undefined {
  if (/^fs-[0-9a-f]+$/.test(id)) return id;
  if (id.startsWith("fsap-")) return index.fileSystemOfAccessPoint(id);
  return id.startsWith("fsmt-") ? index.fileSystemOfMountTarget(id) : undefined;
}

function functionOfCall({ request, response, here }: Call): Found {
  const resource = text(request, "resource");
  if (resource !== undefined && !resource.includes(":function:")) return "irrelevant"; // a tagged layer or event source
  const given =
    resource ?? text(request, "functionName") ?? text(response, "functionArn") ?? text(response, "functionName");
  const fn = given === undefined ? undefined : parseFunctionName(given);
  return fn === undefined ? "unknown" : [lambdaKey({ ...here, ...fn })];
}

function isKey(value: unknown): value is ReconcileKey {
  if (typeof value !== "string") return false;
  try {
    parseKey(value);
    return true;
  } catch {
    return false;
  }
}

function isKeyOf(value: unknown, here: Here): value is ReconcileKey {
  if (!isKey(value)) return false;
  const { account, region } = parseKey(value);
  return account === here.account && region === here.region;
}

function sortedOnce(keys: readonly ReconcileKey[]): ReconcileKey[] {
  return [...new Set(keys)].sort();
}
