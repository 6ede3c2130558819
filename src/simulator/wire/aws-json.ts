/** AWS JSON 1.0 and 1.1: one path, the operation in X-Amz-Target, everything else in the body. */
import { ServiceError } from "../core.ts";
import type { ErrorForm } from "../model/error-form.ts";
import type { ServiceModel } from "../model/service-model.ts";
import { decodeJson, encodeJson, encodeMembers } from "./json.ts";
import type { Wire, WireAnswer, WireRequest } from "./wire.ts";

export const awsJson: Wire = {
  operationName: (_, { headers }) => String(headers["x-amz-target"] ?? "").split(".")[1],
  readInput: (_, operation, request) => decodeJson(operation.input, parseBody(request)),
  writeOutput: (model, operation, output, requestId) =>
    answer(model, 200, JSON.stringify(encodeJson(operation.output, output) ?? {}), requestId),
  writeError: writeError,
};

/** The body as JSON; an empty one is an empty object. @throws SerializationException */
export function parseBody({ body }: WireRequest): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError("SerializationException", 400, "Could not parse the request body as JSON");
  }
}

function answer({ address }: ServiceModel, status: number, body: string, requestId: string): WireAnswer {
  const headers = { "content-type": `application/x-amz-json-${address.jsonVersion}`, "x-amzn-requestid": requestId };
  return { status, headers, body };
}

function writeError(model: ServiceModel, form: ErrorForm, requestId: string): WireAnswer {
  const members = form.shape ? encodeMembers(form.shape, form.members) : form.members;
  // SQS spells types with its namespace, as the query-compatible protocol wants it.
  const type = model.name === "sqs" ? `com.amazonaws.sqs#${form.name}` : form.name;
  const reply = answer(
    model,
    form.status,
    JSON.stringify({ __type: type, message: form.message, ...members }),
    requestId,
  );
  if (model.name === "sqs") {
    reply.headers["x-amzn-query-error"] = `${form.queryCode};${form.fault === "client" ? "Sender" : "Receiver"}`;
  }
  return reply;
}
