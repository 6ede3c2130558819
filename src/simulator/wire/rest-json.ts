/** REST-JSON: members in the path, the query, headers, the body or as the whole body, as their traits say. */
import type { ServiceName } from "../core.ts";
import { ServiceError } from "../core.ts";
import { wrongType } from "../model/check-input.ts";
import type { ErrorForm } from "../model/error-form.ts";
import type { Operation, ServiceModel } from "../model/service-model.ts";
import type { Member, Shape } from "../model/shape.ts";
import { parseBody } from "./aws-json.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { decodeSimple } from "./query-input.ts";
import { matchRoute } from "./routes.ts";
import type { Wire, WireAnswer, WireRequest } from "./wire.ts";

export const restJson: Wire = {
  operationName: (model, request) => matchRoute(model, request.method, request.path, request.query)?.operation.name,
  readInput: readInput,
  writeOutput(_, operation, output, requestId) {
    return writeMembers(
      operation.output,
      (output ?? {}) as Record<string, unknown>,
      operation.http?.status ?? 200,
      requestId,
    );
  },
  writeError(_, form: ErrorForm, requestId) {
    const answer = form.shape
      ? writeMembers(form.shape, form.members, form.status, requestId)
      : jsonAnswer(form.status, { message: form.message, Message: form.message }, requestId);
    answer.headers["x-amzn-errortype"] = form.name;
    return answer;
  },
};

function readInput(model: ServiceModel, operation: Operation, request: WireRequest): unknown {
  const labels = matchRoute(model, request.method, request.path, request.query)?.labels ?? {};
  const payload = [...operation.input.members.values()].find(({ traits }) => traits.httpPayload);
  const input: Record<string, unknown> = payload
    ? { [payload.name]: readPayload(payload, request) }
    : readJsonBody(operation, request);
  for (const member of operation.input.members.values()) readBinding(model.name, member, labels, request, input);
  for (const name of request.query.keys()) refuseUnknownQuery(name, operation, input);
  return input;
}

function readJsonBody(operation: Operation, request: WireRequest): Record<string, unknown> {
  const body = decodeJson(operation.input, parseBody(request));
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ServiceError("SerializationException", 400, "The request body is not a JSON object");
  }
  return body as Record<string, unknown>;
}

function readPayload(member: Member, request: WireRequest): unknown {
  if (member.shape.kind === "blob") return new Uint8Array(request.body);
  if (member.shape.kind === "string") return request.body.toString("utf8");
  return decodeJson(member.shape, parseBody(request));
}

function readBinding(
  service: ServiceName,
  { name, traits, shape }: Member,
  labels: Record<string, string>,
  request: WireRequest,
  input: Record<string, unknown>,
): void {
  const decode = (of: Shape, text: string) => decodeText(service, of, text);
  if (traits.httpLabel) {
    input[name] = decode(shape, labels[name] ?? "");
  } else if (traits.httpQuery) {
    const texts = request.query.getAll(traits.httpQuery);
    if (texts.length === 0) return;
    const isList = shape.kind === "list";
    input[name] = isList ? texts.map((text) => decode(shape.item.shape, text)) : decode(shape, texts[0] ?? "");
  } else if (traits.httpHeader) {
    const text = request.headers[traits.httpHeader.toLowerCase()];
    if (text !== undefined) input[name] = decode(shape, String(text));
  }
}

/** Text that is no value of its type is a SerializationException here, as in a JSON body. */
function decodeText(service: ServiceName, shape: Shape, text: string): unknown {
  try {
    return decodeSimple(shape, text);
  } catch {
    throw wrongType(service, text, shape.kind);
  }
}

/** A query parameter that is no member would otherwise be lost without a word; kept, so that checkInput names it. */
function refuseUnknownQuery(name: string, { input, http }: Operation, found: Record<string, unknown>): void {
  const isMember = [...input.members.values()].some(({ traits }) => traits.httpQuery === name);
  // A constant of the URI, as in "/provisioned-concurrency?List=ALL", is no member.
  const isConstant = new URLSearchParams(http?.uri.split("?")[1]).has(name);
  if (!isMember && !isConstant && !/^x-amz-/i.test(name)) found[name] ??= "";
}

/** An output or error: bound members to headers, a payload member as the whole body, the rest as JSON. */
function writeMembers(shape: Shape, value: Record<string, unknown>, status: number, requestId: string): WireAnswer {
  const headers: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  let answer: WireAnswer | undefined;
  for (const name of Object.keys(value)) {
    const member = shape.members.get(name);
    const each = value[name];
    if (!member || each === undefined || each === null) continue;
    if (member.traits.httpHeader)
      headers[member.traits.httpHeader.toLowerCase()] = (each as string | number).toString();
    else if (member.traits.httpResponseCode) status = Number(each);
    else if (member.traits.httpPayload) answer = payloadAnswer(member, each, status, requestId);
    else body[name] = encodeJson(member.shape, each);
  }
  answer ??= jsonAnswer(status, body, requestId);
  Object.assign(answer.headers, headers);
  answer.status = status;
  return answer;
}

function payloadAnswer(member: Member, value: unknown, status: number, requestId: string): WireAnswer {
  if (member.shape.kind !== "blob") return jsonAnswer(status, encodeJson(member.shape, value), requestId);
  const headers = { "content-type": "application/octet-stream", "x-amzn-requestid": requestId };
  return { status, headers, body: value as Uint8Array };
}

function jsonAnswer(status: number, body: unknown, requestId: string): WireAnswer {
  const headers = { "content-type": "application/json", "x-amzn-requestid": requestId };
  return { status, headers, body: status === 204 ? "" : JSON.stringify(body) };
}
