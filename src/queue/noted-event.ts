import type { NotedEvent } from "../model/audit.ts";
import { actorOf, userIdentityOf } from "./actor.ts";
import { type Fields, fieldsOf, text } from "./fields.ts";

/**
 * Reduces CloudTrail's record of a call to what may be kept.
 *
 * @param detail the event's `detail`.
 */
export function notedEvent(detail: Fields, receivedAtMs: number): NotedEvent {
  const eventName = text(detail, "eventName") ?? "";
  const eventTimeMs = Date.parse(text(detail, "eventTime") ?? "");
  return {
    id: text(detail, "eventID") ?? `${text(detail, "requestID") ?? "unknown"}/${eventName}`,
    name: eventName,
    ...actorOf(userIdentityOf(detail["userIdentity"])),
    atMs: Number.isNaN(eventTimeMs) ? receivedAtMs : eventTimeMs,
    receivedAtMs,
    requestId: text(detail, "requestID") ?? null,
    sourceIp: text(detail, "sourceIPAddress") ?? null,
    userAgent: text(detail, "userAgent") ?? null,
    subject: subjectOf(eventName, fieldsOf(detail["requestParameters"]), fieldsOf(detail["responseElements"])),
    ...touchesMounts(eventName, detail),
  };
}

/** Calls that bring a function or take it away, and its mount with it. */
const WHOLE_FUNCTION = /^(Create|Delete)Function(\d|$)/;

/**
 * An update that leaves a member out leaves it as it is. That CloudTrail writes FileSystemConfigs down wherever they
 * are given is not verified; so a record that shows nothing of what was to be updated proves nothing.
 */
function touchesMounts(eventName: string, detail: Fields): { touchesMounts?: boolean } {
  const request = detail["requestParameters"];
  if (text(detail, "eventSource") !== "lambda.amazonaws.com" || WHOLE_FUNCTION.test(eventName)) return {};
  if (!eventName.startsWith("UpdateFunctionConfiguration")) return { touchesMounts: false };
  if (typeof request !== "object" || request === null) return {};
  if ("fileSystemConfigs" in request) return { touchesMounts: true };
  return Object.keys(request).some((name) => name !== "functionName") ? { touchesMounts: false } : {};
}

/** Fields that may be kept. Environment variables, code and tags are not among them. */
const SUBJECT_FIELDS = [
  "fileSystemId",
  "accessPointId",
  "mountTargetId",
  "resourceId",
  "functionName",
  "roleName",
  "cluster",
  "service",
  "serviceName",
  "family",
  "taskDefinition",
  "serviceDeploymentArn",
] as const;

function subjectOf(eventName: string, request: Fields, response: Fields): Record<string, string> {
  const subject: Record<string, string> = {};
  for (const field of SUBJECT_FIELDS) {
    const value = text(request, field) ?? text(response, field);
    if (value !== undefined) subject[field] = value;
  }
  const revision = text(fieldsOf(response["taskDefinition"]), "taskDefinitionArn");
  if (revision !== undefined) subject["taskDefinition"] = revision;
  const policy = text(request, "policy");
  if (eventName === "PutFileSystemPolicy" && policy !== undefined) subject["policy"] = policy;
  return subject;
}
