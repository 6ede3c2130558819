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
  };
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
